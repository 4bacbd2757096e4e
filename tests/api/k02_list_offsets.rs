//! ListOffsets: special timestamps, searches by time, epochs.

use crate::support::*;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use kafka_sandbox::protocol::messages::list_offsets_response::ListOffsetsPartitionResponse;
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::{Machine, START_MS};

fn request(partitions: &[(i32, i64)]) -> ListOffsetsRequest {
    let partition = |(index, timestamp): &(i32, i64)| ListOffsetsPartition {
        partition_index: *index,
        timestamp: *timestamp,
        ..Default::default()
    };
    ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: "t".into(),
            partitions: partitions.iter().map(partition).collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn ask(
    machine: &mut Machine,
    conn: ConnId,
    version: i16,
    timestamp: i64,
) -> ListOffsetsPartitionResponse {
    let response = machine.call(conn, version, &request(&[(0, timestamp)]));
    response.topics[0].partitions[0].clone()
}

/// Records 0 to 9 in batches of two; their timestamps are START_MS and the next millisecond, by
/// turns.
fn ten_records(tail_bytes: usize) -> (Machine, ConnId) {
    let mut config = ClusterConfig::new(1, 1, "localhost", 9092);
    config.tail_bytes = tail_bytes;
    let mut machine = Machine::with(config, 1, Faults::default());
    let conn = machine.connect(1);
    create_topic(&mut machine, conn, "t", 1, 1, &[]);
    for _ in 0..5 {
        produce(&mut machine, conn, "t", 0, batch(&["a", "b"]));
    }
    (machine, conn)
}

#[test]
fn special_timestamps_in_every_version() {
    let (mut machine, conn) = ten_records(1 << 20);
    for version in 1..=11 {
        let latest = ask(&mut machine, conn, version, -1);
        assert_eq!(
            (latest.error_code, latest.offset, latest.timestamp),
            (NONE, 10, -1)
        );
        assert_eq!(latest.leader_epoch, if version >= 4 { 0 } else { -1 });
        let earliest = ask(&mut machine, conn, version, -2);
        assert_eq!((earliest.error_code, earliest.offset), (NONE, 0));
        for (timestamp, since) in [(-3, 7), (-4, 8), (-5, 9), (-6, 11), (-7, 99)] {
            let answer = ask(&mut machine, conn, version, timestamp);
            let unsupported = answer.error_code == ErrorCode::UNSUPPORTED_VERSION.code();
            assert_eq!(
                unsupported,
                version < since,
                "{timestamp} in version {version}"
            );
        }
    }
}

#[test]
fn the_greatest_timestamp_and_what_is_not_tiered() {
    let (mut machine, conn) = ten_records(1 << 20);
    let greatest = ask(&mut machine, conn, 11, -3);
    assert_eq!((greatest.offset, greatest.timestamp), (1, START_MS + 1));
    assert_eq!(ask(&mut machine, conn, 11, -4).offset, 0);
    for timestamp in [-5, -6] {
        let answer = ask(&mut machine, conn, 11, timestamp);
        assert_eq!(
            (answer.error_code, answer.offset, answer.timestamp),
            (NONE, -1, -1)
        );
    }
}

#[test]
fn a_search_by_time_finds_the_first_record_at_or_after_it() {
    for tail_bytes in [1 << 20, 0] {
        let (mut machine, conn) = ten_records(tail_bytes);
        let later = machine.now().wall_ms + 50_000;
        for (timestamp, offset, found) in [
            (0, 0, START_MS),
            (START_MS, 0, START_MS),
            (START_MS + 1, 1, START_MS + 1),
            (START_MS + 2, -1, -1),
            (later, -1, -1),
        ] {
            let answer = ask(&mut machine, conn, 7, timestamp);
            assert_eq!(
                (answer.error_code, answer.offset, answer.timestamp),
                (NONE, offset, found)
            );
        }
    }
}

#[test]
fn what_is_not_durable_is_not_found() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let other = machine.connect(leader_of(&machine, "t", 0));
    machine.hold_storage(true);
    machine.send(conn, 9, &produce_request("t", 0, -1, batch(&["a"])));
    assert_eq!(ask(&mut machine, other, 7, -1).offset, 0);
    assert_eq!(ask(&mut machine, other, 7, 0).offset, -1);
}

#[test]
fn errors_stand_at_their_partition() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let response = machine.call(conn, 7, &request(&[(0, -1), (3, -1), (0, -2)]));
    let codes: Vec<i16> = response.topics[0]
        .partitions
        .iter()
        .map(|p| p.error_code)
        .collect();
    let twice = ErrorCode::INVALID_REQUEST.code();
    assert_eq!(codes, [twice, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()]);
    let mut asked = request(&[(0, -1)]);
    asked.topics[0].partitions[0].current_leader_epoch = 4;
    let response = machine.call(conn, 7, &asked);
    let code = response.topics[0].partitions[0].error_code;
    assert_eq!(code, ErrorCode::UNKNOWN_LEADER_EPOCH.code());
    let other = machine.connect(other_than_leader(&machine, "t"));
    let code = ask(&mut machine, other, 7, -1).error_code;
    assert_eq!(code, ErrorCode::NOT_LEADER_OR_FOLLOWER.code());
}
