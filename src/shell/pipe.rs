//! A pipe between two commands: a bounded queue of byte chunks.
//!
//! One thread, so no locks. Chunks keep the size they were written with; a writer waits while more
//! than [`CAPACITY`] bytes are queued.

use bytes::Bytes;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Bytes that a pipe takes before its writer has to wait.
pub const CAPACITY: usize = 256 * 1024;

#[derive(Default)]
struct State {
    queue: VecDeque<Bytes>,
    len: usize,
    writers: usize,
    reader_gone: bool,
    reader: Option<Waker>,
    waiting: Vec<Waker>,
}

impl State {
    fn wake_writers(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }

    fn wake_reader(&mut self) {
        if let Some(waker) = self.reader.take() {
            waker.wake();
        }
    }

    fn wait(&mut self, cx: &Context<'_>) {
        if !self.waiting.iter().any(|w| w.will_wake(cx.waker())) {
            self.waiting.push(cx.waker().clone());
        }
    }
}

/// The end to write to. The reader sees the end of the stream when the last clone is dropped.
pub struct PipeWriter(Rc<RefCell<State>>);

/// The end to read from. Dropping it makes every later write fail.
pub struct PipeReader(Rc<RefCell<State>>);

/// Nobody reads the pipe any more (`EPIPE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// A new pipe.
pub fn pipe() -> (PipeWriter, PipeReader) {
    let state = Rc::new(RefCell::new(State {
        writers: 1,
        ..State::default()
    }));
    (PipeWriter(state.clone()), PipeReader(state))
}

impl PipeWriter {
    /// Waits until there is room, then queues the chunk.
    pub async fn write(&self, chunk: Bytes) -> Result<(), Closed> {
        let mut chunk = Some(chunk);
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();
            if state.reader_gone {
                return Poll::Ready(Err(Closed));
            }
            if state.len >= CAPACITY {
                state.wait(cx);
                return Poll::Pending;
            }
            let chunk = chunk.take().expect("polled once after it is ready");
            if !chunk.is_empty() {
                state.len += chunk.len();
                state.queue.push_back(chunk);
                state.wake_reader();
            }
            Poll::Ready(Ok(()))
        })
        .await
    }

    pub fn is_closed(&self) -> bool {
        self.0.borrow().reader_gone
    }

    /// Ends when the reader has gone.
    pub async fn closed(&self) {
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();
            if state.reader_gone {
                return Poll::Ready(());
            }
            state.wait(cx);
            Poll::Pending
        })
        .await
    }
}

impl Clone for PipeWriter {
    fn clone(&self) -> Self {
        self.0.borrow_mut().writers += 1;
        PipeWriter(self.0.clone())
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        let mut state = self.0.borrow_mut();
        state.writers -= 1;
        if state.writers == 0 {
            state.wake_reader();
        }
    }
}

impl PipeReader {
    /// Nothing is there yet, but something may come.
    pub fn would_wait(&self) -> bool {
        let state = self.0.borrow();
        state.queue.is_empty() && state.writers > 0
    }

    /// The next chunk, never empty; `None` at the end of the stream.
    pub async fn read(&self) -> Option<Bytes> {
        poll_fn(|cx| {
            let mut state = self.0.borrow_mut();
            if let Some(chunk) = state.queue.pop_front() {
                state.len -= chunk.len();
                if state.len < CAPACITY {
                    state.wake_writers();
                }
                return Poll::Ready(Some(chunk));
            }
            if state.writers == 0 {
                return Poll::Ready(None);
            }
            state.reader = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        let mut state = self.0.borrow_mut();
        state.reader_gone = true;
        state.queue.clear();
        state.len = 0;
        state.wake_writers();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn a_writer_waits_for_room() {
        let (writer, reader) = pipe();
        let full = Bytes::from(vec![0; CAPACITY]);
        assert_eq!(writer.write(full).now_or_never(), Some(Ok(())));
        let mut next = Box::pin(writer.write(Bytes::from_static(b"x")));
        assert_eq!((&mut next).now_or_never(), None);
        assert_eq!(
            reader.read().now_or_never().flatten().map(|c| c.len()),
            Some(CAPACITY)
        );
        assert_eq!(next.now_or_never(), Some(Ok(())));
    }

    #[test]
    fn the_ends_see_each_other_go() {
        let (writer, reader) = pipe();
        assert_eq!(reader.read().now_or_never(), None);
        drop(writer.clone());
        assert_eq!(reader.read().now_or_never(), None);
        drop(writer);
        assert_eq!(reader.read().now_or_never(), Some(None));

        let (writer, reader) = pipe();
        assert_eq!(writer.closed().now_or_never(), None);
        drop(reader);
        assert_eq!(writer.closed().now_or_never(), Some(()));
        assert_eq!(
            writer.write(Bytes::from_static(b"x")).now_or_never(),
            Some(Err(Closed))
        );
    }
}
