//! DescribeProducers: who has written with a producer id.

use crate::support::*;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::describe_producers_request::{
    DescribeProducersRequest, TopicRequest,
};

fn request(topic: &str, partition: i32) -> DescribeProducersRequest {
    DescribeProducersRequest {
        topics: vec![TopicRequest {
            name: topic.into(),
            partition_indexes: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn idempotent_producers_are_shown() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    produce(&mut machine, conn, "t", 0, batch(&["plain"]));
    produce(&mut machine, conn, "t", 0, sequenced(&["a", "b"], 7, 2, 0));
    let response = machine.call(conn, 0, &request("t", 0));
    let partition = &response.topics[0].partitions[0];
    assert_eq!(
        (partition.error_code, partition.active_producers.len()),
        (NONE, 1)
    );
    let producer = &partition.active_producers[0];
    assert_eq!((producer.producer_id, producer.producer_epoch), (7, 2));
    assert_eq!(
        (producer.last_sequence, producer.current_txn_start_offset),
        (1, -1)
    );
}

#[test]
fn errors_are_kafka_s() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let mut code = |topic: &str, partition| {
        machine.call(conn, 0, &request(topic, partition)).topics[0].partitions[0].error_code
    };
    assert_eq!(code("t", 3), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code());
    assert_eq!(
        code("nope", 0),
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
    );
    assert_eq!(code("a b", 0), ErrorCode::INVALID_TOPIC_EXCEPTION.code());
}
