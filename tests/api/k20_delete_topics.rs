//! DeleteTopics, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k20_delete_topics::handle;
use kafka_sandbox::base::LogId;
use kafka_sandbox::metadata::Change;
use kafka_sandbox::metadata::config::ResourceType;
use kafka_sandbox::protocol::Uuid;
use kafka_sandbox::protocol::messages::DeleteTopicsRequest;
use kafka_sandbox::protocol::messages::delete_topics_request::DeleteTopicState;

fn named(name: &str) -> DeleteTopicState {
    DeleteTopicState {
        name: Some(name.into()),
        ..DeleteTopicState::default()
    }
}

fn with_id(topic_id: Uuid) -> DeleteTopicState {
    DeleteTopicState {
        name: None,
        topic_id,
        ..DeleteTopicState::default()
    }
}

fn delete(fixture: &mut Fixture, topics: Vec<DeleteTopicState>) -> String {
    let request = DeleteTopicsRequest {
        topics,
        ..DeleteTopicsRequest::default()
    };
    let decision = handle(&fixture.image, &request, 6);
    let response = fixture.apply(decision);
    check_versions(&response, 6..=6);
    let lines: Vec<String> = response
        .responses
        .iter()
        .map(|r| {
            let name = r.name.as_deref().unwrap_or("null");
            format!(
                "{name} {}",
                outcome(r.error_code, r.error_message.as_deref())
            )
        })
        .collect();
    lines.join("\n")
}

fn check(topics: Vec<DeleteTopicState>, expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("there", &[&[1]]);
    expected.assert_eq(&delete(&mut fixture, topics));
}

#[test]
fn a_deleted_topic_leaves_nothing_but_its_logs_to_be_removed() {
    let mut fixture = Fixture::new();
    fixture.topic_with("t", &[&[1], &[2]], &[("retention.ms", "1000")]);
    let request = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        ..DeleteTopicsRequest::default()
    };
    let decision = handle(&fixture.image, &request, 1);
    check_versions(&decision.response, 1..=6);
    let change = fixture.image.replay(&decision.records[0]).expect("fits");
    let expected = Change::TopicDeleted {
        topic: "t".into(),
        logs: vec![LogId(1), LogId(2)],
    };
    assert_eq!(change, expected);
    assert!(fixture.image.topic("t").is_none());
    assert!(fixture.image.configs(ResourceType::Topic, "t").is_empty());
    fixture.topic("t", &[&[1]]);
    assert_eq!(
        fixture.image.partition("t", 0).map(|p| p.log),
        Some(LogId(3)),
        "a new log"
    );
}

#[test]
fn topics_are_found_by_name_and_by_id() {
    let mut fixture = Fixture::new();
    fixture.topic("a", &[&[1]]);
    fixture.topic("b", &[&[1]]);
    let id = fixture.image.topic("a").expect("created").id;
    let said = delete(&mut fixture, vec![with_id(id), named("b")]);
    assert_eq!(said.lines().count(), 2);
    assert!(said.contains("a ok") && said.contains("b ok"), "{said}");
    assert_eq!(fixture.image.topics().count(), 0);
}

#[test]
fn what_is_not_there_is_said_with_kafkas_words() {
    check(
        vec![named("nosuch")],
        expect![[
            "nosuch UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition."
        ]],
    );
    check(
        vec![with_id(Uuid([1; 16]))],
        expect!["null UNKNOWN_TOPIC_ID: This server does not host this topic ID."],
    );
}

#[test]
fn a_topic_is_named_once_and_in_one_way() {
    check(
        vec![with_id(Uuid::ZERO)],
        expect!["null INVALID_REQUEST: Neither topic name nor id were specified."],
    );
    check(
        vec![DeleteTopicState {
            topic_id: Uuid([1; 16]),
            ..named("there")
        }],
        expect!["there INVALID_REQUEST: You may not specify both topic name and topic id."],
    );
    check(
        vec![named("there"), named("there")],
        expect!["there INVALID_REQUEST: Duplicate topic name."],
    );
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    let id = fixture.image.topic("t").expect("created").id;
    expect![[
        "t INVALID_REQUEST: The provided topic name maps to an ID that was already supplied."
    ]]
    .assert_eq(&delete(&mut fixture, vec![with_id(id), named("t")]));
}

#[test]
fn deletion_can_be_switched_off() {
    let mut fixture = Fixture::with(3, &[("delete.topic.enable", "false")]);
    fixture.topic("t", &[&[1]]);
    expect!["t TOPIC_DELETION_DISABLED (no words)"]
        .assert_eq(&delete(&mut fixture, vec![named("t")]));
    assert!(fixture.image.topic("t").is_some());
}
