//! Group configs of Apache Kafka 4.3.1 (KIP-848, KIP-932, KIP-1071), in the order of definition.

use super::super::ConfigKey;
use super::super::Validator::{Any, AtLeast, OneOf, ShareOffsetReset};
use super::super::ValueType::{Boolean, Int, String};
use super::plain;

/// See `ConfigKey` for what the columns mean.
#[rustfmt::skip]
pub(super) const GROUP: &[ConfigKey] = &[
    plain("consumer.session.timeout.ms", Int, Some("45000"), AtLeast(1.0)),
    plain("consumer.heartbeat.interval.ms", Int, Some("5000"), AtLeast(1.0)),
    plain("consumer.assignment.interval.ms", Int, Some("1000"), AtLeast(0.0)),
    plain("share.session.timeout.ms", Int, Some("45000"), AtLeast(1.0)),
    plain("share.heartbeat.interval.ms", Int, Some("5000"), AtLeast(1.0)),
    plain("share.record.lock.duration.ms", Int, Some("30000"), AtLeast(1000.0)),
    plain("share.delivery.count.limit", Int, Some("5"), AtLeast(2.0)),
    plain("share.partition.max.record.locks", Int, Some("2000"), AtLeast(100.0)),
    plain("share.auto.offset.reset", String, Some("latest"), ShareOffsetReset),
    plain(
        "share.isolation.level", String, Some("read_uncommitted"),
        OneOf(&["read_committed", "read_uncommitted"]),
    ),
    plain("share.renew.acknowledge.enable", Boolean, Some("true"), Any),
    plain("share.assignment.interval.ms", Int, Some("1000"), AtLeast(0.0)),
    plain("streams.session.timeout.ms", Int, Some("45000"), AtLeast(1.0)),
    plain("streams.heartbeat.interval.ms", Int, Some("5000"), AtLeast(1.0)),
    plain("streams.num.standby.replicas", Int, Some("0"), AtLeast(0.0)),
    plain("streams.initial.rebalance.delay.ms", Int, Some("3000"), AtLeast(0.0)),
    plain("streams.assignment.interval.ms", Int, Some("1000"), AtLeast(0.0)),
];
