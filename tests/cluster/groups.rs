//! Groups through the whole cluster: join, commit, restart.

use crate::support::*;
use bytes::Bytes;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::find_coordinator_request::FindCoordinatorRequest;
use kafka_sandbox::protocol::messages::heartbeat_request::HeartbeatRequest;
use kafka_sandbox::protocol::messages::join_group_request::{
    JoinGroupRequest, JoinGroupRequestProtocol,
};
use kafka_sandbox::protocol::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_sandbox::protocol::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestTopic,
};
use kafka_sandbox::protocol::messages::sync_group_request::{
    SyncGroupRequest, SyncGroupRequestAssignment,
};
use kafka_sandbox::sim::machine::Machine;

pub fn to_coordinator(machine: &mut Machine, group: &str) -> ConnId {
    let conn = machine.connect(1);
    let request = FindCoordinatorRequest {
        key: group.to_owned(),
        ..Default::default()
    };
    machine.call(conn, 2, &request);
    let found = machine.call(conn, 2, &request);
    assert_eq!(found.error_code, 0);
    machine.disconnect(conn);
    machine.connect(found.node_id)
}

/// What a new member asks first.
pub fn join_request(group: &str) -> JoinGroupRequest {
    JoinGroupRequest {
        group_id: group.to_owned(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            metadata: Bytes::from_static(&[0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn join(machine: &mut Machine, conn: ConnId, group: &str) -> (String, i32) {
    let mut request = join_request(group);
    let first = machine.call(conn, 4, &request);
    assert_eq!(first.error_code, ErrorCode::MEMBER_ID_REQUIRED.code());
    request.member_id = first.member_id;
    let joined = machine.call(conn, 4, &request);
    assert_eq!(joined.error_code, 0);
    let sync = SyncGroupRequest {
        group_id: group.to_owned(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        assignments: vec![SyncGroupRequestAssignment {
            member_id: joined.member_id.clone(),
            assignment: Bytes::from_static(b"mine"),
            ..Default::default()
        }],
        ..Default::default()
    };
    let synced = machine.call(conn, 3, &sync);
    assert_eq!(
        (synced.error_code, &synced.assignment[..]),
        (0, &b"mine"[..])
    );
    (joined.member_id, joined.generation_id)
}

pub fn commit(group: &str, member: &(String, i32), offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest {
        group_id: group.to_owned(),
        generation_id_or_member_epoch: member.1,
        member_id: member.0.clone(),
        topics: vec![OffsetCommitRequestTopic {
            name: "t".into(),
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: 0,
                committed_offset: offset,
                committed_metadata: Some("note".into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

pub fn committed(machine: &mut Machine, conn: ConnId, group: &str) -> i64 {
    let request = OffsetFetchRequest {
        group_id: group.to_owned(),
        topics: Some(vec![OffsetFetchRequestTopic {
            name: "t".into(),
            partition_indexes: vec![0],
            ..Default::default()
        }]),
        ..Default::default()
    };
    let response = machine.call(conn, 5, &request);
    response.topics[0].partitions[0].committed_offset
}

#[test]
fn members_and_offsets_survive_a_crash() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let conn = to_coordinator(&mut machine, "g");
    let member = join(&mut machine, conn, "g");
    let response = machine.call(conn, 7, &commit("g", &member, 42));
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
    machine.crash(3);
    let conn = to_coordinator(&mut machine, "g");
    assert_eq!(committed(&mut machine, conn, "g"), 42);
    let view = machine.cluster.group("g").expect("the group");
    assert_eq!((view.state, view.generation), ("Stable", member.1));
    assert_eq!(view.members[0].member_id, member.0);
    assert_eq!(view.offsets[0].metadata, "note");
    let beat = HeartbeatRequest {
        group_id: "g".into(),
        generation_id: member.1,
        member_id: member.0.clone(),
        ..Default::default()
    };
    assert_eq!(machine.call(conn, 3, &beat).error_code, 0);
    machine.advance(20_000);
    let view = machine.cluster.group("g").expect("the group");
    assert_eq!((view.state, view.members.len()), ("Empty", 0));
}

#[test]
fn a_commit_that_is_not_durable_is_not_acknowledged() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let conn = to_coordinator(&mut machine, "g");
    let member = join(&mut machine, conn, "g");
    machine.hold_storage(true);
    let request = commit("g", &member, 7);
    machine.send(conn, 7, &request);
    assert!(machine.receive::<OffsetCommitRequest>(conn, 7).is_none());
    machine.fail("full");
    let response = machine
        .receive::<OffsetCommitRequest>(conn, 7)
        .expect("an answer");
    let error = ErrorCode(response.topics[0].partitions[0].error_code);
    assert!(error.is_retriable(), "{error:?}");
    machine.hold_storage(false);
    assert_eq!(committed(&mut machine, conn, "g"), -1);
}

#[test]
fn another_broker_is_not_the_coordinator() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    to_coordinator(&mut machine, "g");
    let leader = machine
        .cluster
        .partition("__consumer_offsets", 3)
        .expect("it")
        .leader;
    let other = machine.connect(if leader == 1 { 2 } else { 1 });
    let beat = HeartbeatRequest {
        group_id: "g".into(),
        member_id: "m".into(),
        ..Default::default()
    };
    let error = machine.call(other, 3, &beat).error_code;
    assert_eq!(error, ErrorCode::NOT_COORDINATOR.code());
}
