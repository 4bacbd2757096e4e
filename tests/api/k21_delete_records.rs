//! DeleteRecords: the log start moves, durably.

use crate::support::*;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use kafka_sandbox::protocol::messages::delete_records_response::DeleteRecordsPartitionResult;
use kafka_sandbox::sim::machine::Machine;

fn request(topic: &str, partition_index: i32, offset: i64) -> DeleteRecordsRequest {
    DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic {
            name: topic.into(),
            partitions: vec![DeleteRecordsPartition {
                partition_index,
                offset,
                ..Default::default()
            }],
            ..Default::default()
        }],
        timeout_ms: 1_000,
        ..Default::default()
    }
}

fn delete(
    machine: &mut Machine,
    conn: ConnId,
    topic: &str,
    partition: i32,
    offset: i64,
) -> DeleteRecordsPartitionResult {
    let response = machine.call(conn, 2, &request(topic, partition, offset));
    response.topics[0].partitions[0].clone()
}

fn five_records() -> (Machine, ConnId) {
    let (mut machine, conn) = with_topic("t", 1, 1);
    for value in ["a", "b", "c", "d", "e"] {
        produce(&mut machine, conn, "t", 0, batch(&[value]));
    }
    (machine, conn)
}

#[test]
fn records_below_the_offset_are_gone_also_after_a_crash() {
    let (mut machine, conn) = five_records();
    let result = delete(&mut machine, conn, "t", 0, 3);
    assert_eq!((result.error_code, result.low_watermark), (NONE, 3));
    machine.crash(2);
    let conn = machine.connect(leader_of(&machine, "t", 0));
    let error = fetch(&mut machine, conn, "t", 0, 2).error_code;
    assert_eq!(error, ErrorCode::OFFSET_OUT_OF_RANGE.code());
    let data = fetch(&mut machine, conn, "t", 0, 3);
    assert_eq!(values(&data)[0], (3, "d".to_owned()));
    assert_eq!(data.log_start_offset, 3);
}

#[test]
fn minus_one_is_the_high_watermark() {
    let (mut machine, conn) = five_records();
    assert_eq!(delete(&mut machine, conn, "t", 0, -1).low_watermark, 5);
    let view = machine.cluster.partition("t", 0).expect("a partition");
    assert_eq!((view.log_start_offset, view.high_watermark), (5, 5));
    let next = produce(&mut machine, conn, "t", 0, batch(&["f"]));
    assert_eq!(next.base_offset, 5);
}

#[test]
fn the_start_never_goes_back() {
    let (mut machine, conn) = five_records();
    delete(&mut machine, conn, "t", 0, 3);
    let result = delete(&mut machine, conn, "t", 0, 1);
    assert_eq!((result.error_code, result.low_watermark), (NONE, 3));
}

#[test]
fn nothing_moves_when_storage_fails() {
    let (mut machine, conn) = five_records();
    machine.hold_storage(true);
    machine.send(conn, 2, &request("t", 0, 3));
    machine.fail("full");
    let response = machine
        .receive::<DeleteRecordsRequest>(conn, 2)
        .expect("an answer");
    let result = &response.topics[0].partitions[0];
    assert_eq!(result.error_code, ErrorCode::KAFKA_STORAGE_ERROR.code());
    assert_eq!(result.low_watermark, -1);
    assert_eq!(
        machine
            .cluster
            .partition("t", 0)
            .expect("a partition")
            .log_start_offset,
        0
    );
}

#[test]
fn errors_are_kafka_s() {
    let (mut machine, conn) = five_records();
    for offset in [6, -2] {
        let error = delete(&mut machine, conn, "t", 0, offset).error_code;
        assert_eq!(error, ErrorCode::OFFSET_OUT_OF_RANGE.code());
    }
    let error = delete(&mut machine, conn, "t", 4, 1).error_code;
    assert_eq!(error, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code());
    let other = machine.connect(other_than_leader(&machine, "t"));
    let error = delete(&mut machine, other, "t", 0, 1).error_code;
    assert_eq!(error, ErrorCode::NOT_LEADER_OR_FOLLOWER.code());
    create_topic(
        &mut machine,
        other,
        "c",
        1,
        1,
        &[("cleanup.policy", "compact")],
    );
    let conn = machine.connect(leader_of(&machine, "c", 0));
    let error = delete(&mut machine, conn, "c", 0, 0).error_code;
    assert_eq!(error, ErrorCode::POLICY_VIOLATION.code());
}
