//! CreatePartitions, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k37_create_partitions::handle;
use kafka_sandbox::protocol::messages::CreatePartitionsRequest;
use kafka_sandbox::protocol::messages::create_partitions_request::{
    CreatePartitionsAssignment, CreatePartitionsTopic,
};

fn grow(name: &str, count: i32, assignments: Option<&[&[i32]]>) -> CreatePartitionsTopic {
    let assignment = |replicas: &&[i32]| CreatePartitionsAssignment {
        broker_ids: replicas.to_vec(),
        ..CreatePartitionsAssignment::default()
    };
    CreatePartitionsTopic {
        name: name.into(),
        count,
        assignments: assignments.map(|list| list.iter().map(assignment).collect()),
        ..CreatePartitionsTopic::default()
    }
}

fn ask(fixture: &mut Fixture, topics: Vec<CreatePartitionsTopic>, validate_only: bool) -> String {
    let request = CreatePartitionsRequest {
        topics,
        validate_only,
        ..Default::default()
    };
    let decision = handle(&fixture.image, &mut fixture.rng, &request);
    let response = fixture.apply(decision);
    check_versions(&response, 0..=3);
    let line = |r: &kafka_sandbox::protocol::messages::create_partitions_response::CreatePartitionsTopicResult| {
        format!("{} {}", r.name, outcome(r.error_code, r.error_message.as_deref()))
    };
    response
        .results
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(topic: CreatePartitionsTopic, expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1], &[2]]);
    expected.assert_eq(&ask(&mut fixture, vec![topic], false));
}

#[test]
fn partitions_are_added_behind_those_that_are_there() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1, 2]]);
    assert_eq!(ask(&mut fixture, vec![grow("t", 3, None)], true), "t ok");
    assert_eq!(
        fixture.image.topic("t").map(|t| t.partitions.len()),
        Some(1),
        "only validated"
    );
    assert_eq!(ask(&mut fixture, vec![grow("t", 3, None)], false), "t ok");
    assert_eq!(
        ask(&mut fixture, vec![grow("t", 4, Some(&[&[3, 1]]))], false),
        "t ok"
    );
    let topic = fixture.image.topic("t").expect("created");
    let numbers: Vec<i32> = topic.partitions.iter().map(|p| p.partition).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
    assert!(topic.partitions.iter().all(|p| p.replicas.len() == 2));
    assert_eq!(topic.partitions[3].replicas, [3, 1]);
}

#[test]
fn counts_are_checked() {
    check(
        grow("t", 2, None),
        expect!["t INVALID_PARTITIONS: Topic already has 2 partition(s)."],
    );
    check(
        grow("t", 1, None),
        expect![[
            "t INVALID_PARTITIONS: The topic t currently has 2 partition(s); 1 would not be an \
             increase."
        ]],
    );
    check(
        grow("t", -1, None),
        expect![[
            "t INVALID_PARTITIONS: The topic t currently has 2 partition(s); -1 would not be an \
             increase."
        ]],
    );
    check(
        grow("nosuch", 3, None),
        expect!["nosuch UNKNOWN_TOPIC_OR_PARTITION (no words)"],
    );
}

#[test]
fn assignments_are_checked() {
    check(
        grow("t", 5, Some(&[&[1]])),
        expect![[
            "t INVALID_REPLICA_ASSIGNMENT: Attempted to add 3 additional partition(s), but only 1 \
             assignment(s) were specified."
        ]],
    );
    check(
        grow("t", 3, Some(&[&[9]])),
        expect![[
            "t INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 9, but \
             no such broker is registered."
        ]],
    );
    check(
        grow("t", 3, Some(&[&[1, 2]])),
        expect![[
            "t INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes a partition \
             with 2 replica(s), but this is not consistent with previous partitions, which have 1 \
             replica(s)."
        ]],
    );
}

#[test]
fn a_topic_is_named_once() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    let said = ask(
        &mut fixture,
        vec![grow("t", 2, None), grow("t", 3, None)],
        false,
    );
    assert_eq!(said, "t INVALID_REQUEST: Duplicate topic name.");
}
