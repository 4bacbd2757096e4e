//! DescribeConfigs, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k32_describe_configs::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::protocol::messages::DescribeConfigsRequest;
use kafka_sandbox::protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_sandbox::protocol::messages::describe_configs_response::DescribeConfigsResourceResult;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGER: i8 = 8;
const METRICS: i8 = 16;
const GROUP: i8 = 32;

fn line(entry: &DescribeConfigsResourceResult) -> String {
    let synonyms: Vec<String> = entry
        .synonyms
        .iter()
        .map(|s| {
            format!(
                "{}:{}={}",
                s.source,
                s.name,
                s.value.as_deref().unwrap_or("null")
            )
        })
        .collect();
    format!(
        "{}={} source={} type={}{}{} [{}]",
        entry.name,
        entry.value.as_deref().unwrap_or("null"),
        entry.config_source,
        entry.config_type,
        if entry.read_only { " read-only" } else { "" },
        if entry.is_sensitive { " sensitive" } else { "" },
        synonyms.join(", "),
    )
}

fn describe(fixture: &Fixture, kind: i8, name: &str, keys: &[&str]) -> String {
    let resource = DescribeConfigsResource {
        resource_type: kind,
        resource_name: name.into(),
        configuration_keys: match keys {
            [] => None,
            keys => Some(keys.iter().map(|key| (*key).to_owned()).collect()),
        },
        ..DescribeConfigsResource::default()
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        include_synonyms: true,
        ..DescribeConfigsRequest::default()
    };
    let response = handle(&fixture.image, &fixture.loggers, BrokerId(1), &request);
    check_versions(&response, 1..=4);
    let result = &response.results[0];
    if result.error_code != 0 {
        return outcome(result.error_code, result.error_message.as_deref());
    }
    result
        .configs
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(kind: i8, name: &str, keys: &[&str], expected: Expect) {
    let mut fixture = Fixture::with(3, &[("group.initial.rebalance.delay.ms", "0")]);
    fixture.topic_with("t", &[&[1]], &[("cleanup.policy", "compact,delete")]);
    expected.assert_eq(&describe(&fixture, kind, name, keys));
}

#[test]
fn a_topics_entries_name_their_sources() {
    check(
        TOPIC,
        "t",
        &[
            "min.insync.replicas",
            "cleanup.policy",
            "retention.ms",
            "preallocate",
        ],
        expect![[r#"
            min.insync.replicas=1 source=3 type=3 [3:min.insync.replicas=1, 5:min.insync.replicas=1]
            cleanup.policy=compact,delete source=1 type=7 [1:cleanup.policy=compact,delete, 5:log.cleanup.policy=delete]
            retention.ms=604800000 source=5 type=5 []
            preallocate=false source=5 type=1 [5:log.preallocate=false]"#]],
    );
}

#[test]
fn a_brokers_entries_name_their_sources() {
    check(
        BROKER,
        "1",
        &[
            "process.roles",
            "group.initial.rebalance.delay.ms",
            "log.cleaner.threads",
            "ssl.key.password",
            "listeners",
            "min.insync.replicas",
            "controller.performance.sample.period.ms",
        ],
        expect![[r#"
            min.insync.replicas=1 source=3 type=3 [3:min.insync.replicas=1, 5:min.insync.replicas=1]
            log.cleaner.threads=1 source=5 type=3 [5:log.cleaner.threads=1]
            listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:19091 source=4 type=7 [4:listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:19091, 5:listeners=PLAINTEXT://:9092]
            group.initial.rebalance.delay.ms=0 source=4 type=3 read-only [4:group.initial.rebalance.delay.ms=0, 5:group.initial.rebalance.delay.ms=3000]
            ssl.key.password=null source=5 type=9 sensitive []
            process.roles=broker,controller source=4 type=7 read-only [4:process.roles=broker,controller]"#]],
    );
}

#[test]
fn all_entries_are_there() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    assert_eq!(describe(&fixture, TOPIC, "t", &[]).lines().count(), 33);
    assert_eq!(describe(&fixture, BROKER, "1", &[]).lines().count(), 340);
    assert_eq!(describe(&fixture, GROUP, "g", &[]).lines().count(), 17);
    assert_eq!(describe(&fixture, METRICS, "m", &[]).lines().count(), 3);
}

#[test]
fn the_clusters_default_is_what_was_changed_for_all_brokers() {
    check(
        BROKER,
        "",
        &[],
        expect!["min.insync.replicas=1 source=3 type=3 [3:min.insync.replicas=1]"],
    );
}

#[test]
fn groups_show_the_brokers_defaults() {
    check(
        GROUP,
        "g",
        &["consumer.session.timeout.ms", "share.auto.offset.reset"],
        expect![[r#"
            consumer.session.timeout.ms=45000 source=5 type=3 [5:group.consumer.session.timeout.ms=45000]
            share.auto.offset.reset=latest source=5 type=2 [5:share.auto.offset.reset=latest]"#]],
    );
}

#[test]
fn loggers_show_their_levels() {
    check(
        LOGGER,
        "1",
        &["root", "kafka.request.logger"],
        expect![[r#"
            root=INFO source=6 type=0 []
            kafka.request.logger=WARN source=6 type=0 []"#]],
    );
}

#[test]
fn what_is_not_there_is_said_with_kafkas_words() {
    check(
        TOPIC,
        "nosuch",
        &[],
        expect!["UNKNOWN_TOPIC_OR_PARTITION (no words)"],
    );
    check(
        TOPIC,
        "",
        &[],
        expect![[
            "INVALID_TOPIC_EXCEPTION: Topic name is invalid: the empty string is not allowed"
        ]],
    );
    check(
        BROKER,
        "7",
        &[],
        expect![[
            "INVALID_REQUEST: Unexpected broker id, expected 1 or empty string, but received 7"
        ]],
    );
    check(
        BROKER,
        "one",
        &[],
        expect!["INVALID_REQUEST: Broker id must be an integer, but it is: one"],
    );
    check(
        LOGGER,
        "",
        &[],
        expect!["INVALID_REQUEST: Broker id must not be empty"],
    );
    check(
        GROUP,
        "",
        &[],
        expect!["INVALID_REQUEST: Group name must not be empty"],
    );
    check(
        77,
        "",
        &[],
        expect![[
            "INVALID_REQUEST: This most likely occurs because of a request being malformed by the \
             client library or the message was sent to an incompatible broker. See the broker logs \
             for more details."
        ]],
    );
}
