//! What Apache Kafka 4.3.1 answered to the same, with its words.

use super::resolve::{BrokerView, Configs};
use super::settings::{BrokerSettings, log_config};
use super::{ConfigSource, broker_keys, group_keys, topic_key, topic_keys, validate};
use crate::log::LogConfig;
use crate::protocol::record_batch::TimestampType;
use expect_test::{Expect, expect};

fn configs(text: &str) -> Configs {
    text.lines()
        .filter_map(|line| line.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

const NONE: &Configs = &Configs::new();

fn view<'a>(started_with: &'a Configs, cluster_wide: &'a Configs) -> BrokerView<'a> {
    BrokerView {
        started_with,
        cluster_wide,
        per_broker: NONE,
    }
}

fn outcome(result: Result<(), super::ConfigError>) -> String {
    result.map_or_else(|why| why.to_string(), |()| "ok".to_owned())
}

fn check_topic(overrides: &str, expected: Expect) {
    let said = validate::topic(&configs(overrides), NONE, view(NONE, NONE));
    expected.assert_eq(&outcome(said));
}

#[test]
fn topic_values_are_checked_with_kafkas_words() {
    check_topic(
        "retention.ms=60000\ncleanup.policy=compact, delete",
        expect!["ok"],
    );
    check_topic("cleanup.policy=", expect!["ok"]);
    check_topic("preallocate=TRUE", expect!["ok"]);
    check_topic("min.cleanable.dirty.ratio=1e-2", expect!["ok"]);
    check_topic("leader.replication.throttled.replicas=*", expect!["ok"]);
    check_topic("nosuch=1", expect!["Unknown topic config name: nosuch"]);
    check_topic(
        "retention.ms=abc",
        expect!["Invalid value abc for configuration retention.ms: Not a number of type LONG"],
    );
    check_topic(
        "segment.bytes=9999999999",
        expect![
            "Invalid value 9999999999 for configuration segment.bytes: Not a number of type INT"
        ],
    );
    check_topic(
        "segment.bytes=100",
        expect![
            "Invalid value 100 for configuration segment.bytes: Value must be at least 1048576"
        ],
    );
    check_topic(
        "min.cleanable.dirty.ratio=1.5",
        expect![
            "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1"
        ],
    );
    check_topic(
        "cleanup.policy=shred",
        expect![
            "Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete"
        ],
    );
    check_topic("cleanup.policy=delete,delete", expect!["ok"]);
    check_topic(
        "cleanup.policy=delete,,compact",
        expect!["Configuration 'cleanup.policy' values must not be empty."],
    );
    check_topic(
        "preallocate=yes",
        expect![
            "Invalid value yes for configuration preallocate: Expected value to be either true or false"
        ],
    );
    check_topic(
        "compression.gzip.level=0",
        expect![
            "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"
        ],
    );
    check_topic(
        "leader.replication.throttled.replicas=1-2",
        expect![
            "Invalid value [1-2] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],..."
        ],
    );
}

#[test]
fn topic_values_must_fit_together() {
    check_topic(
        "min.compaction.lag.ms=10\nmax.compaction.lag.ms=5",
        expect![
            "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)"
        ],
    );
    check_topic(
        "remote.storage.enable=true",
        expect![
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."
        ],
    );
}

#[test]
fn of_several_wrong_values_the_first_in_kafkas_order_is_named() {
    check_topic(
        "cleanup.policy=shred\nretention.ms=abc",
        expect!["Invalid value abc for configuration retention.ms: Not a number of type LONG"],
    );
}

fn check_broker(props: &str, per_broker: bool, expected: Expect) {
    let started_with = configs(
        "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\ncontroller.listener.names=CONTROLLER",
    );
    let said = validate::broker(&configs(props), per_broker, view(&started_with, NONE));
    expected.assert_eq(&outcome(said));
}

#[test]
fn broker_values_are_checked_with_kafkas_words() {
    check_broker("log.cleaner.threads=2\nnosuch=3", true, expect!["ok"]);
    check_broker("max.connections=1000", false, expect!["ok"]);
    check_broker("log.retention.ms=-5", true, expect!["ok"]);
    check_broker("log.cleaner.threads=0", true, expect!["/ by zero"]);
    check_broker(
        "max.connections.per.ip=0",
        true,
        expect![
            "requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set."
        ],
    );
    check_broker(
        "log.local.retention.ms=-1",
        true,
        expect![
            "Invalid value org.apache.kafka.common.config.ConfigException: Invalid value -1 for configuration log.local.retention.ms: Value must not be -1 as log.retention.ms value is set as 604800000. for configuration Invalid dynamic configuration"
        ],
    );
    check_broker(
        "num.partitions=3\nauto.create.topics.enable=true\nnode.id=2",
        true,
        expect![
            "Cannot update these configs dynamically: [node.id, num.partitions, auto.create.topics.enable]"
        ],
    );
    check_broker(
        "listeners=PLAINTEXT://localhost:9999",
        true,
        expect![
            "requirement failed: controller.listener.names must contain at least one value appearing in the 'listeners' configuration when running the KRaft controller role"
        ],
    );
    check_broker(
        "listeners=PLAINTEXT://localhost:9999",
        false,
        expect![
            "Cannot update these configs at default cluster level, broker id must be specified: [listeners]"
        ],
    );
    check_broker(
        "num.io.threads=40",
        true,
        expect![
            "Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.io.threads=40, value should not be greater than double the current value 8 for configuration Invalid dynamic configuration"
        ],
    );
    check_broker(
        "log.retention.ms=abc",
        true,
        expect!["Invalid value abc for configuration log.retention.ms: Not a number of type LONG"],
    );
}

fn check_group(props: &str, expected: Expect) {
    expected.assert_eq(&outcome(validate::group(&configs(props), view(NONE, NONE))));
}

#[test]
fn group_values_are_checked_with_kafkas_words() {
    check_group("consumer.session.timeout.ms=46000", expect!["ok"]);
    check_group(
        "share.auto.offset.reset=by_duration:P1DT2H3.5S",
        expect!["ok"],
    );
    check_group(
        "session.timeout.ms=46000",
        expect!["Unknown group config name: session.timeout.ms"],
    );
    check_group(
        "consumer.session.timeout.ms=1000",
        expect![
            "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms"
        ],
    );
    check_group(
        "share.auto.offset.reset=by_duration:1D",
        expect![
            "Invalid value by_duration:1D for configuration share.auto.offset.reset: Invalid value `by_duration:1D` for configuration share.auto.offset.reset. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
        ],
    );
}

#[test]
fn every_default_has_the_type_of_its_key() {
    let keys = topic_keys().chain(broker_keys()).chain(group_keys());
    let count = keys.inspect(|key| drop(key.default_value())).count();
    assert_eq!(count, 34 + 360 + 17);
}

fn described(entries: Vec<super::resolve::DescribedConfig>, name: &str) -> String {
    let entry = entries
        .into_iter()
        .find(|entry| entry.name == name)
        .expect("a known name");
    let behind: Vec<String> = entry
        .synonyms
        .iter()
        .map(|s| {
            format!(
                "{:?}:{}={}",
                s.source,
                s.name,
                s.value.as_deref().unwrap_or("null")
            )
        })
        .collect();
    let value = entry.value.as_deref().unwrap_or("null");
    format!("{value} {:?} [{}]", entry.source, behind.join(", "))
}

#[test]
fn a_topics_value_names_what_stands_behind_it() {
    let cluster_wide = configs("min.insync.replicas=1");
    let view = view(NONE, &cluster_wide);
    let overrides = configs("retention.ms=60000\ncleanup.policy=compact, delete");
    let check = |name: &str, expected: Expect| {
        expected.assert_eq(&described(view.describe_topic(&overrides), name));
    };
    check(
        "cleanup.policy",
        expect![
            "compact,delete DynamicTopic [DynamicTopic:cleanup.policy=compact,delete, Default:log.cleanup.policy=delete]"
        ],
    );
    check(
        "retention.ms",
        expect!["60000 DynamicTopic [DynamicTopic:retention.ms=60000]"],
    );
    check(
        "min.insync.replicas",
        expect![
            "1 DynamicDefaultBroker [DynamicDefaultBroker:min.insync.replicas=1, Default:min.insync.replicas=1]"
        ],
    );
    check("flush.ms", expect!["9223372036854775807 Default []"]);
    check("segment.jitter.ms", expect!["0 Default []"]);
    check(
        "min.cleanable.dirty.ratio",
        expect!["0.5 Default [Default:log.cleaner.min.cleanable.ratio=0.5]"],
    );
}

#[test]
fn topic_entries_come_in_the_order_of_kafkas_response() {
    let names: Vec<String> = view(NONE, NONE)
        .describe_topic(NONE)
        .into_iter()
        .map(|entry| entry.name)
        .take(6)
        .collect();
    expect![[r#"
        [
            "compression.type",
            "remote.log.delete.on.disable",
            "leader.replication.throttled.replicas",
            "remote.storage.enable",
            "min.insync.replicas",
            "segment.jitter.ms",
        ]
    "#]]
    .assert_debug_eq(&names);
}

#[test]
fn a_dynamic_value_takes_the_place_of_its_static_synonyms() {
    let started_with = configs("log.retention.hours=1\nlog.retention.minutes=7");
    let key = topic_key("retention.ms").expect("known");
    let retention = |view: BrokerView| view.topic_value(NONE, key).map(|v| v.to_string());
    assert_eq!(
        retention(view(&started_with, NONE)).as_deref(),
        Some("420000")
    );
    let cluster_wide = configs("log.retention.ms=5");
    assert_eq!(
        retention(view(&started_with, &cluster_wide)).as_deref(),
        Some("5")
    );
    let entries = view(&started_with, &cluster_wide).describe_broker();
    expect!["5 DynamicDefaultBroker [DynamicDefaultBroker:log.retention.ms=5, StaticBroker:log.retention.minutes=7, StaticBroker:log.retention.hours=1, Default:log.retention.hours=168]"]
        .assert_eq(&described(entries, "log.retention.ms"));
}

#[test]
fn names_that_kafka_does_not_know_are_kept_secret() {
    let cluster_wide = configs("nosuch=3");
    let entry = view(NONE, &cluster_wide).describe_broker().remove(0);
    assert_eq!(
        (entry.name.as_str(), entry.value, entry.is_sensitive),
        ("nosuch", None, true)
    );
    assert_eq!(
        (entry.source, entry.read_only),
        (ConfigSource::DynamicDefaultBroker, true)
    );
}

#[test]
fn settings_are_what_the_entries_say() {
    let started_with = configs("num.partitions=4\nlog.message.timestamp.type=LogAppendTime");
    let broker = BrokerSettings::new(view(&started_with, NONE));
    assert_eq!(
        (broker.num_partitions, broker.offsets_topic_num_partitions),
        (4, 50)
    );
    let overrides = configs("segment.ms=1000\ncleanup.policy=compact\nmax.compaction.lag.ms=10");
    let log = log_config(&overrides, view(&started_with, NONE));
    assert_eq!(log.timestamp_type, TimestampType::LogAppendTime);
    assert_eq!((log.compact, log.delete, log.segment_ms), (true, false, 10));
    assert_eq!(log_config(NONE, view(NONE, NONE)), LogConfig::default());
}
