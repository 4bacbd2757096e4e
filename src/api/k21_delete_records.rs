//! DeleteRecords (key 21), versions 0 to 2 (KIP-107).
//!
//! The new log start is durable before the answer leaves; bytes below it are trimmed later. Since
//! all replicas share one log there is nothing to wait for besides, so `timeout_ms` plays no part.

use super::{Broker, Caller};
use crate::base::LogId;
use crate::log::storage::Write;
use crate::protocol::ErrorCode;
use crate::protocol::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest,
};
use crate::protocol::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsResponse, DeleteRecordsTopicResult,
};

/// Kafka's "delete up to the high watermark".
const HIGH_WATERMARK: i64 = -1;

/// The answer, and what must be durable before it may leave.
#[derive(Debug)]
pub struct DeleteRecords {
    pub response: DeleteRecordsResponse,
    pub moves: Vec<StartMove>,
}

/// A log start that is about to move.
#[derive(Debug)]
pub struct StartMove {
    pub log: LogId,
    pub log_start_offset: i64,
    pub write: Write,
}

impl DeleteRecords {
    /// Nothing of it became durable.
    pub fn fail(&mut self, error: ErrorCode) {
        for partition in self
            .response
            .topics
            .iter_mut()
            .flat_map(|topic| &mut topic.partitions)
        {
            if partition.error_code == ErrorCode::NONE.code() {
                *partition = failed(partition.partition_index, error);
            }
        }
    }
}

/// Decides what is deleted; nothing is changed yet.
pub fn handle(
    broker: &mut Broker<'_>,
    caller: &Caller<'_>,
    request: DeleteRecordsRequest,
) -> DeleteRecords {
    let mut moves = Vec::new();
    let mut response = DeleteRecordsResponse::default();
    for topic in request.topics {
        let mut result = DeleteRecordsTopicResult {
            name: topic.name,
            ..DeleteRecordsTopicResult::default()
        };
        for want in &topic.partitions {
            let answer = match delete(broker, caller, &result.name, want) {
                Err(error) => failed(want.partition_index, error),
                Ok((low_watermark, start_move)) => {
                    moves.extend(start_move);
                    DeleteRecordsPartitionResult {
                        partition_index: want.partition_index,
                        low_watermark,
                        ..DeleteRecordsPartitionResult::default()
                    }
                }
            };
            result.partitions.push(answer);
        }
        response.topics.push(result);
    }
    DeleteRecords { response, moves }
}

fn delete(
    broker: &mut Broker<'_>,
    caller: &Caller<'_>,
    topic: &str,
    want: &DeleteRecordsPartition,
) -> Result<(i64, Option<StartMove>), ErrorCode> {
    let image = broker
        .image
        .topic(topic)
        .and_then(|topic| topic.partition(want.partition_index))
        .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    if broker.image.is_internal(topic) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    if image.leader != caller.broker.0 {
        return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    }
    let hosted = broker
        .logs
        .get(image.log)
        .ok_or(ErrorCode::NOT_LEADER_OR_FOLLOWER)?;
    if !hosted.log.config().delete {
        return Err(ErrorCode::POLICY_VIOLATION);
    }
    if want.offset < HIGH_WATERMARK {
        return Err(ErrorCode::OFFSET_OUT_OF_RANGE);
    }
    let (log_start_offset, write) = hosted
        .log
        .delete_records(want.offset)
        .map_err(|_| ErrorCode::OFFSET_OUT_OF_RANGE)?;
    let start_move = write.map(|write| StartMove {
        log: image.log,
        log_start_offset,
        write,
    });
    Ok((log_start_offset, start_move))
}

fn failed(partition_index: i32, error: ErrorCode) -> DeleteRecordsPartitionResult {
    DeleteRecordsPartitionResult {
        partition_index,
        low_watermark: -1,
        error_code: error.code(),
        ..DeleteRecordsPartitionResult::default()
    }
}
