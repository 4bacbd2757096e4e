//! Fetching: one request per broker at a time, what came back waiting until it is asked for.
//!
//! Every fetch is whole: sessions (KIP-227) are declined, and followers are not read from.

use super::fetched::Fetched;
use super::subscription::{Position, Progress};
use super::{ConsumerRecord, Inner, Result};
use crate::base::{SortedMap, SortedSet};
use crate::client::ClientError;
use crate::client::config::OffsetReset;
use crate::client::logger::class;
use crate::client::network::InFlight;
use crate::client::types::{Node, TopicPartition};
use crate::protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use crate::protocol::messages::fetch_response::PartitionData;
use crate::protocol::messages::{FetchRequest, FetchResponse};
use crate::protocol::record_batch;
use crate::protocol::{ErrorCode, Message, Uuid};
use std::collections::VecDeque;
use std::rc::Rc;

/// Topics are named by their ids from this version on (KIP-516).
const FIRST_VERSION_WITH_IDS: i16 = 13;
/// Says that no session is wanted.
const NO_SESSION_EPOCH: i32 = -1;

#[derive(Default)]
pub(super) struct Fetching {
    /// Brokers that a fetch waits at.
    in_flight: SortedSet<i32>,
    /// Brokers that a connection is being opened to.
    connecting: SortedSet<i32>,
    completed: VecDeque<Fetched>,
    /// Partitions that met an error, and when they may be tried again.
    not_before_ms: SortedMap<TopicPartition, u64>,
}

impl Fetching {
    /// Forgets what waits, but for these partitions.
    pub fn retain(&mut self, keep: impl Fn(&TopicPartition) -> bool) {
        self.completed.retain(|fetched| keep(&fetched.partition));
    }
}

impl Inner {
    /// Whether a fetch waits somewhere, or the connection for one.
    pub(super) fn is_fetching(&self) -> bool {
        let fetching = self.fetching.borrow();
        !fetching.in_flight.is_empty() || !fetching.connecting.is_empty()
    }
}

/// Whether any of the batches needs a codec.
fn has_compressed(response: &FetchResponse) -> bool {
    let partitions = response.responses.iter().flat_map(|t| &t.partitions);
    let mut records = partitions.filter_map(|p| p.records.as_ref());
    records.any(|rope| record_batch::has_compressed(&rope.to_bytes()))
}

/// What one request asked for: offsets and leader epochs.
type Asked = SortedMap<TopicPartition, Position>;

impl Inner {
    /// Takes records that are there already, at most so many, and moves the positions behind them.
    pub(super) fn collect(&self, max: usize) -> Result<Vec<ConsumerRecord>> {
        let mut out = Vec::new();
        let mut fetching = self.fetching.borrow_mut();
        let mut subs = self.subs.borrow_mut();
        let codecs = &*self.core.env.codecs;
        let mut at = 0;
        while out.len() < max && at < fetching.completed.len() {
            let fetched = &mut fetching.completed[at];
            let state = subs.get_mut(&fetched.partition);
            let Some((state, position)) = state.and_then(|s| s.position().map(|p| (s, p))) else {
                fetching.completed.remove(at);
                continue;
            };
            if position.offset != fetched.next_offset {
                fetching.completed.remove(at);
                continue;
            }
            if !state.is_fetchable() {
                at += 1;
                continue;
            }
            let more = match fetched.take(max - out.len(), codecs, &mut out) {
                Ok(more) => more,
                // What came before the trouble is given out first; the trouble comes again.
                Err(_) if !out.is_empty() => break,
                Err(error) => return Err(error),
            };
            let offset_epoch = fetched.last_epoch.or(position.offset_epoch);
            state.progress = Progress::At(Position {
                offset: fetched.next_offset,
                offset_epoch,
            });
            if !more {
                fetching.completed.remove(at);
            }
        }
        Ok(out)
    }

    /// Sends fetches to the leaders of all partitions that nothing is known of yet.
    pub(super) fn send_fetches(self: &Rc<Self>) {
        let now_ms = self.core.now_ms();
        let mut requests: SortedMap<i32, (Node, Asked)> = SortedMap::new();
        {
            let cluster = self.core.metadata.cluster();
            let fetching = self.fetching.borrow();
            let buffered: SortedSet<&TopicPartition> =
                fetching.completed.iter().map(|f| &f.partition).collect();
            for (tp, state) in self.subs.borrow().iter() {
                let Some(position) = state.position().filter(|_| state.is_fetchable()) else {
                    continue;
                };
                let waits = fetching
                    .not_before_ms
                    .get(tp)
                    .is_some_and(|at| *at > now_ms);
                if buffered.contains(tp) || waits {
                    continue;
                }
                let Some(leader) = cluster.leader(tp) else {
                    self.core.metadata.request_update();
                    continue;
                };
                if fetching.in_flight.contains(&leader.id) || self.core.network.in_backoff(leader) {
                    continue;
                }
                let new = || (leader.clone(), Asked::new());
                requests
                    .entry(leader.id)
                    .or_insert_with(new)
                    .1
                    .insert(tp.clone(), position);
            }
        }
        for (node, asked) in requests.into_values() {
            self.send_fetch(node, asked);
        }
    }

    fn send_fetch(self: &Rc<Self>, node: Node, asked: Asked) {
        let Some(connection) = self.core.network.open_connection(&node) else {
            return self.connect(node);
        };
        let in_flight = self
            .fetch_request(&connection, &asked)
            .and_then(|(version, request)| {
                let timeout_ms = self.config.connection.request_timeout_ms;
                self.core
                    .network
                    .send(&connection, version, timeout_ms, &request)
            });
        let in_flight: InFlight<FetchRequest> = match in_flight {
            Ok(in_flight) => in_flight,
            Err(ClientError::Disconnected) => return,
            Err(error) => return self.raise(error),
        };
        self.fetching.borrow_mut().in_flight.insert(node.id);
        let weak = Rc::downgrade(self);
        let codecs = self.core.env.codecs.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let reply = in_flight.response().await;
            if let Ok(reply) = &reply
                && has_compressed(&reply.response)
            {
                // Reading cannot wait for a codec. If there is none, reading says so.
                let _ = codecs.load().await;
            }
            if let Some(inner) = weak.upgrade() {
                inner.fetching.borrow_mut().in_flight.remove(&node.id);
                match reply {
                    Ok(reply) => inner.fetched(&asked, reply.response),
                    Err(_) => inner.core.metadata.request_update(),
                }
                inner.progress.notify();
            }
        }));
    }

    fn connect(self: &Rc<Self>, node: Node) {
        if !self.fetching.borrow_mut().connecting.insert(node.id) {
            return;
        }
        let weak = Rc::downgrade(self);
        let network = self.core.network.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let _ = network.connection(&node).await;
            if let Some(inner) = weak.upgrade() {
                inner.fetching.borrow_mut().connecting.remove(&node.id);
                inner.progress.notify();
            }
        }));
    }

    fn fetch_request(
        &self,
        connection: &crate::client::network::Connection,
        asked: &Asked,
    ) -> Result<(i16, FetchRequest)> {
        let cluster = self.core.metadata.cluster();
        let with_ids = asked
            .keys()
            .all(|tp| !cluster.topic_id(&tp.topic).is_zero());
        let newest = if with_ids {
            FetchRequest::MAX_VERSION
        } else {
            FIRST_VERSION_WITH_IDS - 1
        };
        let version = connection.version_of::<FetchRequest>(newest)?;
        let mut topics: SortedMap<&Rc<str>, Vec<FetchPartition>> = SortedMap::new();
        for (tp, position) in asked {
            let epoch = cluster.partition(tp).and_then(|p| p.leader_epoch);
            topics.entry(&tp.topic).or_default().push(FetchPartition {
                partition: tp.partition,
                current_leader_epoch: epoch.unwrap_or(-1),
                fetch_offset: position.offset,
                last_fetched_epoch: -1,
                log_start_offset: -1,
                partition_max_bytes: self.config.max_partition_fetch_bytes,
                ..Default::default()
            });
        }
        let ids = version >= FIRST_VERSION_WITH_IDS;
        let topic = |(name, partitions): (&Rc<str>, Vec<FetchPartition>)| FetchTopic {
            topic: if ids { String::new() } else { name.to_string() },
            topic_id: if ids {
                cluster.topic_id(name)
            } else {
                Uuid::ZERO
            },
            partitions,
            ..Default::default()
        };
        let request = FetchRequest {
            replica_id: -1,
            max_wait_ms: self.config.fetch_max_wait_ms,
            min_bytes: self.config.fetch_min_bytes,
            max_bytes: self.config.fetch_max_bytes,
            isolation_level: self.config.isolation_level as i8,
            session_id: 0,
            session_epoch: NO_SESSION_EPOCH,
            topics: topics.into_iter().map(topic).collect(),
            rack_id: self.config.client_rack.clone(),
            ..Default::default()
        };
        Ok((version, request))
    }

    fn fetched(&self, asked: &Asked, response: FetchResponse) {
        if response.error_code != 0 {
            self.core.metadata.request_update();
            return asked.keys().for_each(|tp| self.hold_back(tp));
        }
        for topic in response.responses {
            let name: Option<Rc<str>> = match topic.topic_id.is_zero() {
                true => Some(topic.topic.as_str().into()),
                false => self
                    .core
                    .metadata
                    .cluster()
                    .topic_name(&topic.topic_id)
                    .cloned(),
            };
            let Some(name) = name else {
                continue;
            };
            for partition in topic.partitions {
                let tp = TopicPartition::new(name.clone(), partition.partition_index);
                if let Some(position) = asked.get(&tp) {
                    self.partition_fetched(tp, *position, partition);
                }
            }
        }
    }

    fn partition_fetched(&self, tp: TopicPartition, asked: Position, data: PartitionData) {
        let code = ErrorCode(data.error_code);
        if !code.is_none() {
            return self.fetch_failed(&tp, asked, code);
        }
        let mut fetching = self.fetching.borrow_mut();
        fetching.not_before_ms.remove(&tp);
        let mut subs = self.subs.borrow_mut();
        let Some(state) = subs.get_mut(&tp) else {
            return;
        };
        state.high_watermark = Some(data.high_watermark)
            .filter(|o| *o >= 0)
            .or(state.high_watermark);
        state.last_stable_offset = Some(data.last_stable_offset)
            .filter(|o| *o >= 0)
            .or(state.last_stable_offset);
        if state.position().map(|p| p.offset) != Some(asked.offset) {
            return;
        }
        let bytes = data.records.map(|rope| rope.to_bytes()).unwrap_or_default();
        if !bytes.is_empty() {
            fetching.completed.push_back(Fetched::new(
                tp,
                asked.offset,
                bytes,
                data.aborted_transactions.unwrap_or_default(),
                self.config.isolation_level,
                self.config.check_crcs,
            ));
        }
    }

    /// Lets a partition rest for `retry.backoff.ms`.
    fn hold_back(&self, tp: &TopicPartition) {
        let until_ms = self.core.now_ms() + self.config.connection.retry_backoff_ms;
        self.fetching
            .borrow_mut()
            .not_before_ms
            .insert(tp.clone(), until_ms);
    }

    fn fetch_failed(&self, tp: &TopicPartition, asked: Position, code: ErrorCode) {
        self.hold_back(tp);
        let warn = |text: String| self.core.log.warn(class::FETCH_COLLECTOR, &text);
        match code {
            ErrorCode::OFFSET_OUT_OF_RANGE => self.out_of_range(tp, asked),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => {
                warn(format!(
                    "Received unknown topic or partition error in fetch for partition {tp}"
                ));
                self.core.metadata.request_update();
            }
            ErrorCode::UNKNOWN_TOPIC_ID => {
                warn(format!(
                    "Received unknown topic ID error in fetch for partition {tp}"
                ));
                self.core.metadata.request_update();
            }
            ErrorCode::INCONSISTENT_TOPIC_ID => {
                warn(format!(
                    "Received inconsistent topic ID error in fetch for partition {tp}"
                ));
                self.core.metadata.request_update();
            }
            ErrorCode::UNKNOWN_SERVER_ERROR => warn(format!(
                "Unknown server error while fetching offset {} for topic-partition {tp}",
                asked.offset
            )),
            ErrorCode::TOPIC_AUTHORIZATION_FAILED => {
                warn(format!("Not authorized to read from partition {tp}."));
                let text = format!("Not authorized to access topics: [{}]", tp.topic);
                self.raise(ClientError::broker(code, Some(text)));
            }
            ErrorCode::CORRUPT_MESSAGE => self.raise(ClientError::kafka(
                format!(
                    "Encountered corrupt message when fetching offset {} for topic-partition {tp}",
                    asked.offset
                ),
                None,
            )),
            code if code.is_retriable() => self.core.metadata.request_update(),
            code => self.raise(ClientError::IllegalState(format!(
                "Unexpected error code {} while fetching at offset {} from topic-partition {tp}",
                code.0, asked.offset
            ))),
        }
    }

    fn out_of_range(&self, tp: &TopicPartition, asked: Position) {
        let mut subs = self.subs.borrow_mut();
        let Some(state) = subs.get_mut(tp) else {
            return;
        };
        if state.position().map(|p| p.offset) != Some(asked.offset) {
            return;
        }
        if self.config.auto_offset_reset != OffsetReset::None {
            state.progress = Progress::AwaitingReset(self.config.auto_offset_reset);
            return;
        }
        drop(subs);
        let cluster = self.core.metadata.cluster();
        let leader = match cluster.leader(tp) {
            Some(node) => format!("Optional[{node}]"),
            None => "Optional.empty".to_owned(),
        };
        let epoch = cluster
            .partition(tp)
            .and_then(|p| p.leader_epoch)
            .map_or("absent".into(), |e| e.to_string());
        let offset_epoch = match asked.offset_epoch {
            Some(epoch) => format!("Optional[{epoch}]"),
            None => "Optional.empty".to_owned(),
        };
        let message = format!(
            "Fetch position FetchPosition{{offset={}, offsetEpoch={offset_epoch}, \
             currentLeader=LeaderAndEpoch{{leader={leader}, epoch={epoch}}}}} is out of range for \
             partition {tp}",
            asked.offset
        );
        let partitions = vec![(tp.clone(), asked.offset)];
        self.raise(ClientError::OffsetOutOfRange {
            message,
            partitions,
        });
    }
}
