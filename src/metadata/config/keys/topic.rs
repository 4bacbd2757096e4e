//! Topic configs of Apache Kafka 4.3.1, in the order in which Kafka defines and validates them.

use super::super::ConfigKey;
use super::super::ListRule::EmptyOk;
use super::super::UpdateMode::Internal;
use super::super::Validator::{Any, AtLeast, Between, GzipLevel, ListOf, OneOf, ThrottledReplicas};
use super::super::ValueType::{Boolean, Double, Int, List, Long, String};
use super::{key, plain};

/// See `ConfigKey` for what the columns mean.
#[rustfmt::skip]
pub(super) const TOPIC: &[ConfigKey] = &[
    plain("segment.bytes", Int, Some("1073741824"), AtLeast(1048576.0)),
    plain("segment.ms", Long, Some("604800000"), AtLeast(1.0)),
    plain("segment.jitter.ms", Long, Some("0"), AtLeast(0.0)),
    plain("segment.index.bytes", Int, Some("10485760"), AtLeast(4.0)),
    plain("flush.messages", Long, Some("9223372036854775807"), AtLeast(1.0)),
    plain("flush.ms", Long, Some("9223372036854775807"), AtLeast(0.0)),
    plain("retention.bytes", Long, Some("-1"), Any),
    plain("retention.ms", Long, Some("604800000"), AtLeast(-1.0)),
    plain("max.message.bytes", Int, Some("1048588"), AtLeast(0.0)),
    plain("index.interval.bytes", Int, Some("4096"), AtLeast(0.0)),
    plain("delete.retention.ms", Long, Some("86400000"), AtLeast(0.0)),
    plain("min.compaction.lag.ms", Long, Some("0"), AtLeast(0.0)),
    plain("max.compaction.lag.ms", Long, Some("9223372036854775807"), AtLeast(1.0)),
    plain("file.delete.delay.ms", Long, Some("60000"), AtLeast(0.0)),
    plain("min.cleanable.dirty.ratio", Double, Some("0.5"), Between(0.0, 1.0)),
    plain("cleanup.policy", List, Some("delete"), ListOf(EmptyOk, &["compact", "delete"])),
    plain("unclean.leader.election.enable", Boolean, Some("false"), Any),
    plain("min.insync.replicas", Int, Some("1"), AtLeast(1.0)),
    plain(
        "compression.type", String, Some("producer"),
        OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
    ),
    plain("compression.gzip.level", Int, Some("-1"), GzipLevel),
    plain("compression.lz4.level", Int, Some("9"), Between(1.0, 17.0)),
    plain("compression.zstd.level", Int, Some("3"), Between(-131072.0, 22.0)),
    plain("preallocate", Boolean, Some("false"), Any),
    plain(
        "message.timestamp.type", String, Some("CreateTime"),
        OneOf(&["CreateTime", "LogAppendTime"]),
    ),
    plain("message.timestamp.before.max.ms", Long, Some("9223372036854775807"), AtLeast(0.0)),
    plain("message.timestamp.after.max.ms", Long, Some("3600000"), AtLeast(0.0)),
    plain("leader.replication.throttled.replicas", List, Some(""), ThrottledReplicas),
    plain("follower.replication.throttled.replicas", List, Some(""), ThrottledReplicas),
    plain("remote.storage.enable", Boolean, Some("false"), Any),
    plain("local.retention.ms", Long, Some("-2"), AtLeast(-2.0)),
    plain("local.retention.bytes", Long, Some("-2"), AtLeast(-2.0)),
    plain("remote.log.copy.disable", Boolean, Some("false"), Any),
    plain("remote.log.delete.on.disable", Boolean, Some("false"), Any),
    key("internal.segment.bytes", Int, None, Any, Internal),
];
