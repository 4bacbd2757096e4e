//! IncrementalAlterConfigs, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k44_incremental_alter_configs::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::metadata::config::ResourceType;
use kafka_sandbox::protocol::messages::IncrementalAlterConfigsRequest;
use kafka_sandbox::protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGER: i8 = 8;
const METRICS: i8 = 16;
const GROUP: i8 = 32;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

type Op<'a> = (&'a str, i8, Option<&'a str>);

fn resource(kind: i8, name: &str, ops: &[Op<'_>]) -> AlterConfigsResource {
    let op = |&(name, op, value): &Op<'_>| AlterableConfig {
        name: name.into(),
        config_operation: op,
        value: value.map(str::to_owned),
        ..AlterableConfig::default()
    };
    AlterConfigsResource {
        resource_type: kind,
        resource_name: name.into(),
        configs: ops.iter().map(op).collect(),
        ..AlterConfigsResource::default()
    }
}

fn ask(fixture: &mut Fixture, resources: Vec<AlterConfigsResource>) -> String {
    let request = IncrementalAlterConfigsRequest {
        resources,
        ..Default::default()
    };
    let decision = handle(&fixture.image, &mut fixture.loggers, BrokerId(1), &request);
    let response = fixture.apply(decision);
    check_versions(&response, 0..=1);
    let said = response
        .responses
        .iter()
        .map(|r| outcome(r.error_code, r.error_message.as_deref()));
    said.collect::<Vec<_>>().join("\n")
}

fn alter(fixture: &mut Fixture, kind: i8, name: &str, ops: &[Op<'_>]) -> String {
    ask(fixture, vec![resource(kind, name, ops)])
}

fn check(kind: i8, name: &str, ops: &[Op<'_>], expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    expected.assert_eq(&alter(&mut fixture, kind, name, ops));
}

#[test]
fn entries_are_set_and_deleted() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    let ops = [
        ("retention.ms", SET, Some("1000")),
        ("segment.ms", SET, Some("5000")),
    ];
    assert_eq!(alter(&mut fixture, TOPIC, "t", &ops), "ok");
    assert_eq!(
        alter(&mut fixture, TOPIC, "t", &[("segment.ms", DELETE, None)]),
        "ok"
    );
    assert_eq!(
        alter(&mut fixture, TOPIC, "t", &[("nosuch", DELETE, None)]),
        "ok"
    );
    let configs = fixture.image.configs(ResourceType::Topic, "t");
    assert_eq!(format!("{configs:?}"), r#"{"retention.ms": "1000"}"#);
    assert_eq!(
        fixture.image.log_config("t", BrokerId(1)).retention_ms,
        1000
    );
}

#[test]
fn lists_are_appended_to_and_subtracted_from() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    let policy = |fixture: &Fixture| {
        fixture
            .image
            .configs(ResourceType::Topic, "t")
            .get("cleanup.policy")
            .cloned()
    };
    alter(
        &mut fixture,
        TOPIC,
        "t",
        &[("cleanup.policy", APPEND, Some("compact"))],
    );
    assert_eq!(
        policy(&fixture).as_deref(),
        Some("delete,compact"),
        "the default is kept"
    );
    alter(
        &mut fixture,
        TOPIC,
        "t",
        &[("cleanup.policy", SUBTRACT, Some("delete"))],
    );
    assert_eq!(policy(&fixture).as_deref(), Some("compact"));
    check(
        TOPIC,
        "t",
        &[("retention.ms", APPEND, Some("1"))],
        expect!["INVALID_CONFIG: Can't APPEND to key retention.ms because its type is not LIST."],
    );
    check(
        BROKER,
        "1",
        &[("num.partitions", APPEND, Some("1"))],
        expect![
            "INVALID_CONFIG: Config value append is not allowed for config key: num.partitions"
        ],
    );
    check(
        BROKER,
        "1",
        &[("nosuch", SUBTRACT, Some("1"))],
        expect!["INVALID_CONFIG: Unknown config name: nosuch"],
    );
}

#[test]
fn min_insync_replicas_acts_at_once() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1, 2, 3]]);
    let number = |fixture: &Fixture| fixture.image.topic("t").map(|t| t.min_insync_replicas);
    assert_eq!(number(&fixture), Some(1));
    alter(
        &mut fixture,
        BROKER,
        "",
        &[("min.insync.replicas", SET, Some("3"))],
    );
    assert_eq!(number(&fixture), Some(3));
    alter(
        &mut fixture,
        TOPIC,
        "t",
        &[("min.insync.replicas", SET, Some("2"))],
    );
    assert_eq!(number(&fixture), Some(2));
}

#[test]
fn requests_must_make_sense() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    let twice = vec![resource(TOPIC, "t", &[]), resource(TOPIC, "t", &[])];
    expect![[r#"
        INVALID_REQUEST: Each resource must appear at most once.
        INVALID_REQUEST: Each resource must appear at most once."#]]
    .assert_eq(&ask(&mut fixture, twice));
    check(
        TOPIC,
        "t",
        &[
            ("retention.ms", SET, Some("1")),
            ("retention.ms", DELETE, None),
        ],
        expect!["INVALID_REQUEST: Error due to duplicate config keys"],
    );
    check(
        TOPIC,
        "t",
        &[("retention.ms", SET, None), ("segment.ms", APPEND, None)],
        expect!["INVALID_REQUEST: Null value not supported for : retention.ms, segment.ms"],
    );
    check(
        1,
        "t",
        &[],
        expect!["INVALID_REQUEST: Unknown resource type 1"],
    );
    check(
        TOPIC,
        "t",
        &[("retention.ms", 9, Some("1"))],
        expect!["UNKNOWN_SERVER_ERROR (no words)"],
    );
    check(
        BROKER,
        "1",
        &[("log.cleanup.policy", 8, Some("1"))],
        expect!["INVALID_REQUEST: Unknown operations type 8"],
    );
}

#[test]
fn topics_must_be_there() {
    check(
        TOPIC,
        "nosuch",
        &[("retention.ms", SET, Some("1"))],
        expect!["UNKNOWN_TOPIC_OR_PARTITION: The topic 'nosuch' does not exist."],
    );
    check(
        TOPIC,
        "",
        &[("retention.ms", SET, Some("1"))],
        expect!["INVALID_REQUEST: Default topic resources are not allowed."],
    );
    check(
        TOPIC,
        "t",
        &[("nosuch", SET, Some("1"))],
        expect!["INVALID_CONFIG: Unknown topic config name: nosuch"],
    );
}

#[test]
fn brokers_change_their_own_configs_only() {
    let set = [("log.cleaner.threads", SET, Some("2"))];
    check(BROKER, "1", &set, expect!["ok"]);
    check(BROKER, "1", &[("nosuch", SET, Some("3"))], expect!["ok"]);
    check(
        BROKER,
        "2",
        &set,
        expect!["INVALID_REQUEST: Unexpected broker id, expected 1, but received 2"],
    );
    check(
        BROKER,
        "x",
        &set,
        expect!["INVALID_REQUEST: Node id must be an integer, but it is: x"],
    );
    check(
        BROKER,
        "1",
        &[("num.partitions", SET, Some("3"))],
        expect!["INVALID_REQUEST: Cannot update these configs dynamically: [num.partitions]"],
    );
    check(
        BROKER,
        "1",
        &[("listeners", SET, Some("PLAINTEXT://localhost:9999"))],
        expect![[
            "INVALID_REQUEST: requirement failed: controller.listener.names must contain at least \
             one value appearing in the 'listeners' configuration when running the KRaft controller \
             role"
        ]],
    );
    check(
        BROKER,
        "1",
        &[("min.insync.replicas", SET, Some("2"))],
        expect![[
            "INVALID_CONFIG: Broker-level min.insync.replicas cannot be altered while ELR is enabled."
        ]],
    );
    check(
        BROKER,
        "",
        &[("min.insync.replicas", DELETE, None)],
        expect![[
            "INVALID_CONFIG: Cluster-level min.insync.replicas cannot be removed while ELR is \
             enabled."
        ]],
    );
}

#[test]
fn groups_and_client_metrics_are_checked() {
    check(
        GROUP,
        "g",
        &[("consumer.session.timeout.ms", SET, Some("46000"))],
        expect!["ok"],
    );
    check(
        GROUP,
        "",
        &[("consumer.session.timeout.ms", SET, Some("46000"))],
        expect!["INVALID_REQUEST: Default group resources are not allowed."],
    );
    check(
        METRICS,
        "m",
        &[("interval.ms", SET, Some("1"))],
        expect![[
            "INVALID_REQUEST: Invalid value 1 for interval.ms, interval must be between 100 and \
             3600000 (1 hour)"
        ]],
    );
    check(
        METRICS,
        "m",
        &[("match", SET, Some("x"))],
        expect!["INVALID_CONFIG: Illegal client matching pattern: x"],
    );
    check(
        METRICS,
        "",
        &[("interval.ms", SET, Some("1000"))],
        expect!["INVALID_REQUEST: Subscription name can't be empty"],
    );
}

#[test]
fn log_levels_change_at_once() {
    let mut fixture = Fixture::new();
    let level = |fixture: &Fixture| {
        let mut levels = fixture.loggers.levels(BrokerId(1));
        levels
            .find(|(name, _)| *name == "kafka.request.logger")
            .map(|(_, level)| level)
    };
    let debug = [("kafka.request.logger", SET, Some("DEBUG"))];
    assert_eq!(alter(&mut fixture, LOGGER, "1", &debug), "ok");
    assert_eq!(level(&fixture), Some("DEBUG"));
    alter(
        &mut fixture,
        LOGGER,
        "1",
        &[("kafka.request.logger", DELETE, None)],
    );
    assert_eq!(level(&fixture), Some("INFO"), "the root's");
    check(
        LOGGER,
        "1",
        &[("kafka.request.logger", SET, Some("LOUD"))],
        expect![[
            "INVALID_CONFIG: Cannot set the log level of kafka.request.logger to LOUD as it is not \
             a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN"
        ]],
    );
    check(
        LOGGER,
        "1",
        &[("nosuch", SET, Some("INFO"))],
        expect!["INVALID_CONFIG: Logger nosuch does not exist!"],
    );
    check(
        LOGGER,
        "2",
        &[("root", SET, Some("INFO"))],
        expect!["INVALID_REQUEST: Unexpected node id. Expected 1, but received 2"],
    );
    check(
        LOGGER,
        "1",
        &[("root", DELETE, None)],
        expect!["INVALID_REQUEST: Removing the log level of the root logger is not allowed"],
    );
}
