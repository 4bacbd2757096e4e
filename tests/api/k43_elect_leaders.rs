//! ElectLeaders, and what brokers that leave and come back do to partitions.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::expect;
use kafka_sandbox::api::k43_elect_leaders::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::metadata::controller::{broker_fenced, broker_unfenced};
use kafka_sandbox::protocol::messages::ElectLeadersRequest;
use kafka_sandbox::protocol::messages::elect_leaders_request::TopicPartitions;

const PREFERRED: i8 = 0;
const UNCLEAN: i8 = 1;

fn elect(fixture: &mut Fixture, kind: i8, wanted: Option<&[(&str, i32)]>) -> String {
    let topic = |&(topic, partition): &(&str, i32)| TopicPartitions {
        topic: topic.into(),
        partitions: vec![partition],
        ..TopicPartitions::default()
    };
    let request = ElectLeadersRequest {
        election_type: kind,
        topic_partitions: wanted.map(|list| list.iter().map(topic).collect()),
        ..ElectLeadersRequest::default()
    };
    let decision = handle(&fixture.image, &request);
    let response = fixture.apply(decision);
    // Version 0 knows one kind of election, which is never wrong in itself.
    check_versions(&response, i16::from(response.error_code != 0)..=2);
    let mut lines = Vec::new();
    if response.error_code != 0 {
        lines.push(outcome(response.error_code, None));
    }
    for topic in &response.replica_election_results {
        for p in &topic.partition_result {
            let said = outcome(p.error_code, p.error_message.as_deref());
            lines.push(format!("{}-{} {said}", topic.topic, p.partition_id));
        }
    }
    lines.join("\n")
}

fn leave(fixture: &mut Fixture, broker: i32) {
    let records = broker_fenced(&fixture.image, BrokerId(broker));
    fixture.replay(records);
}

fn come_back(fixture: &mut Fixture, broker: i32) {
    let records = broker_unfenced(&fixture.image, BrokerId(broker));
    fixture.replay(records);
}

fn shown(fixture: &Fixture, topic: &str) -> String {
    let topic = fixture.image.topic(topic).expect("there");
    let line = |p: &kafka_sandbox::metadata::PartitionImage| {
        format!(
            "{} leader {} isr {:?} elr {:?}",
            p.partition, p.leader, p.isr, p.elr
        )
    };
    topic
        .partitions
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn leadership_moves_on_and_back_again() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1, 2, 3], &[2, 3, 1]]);
    leave(&mut fixture, 1);
    expect![[r#"
        0 leader 2 isr [2, 3] elr []
        1 leader 2 isr [2, 3] elr []"#]]
    .assert_eq(&shown(&fixture, "t"));
    expect![["t-0 PREFERRED_LEADER_NOT_AVAILABLE: The preferred leader was not available."]]
        .assert_eq(&elect(&mut fixture, PREFERRED, Some(&[("t", 0)])));
    come_back(&mut fixture, 1);
    expect![[r#"
        0 leader 2 isr [1, 2, 3] elr []
        1 leader 2 isr [1, 2, 3] elr []"#]]
    .assert_eq(&shown(&fixture, "t"));
    assert_eq!(elect(&mut fixture, PREFERRED, Some(&[("t", 0)])), "t-0 ok");
    let partition = fixture.image.partition("t", 0).expect("there");
    assert_eq!(
        (
            partition.leader,
            partition.leader_epoch,
            partition.partition_epoch
        ),
        (1, 2, 3)
    );
}

#[test]
fn the_last_in_sync_replica_is_waited_for() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    leave(&mut fixture, 1);
    expect!["0 leader -1 isr [] elr [1]"].assert_eq(&shown(&fixture, "t"));
    expect![[
        "t-0 ELIGIBLE_LEADERS_NOT_AVAILABLE: Eligible topic partition leaders are not available."
    ]]
    .assert_eq(&elect(&mut fixture, UNCLEAN, Some(&[("t", 0)])));
    come_back(&mut fixture, 1);
    expect!["0 leader 1 isr [1] elr []"].assert_eq(&shown(&fixture, "t"));
}

#[test]
fn what_needs_no_election_and_what_is_not_there_are_told() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1, 2]]);
    expect![[r#"
        t-0 ELECTION_NOT_NEEDED: Leader election not needed for topic partition.
        t-9 UNKNOWN_TOPIC_OR_PARTITION: No such partition as t-9
        nosuch-0 UNKNOWN_TOPIC_OR_PARTITION: No such topic as nosuch"#]]
    .assert_eq(&elect(
        &mut fixture,
        PREFERRED,
        Some(&[("t", 0), ("t", 9), ("nosuch", 0)]),
    ));
    assert_eq!(
        elect(&mut fixture, PREFERRED, None),
        "",
        "all at once passes over the needless"
    );
    expect![[r#"
        INVALID_REQUEST (no words)
        t-0 INVALID_REQUEST: Unknown election type 7"#]]
    .assert_eq(&elect(&mut fixture, 7, Some(&[("t", 0)])));
}
