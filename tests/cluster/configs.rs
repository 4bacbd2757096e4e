//! Broker configs that act, each from the setting to what a client sees. Those that have tests beside the API that they
//! belong to (topics' creation and deletion, `fetch.max.bytes`, `min.insync.replicas`, sockets) are not repeated.

use crate::groups::{commit, committed, join_request, to_coordinator};
use crate::support::*;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::describe_producers_request::{
    DescribeProducersRequest, TopicRequest,
};
use kafka_sandbox::protocol::messages::describe_topic_partitions_request::{
    DescribeTopicPartitionsRequest, TopicRequest as DescribedTopic,
};
use kafka_sandbox::protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use kafka_sandbox::protocol::messages::join_group_request::JoinGroupRequest;
use kafka_sandbox::protocol::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions};
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::{Machine, START_MS};

fn machine_with(settings: &[(&str, &str)]) -> Machine {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let config = ClusterConfig {
        broker_configs: settings.iter().map(owned).collect(),
        ..ClusterConfig::default()
    };
    Machine::with(config, 1, Faults::default())
}

fn with_topic(settings: &[(&str, &str)]) -> Machine {
    let mut machine = machine_with(settings);
    create_topic(&mut machine, "t", 1, 1);
    machine
}

/// One record of this size and time; the answer's error code, base offset and log append time.
fn produce_at(machine: &mut Machine, timestamp_ms: i64, bytes: usize) -> (i16, i64, i64) {
    let mut builder = BatchBuilder::new();
    builder.append(timestamp_ms, None, Some(&vec![b'x'; bytes]), &[]);
    let batch = builder.finish(&BatchOptions::default());
    let conn = to_leader(machine, "t", 0);
    let response = machine.call(conn, 9, &produce_request("t", 0, -1, batch));
    machine.disconnect(conn);
    let answer = &response.responses[0].partition_responses[0];
    (
        answer.error_code,
        answer.base_offset,
        answer.log_append_time_ms,
    )
}

fn set_on_topic(machine: &mut Machine, name: &str, value: &str) {
    let request = IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 2,
            resource_name: "t".into(),
            configs: vec![AlterableConfig {
                name: name.into(),
                config_operation: 0,
                value: Some(value.into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let conn = machine.connect(1);
    let response = machine.call(conn, 1, &request);
    assert_eq!(response.responses[0].error_code, 0, "{response:?}");
}

fn segments(machine: &Machine) -> usize {
    machine
        .cluster
        .partition("t", 0)
        .expect("a partition")
        .segments
}

const TOO_LARGE: i16 = ErrorCode::MESSAGE_TOO_LARGE.0;

#[test]
fn message_max_bytes_holds_until_the_topic_says_otherwise() {
    let mut machine = with_topic(&[("message.max.bytes", "200")]);
    assert_eq!(produce_at(&mut machine, START_MS, 50).0, 0);
    assert_eq!(produce_at(&mut machine, START_MS, 300).0, TOO_LARGE);
    set_on_topic(&mut machine, "max.message.bytes", "1000");
    assert_eq!(produce_at(&mut machine, START_MS, 300).0, 0);
    assert_eq!(produce_at(&mut machine, START_MS, 1000).0, TOO_LARGE);
}

#[test]
fn segments_roll_by_size_and_by_time() {
    let mut machine = with_topic(&[("log.segment.bytes", "1048576"), ("log.roll.ms", "1000")]);
    produce_at(&mut machine, START_MS, 600_000);
    assert_eq!(segments(&machine), 1);
    produce_at(&mut machine, START_MS, 600_000);
    assert_eq!(segments(&machine), 2);
    produce_at(&mut machine, START_MS + 1000, 10);
    assert_eq!(segments(&machine), 2);
    produce_at(&mut machine, START_MS + 1001, 10);
    assert_eq!(segments(&machine), 3);
    // What the topic says wins.
    set_on_topic(&mut machine, "segment.ms", "100000");
    produce_at(&mut machine, START_MS + 5000, 10);
    assert_eq!(segments(&machine), 3);
    set_on_topic(&mut machine, "segment.bytes", "1048577");
    produce_at(&mut machine, START_MS + 5000, 1_048_400);
    assert_eq!(segments(&machine), 4);
}

#[test]
fn timestamps_are_bounded_or_the_broker_s_own() {
    let limits = [
        ("log.message.timestamp.before.max.ms", "1000"),
        ("log.message.timestamp.after.max.ms", "2000"),
    ];
    let mut machine = with_topic(&limits);
    let invalid = ErrorCode::INVALID_TIMESTAMP.0;
    let outcome = |machine: &mut Machine, at_ms| produce_at(machine, START_MS + at_ms, 1).0;
    assert_eq!(outcome(&mut machine, -1001), invalid);
    assert_eq!(outcome(&mut machine, -1000), 0);
    assert_eq!(outcome(&mut machine, 2000), 0);
    assert_eq!(outcome(&mut machine, 2001), invalid);
    set_on_topic(&mut machine, "message.timestamp.before.max.ms", "5000");
    assert_eq!(outcome(&mut machine, -4000), 0);
    set_on_topic(&mut machine, "message.timestamp.after.max.ms", "1");
    assert_eq!(outcome(&mut machine, 2000), invalid);

    let mut machine = with_topic(&[("log.message.timestamp.type", "LogAppendTime")]);
    machine.advance(77);
    assert_eq!(produce_at(&mut machine, 5, 1), (0, 0, START_MS + 77));
}

#[test]
fn session_timeouts_are_bounded() {
    let mut machine = machine_with(&[
        ("group.min.session.timeout.ms", "5000"),
        ("group.max.session.timeout.ms", "20000"),
    ]);
    let conn = to_coordinator(&mut machine, "g");
    let mut outcome = |session_timeout_ms| {
        let mut request = join_request("g");
        request.session_timeout_ms = session_timeout_ms;
        ErrorCode(machine.call(conn, 4, &request).error_code)
    };
    assert_eq!(outcome(4999), ErrorCode::INVALID_SESSION_TIMEOUT);
    assert_eq!(outcome(20_001), ErrorCode::INVALID_SESSION_TIMEOUT);
    assert_eq!(outcome(5000), ErrorCode::MEMBER_ID_REQUIRED);
    assert_eq!(outcome(20_000), ErrorCode::MEMBER_ID_REQUIRED);
}

/// Sends a join with a member id that the coordinator gave.
fn begin_join(machine: &mut Machine, conn: ConnId) {
    let mut request = join_request("g");
    request.member_id = machine.call(conn, 4, &request).member_id;
    machine.send(conn, 4, &request);
}

#[test]
fn the_first_rebalance_waits_as_long_as_it_is_told() {
    let mut machine = machine_with(&[("group.initial.rebalance.delay.ms", "700")]);
    let conn = to_coordinator(&mut machine, "g");
    begin_join(&mut machine, conn);
    machine.advance(699);
    assert!(machine.receive::<JoinGroupRequest>(conn, 4).is_none());
    machine.advance(1);
    let joined = machine
        .receive::<JoinGroupRequest>(conn, 4)
        .expect("an answer");
    assert_eq!(joined.error_code, 0);
}

#[test]
fn a_full_group_takes_nobody_in() {
    let settings = [
        ("group.initial.rebalance.delay.ms", "0"),
        ("group.max.size", "1"),
    ];
    let mut machine = machine_with(&settings);
    let conn = to_coordinator(&mut machine, "g");
    begin_join(&mut machine, conn);
    machine.advance(0);
    let joined = machine
        .receive::<JoinGroupRequest>(conn, 4)
        .expect("an answer");
    assert_eq!(joined.error_code, 0);
    let second = to_coordinator(&mut machine, "g");
    let refused = machine.call(second, 4, &join_request("g"));
    assert_eq!(
        ErrorCode(refused.error_code),
        ErrorCode::GROUP_MAX_SIZE_REACHED
    );
}

/// A commit by nobody in particular, as a consumer with `assign` does it.
fn commit_alone(machine: &mut Machine, conn: ConnId, metadata: &str) -> i16 {
    let mut request = commit("g", &(String::new(), -1), 5);
    request.topics[0].partitions[0].committed_metadata = Some(metadata.into());
    let response = machine.call(conn, 7, &request);
    response.topics[0].partitions[0].error_code
}

#[test]
fn the_metadata_of_a_commit_are_bounded() {
    let mut machine = with_topic(&[("offset.metadata.max.bytes", "3")]);
    let conn = to_coordinator(&mut machine, "g");
    let outcome = commit_alone(&mut machine, conn, "four");
    assert_eq!(ErrorCode(outcome), ErrorCode::OFFSET_METADATA_TOO_LARGE);
    assert_eq!(commit_alone(&mut machine, conn, "two"), 0);
}

#[test]
fn offsets_of_a_group_without_members_expire() {
    let mut machine = with_topic(&[
        ("offsets.retention.minutes", "2"),
        ("offsets.retention.check.interval.ms", "1000"),
    ]);
    let conn = to_coordinator(&mut machine, "g");
    assert_eq!(commit_alone(&mut machine, conn, ""), 0);
    machine.advance(119_000);
    assert_eq!(committed(&mut machine, conn, "g"), 5);
    machine.advance(2_000);
    assert_eq!(committed(&mut machine, conn, "g"), -1);
}

#[test]
fn the_offsets_topic_is_made_as_it_is_told() {
    let mut machine = machine_with(&[
        ("offsets.topic.num.partitions", "7"),
        ("offsets.topic.replication.factor", "2"),
        ("offsets.topic.segment.bytes", "1048577"),
    ]);
    to_coordinator(&mut machine, "g");
    let view = machine
        .cluster
        .topic("__consumer_offsets")
        .expect("it was made");
    assert_eq!(view.partitions.len(), 7);
    assert_eq!(view.partitions[0].replicas.len(), 2);
    let segment_bytes = view
        .configs
        .iter()
        .find(|(name, _)| *name == "segment.bytes");
    assert_eq!(segment_bytes.expect("it is set").1, "1048577");
}

#[test]
fn idle_producers_are_forgotten() {
    let mut machine = with_topic(&[("producer.id.expiration.ms", "600000")]);
    let mut builder = BatchBuilder::new();
    builder.append(START_MS, None, Some(b"a"), &[]);
    let options = BatchOptions {
        producer_id: 7,
        producer_epoch: 0,
        base_sequence: 0,
        ..BatchOptions::default()
    };
    let conn = to_leader(&mut machine, "t", 0);
    let request = produce_request("t", 0, -1, builder.finish(&options));
    let response = machine.call(conn, 9, &request);
    assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
    let request = DescribeProducersRequest {
        topics: vec![TopicRequest {
            name: "t".into(),
            partition_indexes: vec![0],
            ..Default::default()
        }],
        ..Default::default()
    };
    let active = |machine: &mut Machine| {
        let response = machine.call(conn, 0, &request);
        response.topics[0].partitions[0].active_producers.len()
    };
    machine.advance(500_000);
    assert_eq!(active(&mut machine), 1);
    machine.advance(800_000);
    assert_eq!(active(&mut machine), 0);
}

#[test]
fn a_page_of_partitions_is_bounded() {
    let mut machine = machine_with(&[("max.request.partition.size.limit", "2")]);
    create_topic(&mut machine, "t", 5, 1);
    let request = DescribeTopicPartitionsRequest {
        topics: vec![DescribedTopic {
            name: "t".into(),
            ..Default::default()
        }],
        response_partition_limit: 2000,
        ..Default::default()
    };
    let conn = machine.connect(1);
    let response = machine.call(conn, 0, &request);
    assert_eq!(response.topics[0].partitions.len(), 2);
    let cursor = response.next_cursor.expect("there is more");
    assert_eq!((&cursor.topic_name[..], cursor.partition_index), ("t", 2));
}

#[test]
fn topics_that_nobody_made_are_made_as_they_are_told() {
    let mut machine = machine_with(&[("num.partitions", "4"), ("default.replication.factor", "2")]);
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some("new".into()),
            ..Default::default()
        }]),
        allow_auto_topic_creation: true,
        ..Default::default()
    };
    let conn = machine.connect(1);
    machine.call(conn, 9, &request);
    let view = machine.cluster.topic("new").expect("it was made");
    assert_eq!(view.partitions.len(), 4);
    assert_eq!(view.partitions[0].replicas.len(), 2);
}
