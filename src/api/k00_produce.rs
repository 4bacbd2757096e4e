//! Produce (key 0), versions 3 to 13; ApiVersions names 0 to 2 as well, as Kafka 4 does
//! (KAFKA-18659).
//!
//! acks 0, 1 and all; idempotent producers (KIP-98); record errors (KIP-467); the current leader in
//! an error (KIP-951); topic ids (KIP-516). A batch is appended at once and acknowledged when it is
//! durable, for acks 1 and all alike. Skipped: transactions, quotas.

use super::{Broker, Caller};
use crate::base::LogId;
use crate::log::{AppendContext, AppendError, Appended, Origin};
use crate::metadata::{PartitionImage, TopicImage};
use crate::protocol::ErrorCode;
use crate::protocol::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use crate::protocol::messages::produce_response::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse,
    ProduceResponse, TopicProduceResponse,
};
use crate::protocol::record_batch::{BatchError, batches, check_produce_records};
use bytes::Bytes;

/// The client id that may write to internal topics (Kafka's `AdminUtils`).
const ADMIN_CLIENT_ID: &str = "__admin_client";

/// A produce request whose batches are appended: the answer, and what must be durable before it may
/// leave.
#[derive(Debug)]
pub struct Produced {
    pub response: ProduceResponse,
    pub acks: i16,
    pub timeout_ms: i32,
    /// What is not durable yet.
    pub waits: Vec<Wait>,
    api_version: i16,
}

/// What the request says for all its partitions.
struct Terms {
    acks: i16,
    /// It names a transaction.
    in_transaction: bool,
}

/// One partition of the answer that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub log: LogId,
    /// The log must be durable up to here.
    pub end_offset: i64,
    topic: u32,
    partition: u32,
}

impl Produced {
    /// Whether a partition has failed. With acks=0 the connection is closed then, for the client
    /// has no other way to learn of it.
    pub fn has_error(&self) -> bool {
        let partitions = self
            .response
            .responses
            .iter()
            .flat_map(|t| &t.partition_responses);
        partitions
            .into_iter()
            .any(|p| p.error_code != ErrorCode::NONE.code())
    }

    /// What `wait` stands for is durable.
    pub fn settle(&mut self, wait: Wait) {
        self.waits.retain(|other| other != &wait);
    }

    /// What `wait` stands for will never be durable.
    pub fn fail(&mut self, wait: Wait, error: ErrorCode, why: Option<String>) {
        self.settle(wait);
        let why = why.filter(|_| self.api_version >= 8);
        let slot = self.slot(wait);
        *slot = failed(slot.index, error);
        slot.error_message = why;
    }

    /// The client's patience is over; what waits may still become durable.
    pub fn time_out(&mut self) {
        for wait in std::mem::take(&mut self.waits) {
            self.slot(wait).error_code = ErrorCode::REQUEST_TIMED_OUT.code();
        }
    }

    fn slot(&mut self, wait: Wait) -> &mut PartitionProduceResponse {
        let topic = &mut self.response.responses[wait.topic as usize];
        &mut topic.partition_responses[wait.partition as usize]
    }
}

/// Appends what the request brings.
pub fn handle(broker: &mut Broker<'_>, caller: &Caller<'_>, request: ProduceRequest) -> Produced {
    let mut produced = Produced {
        response: ProduceResponse::default(),
        acks: request.acks,
        timeout_ms: request.timeout_ms,
        waits: Vec::new(),
        api_version: caller.api_version,
    };
    let terms = Terms {
        acks: request.acks,
        in_transaction: request.transactional_id.is_some(),
    };
    if let Some(error) = unreadable(&request) {
        produced.response = refuse_all(caller, &request, &error);
        return produced;
    }
    for (index, topic) in request.topic_data.iter().enumerate() {
        let answer = append_topic(
            broker,
            caller,
            &terms,
            topic,
            index as u32,
            &mut produced.waits,
        );
        produced.response.responses.push(answer);
    }
    add_node_endpoints(broker, caller, &mut produced.response);
    produced
}

/// Why the request as a whole is refused: Kafka looks for transactions in the first batch of every
/// partition before anything else, and one that it cannot read fails them all.
fn unreadable(request: &ProduceRequest) -> Option<BatchError> {
    let partitions = request
        .topic_data
        .iter()
        .flat_map(|topic| &topic.partition_data);
    let records = partitions.filter_map(|partition| partition.records.as_ref());
    records
        .into_iter()
        .find_map(|rope| batches(&rope.to_bytes()).next()?.err().filter(is_corrupt))
}

/// A size or a magic that no batch can have; a batch of an old magic is refused at its own
/// partition.
fn is_corrupt(error: &BatchError) -> bool {
    match error {
        BatchError::TooSmall { .. } => true,
        BatchError::InvalidMagic { magic } => !(0..=1).contains(magic),
        _ => false,
    }
}

fn refuse_all(
    caller: &Caller<'_>,
    request: &ProduceRequest,
    error: &BatchError,
) -> ProduceResponse {
    let refused = |data: &PartitionProduceData| PartitionProduceResponse {
        error_message: (caller.api_version >= 8).then(|| error.to_string()),
        ..failed(data.index, ErrorCode(error.code()))
    };
    let topics = request.topic_data.iter().map(|topic| TopicProduceResponse {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partition_responses: topic.partition_data.iter().map(refused).collect(),
        ..TopicProduceResponse::default()
    });
    ProduceResponse {
        responses: topics.collect(),
        ..ProduceResponse::default()
    }
}

fn append_topic(
    broker: &mut Broker<'_>,
    caller: &Caller<'_>,
    terms: &Terms,
    topic: &TopicProduceData,
    topic_index: u32,
    waits: &mut Vec<Wait>,
) -> TopicProduceResponse {
    let by_id = caller.api_version >= 13;
    let image = broker.image;
    let found = if by_id {
        image.topic_by_id(topic.topic_id)
    } else {
        image.topic(&topic.name)
    };
    let unknown = if by_id {
        ErrorCode::UNKNOWN_TOPIC_ID
    } else {
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    };
    let mut answer = TopicProduceResponse {
        name: if by_id {
            String::new()
        } else {
            topic.name.clone()
        },
        topic_id: if by_id {
            topic.topic_id
        } else {
            Default::default()
        },
        partition_responses: Vec::with_capacity(topic.partition_data.len()),
        ..TopicProduceResponse::default()
    };
    for data in &topic.partition_data {
        let partition = found.and_then(|topic| topic.partition(data.index));
        let response = match (found, partition) {
            (None, _) => failed(data.index, unknown),
            (Some(_), None) => failed(data.index, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            (Some(topic), Some(partition)) => {
                match append(broker, caller, terms, topic, partition, data) {
                    Ok(appended) => {
                        waits.push(Wait {
                            log: partition.log,
                            end_offset: appended.last_offset + 1,
                            topic: topic_index,
                            partition: answer.partition_responses.len() as u32,
                        });
                        succeeded(data.index, &appended)
                    }
                    Err(response) => *response,
                }
            }
        };
        answer.partition_responses.push(response);
    }
    answer
}

fn append(
    broker: &mut Broker<'_>,
    caller: &Caller<'_>,
    terms: &Terms,
    topic: &TopicImage,
    partition: &PartitionImage,
    data: &PartitionProduceData,
) -> Result<Appended, Box<PartitionProduceResponse>> {
    let fail = |error| Err(Box::new(failed(data.index, error)));
    let batch = data
        .records
        .as_ref()
        .map(|rope| rope.to_bytes())
        .unwrap_or_default();
    let transactional = match check_produce_records(caller.api_version, &batch) {
        Ok(view) => view.header.attributes.is_transactional(),
        Err(error) => return fail(ErrorCode(error.code())),
    };
    if transactional {
        // Nobody can have begun a transaction; Kafka tells those who name none from those who name
        // a wrong one.
        return fail(match terms.in_transaction {
            false => ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            true => ErrorCode::INVALID_TXN_STATE,
        });
    }
    if !matches!(terms.acks, -1..=1) {
        return fail(ErrorCode::INVALID_REQUIRED_ACKS);
    }
    if topic.is_internal() && caller.client_id != ADMIN_CLIENT_ID {
        return fail(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    if partition.leader != caller.broker.0 {
        let mut response = failed(data.index, ErrorCode::NOT_LEADER_OR_FOLLOWER);
        if caller.api_version >= 10 {
            response.current_leader = LeaderIdAndEpoch {
                leader_id: partition.leader,
                leader_epoch: partition.leader_epoch,
                ..LeaderIdAndEpoch::default()
            };
        }
        return Err(Box::new(response));
    }
    append_as_leader(broker, topic, terms.acks, partition, data.index, &batch)
}

fn append_as_leader(
    broker: &mut Broker<'_>,
    topic: &TopicImage,
    acks: i16,
    partition: &PartitionImage,
    index: i32,
    batch: &Bytes,
) -> Result<Appended, Box<PartitionProduceResponse>> {
    let Some(hosted) = broker.logs.get_mut(partition.log) else {
        return Err(Box::new(failed(index, ErrorCode::NOT_LEADER_OR_FOLLOWER)));
    };
    let log_start_offset = hosted.log.log_start_offset();
    // More replicas than there are can never be in sync, so they are not asked for.
    let min_insync_replicas = topic.min_insync_replicas.min(partition.replicas.len());
    if acks == -1 && partition.isr.len() < min_insync_replicas {
        let response = failed(index, ErrorCode::NOT_ENOUGH_REPLICAS);
        return Err(Box::new(PartitionProduceResponse {
            log_start_offset,
            ..response
        }));
    }
    let name = hosted.name.clone();
    let codec = broker.decompressor.filter(|_| broker.check_compressed);
    let ctx = AppendContext {
        now_ms: broker.now.wall_ms,
        leader_epoch: partition.leader_epoch,
        origin: Origin::Client,
        partition: &name,
        decompress: codec.map(|codec| &*codec.0),
    };
    match hosted.log.append(batch, &ctx) {
        Ok(appended) => {
            if !appended.duplicate {
                broker.logs.mark_pending(partition.log);
            }
            Ok(appended)
        }
        Err(error) => Err(Box::new(refused(index, &error, log_start_offset))),
    }
}

fn succeeded(index: i32, appended: &Appended) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        base_offset: appended.base_offset,
        log_append_time_ms: appended.log_append_time_ms,
        log_start_offset: appended.log_start_offset,
        ..PartitionProduceResponse::default()
    }
}

fn failed(index: i32, error: ErrorCode) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        error_code: error.code(),
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: -1,
        ..PartitionProduceResponse::default()
    }
}

/// Kafka names the log start only where its own code did not expect the failure, or has looked at
/// records.
fn refused(index: i32, error: &AppendError, log_start_offset: i64) -> PartitionProduceResponse {
    let code = ErrorCode(error.code);
    let silent = [
        ErrorCode::MESSAGE_TOO_LARGE,
        ErrorCode::RECORD_LIST_TOO_LARGE,
        ErrorCode::CORRUPT_MESSAGE,
    ];
    let record_errors = error
        .record_errors
        .iter()
        .map(|record| BatchIndexAndErrorMessage {
            batch_index: record.batch_index,
            batch_index_error_message: Some(record.message.clone()),
            ..BatchIndexAndErrorMessage::default()
        });
    PartitionProduceResponse {
        log_start_offset: if silent.contains(&code) {
            -1
        } else {
            log_start_offset
        },
        record_errors: record_errors.collect(),
        error_message: error.response_message().map(str::to_owned),
        ..failed(index, code)
    }
}

/// Names the brokers that the answer points at (KIP-951).
fn add_node_endpoints(broker: &Broker<'_>, caller: &Caller<'_>, response: &mut ProduceResponse) {
    if caller.api_version < 10 {
        return;
    }
    let partitions = response
        .responses
        .iter()
        .flat_map(|topic| &topic.partition_responses);
    let leaders = partitions.map(|p| p.current_leader.leader_id);
    response.node_endpoints = broker
        .leader_endpoints(caller, leaders)
        .map(|endpoint| NodeEndpoint {
            node_id: endpoint.broker.0,
            host: endpoint.host.clone(),
            port: i32::from(endpoint.port),
            ..NodeEndpoint::default()
        })
        .collect();
}
