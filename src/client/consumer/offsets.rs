//! Looking up offsets by time, and from it where to begin reading.

use super::subscription::{Position, Progress};
use super::{Inner, Result};
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::admin::by_topic;
use crate::client::config::OffsetReset;
use crate::client::logger::class;
use crate::client::sync::{backoff_ms, until};
use crate::client::types::{Node, OffsetAndTimestamp, TopicPartition};
use crate::protocol::ErrorCode;
use crate::protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use crate::protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};
use futures_util::future::join_all;
use std::rc::Rc;

pub(super) const LATEST: i64 = -1;
pub(super) const EARLIEST: i64 = -2;

/// Offsets found so far; `None`: no record is that young.
type Found = SortedMap<TopicPartition, Option<OffsetAndTimestamp>>;
type Wanted = SortedMap<TopicPartition, i64>;

impl Inner {
    /// Begins to find positions for partitions that have none: committed offsets first, then by the reset
    /// policy. Answers come in the background.
    pub(super) fn update_positions(self: &Rc<Self>) -> Result<()> {
        let initializing = self
            .subs
            .borrow()
            .which(|s| s.progress == Progress::Initializing);
        if !initializing.is_empty() {
            match &self.group {
                Some(_) => self.start_fetching_committed(initializing),
                None => self.reset_initializing(&initializing)?,
            }
        }
        let waiting = self
            .subs
            .borrow()
            .which(|s| matches!(s.progress, Progress::AwaitingReset(_)));
        let may_try = self.core.now_ms() >= self.resets.retry_at_ms.get();
        if !waiting.is_empty() && may_try && !self.resets.running.replace(true) {
            let weak = Rc::downgrade(self);
            let epoch = self.subs.borrow().epoch;
            self.core.env.runtime.spawn(Box::pin(async move {
                if let Some(inner) = weak.upgrade() {
                    inner.reset_positions(waiting, epoch).await;
                    inner.resets.running.set(false);
                    inner.progress.notify();
                }
            }));
        }
        Ok(())
    }

    /// Applies the reset policy to partitions without a committed offset.
    pub(super) fn reset_initializing(&self, partitions: &[TopicPartition]) -> Result<()> {
        if self.config.auto_offset_reset == OffsetReset::None {
            return Err(ClientError::NoOffsetForPartition(partitions.to_vec()));
        }
        let mut subs = self.subs.borrow_mut();
        for tp in partitions {
            if let Some(state) = subs
                .get_mut(tp)
                .filter(|s| s.progress == Progress::Initializing)
            {
                state.progress = Progress::AwaitingReset(self.config.auto_offset_reset);
            }
        }
        Ok(())
    }

    async fn reset_positions(self: &Rc<Self>, partitions: Vec<TopicPartition>, epoch: u64) {
        let mut wanted = Wanted::new();
        for tp in partitions {
            let progress = self.subs.borrow().get(&tp).map(|s| s.progress);
            if let Some(Progress::AwaitingReset(reset)) = progress {
                wanted.insert(tp, self.reset_timestamp(reset));
            }
        }
        let mut found = Found::new();
        let result = self.list_offsets_once(&wanted, &mut found).await;
        for (tp, offset) in found {
            let mut subs = self.subs.borrow_mut();
            if subs.epoch != epoch {
                break;
            }
            let Some(state) = subs.get_mut(&tp) else {
                continue;
            };
            let Progress::AwaitingReset(reset) = state.progress else {
                continue;
            };
            if self.reset_timestamp(reset) != wanted[&tp]
                && !matches!(reset, OffsetReset::ByDuration(_))
            {
                continue;
            }
            state.progress = match offset {
                Some(found) => Progress::At(Position {
                    offset: found.offset,
                    // As in Java: no record has been read yet whose epoch this could be.
                    offset_epoch: None,
                }),
                // No record is that young: the end is where the next one will be.
                None => Progress::AwaitingReset(OffsetReset::Latest),
            };
        }
        if let Err(error) = result {
            if error.is_retriable() {
                let pause_ms = self.config.connection.retry_backoff_ms;
                self.resets.retry_at_ms.set(self.core.now_ms() + pause_ms);
                self.core.metadata.request_update();
            } else {
                self.raise(error);
            }
        }
    }

    fn reset_timestamp(&self, reset: OffsetReset) -> i64 {
        match reset {
            OffsetReset::Earliest => EARLIEST,
            OffsetReset::Latest | OffsetReset::None => LATEST,
            OffsetReset::ByDuration(ago_ms) => (self.core.env.runtime.wall_ms() - ago_ms).max(0),
        }
    }

    /// Offsets by time, tried until all are known or time is up.
    pub(super) async fn list_offsets(
        self: &Rc<Self>,
        wanted: Wanted,
        timeout_ms: u64,
    ) -> Result<Found> {
        let deadline_ms = self.core.now_ms().saturating_add(timeout_ms);
        let mut found = Found::new();
        let mut open = wanted;
        for topic in open.keys().map(|tp| tp.topic.clone()).collect::<Vec<_>>() {
            self.core.metadata.want_topic(&topic);
        }
        let mut attempt = 0;
        let runtime = self.core.env.runtime.clone();
        while !open.is_empty() {
            let once = self.list_offsets_once(&open, &mut found);
            let result = until(&*runtime, deadline_ms, once).await;
            open.retain(|tp, _| !found.contains_key(tp));
            match result {
                Some(Ok(())) => {}
                Some(Err(error)) if error.is_retriable() => {
                    let connection = &self.config.connection;
                    let (first, max) =
                        (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
                    let pause_ms = backoff_ms(&*runtime, first, max, attempt);
                    attempt += 1;
                    let updated = self.core.metadata.changed();
                    self.core.metadata.request_update();
                    let pause_until_ms = (self.core.now_ms() + pause_ms).min(deadline_ms);
                    until(&*runtime, pause_until_ms, updated).await;
                }
                Some(Err(error)) => return Err(error),
                None => {}
            }
            if !open.is_empty() && self.core.now_ms() >= deadline_ms {
                let text = format!("Failed to get offsets by times in {timeout_ms}ms");
                return Err(ClientError::timeout(text));
            }
        }
        Ok(found)
    }

    /// Asks the leaders once. An error means that some are not in `found`.
    async fn list_offsets_once(&self, wanted: &Wanted, found: &mut Found) -> Result<()> {
        let mut by_leader: SortedMap<i32, (Node, Vec<TopicPartition>)> = SortedMap::new();
        let mut problem = Ok(());
        {
            let cluster = self.core.metadata.cluster();
            for tp in wanted.keys() {
                match cluster.leader(tp) {
                    Some(node) => {
                        let new = || (node.clone(), Vec::new());
                        by_leader
                            .entry(node.id)
                            .or_insert_with(new)
                            .1
                            .push(tp.clone());
                    }
                    None if cluster.errors.get(&tp.topic)
                        == Some(&ErrorCode::INVALID_TOPIC_EXCEPTION) =>
                    {
                        let text = format!("Invalid topics: [{}]", tp.topic);
                        return Err(ClientError::InvalidTopic(text));
                    }
                    None => {
                        problem = Err(ClientError::broker(ErrorCode::LEADER_NOT_AVAILABLE, None));
                    }
                }
            }
        }
        let asked = by_leader.into_values().map(|(node, tps)| async move {
            let build = |_| self.list_offsets_request(&tps, wanted);
            self.core
                .network
                .call(&node, build)
                .await
                .map(|reply| reply.response)
        });
        for response in join_all(asked).await {
            let result = response.and_then(|response| self.read_offsets(response, found));
            problem = problem.and(result);
        }
        problem
    }

    fn list_offsets_request(&self, tps: &[TopicPartition], wanted: &Wanted) -> ListOffsetsRequest {
        let cluster = self.core.metadata.cluster();
        let epoch = |tp: &TopicPartition| cluster.partition(tp).and_then(|p| p.leader_epoch);
        ListOffsetsRequest {
            replica_id: -1,
            isolation_level: self.config.isolation_level as i8,
            topics: by_topic(tps, |topic, tps| ListOffsetsTopic {
                name: topic.to_owned(),
                partitions: (tps.iter())
                    .map(|tp| ListOffsetsPartition {
                        partition_index: tp.partition,
                        current_leader_epoch: epoch(tp).unwrap_or(-1),
                        timestamp: wanted[*tp],
                        ..Default::default()
                    })
                    .collect(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn read_offsets(&self, response: ListOffsetsResponse, found: &mut Found) -> Result<()> {
        let mut problem = Ok(());
        for topic in response.topics {
            for p in topic.partitions {
                let tp = TopicPartition::new(topic.name.as_str(), p.partition_index);
                let warn = |text: String| self.core.log.warn(class::OFFSET_FETCHER_UTILS, &text);
                match ErrorCode(p.error_code) {
                    ErrorCode::NONE => {
                        let offset = (p.offset >= 0).then_some(OffsetAndTimestamp {
                            offset: p.offset,
                            timestamp: p.timestamp,
                            leader_epoch: Some(p.leader_epoch).filter(|epoch| *epoch >= 0),
                        });
                        found.insert(tp, offset);
                    }
                    ErrorCode::UNSUPPORTED_FOR_MESSAGE_FORMAT => {
                        found.insert(tp, None);
                    }
                    ErrorCode::TOPIC_AUTHORIZATION_FAILED => {
                        let text = format!("Not authorized to access topics: [{}]", tp.topic);
                        let code = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
                        return Err(ClientError::broker(code, Some(text)));
                    }
                    code => {
                        if code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION {
                            warn(format!(
                                "Received unknown topic or partition error in ListOffset request for \
                                 partition {tp}"
                            ));
                        } else if !code.is_retriable() {
                            warn(format!(
                                "Attempt to fetch offsets for partition {tp} failed due to unexpected \
                                 exception: {}, retrying.",
                                code.message()
                            ));
                        }
                        // Java tries all of them again.
                        problem = Err(ClientError::broker(ErrorCode::LEADER_NOT_AVAILABLE, None));
                    }
                }
            }
        }
        problem
    }
}
