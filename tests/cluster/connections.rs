//! Order of responses, many connections, one that goes away.

use crate::support::*;
use kafka_sandbox::protocol::messages::{FetchRequest, MetadataRequest, ProduceRequest};
use kafka_sandbox::sim::machine::Machine;

#[test]
fn responses_come_in_the_order_of_the_requests() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let conn = to_leader(&mut machine, "t", 0);
    machine.hold_storage(true);
    let metadata = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    machine.send(conn, 9, &produce_request("t", 0, 1, batch(&["a"])));
    machine.send(conn, 9, &metadata);
    machine.send(conn, 9, &produce_request("t", 0, 1, batch(&["b"])));
    assert!(
        machine.receive_bytes(conn).is_none(),
        "the first is not durable yet"
    );
    machine.complete();
    assert!(machine.receive::<ProduceRequest>(conn, 9).is_some());
    assert!(machine.receive::<MetadataRequest>(conn, 9).is_some());
    assert!(machine.receive_bytes(conn).is_none());
    machine.complete();
    assert!(machine.receive::<ProduceRequest>(conn, 9).is_some());
}

#[test]
fn a_long_poll_holds_back_what_comes_behind_it() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let conn = to_leader(&mut machine, "t", 0);
    let mut poll = fetch_request("t", 0, 0);
    poll.max_wait_ms = 1_000;
    machine.send(conn, 12, &poll);
    machine.send(conn, 9, &produce_request("t", 0, 1, batch(&["a"])));
    assert_eq!(
        machine
            .cluster
            .partition("t", 0)
            .expect("it")
            .log_end_offset,
        0
    );
    assert_eq!(machine.cluster.queued_frames(conn), 1);
    machine.advance(1_000);
    assert!(machine.receive::<FetchRequest>(conn, 12).is_some());
    assert!(machine.receive::<ProduceRequest>(conn, 9).is_some());
}

#[test]
fn what_a_gone_client_has_begun_goes_on() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let conn = to_leader(&mut machine, "t", 0);
    machine.hold_storage(true);
    machine.send(conn, 9, &produce_request("t", 0, -1, batch(&["a"])));
    machine.disconnect(conn);
    machine.hold_storage(false);
    assert_eq!(read_all(&mut machine, "t", 0), [(0, "a".to_owned())]);
}

#[test]
fn produce_waits_while_too_much_waits_for_storage() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let conn = to_leader(&mut machine, "t", 0);
    machine.hold_storage(true);
    let large = "x".repeat(1_000_000);
    for _ in 0..100 {
        machine.send(conn, 9, &produce_request("t", 0, -1, batch(&[&large])));
    }
    let end = machine
        .cluster
        .partition("t", 0)
        .expect("it")
        .log_end_offset;
    assert!((60..80).contains(&end), "{end} MB were taken in");
    machine.hold_storage(false);
    for _ in 0..100 {
        let response = machine
            .receive::<ProduceRequest>(conn, 9)
            .expect("an answer");
        assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
    }
    assert!(
        machine.cluster.bytes_held() <= 26 << 20,
        "{}",
        machine.cluster.bytes_held()
    );
}

#[test]
fn one_group_holds_at_most_four_megabytes() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 12, 1);
    machine.hold_storage(true);
    let large = "x".repeat(1_000_000);
    for partition in 0..12 {
        let conn = to_leader(&mut machine, "t", partition);
        machine.send(
            conn,
            9,
            &produce_request("t", partition, -1, batch(&[&large])),
        );
    }
    let mut groups = 0;
    while machine.has_persist() {
        machine.complete();
        groups += 1;
    }
    assert!((3..=8).contains(&groups), "{groups} groups");
    for partition in 0..12 {
        assert_eq!(
            machine
                .cluster
                .partition("t", partition)
                .expect("it")
                .high_watermark,
            1
        );
    }
}
