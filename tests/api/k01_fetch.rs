//! Fetch: long polls, limits, epochs, reading back from storage.

use crate::support::*;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::protocol::messages::FetchRequest;
use kafka_sandbox::protocol::{ErrorCode, Uuid};
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::Machine;

#[test]
fn every_version_reads_what_was_written() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    produce(&mut machine, conn, "t", 0, batch(&["a", "b"]));
    for version in 4..=18 {
        let mut request = fetch_request("t", &[(0, 0)], 0);
        if version >= 13 {
            request.topics[0].topic = String::new();
            request.topics[0].topic_id = topic_id(&machine, "t");
        }
        if version >= 15 {
            request.replica_id = -1;
        }
        let response = machine.call(conn, version, &request);
        let data = &response.responses[0].partitions[0];
        assert_eq!(
            (data.error_code, data.high_watermark),
            (NONE, 2),
            "version {version}"
        );
        assert_eq!(data.last_stable_offset, 2);
        assert_eq!(values(data), [(0, "a".to_owned()), (1, "b".to_owned())]);
        assert_eq!((response.session_id, response.error_code), (0, NONE));
        assert_eq!(data.aborted_transactions, None);
    }
}

#[test]
fn a_long_poll_wakes_when_data_are_durable() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let writer = machine.connect(leader_of(&machine, "t", 0));
    machine.send(conn, 12, &fetch_request("t", &[(0, 0)], 500));
    machine.hold_storage(true);
    machine.send(writer, 9, &produce_request("t", 0, -1, batch(&["a"])));
    machine.advance(10);
    assert!(machine.receive::<FetchRequest>(conn, 12).is_none());
    machine.complete();
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    assert_eq!(
        values(&response.responses[0].partitions[0]),
        [(0, "a".to_owned())]
    );
}

#[test]
fn a_long_poll_ends_when_its_time_is_up() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.send(conn, 12, &fetch_request("t", &[(0, 0)], 500));
    machine.advance(499);
    assert!(machine.receive::<FetchRequest>(conn, 12).is_none());
    machine.advance(1);
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    assert_eq!(bytes_of(&response), 0);
    assert_eq!(response.responses[0].partitions[0].high_watermark, 0);
}

#[test]
fn min_bytes_are_waited_for() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let writer = machine.connect(leader_of(&machine, "t", 0));
    let one = batch(&["a"]).len();
    let mut request = fetch_request("t", &[(0, 0)], 10_000);
    request.min_bytes = 2 * one as i32;
    machine.send(conn, 12, &request);
    produce(&mut machine, writer, "t", 0, batch(&["a"]));
    assert!(machine.receive::<FetchRequest>(conn, 12).is_none());
    produce(&mut machine, writer, "t", 0, batch(&["b"]));
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    assert_eq!(bytes_of(&response), 2 * one);
}

#[test]
fn the_first_batch_comes_whole_and_limits_hold_for_the_rest() {
    let (mut machine, conn) = with_topic("t", 2, 1);
    let leaders = [leader_of(&machine, "t", 0), leader_of(&machine, "t", 1)];
    let large = "x".repeat(1_000);
    for (partition, leader) in leaders.iter().enumerate() {
        let conn = machine.connect(*leader);
        for _ in 0..3 {
            produce(&mut machine, conn, "t", partition as i32, batch(&[&large]));
        }
    }
    let mut request = fetch_request("t", &[(0, 0)], 0);
    request.topics[0].partitions[0].partition_max_bytes = 1;
    let response = machine.call(conn, 12, &request);
    assert_eq!(values(&response.responses[0].partitions[0]).len(), 1);
    request.topics[0].partitions[0].partition_max_bytes = 2_500;
    let response = machine.call(conn, 12, &request);
    assert_eq!(values(&response.responses[0].partitions[0]).len(), 2);
}

/// Both partitions of a topic led by one broker, three large batches in each.
fn two_full_partitions() -> (Machine, ConnId, usize) {
    two_full_partitions_with(ClusterConfig::new(1, 1, "localhost", 9092))
}

fn two_full_partitions_with(config: ClusterConfig) -> (Machine, ConnId, usize) {
    let mut machine = Machine::with(config, 1, Faults::default());
    let conn = machine.connect(1);
    create_topic(&mut machine, conn, "t", 2, 1, &[]);
    let large = "x".repeat(1_000);
    for partition in [0, 1, 0, 1, 0, 1] {
        produce(&mut machine, conn, "t", partition, batch(&[&large]));
    }
    (machine, conn, batch(&[&large]).len())
}

#[test]
fn the_broker_s_own_limit_holds_for_every_fetch() {
    let mut config = ClusterConfig::new(1, 1, "localhost", 9092);
    let limit = ("fetch.max.bytes".to_owned(), "2500".to_owned());
    config.broker_configs.extend([limit]);
    let (mut machine, conn, size) = two_full_partitions_with(config);
    let mut request = fetch_request("t", &[(0, 0), (1, 0)], 10_000);
    // More than the broker gives at once: it is not waited for.
    request.min_bytes = 4 * size as i32;
    let response = machine.call(conn, 12, &request);
    assert_eq!(bytes_of(&response), 2 * size);
}

#[test]
fn a_partition_that_the_limit_leaves_out_has_its_turn_next() {
    let (mut machine, conn, size) = two_full_partitions();
    let mut request = fetch_request("t", &[(0, 0), (1, 0)], 0);
    request.max_bytes = 2 * size as i32;
    let mut read = [0, 0];
    for _ in 0..4 {
        let response = machine.call(conn, 12, &request);
        assert!(bytes_of(&response) <= 2 * size);
        for (index, data) in response.responses[0].partitions.iter().enumerate() {
            read[index] += values(data).len();
        }
    }
    assert!(read[0] > 0 && read[1] > 0, "{read:?}");
}

#[test]
fn offsets_out_of_range_are_an_error_and_the_end_is_not() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    produce(&mut machine, conn, "t", 0, batch(&["a"]));
    assert_eq!(fetch(&mut machine, conn, "t", 0, 1).error_code, NONE);
    for offset in [2, -5, i64::MAX] {
        let data = fetch(&mut machine, conn, "t", 0, offset);
        assert_eq!(data.error_code, ErrorCode::OFFSET_OUT_OF_RANGE.code());
        assert_eq!((data.high_watermark, data.log_start_offset), (-1, -1));
    }
}

#[test]
fn leader_epochs_are_checked() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let mut request = fetch_request("t", &[(0, 0)], 0);
    for (epoch, error) in [(0, ErrorCode::NONE), (1, ErrorCode::UNKNOWN_LEADER_EPOCH)] {
        request.topics[0].partitions[0].current_leader_epoch = epoch;
        let response = machine.call(conn, 12, &request);
        assert_eq!(response.responses[0].partitions[0].error_code, error.code());
    }
}

#[test]
fn another_broker_than_the_leader_names_the_leader() {
    let (mut machine, _) = with_topic("t", 1, 1);
    let leader = leader_of(&machine, "t", 0);
    let conn = machine.connect(other_than_leader(&machine, "t"));
    let mut request = fetch_request("", &[(0, 0)], 5_000);
    request.topics[0].topic_id = topic_id(&machine, "t");
    machine.send(conn, 16, &request);
    let response = machine
        .receive::<FetchRequest>(conn, 16)
        .expect("an answer at once");
    let data = &response.responses[0].partitions[0];
    assert_eq!(data.error_code, ErrorCode::NOT_LEADER_OR_FOLLOWER.code());
    assert_eq!(data.current_leader.leader_id, leader);
    assert_eq!(response.node_endpoints[0].node_id, leader);
}

#[test]
fn a_follower_may_be_asked_since_version_11() {
    let (mut machine, conn) = with_topic("t", 1, 3);
    produce(&mut machine, conn, "t", 0, batch(&["a"]));
    let other = other_than_leader(&machine, "t");
    let follower = machine.connect(other);
    for (version, records) in [(10, 0), (11, 1)] {
        let response = machine.call(follower, version, &fetch_request("t", &[(0, 0)], 0));
        assert_eq!(values(&response.responses[0].partitions[0]).len(), records);
    }
}

#[test]
fn what_is_missing_comes_last_and_does_not_end_the_wait() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let leader = leader_of(&machine, "t", 0);
    let writer = machine.connect(leader);
    machine.send(conn, 12, &fetch_request("t", &[(9, 0), (0, 0)], 5_000));
    machine.advance(100);
    assert!(machine.receive::<FetchRequest>(conn, 12).is_none());
    produce(&mut machine, writer, "t", 0, batch(&["a"]));
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    let partitions = &response.responses[0].partitions;
    let indexes: Vec<i32> = partitions.iter().map(|p| p.partition_index).collect();
    assert_eq!(indexes, [0, 9]);
}

#[test]
fn unknown_topics_and_ids_are_errors() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let data = fetch(&mut machine, conn, "nope", 0, 0);
    assert_eq!(
        data.error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
    );
    let data = fetch(&mut machine, conn, "t", 9, 0);
    assert_eq!(
        data.error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
    );
    let mut request = fetch_request("", &[(0, 0)], 0);
    request.topics[0].topic_id = Uuid([9; 16]);
    let response = machine.call(conn, 13, &request);
    let error = response.responses[0].partitions[0].error_code;
    assert_eq!(error, ErrorCode::UNKNOWN_TOPIC_ID.code());
}

#[test]
fn sessions_are_declined() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let mut request = fetch_request("t", &[(0, 0)], 0);
    request.session_epoch = 0;
    assert_eq!(machine.call(conn, 12, &request).session_id, 0);
    request.session_id = 77;
    request.session_epoch = 1;
    let response = machine.call(conn, 12, &request);
    assert_eq!(
        response.error_code,
        ErrorCode::FETCH_SESSION_ID_NOT_FOUND.code()
    );
}

#[test]
fn read_committed_has_its_fields() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    produce(&mut machine, conn, "t", 0, batch(&["a"]));
    let mut request = fetch_request("t", &[(0, 0)], 0);
    request.isolation_level = 1;
    let response = machine.call(conn, 12, &request);
    let data = &response.responses[0].partitions[0];
    assert_eq!((data.last_stable_offset, values(data).len()), (1, 1));
    assert_eq!(data.aborted_transactions, Some(Vec::new()));
}

/// A machine whose logs may hold almost nothing in memory, with 40 records of 1,000 bytes.
fn forgetful() -> (Machine, ConnId) {
    let mut config = ClusterConfig::new(1, 1, "localhost", 9092);
    config.tail_bytes = 0;
    let mut machine = Machine::with(config, 1, Faults::default());
    let conn = machine.connect(1);
    create_topic(&mut machine, conn, "t", 1, 1, &[]);
    for number in 0..40 {
        let value = format!("{number}-{}", "x".repeat(1_000));
        produce(&mut machine, conn, "t", 0, batch(&[&value]));
    }
    (machine, conn)
}

#[test]
fn what_is_not_in_memory_is_read_back() {
    let (mut machine, conn) = forgetful();
    assert_eq!(machine.cluster.bytes_held(), 0);
    let mut offset = 0;
    while offset < 40 {
        let mut request = fetch_request("t", &[(0, offset)], 0);
        request.topics[0].partitions[0].partition_max_bytes = 5_000;
        let response = machine.call(conn, 12, &request);
        let read = values(&response.responses[0].partitions[0]);
        assert!(
            !read.is_empty() && read.len() <= 5,
            "{} records",
            read.len()
        );
        for (at, value) in read {
            assert_eq!(at, offset);
            assert!(value.starts_with(&format!("{offset}-")));
            offset += 1;
        }
    }
}

#[test]
fn a_fetch_waits_for_storage_and_hears_of_its_failure() {
    let (mut machine, conn) = forgetful();
    machine.hold_storage(true);
    machine.send(conn, 12, &fetch_request("t", &[(0, 3)], 0));
    assert!(machine.has_read());
    assert!(machine.receive::<FetchRequest>(conn, 12).is_none());
    machine.answer_read(0, true);
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    assert_eq!(values(&response.responses[0].partitions[0])[0].0, 3);
    machine.send(conn, 12, &fetch_request("t", &[(0, 3)], 0));
    machine.answer_read(0, false);
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    let error = response.responses[0].partitions[0].error_code;
    assert_eq!(error, ErrorCode::KAFKA_STORAGE_ERROR.code());
}

#[test]
fn a_client_that_goes_leaves_nothing_behind() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let writer = machine.connect(leader_of(&machine, "t", 0));
    machine.send(conn, 12, &fetch_request("t", &[(0, 0)], 60_000));
    machine.disconnect(conn);
    produce(&mut machine, writer, "t", 0, batch(&["a"]));
    assert_eq!(machine.cluster.connections().len(), 2);
}

#[test]
fn a_deleted_topic_wakes_who_waits() {
    use kafka_sandbox::protocol::messages::DeleteTopicsRequest;
    let (mut machine, conn) = with_topic("t", 1, 1);
    let admin = machine.connect(1);
    machine.send(conn, 12, &fetch_request("t", &[(0, 0)], 60_000));
    let request = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        ..Default::default()
    };
    machine.call(admin, 5, &request);
    let response = machine
        .receive::<FetchRequest>(conn, 12)
        .expect("an answer");
    let error = response.responses[0].partitions[0].error_code;
    assert_eq!(error, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code());
}
