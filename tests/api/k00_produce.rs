//! Produce: acknowledgements, errors, durability, idempotence.

use crate::support::*;
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::ProduceRequest;
use kafka_sandbox::protocol::record_batch::BatchOptions;
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::{Machine, START_MS};

#[test]
fn every_version_is_answered_with_the_base_offset() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    for (index, version) in (3..=12).enumerate() {
        let request = produce_request("t", 0, 1, batch(&["a", "b"]));
        let answer = only(machine.call(conn, version, &request));
        assert_eq!(
            (answer.error_code, answer.base_offset),
            (NONE, 2 * index as i64)
        );
        assert_eq!(answer.log_append_time_ms, -1);
        assert_eq!(answer.log_start_offset, if version >= 5 { 0 } else { -1 });
    }
}

#[test]
fn version_13_names_topics_by_id() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let mut request = produce_request("", 0, -1, batch(&["a"]));
    request.topic_data[0].topic_id = topic_id(&machine, "t");
    let response = machine.call(conn, 13, &request);
    assert_eq!(response.responses[0].topic_id, topic_id(&machine, "t"));
    assert_eq!(only(response).error_code, NONE);
    request.topic_data[0].topic_id = kafka_sandbox::protocol::Uuid([7; 16]);
    let answer = only(machine.call(conn, 13, &request));
    assert_eq!(answer.error_code, ErrorCode::UNKNOWN_TOPIC_ID.code());
}

#[test]
fn an_acknowledgement_waits_for_durability() {
    for acks in [1, -1] {
        let (mut machine, conn) = with_topic("t", 1, 1);
        machine.hold_storage(true);
        machine.send(conn, 9, &produce_request("t", 0, acks, batch(&["a"])));
        assert!(machine.has_persist());
        assert!(machine.receive::<ProduceRequest>(conn, 9).is_none());
        assert_eq!(machine.cluster.partition("t", 0).unwrap().high_watermark, 0);
        machine.complete();
        let answer = only(
            machine
                .receive::<ProduceRequest>(conn, 9)
                .expect("an answer"),
        );
        assert_eq!((answer.error_code, answer.base_offset), (NONE, 0));
        assert_eq!(machine.cluster.partition("t", 0).unwrap().high_watermark, 1);
    }
}

#[test]
fn a_failed_write_is_rolled_back_and_retriable() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.hold_storage(true);
    machine.send(conn, 9, &produce_request("t", 0, -1, batch(&["lost"])));
    machine.fail("the disk is full");
    let answer = only(
        machine
            .receive::<ProduceRequest>(conn, 9)
            .expect("an answer"),
    );
    assert_eq!(answer.error_code, ErrorCode::KAFKA_STORAGE_ERROR.code());
    assert!(ErrorCode(answer.error_code).is_retriable());
    assert_eq!(answer.error_message.as_deref(), Some("the disk is full"));
    machine.hold_storage(false);
    let again = produce(&mut machine, conn, "t", 0, batch(&["kept"]));
    assert_eq!((again.error_code, again.base_offset), (NONE, 0));
    let data = fetch(&mut machine, conn, "t", 0, 0);
    assert_eq!(values(&data), [(0, "kept".to_owned())]);
}

#[test]
fn a_topic_that_is_deleted_meanwhile_is_unknown() {
    use kafka_sandbox::protocol::messages::DeleteTopicsRequest;
    let (mut machine, conn) = with_topic("t", 1, 1);
    let admin = machine.connect(1);
    machine.hold_storage(true);
    let delete = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        ..Default::default()
    };
    machine.send(admin, 5, &delete);
    machine.send(conn, 9, &produce_request("t", 0, -1, batch(&["a"])));
    machine.complete();
    let answer = only(
        machine
            .receive::<ProduceRequest>(conn, 9)
            .expect("an answer"),
    );
    assert_eq!(
        answer.error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
    );
}

#[test]
fn produce_requests_of_one_connection_share_a_commit() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.hold_storage(true);
    machine.send(conn, 9, &produce_request("t", 0, -1, batch(&["first"])));
    for value in ["a", "b", "c"] {
        machine.send(conn, 9, &produce_request("t", 0, -1, batch(&[value])));
    }
    machine.complete();
    machine.complete();
    for offset in 0..4 {
        let answer = only(
            machine
                .receive::<ProduceRequest>(conn, 9)
                .expect("an answer"),
        );
        assert_eq!(answer.base_offset, offset);
    }
    assert!(!machine.has_persist());
}

#[test]
fn acks_zero_is_silent_and_an_error_closes_the_connection() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.send(conn, 9, &produce_request("t", 0, 0, batch(&["a"])));
    assert!(machine.receive_bytes(conn).is_none());
    let data = fetch(&mut machine, conn, "t", 0, 0);
    assert_eq!(values(&data), [(0, "a".to_owned())]);
    machine.send(
        conn,
        9,
        &produce_request("no-such-topic", 0, 0, batch(&["a"])),
    );
    assert!(machine.closed(conn).is_some());
}

#[test]
fn errors_stand_at_their_partition() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let mut request = produce_request("t", 0, -1, batch(&["a"]));
    let mut second = request.topic_data[0].partition_data[0].clone();
    second.index = 5;
    request.topic_data[0].partition_data.push(second);
    let response = machine.call(conn, 9, &request);
    let answers = &response.responses[0].partition_responses;
    assert_eq!(answers[0].error_code, NONE);
    assert_eq!(
        answers[1].error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
    );
    assert_eq!(
        (answers[1].base_offset, answers[1].log_append_time_ms),
        (-1, -1)
    );
}

#[test]
fn acks_must_be_0_1_or_all() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    for acks in [2, -2] {
        let answer = only(machine.call(conn, 9, &produce_request("t", 0, acks, batch(&["a"]))));
        assert_eq!(answer.error_code, ErrorCode::INVALID_REQUIRED_ACKS.code());
    }
    assert_eq!(machine.cluster.partition("t", 0).unwrap().log_end_offset, 0);
}

#[test]
fn another_broker_than_the_leader_names_the_leader() {
    let (mut machine, _) = with_topic("t", 1, 1);
    let leader = leader_of(&machine, "t", 0);
    let other = other_than_leader(&machine, "t");
    let conn = machine.connect(other);
    let response = machine.call(conn, 10, &produce_request("t", 0, -1, batch(&["a"])));
    let endpoint = response.node_endpoints[0].clone();
    let answer = only(response);
    assert_eq!(answer.error_code, ErrorCode::NOT_LEADER_OR_FOLLOWER.code());
    assert_eq!(answer.current_leader.leader_id, leader);
    assert_eq!((endpoint.node_id, endpoint.port), (leader, 9091 + leader));
    let old = only(machine.call(conn, 9, &produce_request("t", 0, -1, batch(&["a"]))));
    assert_eq!(old.current_leader.leader_id, -1);
}

#[test]
fn acks_all_needs_the_in_sync_replicas_that_are_asked_for() {
    // One replica of one: Kafka asks for no more replicas than there are.
    let configs = [("min.insync.replicas", "2")];
    let (mut machine, conn) = with_configs("t", 1, 1, &configs);
    assert_eq!(
        produce(&mut machine, conn, "t", 0, batch(&["a"])).error_code,
        NONE
    );
    // Two of three in sync are too few for 3.
    let mut config = ClusterConfig::new(3, 1, "localhost", 9092);
    config
        .broker_configs
        .insert("min.insync.replicas".into(), "3".into());
    let mut machine = Machine::with(config, 1, Faults::default());
    let any = machine.connect(1);
    create_topic(&mut machine, any, "t", 1, 3, &[]);
    machine.config_mut().brokers = 2;
    machine.restart(2);
    let leader = leader_of(&machine, "t", 0);
    let conn = machine.connect(leader);
    let answer = produce(&mut machine, conn, "t", 0, batch(&["a"]));
    assert_eq!(answer.error_code, ErrorCode::NOT_ENOUGH_REPLICAS.code());
    assert_eq!(answer.log_start_offset, 0);
    let one = only(machine.call(conn, 9, &produce_request("t", 0, 1, batch(&["a"]))));
    assert_eq!(one.error_code, NONE);
}

#[test]
fn only_the_admin_client_writes_to_internal_topics() {
    let (mut machine, any) = with_topic("t", 1, 1);
    create_topic(&mut machine, any, "__consumer_offsets", 1, 1, &[]);
    let leader = leader_of(&machine, "__consumer_offsets", 0);
    let conn = machine.connect(leader);
    let answer = produce(&mut machine, conn, "__consumer_offsets", 0, batch(&["a"]));
    assert_eq!(answer.error_code, ErrorCode::INVALID_TOPIC_EXCEPTION.code());
}

#[test]
fn damaged_and_oversized_batches_are_refused() {
    let (mut machine, conn) = with_configs("t", 1, 1, &[("max.message.bytes", "200")]);
    let mut broken = batch(&["a"]).to_vec();
    *broken.last_mut().expect("bytes") ^= 1;
    let answer = produce(&mut machine, conn, "t", 0, broken.into());
    assert_eq!(answer.error_code, ErrorCode::CORRUPT_MESSAGE.code());
    let answer = produce(&mut machine, conn, "t", 0, batch(&[&"x".repeat(300)]));
    assert_eq!(answer.error_code, ErrorCode::MESSAGE_TOO_LARGE.code());
    let two = [batch(&["a"]), batch(&["b"])].concat();
    let answer = produce(&mut machine, conn, "t", 0, two.into());
    assert_eq!(answer.error_code, ErrorCode::INVALID_RECORD.code());
    let answer = produce(&mut machine, conn, "t", 0, Default::default());
    assert_eq!(answer.error_code, ErrorCode::INVALID_RECORD.code());
    assert_eq!(machine.cluster.partition("t", 0).unwrap().log_end_offset, 0);
}

#[test]
fn a_compacted_topic_wants_keys_and_says_which_record_has_none() {
    let (mut machine, conn) = with_configs("t", 1, 1, &[("cleanup.policy", "compact")]);
    let answer = produce(&mut machine, conn, "t", 0, batch(&["a", "b"]));
    assert_eq!(answer.error_code, ErrorCode::INVALID_RECORD.code());
    let indexes: Vec<i32> = answer.record_errors.iter().map(|e| e.batch_index).collect();
    assert_eq!(indexes, [0, 1]);
    assert_eq!(
        answer.error_message.as_deref(),
        Some(
            "One or more records have been rejected due to 2 record errors in total, and only \
              showing the first three errors at most: [RecordError(batchIndex=0, \
              message='Compacted topic cannot accept message without key in topic partition \
              t-0'), RecordError(batchIndex=1, message='Compacted topic cannot accept message \
              without key in topic partition t-0')]"
        )
    );
}

#[test]
fn log_append_time_is_the_broker_s_clock() {
    let configs = [("message.timestamp.type", "LogAppendTime")];
    let (mut machine, conn) = with_configs("t", 1, 1, &configs);
    machine.advance(5_000);
    let wall_ms = machine.now().wall_ms;
    let answer = produce(&mut machine, conn, "t", 0, batch(&["a"]));
    assert_eq!(answer.log_append_time_ms, wall_ms);
}

#[test]
fn a_repeated_batch_is_acknowledged_once_appended() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let first = produce(&mut machine, conn, "t", 0, sequenced(&["a", "b"], 5, 0, 0));
    let again = produce(&mut machine, conn, "t", 0, sequenced(&["a", "b"], 5, 0, 0));
    assert_eq!(
        (again.error_code, again.base_offset),
        (NONE, first.base_offset)
    );
    assert_eq!(machine.cluster.partition("t", 0).unwrap().log_end_offset, 2);
    let gap = produce(&mut machine, conn, "t", 0, sequenced(&["c"], 5, 0, 7));
    assert_eq!(
        gap.error_code,
        ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER.code()
    );
    let next = produce(&mut machine, conn, "t", 0, sequenced(&["c"], 5, 0, 2));
    assert_eq!((next.error_code, next.base_offset), (NONE, 2));
    let fenced = produce(&mut machine, conn, "t", 0, sequenced(&["d"], 5, 1, 0));
    assert_eq!(fenced.error_code, NONE);
    let old = produce(&mut machine, conn, "t", 0, sequenced(&["e"], 5, 0, 3));
    assert_eq!(old.error_code, ErrorCode::INVALID_PRODUCER_EPOCH.code());
}

#[test]
fn a_repeat_of_a_batch_in_flight_waits_with_it() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.hold_storage(true);
    let other = machine.connect(leader_of(&machine, "t", 0));
    let request = produce_request("t", 0, -1, sequenced(&["a"], 5, 0, 0));
    machine.send(conn, 9, &request);
    machine.send(other, 9, &request);
    assert!(machine.receive::<ProduceRequest>(other, 9).is_none());
    machine.complete();
    for conn in [conn, other] {
        let answer = only(
            machine
                .receive::<ProduceRequest>(conn, 9)
                .expect("an answer"),
        );
        assert_eq!((answer.error_code, answer.base_offset), (NONE, 0));
    }
}

#[test]
fn transactional_batches_are_refused() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let options = BatchOptions {
        producer_id: 5,
        producer_epoch: 0,
        base_sequence: 0,
        transactional: true,
        ..BatchOptions::default()
    };
    let mut request = produce_request("t", 0, -1, batch_with(&["a"], &options));
    let answer = only(machine.call(conn, 9, &request));
    assert_eq!(
        answer.error_code,
        ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code()
    );
    request.transactional_id = Some("tx".into());
    let answer = only(machine.call(conn, 9, &request));
    assert_eq!(answer.error_code, ErrorCode::INVALID_TXN_STATE.code());
}

#[test]
fn acks_all_gives_up_when_storage_hangs() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.hold_storage(true);
    let mut request = produce_request("t", 0, -1, batch(&["a"]));
    request.timeout_ms = 1_500;
    machine.send(conn, 9, &request);
    machine.advance(1_499);
    assert!(machine.receive::<ProduceRequest>(conn, 9).is_none());
    machine.advance(1);
    let answer = only(
        machine
            .receive::<ProduceRequest>(conn, 9)
            .expect("an answer"),
    );
    assert_eq!(answer.error_code, ErrorCode::REQUEST_TIMED_OUT.code());
    machine.complete();
    assert!(machine.receive::<ProduceRequest>(conn, 9).is_none());
}

/// Recorded from Apache Kafka 4.3.1: it reads the first batch of every partition before it looks at
/// any.
#[test]
fn a_batch_that_cannot_be_read_fails_the_whole_request() {
    let (mut machine, conn) = with_topic("t", 2, 1);
    let damaged = |at: usize, byte: u8| {
        let mut bytes = batch(&["a"]).to_vec();
        bytes[at] = byte;
        bytes
    };
    let cases = [
        (damaged(16, 3), "Invalid magic found in record: 3"),
        (damaged(16, 0xff), "Invalid magic found in record: -1"),
        (
            damaged(8, 0xff),
            "Record size -16777159 is less than the minimum record overhead (14)",
        ),
    ];
    for (bytes, why) in cases {
        let mut request = produce_request("t", 0, -1, batch(&["good"]));
        let bad = produce_request("t", 1, -1, bytes.into());
        request.topic_data[0]
            .partition_data
            .extend(bad.topic_data[0].partition_data.clone());
        let response = machine.call(conn, 9, &request);
        for answer in &response.responses[0].partition_responses {
            assert_eq!(answer.error_code, ErrorCode::CORRUPT_MESSAGE.code());
            assert_eq!(answer.error_message.as_deref(), Some(why));
            assert_eq!((answer.base_offset, answer.log_start_offset), (-1, -1));
        }
    }
    assert_eq!(machine.cluster.partition("t", 0).unwrap().log_end_offset, 0);
}

#[test]
fn compressed_batches_are_opened_where_codecs_are_at_hand() {
    let mut builder = kafka_sandbox::protocol::record_batch::BatchBuilder::new();
    builder.append(START_MS, None, Some(b"no key"), &[]);
    let gzip = kafka_sandbox_codecs::compress(1, builder.records_section()).expect("compressed");
    let options = BatchOptions::default();
    let codec = kafka_sandbox::protocol::record_batch::Compression::Gzip;
    let good = builder.clone().finish_compressed(&options, codec, &gzip);
    let garbage = builder.finish_compressed(&options, codec, b"not gzip");
    let config = ClusterConfig {
        decompressor: Some(kafka_sandbox::api::Decompressor(std::rc::Rc::new(
            |codec, bytes: &[u8], limit| kafka_sandbox_codecs::decompress(codec, bytes, limit).ok(),
        ))),
        check_compressed: true,
        ..ClusterConfig::default()
    };
    let mut machine = Machine::with(config, 1, Faults::default());
    let conn = machine.connect(1);
    create_topic(
        &mut machine,
        conn,
        "t",
        1,
        1,
        &[("cleanup.policy", "compact")],
    );
    let conn = machine.connect(leader_of(&machine, "t", 0));
    let answer = produce(&mut machine, conn, "t", 0, garbage);
    assert_eq!(answer.error_code, ErrorCode::UNKNOWN_SERVER_ERROR.code());
    let answer = produce(&mut machine, conn, "t", 0, good);
    assert_eq!(answer.error_code, ErrorCode::INVALID_RECORD.code());
    assert_eq!(answer.record_errors.len(), 1);
}
