//! The id and epoch of an idempotent producer: the part of Java's `TransactionManager` that has nothing to do with
//! transactions (KIP-98, KIP-360).

use super::Inner;
use super::ids::ProducerIds;
use crate::client::ClientError;
use crate::client::sync::backoff_ms;
use crate::protocol::ErrorCode;
use crate::protocol::messages::InitProducerIdRequest;
use std::rc::Rc;

impl Inner {
    /// Makes sure that there is a producer id, and a new epoch where one is needed. `false`: there is none yet.
    pub(super) fn prepare_identity(self: &Rc<Self>) -> bool {
        let mut ids = match self.ids.get() {
            Some(ids) => ids,
            None => {
                self.request_id();
                return false;
            }
        };
        let (mut bumped, mut exhausted) = (false, false);
        let mut state = self.batches.borrow_mut();
        for partition in state.partitions_mut() {
            if partition.in_flight > 0 {
                continue;
            }
            if partition.queue.front().is_none_or(|b| b.identity.is_none()) {
                partition.sequences.resolve();
            }
            if !partition.sequences.needs_restart() {
                continue;
            }
            if !bumped {
                if ids.producer_epoch == i16::MAX {
                    exhausted = true;
                    break;
                }
                ids.producer_epoch += 1;
                bumped = true;
            }
            partition.sequences.begin_again(ids);
            for batch in &mut partition.queue {
                batch.identity = None;
            }
        }
        drop(state);
        if exhausted {
            self.ids.set(None);
            self.request_id();
            return false;
        }
        self.ids.set(Some(ids));
        true
    }

    /// Asks any broker for a producer id, in the background and until there is one.
    fn request_id(self: &Rc<Self>) {
        if self.requesting_id.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        let core = self.core.clone();
        let connection = self.config.connection.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let request = InitProducerIdRequest {
                transactional_id: None,
                transaction_timeout_ms: i32::MAX,
                producer_id: -1,
                producer_epoch: -1,
                ..Default::default()
            };
            let mut attempt = 0;
            let result = loop {
                if weak.upgrade().is_none() {
                    return;
                }
                let reply = match core.metadata.any_node().await {
                    Ok(node) => core.network.call(&node, |_| request.clone()).await,
                    Err(error) => break Err(error),
                };
                let error = match reply.map(|reply| reply.response) {
                    Ok(r) if r.error_code == 0 => {
                        let (producer_id, producer_epoch) = (r.producer_id, r.producer_epoch);
                        break Ok(ProducerIds {
                            producer_id,
                            producer_epoch,
                        });
                    }
                    Ok(r) => ClientError::broker(ErrorCode(r.error_code), None),
                    Err(error) => error,
                };
                if !error.is_retriable() {
                    break Err(error);
                }
                let (first, max) = (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
                core.sleep(backoff_ms(&*core.env.runtime, first, max, attempt))
                    .await;
                attempt += 1;
            };
            if let Some(inner) = weak.upgrade() {
                inner.got_id(result);
            }
        }));
    }

    fn got_id(&self, result: Result<ProducerIds, ClientError>) {
        self.requesting_id.set(false);
        match result {
            Ok(ids) => self.ids.set(Some(ids)),
            Err(error) => {
                *self.fatal.borrow_mut() = Some(error.clone());
                self.abort(&error);
            }
        }
        self.work.notify();
    }
}
