//! OffsetForLeaderEpoch (key 23), versions 2 to 4 (KIP-101, KIP-279, KIP-320).

use super::{Broker, Caller, check_replica};
use crate::protocol::ErrorCode;
use crate::protocol::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition,
};
use crate::protocol::messages::offset_for_leader_epoch_response::{
    EpochEndOffset, OffsetForLeaderEpochResponse, OffsetForLeaderTopicResult,
};

/// The end offsets of the epochs that were asked for.
pub fn handle(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    request: OffsetForLeaderEpochRequest,
) -> OffsetForLeaderEpochResponse {
    let mut response = OffsetForLeaderEpochResponse::default();
    for topic in request.topics {
        let answer = topic.partitions.iter().map(|want| {
            let (error, leader_epoch, end_offset) =
                match look_up(broker, caller, &topic.topic, want) {
                    Ok((leader_epoch, end_offset)) => (ErrorCode::NONE, leader_epoch, end_offset),
                    Err(error) => (error, -1, -1),
                };
            EpochEndOffset {
                error_code: error.code(),
                partition: want.partition,
                leader_epoch,
                end_offset,
                ..EpochEndOffset::default()
            }
        });
        let partitions = answer.collect();
        response.topics.push(OffsetForLeaderTopicResult {
            topic: topic.topic,
            partitions,
            ..OffsetForLeaderTopicResult::default()
        });
    }
    response
}

fn look_up(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    topic: &str,
    want: &OffsetForLeaderPartition,
) -> Result<(i32, i64), ErrorCode> {
    let image = broker
        .image
        .topic(topic)
        .and_then(|topic| topic.partition(want.partition))
        .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
    check_replica(image, caller.broker, want.current_leader_epoch, true)?;
    let hosted = broker
        .logs
        .get(image.log)
        .ok_or(ErrorCode::NOT_LEADER_OR_FOLLOWER)?;
    if want.leader_epoch == image.leader_epoch {
        // The current epoch ends where the log ends now, whether it has records yet or not.
        return Ok((image.leader_epoch, hosted.log.log_end_offset()));
    }
    Ok(hosted.log.end_offset_for_epoch(want.leader_epoch))
}
