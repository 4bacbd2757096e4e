//! Ctrl-C as a value: every operation of the shell that may wait also waits for this.
//!
//! A token has children, so that `kill %1` ends one job and the stop button all of them.

use super::io::Stop;
use crate::base::SortedMap;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// A request to stop. Clones are the same token.
#[derive(Clone, Default)]
pub struct Cancel(Rc<Inner>);

#[derive(Default)]
struct Inner {
    done: Cell<bool>,
    next_id: Cell<u64>,
    wakers: RefCell<SortedMap<u64, Waker>>,
    children: RefCell<Vec<Weak<Inner>>>,
}

impl Cancel {
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled with this one, or alone.
    pub fn child(&self) -> Cancel {
        let child = Cancel::new();
        child.0.done.set(self.is_cancelled());
        let mut children = self.0.children.borrow_mut();
        children.retain(|c| c.strong_count() > 0);
        children.push(Rc::downgrade(&child.0));
        child
    }

    /// Asks everything that holds this token, or a child of it, to stop. Idempotent.
    pub fn cancel(&self) {
        self.0.done.set(true);
        let wakers = std::mem::take(&mut *self.0.wakers.borrow_mut());
        let children = std::mem::take(&mut *self.0.children.borrow_mut());
        for waker in wakers.into_values() {
            waker.wake();
        }
        for child in children.iter().filter_map(Weak::upgrade) {
            Cancel(child).cancel();
        }
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.done.get()
    }

    /// `Err(Stop::Interrupted)` once cancelled: for loops that do not wait for anything.
    pub fn check(&self) -> Result<(), Stop> {
        if self.is_cancelled() {
            Err(Stop::Interrupted)
        } else {
            Ok(())
        }
    }

    /// Ends when the token is cancelled.
    pub fn cancelled(&self) -> Cancelled {
        Cancelled {
            token: self.clone(),
            id: None,
        }
    }

    /// Waits for `work`, but no longer than until the token is cancelled; `work` is then dropped.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        let mut work = pin!(work);
        let mut cancelled = self.cancelled();
        poll_fn(|cx| {
            if Pin::new(&mut cancelled).poll(cx).is_ready() {
                return Poll::Ready(Err(Stop::Interrupted));
            }
            work.as_mut().poll(cx).map(Ok)
        })
        .await
    }
}

/// See [`Cancel::cancelled`].
pub struct Cancelled {
    token: Cancel,
    id: Option<u64>,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        let inner = self.token.0.clone();
        let id = *self.id.get_or_insert_with(|| {
            let id = inner.next_id.get();
            inner.next_id.set(id + 1);
            id
        });
        inner.wakers.borrow_mut().insert(id, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.token.0.wakers.borrow_mut().remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn a_child_ends_with_its_parent_and_not_the_other_way() {
        let parent = Cancel::new();
        let (one, two) = (parent.child(), parent.child());
        one.cancel();
        assert!(one.is_cancelled() && !two.is_cancelled() && !parent.is_cancelled());
        parent.cancel();
        assert!(two.is_cancelled());
        assert!(parent.child().is_cancelled());
    }

    #[test]
    fn work_ends_when_the_token_does() {
        let token = Cancel::new();
        let mut run = Box::pin(token.run(std::future::pending::<()>()));
        assert!((&mut run).now_or_never().is_none());
        token.cancel();
        assert_eq!(run.now_or_never(), Some(Err(Stop::Interrupted)));
        assert!(token.0.wakers.borrow().is_empty());
    }
}
