//! The background task that sends what is ready and deals with the answers: Java's `Sender`. Where an idempotent
//! producer's id and epoch come from is in `identity`.

use super::Inner;
use super::accumulator::Ready;
use super::batch::{Batch, Identity};
use super::delivery::BatchResult;
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::logger::class;
use crate::client::network::{Connection, InFlight};
use crate::client::sync::backoff_ms;
use crate::client::types::{Node, TopicPartition};
use crate::protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use crate::protocol::messages::produce_response::PartitionProduceResponse;
use crate::protocol::messages::{ProduceRequest, ProduceResponse};
use crate::protocol::{ErrorCode, Message, Rope, Uuid};
use futures_util::future::select;
use std::rc::{Rc, Weak};

/// Requests name topics by their ids from this version on (KIP-516).
const FIRST_VERSION_WITH_IDS: i16 = 13;

/// Runs until the producer is closed and nothing is left, or it is dropped.
pub(super) async fn run(inner: Weak<Inner>) {
    loop {
        let Some(strong) = inner.upgrade() else {
            return;
        };
        let work = strong.work.wait();
        let next_look_ms = strong.run_once();
        if strong.is_finished() {
            return;
        }
        let runtime = strong.core.env.runtime.clone();
        drop(strong);
        if next_look_ms == u64::MAX {
            work.await;
        } else {
            select(work, runtime.sleep(next_look_ms.max(1))).await;
        }
    }
}

impl Inner {
    fn is_finished(&self) -> bool {
        let state = self.batches.borrow();
        state.closing && !state.has_open()
    }

    /// Sends what can be sent now. Milliseconds until it is worth looking again with no other event.
    fn run_once(self: &Rc<Self>) -> u64 {
        let now_ms = self.core.now_ms();
        let next_expiry_ms = self.expire(now_ms);
        if self.config.enable_idempotence && !self.prepare_identity() {
            return next_expiry_ms;
        }
        let ready = {
            let cluster = self.core.metadata.cluster();
            self.batches
                .borrow_mut()
                .ready(&self.config, &cluster, now_ms)
        };
        let Ready {
            nodes,
            next_look_ms,
            unknown_leaders,
        } = ready;
        if unknown_leaders {
            self.core.metadata.request_update();
        }
        for node in nodes {
            match self.core.network.open_connection(&node) {
                Some(connection) => while self.send_to(&node, &connection, now_ms) {},
                None => self.connect(node),
            }
        }
        next_look_ms.min(next_expiry_ms)
    }

    /// Opens a connection in the background; the sender looks again when there is one, or none to be had.
    fn connect(self: &Rc<Self>, node: Node) {
        if !self.connecting.borrow_mut().insert(node.id) {
            return;
        }
        let weak = Rc::downgrade(self);
        let network = self.core.network.clone();
        self.core.env.runtime.spawn(Box::pin(async move {
            let _ = network.connection(&node).await;
            if let Some(inner) = weak.upgrade() {
                inner.connecting.borrow_mut().remove(&node.id);
                inner.work.notify();
            }
        }));
    }

    /// Sends one request if something is ready and the node takes another one. Whether it did.
    fn send_to(self: &Rc<Self>, node: &Node, connection: &Rc<Connection>, now_ms: u64) -> bool {
        if connection.in_flight() >= self.config.max_in_flight {
            return false;
        }
        let batches = {
            let cluster = self.core.metadata.cluster();
            let ids = self.ids.get();
            let codecs = &*self.core.env.codecs;
            self.batches
                .borrow_mut()
                .drain(&self.config, &cluster, node, ids, codecs, now_ms)
        };
        if batches.is_empty() {
            return false;
        }
        match self.start_request(connection, &batches) {
            Ok(Some(in_flight)) => {
                let weak = Rc::downgrade(self);
                let node_id = node.id;
                self.core.env.runtime.spawn(Box::pin(async move {
                    let correlation_id = in_flight.correlation_id;
                    let reply = in_flight.response().await;
                    if let Some(inner) = weak.upgrade() {
                        let response = reply.map(|reply| reply.response);
                        inner.answered(node_id, correlation_id, batches, response);
                    }
                }));
            }
            Ok(None) => {
                for batch in batches {
                    self.done(
                        batch,
                        BatchResult::Done {
                            base_offset: -1,
                            log_append_time: None,
                        },
                    );
                }
            }
            Err(error) => self.answered(node.id, -1, batches, Err(error)),
        }
        true
    }

    /// Puts a request on the wire; `None` with `acks=0`, which has no answer.
    fn start_request(
        &self,
        connection: &Rc<Connection>,
        batches: &[Batch],
    ) -> Result<Option<InFlight<ProduceRequest>>, ClientError> {
        let mut topics: SortedMap<&str, Vec<&Batch>> = SortedMap::new();
        for batch in batches {
            topics
                .entry(&batch.partition.topic)
                .or_default()
                .push(batch);
        }
        let cluster = self.core.metadata.cluster();
        let with_ids = topics
            .keys()
            .all(|topic| !cluster.topic_id(topic).is_zero());
        let newest = if with_ids {
            ProduceRequest::MAX_VERSION
        } else {
            FIRST_VERSION_WITH_IDS - 1
        };
        let version = connection.version_of::<ProduceRequest>(newest)?;
        let data = |batch: &&Batch| PartitionProduceData {
            index: batch.partition.partition,
            records: Some(Rope::from(batch.bytes())),
            ..Default::default()
        };
        let topic_data = topics.iter().map(|(topic, batches)| TopicProduceData {
            name: if version < FIRST_VERSION_WITH_IDS {
                topic.to_string()
            } else {
                String::new()
            },
            topic_id: match version {
                ..FIRST_VERSION_WITH_IDS => Uuid::ZERO,
                _ => cluster.topic_id(topic),
            },
            partition_data: batches.iter().map(data).collect(),
            ..Default::default()
        });
        let request = ProduceRequest {
            acks: self.config.acks,
            timeout_ms: i32::try_from(self.config.connection.request_timeout_ms)
                .unwrap_or(i32::MAX),
            topic_data: topic_data.collect(),
            ..Default::default()
        };
        if self.config.acks == 0 {
            connection.send_one_way(version, &request)?;
            return Ok(None);
        }
        let timeout_ms = self.config.connection.request_timeout_ms;
        self.core
            .network
            .send(connection, version, timeout_ms, &request)
            .map(Some)
    }

    /// Deals with the answer to one request, or with its failure.
    fn answered(
        self: &Rc<Self>,
        node_id: i32,
        correlation_id: i32,
        batches: Vec<Batch>,
        response: Result<ProduceResponse, ClientError>,
    ) {
        let mut answers: SortedMap<TopicPartition, PartitionProduceResponse> = SortedMap::new();
        let failure = match response {
            Ok(response) => {
                let cluster = self.core.metadata.cluster();
                for topic in response.responses {
                    let name = match cluster.topic_name(&topic.topic_id) {
                        Some(name) if !topic.topic_id.is_zero() => name.clone(),
                        _ => topic.name.as_str().into(),
                    };
                    for p in topic.partition_responses {
                        answers.insert(TopicPartition::new(name.clone(), p.index), p);
                    }
                }
                (ErrorCode::UNKNOWN_SERVER_ERROR, None)
            }
            Err(ClientError::UnsupportedVersion(_)) => (ErrorCode::UNSUPPORTED_VERSION, None),
            Err(ClientError::Broker { code, message }) => (code, Some(message)),
            Err(_) => {
                let text = format!("Disconnected from node {node_id}");
                (ErrorCode::NETWORK_EXCEPTION, Some(text))
            }
        };
        for batch in batches {
            if let Some(partition) = self.batches.borrow_mut().partition(&batch.partition) {
                partition.in_flight -= 1;
            }
            let answer =
                answers
                    .remove(&batch.partition)
                    .unwrap_or_else(|| PartitionProduceResponse {
                        error_code: failure.0.0,
                        error_message: failure.1.clone(),
                        base_offset: -1,
                        log_append_time_ms: -1,
                        ..Default::default()
                    });
            self.settle(correlation_id, batch, answer);
        }
        self.work.notify();
        self.progress.notify();
    }

    /// Completes, retries, splits or fails one batch.
    fn settle(&self, correlation_id: i32, mut batch: Batch, answer: PartitionProduceResponse) {
        let code = ErrorCode(answer.error_code);
        let fatal = self.fatal.borrow().clone().filter(|_| !code.is_none());
        if let Some(rest) = fatal {
            return self.done(
                batch,
                BatchResult::Failed {
                    rest,
                    records: SortedMap::new(),
                },
            );
        }
        if code.is_none() || code == ErrorCode::DUPLICATE_SEQUENCE_NUMBER {
            let log_append_time = Some(answer.log_append_time_ms).filter(|t| *t >= 0);
            let base_offset = if code.is_none() {
                answer.base_offset
            } else {
                -1
            };
            self.acknowledge(&batch);
            return self.done(
                batch,
                BatchResult::Done {
                    base_offset,
                    log_append_time,
                },
            );
        }
        let left = i64::from(self.config.retries) - i64::from(batch.attempts);
        let detail = match answer.error_message.as_deref() {
            Some(text) if !text.is_empty() => format!("{code}. Error Message: {text}"),
            _ => code.name().to_owned(),
        };
        let tp = batch.partition.clone();
        if code == ErrorCode::MESSAGE_TOO_LARGE && batch.count() > 1 {
            let text = format!(
                "Got error produce response in correlation id {correlation_id} on topic-partition {tp}, \
                 splitting and retrying ({left} attempts left). Error: {detail}"
            );
            self.core.log.warn(class::SENDER, &text);
            if self.split(&mut batch) {
                return;
            }
        }
        let expired = self.has_expired(&batch);
        if self.can_retry(&batch, code) && left > 0 && !expired {
            let text = format!(
                "Got error produce response with correlation id {correlation_id} on topic-partition {tp}, \
                 retrying ({} attempts left). Error: {detail}",
                left - 1
            );
            self.core.log.warn(class::SENDER, &text);
            self.retry(batch);
        } else if expired && code.is_retriable() {
            self.mark_unresolved(&batch);
            self.fail_expired(batch);
        } else {
            self.fail(batch, code, answer.clone());
        }
        self.note_stale_metadata(&tp, code, answer.error_message);
    }

    fn note_stale_metadata(&self, tp: &TopicPartition, code: ErrorCode, message: Option<String>) {
        if !code.needs_refresh() {
            return;
        }
        let text = if code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION {
            format!(
                "Received unknown topic or partition error in produce request on partition {tp}. The \
                 topic-partition may not exist or the user may not have Describe access to it"
            )
        } else {
            let exception = ClientError::broker(code, message);
            format!(
                "Received invalid metadata error in produce request on partition {tp} due to {exception} \
                 Going to request metadata update now"
            )
        };
        self.core.log.warn(class::SENDER, &text);
        self.core.metadata.request_update();
    }

    fn has_expired(&self, batch: &Batch) -> bool {
        let due_ms = batch
            .created_ms
            .saturating_add(self.config.delivery_timeout_ms);
        due_ms <= self.core.now_ms()
    }

    fn retry(&self, mut batch: Batch) {
        let connection = &self.config.connection;
        let (first, max) = (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
        let attempt = u32::try_from(batch.attempts).unwrap_or(u32::MAX);
        let runtime = &*self.core.env.runtime;
        batch.retry_at_ms = runtime.mono_ms() + backoff_ms(runtime, first, max, attempt);
        batch.attempts = batch.attempts.saturating_add(1);
        self.batches.borrow_mut().put_back(batch);
    }

    fn split(&self, batch: &mut Batch) -> bool {
        let codecs = &*self.core.env.codecs;
        let limit_bytes = self.config.batch_size.min(batch.size_in_bytes() / 2);
        let Some(parts) = batch.split(limit_bytes, codecs) else {
            return false;
        };
        let mut state = self.batches.borrow_mut();
        state.forget(batch.number, 0);
        state.reset_ratio(&batch.partition.topic);
        for part in parts {
            state.put_back(part);
        }
        true
    }

    /// Whether sending it again may help; for what the broker says about sequences it may need a new epoch.
    fn can_retry(&self, batch: &Batch, code: ErrorCode) -> bool {
        let Some(identity) = batch.identity else {
            return code.is_retriable();
        };
        let mut state = self.batches.borrow_mut();
        let Some(partition) = state.partition(&batch.partition) else {
            return false;
        };
        match code {
            ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER => {
                // Not the broker's next one: an earlier batch failed, and will come again before this one.
                !partition.sequences.is_current(identity) || !partition.sequences.is_next(identity)
            }
            ErrorCode::UNKNOWN_PRODUCER_ID | ErrorCode::INVALID_PRODUCER_EPOCH => {
                partition.sequences.request_restart();
                true
            }
            code => code.is_retriable(),
        }
    }

    fn acknowledge(&self, batch: &Batch) {
        if let Some(identity) = batch.identity
            && let Some(partition) = self.batches.borrow_mut().partition(&batch.partition)
        {
            partition
                .sequences
                .acknowledged(identity, batch.last_sequence());
        }
    }

    fn mark_unresolved(&self, batch: &Batch) {
        if batch.identity.is_some()
            && let Some(partition) = self.batches.borrow_mut().partition(&batch.partition)
        {
            partition.sequences.mark_unresolved();
        }
    }

    fn done(&self, batch: Batch, result: BatchResult) {
        self.batches
            .borrow_mut()
            .forget(batch.number, batch.memory_bytes);
        batch.settle(result);
        self.progress.notify();
    }

    fn fail(&self, batch: Batch, code: ErrorCode, answer: PartitionProduceResponse) {
        if let Some(identity) = batch.identity {
            if code == ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER {
                self.log_out_of_order(&batch, identity, answer.error_message.clone());
            }
            if let Some(partition) = self.batches.borrow_mut().partition(&batch.partition) {
                partition.sequences.request_restart();
            }
        }
        let whole = ClientError::broker(code, answer.error_message.clone());
        if answer.record_errors.is_empty() {
            return self.done(
                batch,
                BatchResult::Failed {
                    rest: whole,
                    records: SortedMap::new(),
                },
            );
        }
        let single = answer.record_errors.len() == 1;
        let records = answer.record_errors.into_iter().map(|e| {
            let text = e.batch_index_error_message.or(answer.error_message.clone());
            let text = text.unwrap_or_else(|| code.message().to_owned());
            let code = if single {
                code
            } else {
                ErrorCode::INVALID_RECORD
            };
            (
                e.batch_index as usize,
                ClientError::broker(code, Some(text)),
            )
        });
        let rest = ClientError::kafka(
            "Failed to append record because it was part of a batch which had one more more invalid records",
            None,
        );
        self.done(
            batch,
            BatchResult::Failed {
                rest,
                records: records.collect(),
            },
        );
    }

    fn log_out_of_order(&self, batch: &Batch, identity: Identity, message: Option<String>) {
        let exception = ClientError::broker(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, message);
        let Identity {
            producer_id,
            producer_epoch,
            base_sequence,
        } = identity;
        let text = format!(
            "The broker returned {exception} for topic-partition {} with producerId {producer_id}, epoch \
             {producer_epoch}, and sequence number {base_sequence}",
            batch.partition
        );
        self.core.log.error(class::TRANSACTION_MANAGER, &text);
    }

    /// Fails what has waited for longer than `delivery.timeout.ms`; when the next may have.
    fn expire(&self, now_ms: u64) -> u64 {
        let timeout_ms = self.config.delivery_timeout_ms;
        let (expired, next_ms) = self.batches.borrow_mut().take_expired(timeout_ms, now_ms);
        for batch in expired {
            self.mark_unresolved(&batch);
            self.fail_expired(batch);
        }
        next_ms
    }

    fn fail_expired(&self, batch: Batch) {
        let text = format!(
            "Expiring {} record(s) for {}:{} ms has passed since batch creation",
            batch.count(),
            batch.partition,
            self.core.now_ms() - batch.created_ms
        );
        let rest = ClientError::timeout(text);
        self.done(
            batch,
            BatchResult::Failed {
                rest,
                records: SortedMap::new(),
            },
        );
    }

    /// Gives up everything that is not under way.
    pub(super) fn abort(&self, why: &ClientError) {
        let waiting = self.batches.borrow_mut().take_all();
        for batch in waiting {
            let rest = why.clone();
            self.done(
                batch,
                BatchResult::Failed {
                    rest,
                    records: SortedMap::new(),
                },
            );
        }
    }
}
