//! CreateTopics, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, assigned, check_versions, config, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k19_create_topics::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::metadata::config::ResourceType;
use kafka_sandbox::metadata::controller::auto_create_topics;
use kafka_sandbox::protocol::messages::CreateTopicsRequest;
use kafka_sandbox::protocol::messages::create_topics_request::CreatableTopic;

fn counted(name: &str, num_partitions: i32, replication_factor: i16) -> CreatableTopic {
    CreatableTopic {
        name: name.into(),
        num_partitions,
        replication_factor,
        ..CreatableTopic::default()
    }
}

fn create(fixture: &mut Fixture, topics: Vec<CreatableTopic>) -> String {
    let request = CreateTopicsRequest {
        topics,
        ..CreateTopicsRequest::default()
    };
    let decision = handle(&fixture.image, &mut fixture.rng, &request);
    let response = fixture.apply(decision);
    check_versions(&response, 2..=7);
    let lines: Vec<String> = response
        .topics
        .iter()
        .map(|t| {
            let said = outcome(t.error_code, t.error_message.as_deref());
            format!(
                "{} {}x{} {said}",
                t.name, t.num_partitions, t.replication_factor
            )
        })
        .collect();
    lines.join("\n")
}

fn check(topics: Vec<CreatableTopic>, expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("there", &[&[1]]);
    fixture.topic("dotted.name", &[&[1]]);
    expected.assert_eq(&create(&mut fixture, topics));
}

#[test]
fn a_topic_is_there_once_its_records_are_replayed() {
    let mut fixture = Fixture::new();
    let said = create(&mut fixture, vec![counted("t", 3, 2)]);
    assert_eq!(said, "t 3x2 ok");
    let topic = fixture.image.topic("t").expect("created");
    assert_eq!(topic.partitions.len(), 3);
    for partition in &topic.partitions {
        assert_eq!(partition.leader, partition.replicas[0]);
        assert_eq!(partition.isr, partition.replicas);
        assert_eq!((partition.leader_epoch, partition.partition_epoch), (0, 0));
        assert!(
            partition
                .directories
                .iter()
                .all(|directory| !directory.is_zero())
        );
    }
    let logs: Vec<u32> = topic
        .partitions
        .iter()
        .map(|partition| partition.log.0)
        .collect();
    assert_eq!(
        logs,
        [1, 2, 3],
        "logs are numbered in the order of the records"
    );
}

#[test]
fn defaults_come_from_the_brokers_configuration() {
    let mut fixture = Fixture::new();
    assert_eq!(create(&mut fixture, vec![counted("t", -1, -1)]), "t 1x1 ok");
    let settings = [("num.partitions", "4"), ("default.replication.factor", "2")];
    let mut fixture = Fixture::with(3, &settings);
    assert_eq!(create(&mut fixture, vec![counted("t", -1, -1)]), "t 4x2 ok");
}

#[test]
fn names_are_checked() {
    check(
        vec![counted("there", 1, 1)],
        expect!["there -1x-1 TOPIC_ALREADY_EXISTS: Topic 'there' already exists."],
    );
    check(
        vec![counted("dotted_name", 1, 1)],
        expect![[
            "dotted_name -1x-1 INVALID_TOPIC_EXCEPTION: Topic 'dotted_name' collides with existing \
             topic: dotted.name"
        ]],
    );
    check(
        vec![counted("", 1, 1)],
        expect![[
            " -1x-1 INVALID_TOPIC_EXCEPTION: Topic name is invalid: the empty string is not allowed"
        ]],
    );
    check(
        vec![counted("d", 1, 1), counted("e", 1, 1), counted("d", 2, 1)],
        expect![[r#"
            e 1x1 ok
            d -1x-1 INVALID_REQUEST: Duplicate topic name."#]],
    );
    check(
        vec![counted("__cluster_metadata", 1, 1)],
        expect![[
            "__cluster_metadata -1x-1 INVALID_REQUEST: Creation of internal topic \
             __cluster_metadata is prohibited."
        ]],
    );
}

#[test]
fn numbers_are_checked() {
    check(
        vec![counted("x", 0, 1)],
        expect![[
            "x -1x-1 INVALID_PARTITIONS: Number of partitions was set to an invalid non-positive \
             value."
        ]],
    );
    check(
        vec![counted("x", 0, 0)],
        expect![[
            "x -1x-1 INVALID_REPLICATION_FACTOR: Replication factor must be larger than 0, or -1 to \
             use the default value."
        ]],
    );
    check(
        vec![counted("x", 1, 4)],
        expect![[
            "x -1x-1 INVALID_REPLICATION_FACTOR: Unable to replicate the partition 4 time(s): The \
             target replication factor of 4 cannot be reached because only 3 broker(s) are \
             registered or some brokers have all their log directories cordoned."
        ]],
    );
    check(
        vec![counted("x", 10_001, 1)],
        expect![["x -1x-1 POLICY_VIOLATION: Excessively large number of partitions per request."]],
    );
    check(
        vec![counted("x", 10_000, 1)],
        expect![["x -1x-1 POLICY_VIOLATION: Unable to perform excessively large batch operation."]],
    );
}

#[test]
fn configs_are_checked_before_numbers() {
    let with = |configs| {
        vec![CreatableTopic {
            configs,
            ..counted("x", 0, 0)
        }]
    };
    check(
        with(vec![config("nosuch", Some("1"))]),
        expect!["x -1x-1 INVALID_CONFIG: Unknown topic config name: nosuch"],
    );
    check(
        with(vec![config("retention.ms", Some("abc"))]),
        expect![[
            "x -1x-1 INVALID_CONFIG: Invalid value abc for configuration retention.ms: Not a number \
             of type LONG"
        ]],
    );
    check(
        with(vec![
            config("retention.ms", None),
            config("segment.ms", None),
        ]),
        expect![[
            "x -1x-1 INVALID_CONFIG: Null value not supported for topic configs: \
             retention.ms,segment.ms"
        ]],
    );
}

#[test]
fn assignments_are_checked() {
    check(
        vec![assigned("x", &[&[1, 2], &[3, 1]], &[])],
        expect!["x 2x2 ok"],
    );
    let both = CreatableTopic {
        num_partitions: 1,
        ..assigned("x", &[&[1]], &[])
    };
    check(
        vec![both],
        expect![[
            "x -1x-1 INVALID_REQUEST: A manual partition assignment was specified, but \
             numPartitions was not set to -1."
        ]],
    );
    check(
        vec![assigned("x", &[&[1, 9]], &[])],
        expect![[
            "x -1x-1 INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 9, \
             but no such broker is registered."
        ]],
    );
    check(
        vec![assigned("x", &[&[1, 1]], &[])],
        expect![[
            "x -1x-1 INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes the broker \
             1 more than once."
        ]],
    );
    check(
        vec![assigned("x", &[&[1, 2], &[1]], &[])],
        expect![[
            "x -1x-1 INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes a \
             partition with 1 replica(s), but this is not consistent with previous partitions, \
             which have 2 replica(s)."
        ]],
    );
    let mut gap = assigned("x", &[&[1], &[2]], &[]);
    gap.assignments[1].partition_index = 2;
    check(
        vec![gap],
        expect![[
            "x -1x-1 INVALID_REPLICA_ASSIGNMENT: partitions should be a consecutive 0-based integer \
             sequence"
        ]],
    );
}

#[test]
fn validate_only_changes_nothing() {
    let mut fixture = Fixture::new();
    let request = CreateTopicsRequest {
        topics: vec![counted("t", 1, 1)],
        validate_only: true,
        ..CreateTopicsRequest::default()
    };
    let decision = handle(&fixture.image, &mut fixture.rng, &request);
    assert!(decision.records.is_empty());
    assert_eq!(decision.response.topics[0].error_code, 0);
}

#[test]
fn the_answer_shows_the_configs_that_hold() {
    let mut fixture = Fixture::new();
    let request = CreateTopicsRequest {
        topics: vec![assigned("t", &[&[1]], &[("retention.ms", "60000")])],
        ..CreateTopicsRequest::default()
    };
    let response = handle(&fixture.image, &mut fixture.rng, &request).response;
    let configs = response.topics[0]
        .configs
        .clone()
        .expect("nobody hides them");
    assert_eq!(configs.len(), 33);
    let shown: Vec<String> = configs
        .iter()
        .filter(|c| ["min.insync.replicas", "retention.ms", "segment.ms"].contains(&&*c.name))
        .map(|c| {
            format!(
                "{}={} {}",
                c.name,
                c.value.as_deref().unwrap_or("null"),
                c.config_source
            )
        })
        .collect();
    expect![[r#"
        [
            "min.insync.replicas=1 3",
            "retention.ms=60000 1",
            "segment.ms=604800000 5",
        ]
    "#]]
    .assert_debug_eq(&shown);
    fixture.topic("u", &[&[1]]);
}

#[test]
fn a_topic_that_is_asked_for_creates_itself() {
    let mut fixture = Fixture::with(3, &[("num.partitions", "4")]);
    let names = ["asked", "bad name", "__consumer_offsets"];
    let decision = auto_create_topics(&fixture.image, &mut fixture.rng, BrokerId(1), &names);
    let response = fixture.apply(decision);
    let created: Vec<&str> = response
        .topics
        .iter()
        .map(|topic| topic.name.as_str())
        .collect();
    assert_eq!(created, ["__consumer_offsets", "asked"]);
    assert_eq!(
        fixture
            .image
            .topic("asked")
            .map(|topic| topic.partitions.len()),
        Some(4)
    );
    let offsets = fixture.image.topic("__consumer_offsets").expect("created");
    assert_eq!(
        (
            offsets.partitions.len(),
            offsets.partitions[0].replicas.len()
        ),
        (50, 3)
    );
    expect![[r#"
        {
            "cleanup.policy": "compact",
            "compression.type": "producer",
            "segment.bytes": "104857600",
        }
    "#]]
    .assert_debug_eq(
        fixture
            .image
            .configs(ResourceType::Topic, "__consumer_offsets"),
    );
}

#[test]
fn a_single_broker_can_keep_offsets() {
    let mut fixture = Fixture::with(1, &[]);
    let names = ["__consumer_offsets"];
    let decision = auto_create_topics(&fixture.image, &mut fixture.rng, BrokerId(1), &names);
    fixture.apply(decision);
    assert!(fixture.image.topic("__consumer_offsets").is_some());
}
