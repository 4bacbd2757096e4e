//! The tables of names, and look-ups in them.

mod broker_coordinators_log;
mod broker_quorum_security;
mod broker_server;
mod group;
mod topic;

use super::ListRule::EmptyOk;
use super::UpdateMode::ClusterWide;
use super::Validator::{Any, AtLeast, ListOf};
use super::ValueType::{Int, List, Long};
use super::{ConfigKey, UpdateMode, Validator, ValueType};

const fn key(
    name: &'static str,
    value_type: ValueType,
    default: Option<&'static str>,
    validator: Validator,
    mode: UpdateMode,
) -> ConfigKey {
    ConfigKey {
        name,
        value_type,
        default,
        validator,
        mode,
    }
}

const fn plain(
    name: &'static str,
    value_type: ValueType,
    default: Option<&'static str>,
    validator: Validator,
) -> ConfigKey {
    key(name, value_type, default, validator, ClusterWide)
}

/// Entries that a broker takes dynamically but that are not part of its configuration: replication
/// quotas (KIP-73). They are accepted and stored, and shown only when set.
pub const BROKER_QUOTAS: &[ConfigKey] = &[
    plain(
        "leader.replication.throttled.rate",
        Long,
        Some("9223372036854775807"),
        AtLeast(0.0),
    ),
    plain(
        "follower.replication.throttled.rate",
        Long,
        Some("9223372036854775807"),
        AtLeast(0.0),
    ),
    plain(
        "replica.alter.log.dirs.io.max.bytes.per.second",
        Long,
        Some("9223372036854775807"),
        AtLeast(0.0),
    ),
];

/// Entries of a client metrics subscription (KIP-714).
pub const CLIENT_METRICS: &[ConfigKey] = &[
    plain("metrics", List, Some(""), ListOf(EmptyOk, &[])),
    plain("interval.ms", Int, Some("300000"), Any),
    plain("match", List, Some(""), ListOf(EmptyOk, &[])),
];

/// All topic configs, in Kafka's order of definition.
pub fn topic_keys() -> impl Iterator<Item = &'static ConfigKey> {
    topic::TOPIC.iter()
}

/// All broker configs, in Kafka's order of definition.
pub fn broker_keys() -> impl Iterator<Item = &'static ConfigKey> {
    [
        broker_server::SERVER,
        broker_coordinators_log::COORDINATORS_LOG,
        broker_quorum_security::QUORUM_SECURITY,
    ]
    .into_iter()
    .flatten()
}

/// All group configs, in Kafka's order of definition.
pub fn group_keys() -> impl Iterator<Item = &'static ConfigKey> {
    group::GROUP.iter()
}

pub fn topic_key(name: &str) -> Option<&'static ConfigKey> {
    topic_keys().find(|key| key.name == name)
}

pub fn broker_key(name: &str) -> Option<&'static ConfigKey> {
    broker_keys().find(|key| key.name == name)
}

pub fn group_key(name: &str) -> Option<&'static ConfigKey> {
    group_keys().find(|key| key.name == name)
}

/// The broker config whose value holds for topics that do not set `topic_config` themselves.
pub fn topic_broker_synonym(topic_config: &str) -> Option<&'static str> {
    Some(match topic_config {
        "cleanup.policy" => "log.cleanup.policy",
        "compression.gzip.level" => "compression.gzip.level",
        "compression.lz4.level" => "compression.lz4.level",
        "compression.type" => "compression.type",
        "compression.zstd.level" => "compression.zstd.level",
        "delete.retention.ms" => "log.cleaner.delete.retention.ms",
        "file.delete.delay.ms" => "log.segment.delete.delay.ms",
        "flush.messages" => "log.flush.interval.messages",
        "flush.ms" => "log.flush.interval.ms",
        "index.interval.bytes" => "log.index.interval.bytes",
        "local.retention.bytes" => "log.local.retention.bytes",
        "local.retention.ms" => "log.local.retention.ms",
        "max.compaction.lag.ms" => "log.cleaner.max.compaction.lag.ms",
        "max.message.bytes" => "message.max.bytes",
        "message.timestamp.after.max.ms" => "log.message.timestamp.after.max.ms",
        "message.timestamp.before.max.ms" => "log.message.timestamp.before.max.ms",
        "message.timestamp.type" => "log.message.timestamp.type",
        "min.cleanable.dirty.ratio" => "log.cleaner.min.cleanable.ratio",
        "min.compaction.lag.ms" => "log.cleaner.min.compaction.lag.ms",
        "min.insync.replicas" => "min.insync.replicas",
        "preallocate" => "log.preallocate",
        "retention.bytes" => "log.retention.bytes",
        "retention.ms" => "log.retention.ms",
        "segment.bytes" => "log.segment.bytes",
        "segment.index.bytes" => "log.index.size.max.bytes",
        "segment.jitter.ms" => "log.roll.jitter.ms",
        "segment.ms" => "log.roll.ms",
        "unclean.leader.election.enable" => "unclean.leader.election.enable",
        _ => return None,
    })
}

/// The broker config whose value holds for groups that do not set `group_config` themselves.
pub fn group_broker_synonym(group_config: &str) -> Option<&'static str> {
    if matches!(
        group_config,
        "share.auto.offset.reset" | "share.isolation.level" | "share.renew.acknowledge.enable"
    ) {
        return None;
    }
    broker_keys().map(|key| key.name).find(|name| {
        name.strip_prefix("group.")
            .is_some_and(|rest| rest == group_config)
    })
}
