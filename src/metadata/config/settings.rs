//! The entries that act, as typed values for the code that acts on them.
//!
//! A snapshot: made anew when configs change, not looked up per request.

use super::resolve::{BrokerView, Configs};
use super::{Value, topic_key};
use crate::log::LogConfig;
use crate::protocol::record_batch::TimestampType;

/// Broker configs that act. Units are in the names.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerSettings {
    pub auto_create_topics_enable: bool,
    pub default_replication_factor: i16,
    pub delete_topic_enable: bool,
    pub fetch_max_bytes: i32,
    pub group_initial_rebalance_delay_ms: i32,
    pub group_max_session_timeout_ms: i32,
    pub group_max_size: i32,
    pub group_min_session_timeout_ms: i32,
    pub max_request_partition_size_limit: i32,
    pub num_partitions: i32,
    pub offset_metadata_max_bytes: i32,
    pub offsets_retention_check_interval_ms: i64,
    pub offsets_retention_minutes: i32,
    pub offsets_topic_num_partitions: i32,
    pub offsets_topic_replication_factor: i16,
    pub offsets_topic_segment_bytes: i32,
    pub producer_id_expiration_ms: i32,
    pub socket_request_max_bytes: i32,
}

/// Reads values of one kind of resource; every name asked for is in the tables and has a default.
struct Values<F>(F);

impl<F: Fn(&str) -> Option<Value>> Values<F> {
    fn long(&self, name: &str) -> i64 {
        match (self.0)(name) {
            Some(Value::Int(number)) => number,
            other => unreachable!("{name} is a number, not {other:?}"),
        }
    }

    fn int(&self, name: &str) -> i32 {
        i32::try_from(self.long(name)).expect("its type bounds it")
    }

    fn short(&self, name: &str) -> i16 {
        self.long(name).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }

    fn bool(&self, name: &str) -> bool {
        (self.0)(name) == Some(Value::Bool(true))
    }

    fn text(&self, name: &str) -> String {
        (self.0)(name)
            .map(|value| value.to_string())
            .unwrap_or_default()
    }

    fn has(&self, name: &str, item: &str) -> bool {
        matches!((self.0)(name), Some(Value::List(list)) if list.iter().any(|value| value == item))
    }
}

/// What acts on the log of a topic with these `overrides`, on the broker that leads it.
pub fn log_config(overrides: &Configs, broker: BrokerView) -> LogConfig {
    let v = Values(|name: &str| broker.topic_value(overrides, topic_key(name)?));
    let compact = v.has("cleanup.policy", "compact");
    // A compacted log rolls in time for `max.compaction.lag.ms`.
    let segment_ms = match compact {
        true => v.long("segment.ms").min(v.long("max.compaction.lag.ms")),
        false => v.long("segment.ms"),
    };
    let timestamp_type = TimestampType::from_name(&v.text("message.timestamp.type"));
    LogConfig {
        segment_bytes: v.int("segment.bytes").unsigned_abs(),
        segment_ms,
        max_message_bytes: v.int("max.message.bytes").unsigned_abs(),
        timestamp_type: timestamp_type.unwrap_or_default(),
        timestamp_before_max_ms: v.long("message.timestamp.before.max.ms"),
        timestamp_after_max_ms: v.long("message.timestamp.after.max.ms"),
        retention_ms: v.long("retention.ms"),
        retention_bytes: v.long("retention.bytes"),
        compact,
        delete: v.has("cleanup.policy", "delete"),
    }
}

impl BrokerSettings {
    /// What holds for a broker.
    pub fn new(broker: BrokerView) -> Self {
        let v = Values(|name: &str| broker.broker_value(name));
        BrokerSettings {
            auto_create_topics_enable: v.bool("auto.create.topics.enable"),
            default_replication_factor: v.short("default.replication.factor"),
            delete_topic_enable: v.bool("delete.topic.enable"),
            fetch_max_bytes: v.int("fetch.max.bytes"),
            group_initial_rebalance_delay_ms: v.int("group.initial.rebalance.delay.ms"),
            group_max_session_timeout_ms: v.int("group.max.session.timeout.ms"),
            group_max_size: v.int("group.max.size"),
            group_min_session_timeout_ms: v.int("group.min.session.timeout.ms"),
            max_request_partition_size_limit: v.int("max.request.partition.size.limit"),
            num_partitions: v.int("num.partitions"),
            offset_metadata_max_bytes: v.int("offset.metadata.max.bytes"),
            offsets_retention_check_interval_ms: v.long("offsets.retention.check.interval.ms"),
            offsets_retention_minutes: v.int("offsets.retention.minutes"),
            offsets_topic_num_partitions: v.int("offsets.topic.num.partitions"),
            offsets_topic_replication_factor: v.short("offsets.topic.replication.factor"),
            offsets_topic_segment_bytes: v.int("offsets.topic.segment.bytes"),
            producer_id_expiration_ms: v.int("producer.id.expiration.ms"),
            socket_request_max_bytes: v.int("socket.request.max.bytes"),
        }
    }
}
