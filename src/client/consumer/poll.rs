//! One turn of `poll`: what is looked at, what is waited for, and errors that wait to be thrown. What a turn asks of the
//! group, of positions and of fetches stands in their own files.

use super::subscription;
use super::{ConsumerRecord, Inner, Result};
use crate::client::ClientError;
use crate::client::error::list;
use crate::client::sync::{Changed, until};
use crate::protocol::ErrorCode;
use std::rc::Rc;

impl Inner {
    /// One look at everything: the group, positions, records that are there, fetches to send.
    pub(super) fn poll_step(self: &Rc<Self>, max: usize) -> Result<Vec<ConsumerRecord>> {
        self.throw_pending()?;
        self.core.metadata.refresh_if_old();
        self.throw_topic_errors()?;
        let ready = match &self.group {
            Some(group) => self.poll_group(group)?,
            None => true,
        };
        if ready {
            self.update_positions()?;
        }
        let records = self.collect(max)?;
        self.send_fetches();
        Ok(records)
    }

    /// The next moment at which something is due that no event announces.
    pub(super) fn next_look_ms(&self) -> u64 {
        let now_ms = self.core.now_ms();
        let retry_ms = self.config.connection.retry_backoff_ms;
        let mut next_ms = u64::MAX;
        let waits = [self.resets.retry_at_ms.get(), self.rebalance_retry_at_ms()];
        for at_ms in waits.into_iter().filter(|at| *at > now_ms) {
            next_ms = next_ms.min(at_ms);
        }
        if let Some(group) = &self.group {
            let at_ms = group.next_auto_commit_ms.get();
            if self.config.enable_auto_commit && at_ms > now_ms {
                next_ms = next_ms.min(at_ms);
            }
        }
        let lacks_position = |s: &subscription::Assigned| s.position().is_none();
        let unsettled = !self.subs.borrow().which(lacks_position).is_empty();
        let no_coordinator = self
            .group
            .as_ref()
            .is_some_and(|g| self.coordinator(g).is_none());
        let idle = !self.is_fetching();
        if unsettled || no_coordinator || idle {
            next_ms = next_ms.min(now_ms + retry_ms.max(1));
        }
        next_ms
    }

    /// Waits for progress, at most until the deadline or `look_at_ms` (if that is to come). `false`: the deadline
    /// has passed.
    pub(super) async fn wait_for(
        &self,
        progress: Changed,
        deadline_ms: u64,
        look_at_ms: u64,
    ) -> bool {
        let now_ms = self.core.now_ms();
        let until_ms = if look_at_ms > now_ms {
            deadline_ms.min(look_at_ms)
        } else {
            deadline_ms
        };
        let updated = self.core.metadata.changed();
        let either = futures_util::future::select(progress, updated);
        until(&*self.core.env.runtime, until_ms, either).await;
        self.core.now_ms() < deadline_ms
    }

    /// Keeps an error for the next call to throw.
    pub(super) fn raise(&self, error: ClientError) {
        self.pending.borrow_mut().get_or_insert(error);
        self.progress.notify();
    }

    pub(super) fn throw_pending(&self) -> Result<()> {
        if self.wakeup.replace(false) {
            return Err(ClientError::Wakeup);
        }
        match self.pending.borrow_mut().take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    pub(super) fn throw_topic_errors(&self) -> Result<()> {
        let cluster = self.core.metadata.cluster();
        let with = |code| {
            let topics = cluster.errors.iter().filter(move |(_, c)| **c == code);
            topics.map(|(topic, _)| topic.clone()).collect::<Vec<_>>()
        };
        let invalid = with(ErrorCode::INVALID_TOPIC_EXCEPTION);
        if !invalid.is_empty() {
            let text = format!("Invalid topics: {}", list(&invalid));
            return Err(ClientError::InvalidTopic(text));
        }
        let forbidden = with(ErrorCode::TOPIC_AUTHORIZATION_FAILED);
        if !forbidden.is_empty() {
            let text = format!("Not authorized to access topics: {}", list(&forbidden));
            return Err(ClientError::broker(
                ErrorCode::TOPIC_AUTHORIZATION_FAILED,
                Some(text),
            ));
        }
        Ok(())
    }
}
