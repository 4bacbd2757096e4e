//! DescribeProducers (key 61), version 0 (KIP-664): the idempotent producers that a partition
//! remembers.

use super::{Broker, Caller};
use crate::metadata::names;
use crate::protocol::ErrorCode;
use crate::protocol::messages::describe_producers_request::DescribeProducersRequest;
use crate::protocol::messages::describe_producers_response::{
    DescribeProducersResponse, PartitionResponse, ProducerState, TopicResponse,
};

/// The producers of the partitions that were asked for.
pub fn handle(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    request: DescribeProducersRequest,
) -> DescribeProducersResponse {
    let mut response = DescribeProducersResponse::default();
    for topic in request.topics {
        let mut answer = TopicResponse::default();
        for index in &topic.partition_indexes {
            let described = describe(broker, caller, &topic.name, *index);
            answer.partitions.push(match described {
                Ok(active_producers) => PartitionResponse {
                    partition_index: *index,
                    active_producers,
                    ..PartitionResponse::default()
                },
                Err((error, why)) => PartitionResponse {
                    partition_index: *index,
                    error_code: error.code(),
                    error_message: why,
                    ..PartitionResponse::default()
                },
            });
        }
        answer.name = topic.name;
        response.topics.push(answer);
    }
    response
}

fn describe(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    topic: &str,
    index: i32,
) -> Result<Vec<ProducerState>, (ErrorCode, Option<String>)> {
    if let Err(why) = names::check_topic(topic) {
        return Err((ErrorCode::INVALID_TOPIC_EXCEPTION, Some(why)));
    }
    // Kafka has words for an unknown topic, and none for an unknown partition.
    let unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    let words = || (unknown, Some(unknown.message().to_owned()));
    let found = broker.image.topic(topic).ok_or_else(words)?;
    let image = found.partition(index).ok_or((unknown, None))?;
    let not_leader = || (ErrorCode::NOT_LEADER_OR_FOLLOWER, None);
    if image.leader != caller.broker.0 {
        return Err(not_leader());
    }
    let hosted = broker.logs.get(image.log).ok_or_else(not_leader)?;
    let producers = hosted.log.active_producers().map(|producer| ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: i32::from(producer.producer_epoch),
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.current_txn_start_offset,
        ..ProducerState::default()
    });
    Ok(producers.collect())
}
