//! FindCoordinator: who coordinates a group, and the first look-up.

use crate::support::*;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::find_coordinator_request::FindCoordinatorRequest;
use kafka_sandbox::protocol::messages::find_coordinator_response::Coordinator;
use kafka_sandbox::sim::machine::Machine;

fn find(machine: &mut Machine, conn: ConnId, version: i16, key_type: i8) -> Coordinator {
    let batch = version >= 4;
    let request = FindCoordinatorRequest {
        key: if batch { String::new() } else { "g".into() },
        coordinator_keys: if batch { vec!["g".into()] } else { Vec::new() },
        key_type,
        ..Default::default()
    };
    let response = machine.call(conn, version, &request);
    match batch {
        true => response.coordinators[0].clone(),
        false => Coordinator {
            key: "g".into(),
            node_id: response.node_id,
            host: response.host,
            port: response.port,
            error_code: response.error_code,
            error_message: response.error_message,
            ..Default::default()
        },
    }
}

#[test]
fn the_first_look_up_creates_the_offsets_topic() {
    let mut machine = Machine::new();
    let conn = machine.connect(2);
    machine.hold_storage(true);
    let found = find(&mut machine, conn, 3, 0);
    assert_eq!(
        found.error_code,
        ErrorCode::COORDINATOR_NOT_AVAILABLE.code()
    );
    assert_eq!((found.node_id, found.port), (-1, -1));
    machine.hold_storage(false);
    assert_eq!(find(&mut machine, conn, 3, 0).error_code, NONE);
    let topic = machine
        .cluster
        .topic("__consumer_offsets")
        .expect("the topic");
    assert_eq!(
        (topic.partitions.len(), topic.partitions[0].replicas.len()),
        (50, 3)
    );
}

#[test]
fn every_version_names_the_leader_of_the_group_s_partition() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    find(&mut machine, conn, 0, 0);
    // "g".hashCode() is 103, and 103 mod 50 is 3.
    let leader = leader_of(&machine, "__consumer_offsets", 3);
    for version in 0..=6 {
        let found = find(&mut machine, conn, version, 0);
        assert_eq!((found.error_code, found.node_id), (NONE, leader));
        assert_eq!(
            (found.host.as_str(), found.port),
            ("localhost", 9091 + leader)
        );
    }
}

#[test]
fn coordinators_of_transactions_are_refused_for_good() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    let found = find(&mut machine, conn, 4, 1);
    let error = ErrorCode(found.error_code);
    assert_eq!(error, ErrorCode::UNSUPPORTED_VERSION);
    assert!(!error.is_retriable());
}
