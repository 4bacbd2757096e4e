//! What becomes of records: one shared fate per batch, so that a record costs no allocation of its own.

use super::RecordMetadata;
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::types::TopicPartition;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Told of a record's fate, in the order of the records of its partition.
pub type DeliveryCallback = Box<dyn FnOnce(&Result<RecordMetadata, ClientError>)>;

/// Resolves when the record is acknowledged or given up. May be dropped: the record is sent all the same.
pub struct Delivery(State);

enum State {
    Failed(ClientError),
    Pending {
        fate: Rc<Fate>,
        index: usize,
        timestamp: i64,
    },
}

impl Delivery {
    pub(super) fn failed(error: ClientError) -> Delivery {
        Delivery(State::Failed(error))
    }

    pub(super) fn pending(fate: Rc<Fate>, index: usize, timestamp: i64) -> Delivery {
        Delivery(State::Pending {
            fate,
            index,
            timestamp,
        })
    }

    /// The result, if there is one yet.
    pub fn try_result(&self) -> Option<Result<RecordMetadata, ClientError>> {
        match &self.0 {
            State::Failed(error) => Some(Err(error.clone())),
            State::Pending {
                fate,
                index,
                timestamp,
            } => fate.of_record(*index, *timestamp),
        }
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, ClientError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(result) = self.try_result() {
            return Poll::Ready(result);
        }
        if let State::Pending { fate, index, .. } = &self.0 {
            fate.register(*index, cx.waker());
        }
        Poll::Pending
    }
}

/// What became of a whole batch.
#[derive(Debug, Clone)]
pub(super) enum BatchResult {
    /// -1 with `acks=0`, and when the broker only says that it has the batch already.
    Done {
        base_offset: i64,
        log_append_time: Option<i64>,
    },
    /// `records` have errors of their own, by index; the others have `rest`.
    Failed {
        rest: ClientError,
        records: SortedMap<usize, ClientError>,
    },
}

/// Shared between a batch and the deliveries of its records.
pub(super) struct Fate {
    partition: TopicPartition,
    state: RefCell<FateState>,
}

enum FateState {
    Open(Vec<Waker>),
    Decided(BatchResult),
    /// The batch was too large and split: first index and fate of each part.
    Split(Vec<(usize, Rc<Fate>)>),
}

impl Fate {
    pub fn new(partition: TopicPartition) -> Rc<Fate> {
        Rc::new(Fate {
            partition,
            state: RefCell::new(FateState::Open(Vec::new())),
        })
    }

    /// Settles it, once.
    pub fn decide(&self, result: BatchResult) {
        self.end(FateState::Decided(result));
    }

    pub fn split(&self, parts: Vec<(usize, Rc<Fate>)>) {
        self.end(FateState::Split(parts));
    }

    fn end(&self, state: FateState) {
        let old = std::mem::replace(&mut *self.state.borrow_mut(), state);
        if let FateState::Open(wakers) = old {
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    pub fn of_record(
        &self,
        index: usize,
        timestamp: i64,
    ) -> Option<Result<RecordMetadata, ClientError>> {
        match &*self.state.borrow() {
            FateState::Open(_) => None,
            FateState::Decided(result) => Some(self.resolve(result, index, timestamp)),
            FateState::Split(parts) => {
                let (first, fate) = parts.iter().rfind(|(first, _)| *first <= index)?;
                fate.of_record(index - first, timestamp)
            }
        }
    }

    fn resolve(
        &self,
        result: &BatchResult,
        index: usize,
        timestamp: i64,
    ) -> Result<RecordMetadata, ClientError> {
        match result {
            BatchResult::Done {
                base_offset,
                log_append_time,
            } => Ok(RecordMetadata {
                partition: self.partition.clone(),
                offset: if *base_offset < 0 {
                    -1
                } else {
                    base_offset + index as i64
                },
                timestamp: log_append_time.unwrap_or(timestamp),
            }),
            BatchResult::Failed { rest, records } => {
                Err(records.get(&index).unwrap_or(rest).clone())
            }
        }
    }

    fn register(&self, index: usize, waker: &Waker) {
        match &mut *self.state.borrow_mut() {
            FateState::Open(wakers) => {
                if !wakers.iter().any(|w| w.will_wake(waker)) {
                    wakers.push(waker.clone());
                }
            }
            FateState::Decided(_) => waker.wake_by_ref(),
            FateState::Split(parts) => {
                if let Some((first, fate)) = parts.iter().rfind(|(first, _)| *first <= index) {
                    fate.register(index - first, waker);
                }
            }
        }
    }

    /// Resolves when all records have a result.
    pub async fn settled(self: Rc<Fate>) {
        let mut open = vec![self];
        while let Some(fate) = open.pop() {
            std::future::poll_fn(|cx| match &mut *fate.state.borrow_mut() {
                FateState::Open(wakers) => {
                    wakers.push(cx.waker().clone());
                    Poll::Pending
                }
                FateState::Decided(_) => Poll::Ready(()),
                FateState::Split(parts) => {
                    open.extend(parts.iter().map(|(_, fate)| fate.clone()));
                    Poll::Ready(())
                }
            })
            .await;
        }
    }
}
