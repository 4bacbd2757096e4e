//! Small tools for tasks on one thread: a signal that wakes all who wait, and deadlines.

use super::env::Runtime;
use futures_util::future::{Either, select};
use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Wakes every task that waits for something to change. A waiter that was made before a change sees it, so
/// "make the waiter, look, wait" misses nothing.
#[derive(Clone, Default)]
pub(crate) struct Signal(Rc<SignalState>);

#[derive(Default)]
struct SignalState {
    changes: Cell<u64>,
    wakers: RefCell<Vec<Waker>>,
}

impl Signal {
    pub fn notify(&self) {
        self.0.changes.set(self.0.changes.get() + 1);
        let wakers = std::mem::take(&mut *self.0.wakers.borrow_mut());
        for waker in wakers {
            waker.wake();
        }
    }

    /// Resolves at the first `notify` after this call.
    pub fn wait(&self) -> Changed {
        Changed {
            signal: self.0.clone(),
            seen: self.0.changes.get(),
        }
    }
}

/// See [`Signal::wait`].
pub(crate) struct Changed {
    signal: Rc<SignalState>,
    seen: u64,
}

impl Future for Changed {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.signal.changes.get() != self.seen {
            return Poll::Ready(());
        }
        let mut wakers = self.signal.wakers.borrow_mut();
        if !wakers.iter().any(|w| w.will_wake(cx.waker())) {
            wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// The result of `future`, or `None` if `deadline_ms` (monotonic) passes first.
pub(crate) async fn until<T>(
    runtime: &dyn Runtime,
    deadline_ms: u64,
    future: impl Future<Output = T>,
) -> Option<T> {
    let future = pin!(future);
    let left_ms = deadline_ms.saturating_sub(runtime.mono_ms());
    match select(future, runtime.sleep(left_ms)).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// The pause before try number `attempt` (from 0): doubled each time, with a fifth of jitter, as in Java's
/// `ExponentialBackoff`.
pub(crate) fn backoff_ms(runtime: &dyn Runtime, initial_ms: u64, max_ms: u64, attempt: u32) -> u64 {
    let initial_ms = initial_ms.min(max_ms);
    let plain = initial_ms.saturating_mul(1 << attempt.min(20)).min(max_ms);
    let jitter = 0.8 + 0.4 * (runtime.random_u64() >> 11) as f64 / (1u64 << 53) as f64;
    if initial_ms == max_ms {
        plain
    } else {
        (plain as f64 * jitter) as u64
    }
}
