//! OffsetForLeaderEpoch: where an epoch ends.

use crate::support::*;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};

fn request(leader_epoch: i32, current_leader_epoch: i32) -> OffsetForLeaderEpochRequest {
    OffsetForLeaderEpochRequest {
        replica_id: -1,
        topics: vec![OffsetForLeaderTopic {
            topic: "t".into(),
            partitions: vec![OffsetForLeaderPartition {
                partition: 0,
                current_leader_epoch,
                leader_epoch,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn the_current_epoch_ends_at_the_log_end() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    produce(&mut machine, conn, "t", 0, batch(&["a", "b"]));
    for version in 2..=4 {
        let response = machine.call(conn, version, &request(0, 0));
        let answer = &response.topics[0].partitions[0];
        assert_eq!(
            (answer.error_code, answer.leader_epoch, answer.end_offset),
            (NONE, 0, 2)
        );
    }
    let response = machine.call(conn, 4, &request(5, -1));
    let answer = &response.topics[0].partitions[0];
    assert_eq!(
        (answer.error_code, answer.leader_epoch, answer.end_offset),
        (NONE, -1, -1)
    );
}

#[test]
fn an_earlier_epoch_ends_where_the_next_begins() {
    let (mut machine, conn) = with_topic("t", 1, 3);
    produce(&mut machine, conn, "t", 0, batch(&["a", "b"]));
    // The leader goes away with a restart of fewer brokers, then comes back and is elected again.
    let first = leader_of(&machine, "t", 0);
    machine.config_mut().brokers = if first == 3 { 2 } else { 3 };
    machine.config_mut().first_id = if first == 1 { 2 } else { 1 };
    if first == 2 {
        // The brokers in the middle cannot go alone: keep the last one only.
        machine.config_mut().first_id = 3;
        machine.config_mut().brokers = 1;
    } else if first == 1 {
        machine.config_mut().brokers = 2;
    }
    machine.restart(2);
    let leader = leader_of(&machine, "t", 0);
    assert_ne!(leader, first);
    let conn = machine.connect(leader);
    produce(&mut machine, conn, "t", 0, batch(&["c"]));
    let response = machine.call(conn, 4, &request(0, -1));
    let answer = &response.topics[0].partitions[0];
    assert_eq!(
        (answer.error_code, answer.leader_epoch, answer.end_offset),
        (NONE, 0, 2)
    );
    let fenced = machine.call(conn, 4, &request(0, 0));
    let code = fenced.topics[0].partitions[0].error_code;
    assert_eq!(code, ErrorCode::FENCED_LEADER_EPOCH.code());
    let ahead = machine.call(conn, 4, &request(0, 99));
    let code = ahead.topics[0].partitions[0].error_code;
    assert_eq!(code, ErrorCode::UNKNOWN_LEADER_EPOCH.code());
}
