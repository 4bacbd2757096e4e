//! The entries that act, as typed values for the code that acts on them.
//!
//! A snapshot: made anew when configs change, not looked up per request.

use super::resolve::{BrokerView, Configs};
use super::{Value, topic_key};
use crate::log::LogConfig;
use crate::protocol::record_batch::TimestampType;

/// Topic configs that act on a partition's log. Units are in the names; -1 means without limit
/// where Kafka says so.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicSettings {
    pub cleanup_compact: bool,
    pub cleanup_delete: bool,
    /// `producer` keeps what the producer chose.
    pub compression_type: String,
    pub delete_retention_ms: i64,
    pub max_compaction_lag_ms: i64,
    pub max_message_bytes: i32,
    pub message_timestamp_after_max_ms: i64,
    pub message_timestamp_before_max_ms: i64,
    pub message_timestamp_type: TimestampType,
    pub min_cleanable_dirty_ratio: f64,
    pub min_compaction_lag_ms: i64,
    pub min_insync_replicas: i32,
    pub retention_bytes: i64,
    pub retention_ms: i64,
    pub segment_bytes: i32,
    pub segment_jitter_ms: i64,
    pub segment_ms: i64,
    pub unclean_leader_election_enable: bool,
}

/// Broker configs that act. Units are in the names.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerSettings {
    pub auto_create_topics_enable: bool,
    pub auto_leader_rebalance_enable: bool,
    pub connections_max_idle_ms: i64,
    pub default_replication_factor: i16,
    pub delete_topic_enable: bool,
    pub fetch_max_bytes: i32,
    pub group_initial_rebalance_delay_ms: i32,
    pub group_max_session_timeout_ms: i32,
    pub group_max_size: i32,
    pub group_min_session_timeout_ms: i32,
    pub leader_imbalance_check_interval_seconds: i64,
    pub log_retention_check_interval_ms: i64,
    pub max_request_partition_size_limit: i32,
    pub message_max_bytes: i32,
    pub num_partitions: i32,
    /// Whether `num.partitions` was set at all; auto-created topics ask for it only then.
    pub num_partitions_is_set: bool,
    pub offset_metadata_max_bytes: i32,
    pub offsets_commit_timeout_ms: i32,
    pub offsets_retention_check_interval_ms: i64,
    pub offsets_retention_minutes: i32,
    pub offsets_topic_num_partitions: i32,
    pub offsets_topic_replication_factor: i16,
    pub offsets_topic_segment_bytes: i32,
    pub producer_id_expiration_ms: i32,
    pub socket_request_max_bytes: i32,
    pub transaction_max_timeout_ms: i32,
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

    fn double(&self, name: &str) -> f64 {
        match (self.0)(name) {
            Some(Value::Double(number)) => number,
            other => unreachable!("{name} is a double, not {other:?}"),
        }
    }

    fn has(&self, name: &str, item: &str) -> bool {
        matches!((self.0)(name), Some(Value::List(list)) if list.iter().any(|value| value == item))
    }
}

impl TopicSettings {
    /// What holds for a topic with these `overrides` on a broker.
    pub fn new(overrides: &Configs, broker: BrokerView) -> Self {
        let v = Values(|name: &str| broker.topic_value(overrides, topic_key(name)?));
        TopicSettings {
            cleanup_compact: v.has("cleanup.policy", "compact"),
            cleanup_delete: v.has("cleanup.policy", "delete"),
            compression_type: v.text("compression.type"),
            delete_retention_ms: v.long("delete.retention.ms"),
            max_compaction_lag_ms: v.long("max.compaction.lag.ms"),
            max_message_bytes: v.int("max.message.bytes"),
            message_timestamp_after_max_ms: v.long("message.timestamp.after.max.ms"),
            message_timestamp_before_max_ms: v.long("message.timestamp.before.max.ms"),
            message_timestamp_type: TimestampType::from_name(&v.text("message.timestamp.type"))
                .unwrap_or_default(),
            min_cleanable_dirty_ratio: v.double("min.cleanable.dirty.ratio"),
            min_compaction_lag_ms: v.long("min.compaction.lag.ms"),
            min_insync_replicas: v.int("min.insync.replicas"),
            retention_bytes: v.long("retention.bytes"),
            retention_ms: v.long("retention.ms"),
            segment_bytes: v.int("segment.bytes"),
            segment_jitter_ms: v.long("segment.jitter.ms"),
            segment_ms: v.long("segment.ms"),
            unclean_leader_election_enable: v.bool("unclean.leader.election.enable"),
        }
    }
}

impl TopicSettings {
    /// The part that a partition's log acts on.
    pub fn log_config(&self) -> LogConfig {
        // A compacted log rolls in time for `max.compaction.lag.ms`.
        let segment_ms = match self.cleanup_compact {
            true => self.segment_ms.min(self.max_compaction_lag_ms),
            false => self.segment_ms,
        };
        LogConfig {
            segment_bytes: self.segment_bytes.unsigned_abs(),
            segment_ms,
            max_message_bytes: self.max_message_bytes.unsigned_abs(),
            timestamp_type: self.message_timestamp_type,
            timestamp_before_max_ms: self.message_timestamp_before_max_ms,
            timestamp_after_max_ms: self.message_timestamp_after_max_ms,
            retention_ms: self.retention_ms,
            retention_bytes: self.retention_bytes,
            compact: self.cleanup_compact,
            delete: self.cleanup_delete,
        }
    }
}

impl BrokerSettings {
    /// What holds for a broker.
    pub fn new(broker: BrokerView) -> Self {
        let v = Values(|name: &str| broker.broker_value(name));
        BrokerSettings {
            auto_create_topics_enable: v.bool("auto.create.topics.enable"),
            auto_leader_rebalance_enable: v.bool("auto.leader.rebalance.enable"),
            connections_max_idle_ms: v.long("connections.max.idle.ms"),
            default_replication_factor: v.short("default.replication.factor"),
            delete_topic_enable: v.bool("delete.topic.enable"),
            fetch_max_bytes: v.int("fetch.max.bytes"),
            group_initial_rebalance_delay_ms: v.int("group.initial.rebalance.delay.ms"),
            group_max_session_timeout_ms: v.int("group.max.session.timeout.ms"),
            group_max_size: v.int("group.max.size"),
            group_min_session_timeout_ms: v.int("group.min.session.timeout.ms"),
            leader_imbalance_check_interval_seconds: v
                .long("leader.imbalance.check.interval.seconds"),
            log_retention_check_interval_ms: v.long("log.retention.check.interval.ms"),
            max_request_partition_size_limit: v.int("max.request.partition.size.limit"),
            message_max_bytes: v.int("message.max.bytes"),
            num_partitions: v.int("num.partitions"),
            num_partitions_is_set: broker.started_with.contains_key("num.partitions"),
            offset_metadata_max_bytes: v.int("offset.metadata.max.bytes"),
            offsets_commit_timeout_ms: v.int("offsets.commit.timeout.ms"),
            offsets_retention_check_interval_ms: v.long("offsets.retention.check.interval.ms"),
            offsets_retention_minutes: v.int("offsets.retention.minutes"),
            offsets_topic_num_partitions: v.int("offsets.topic.num.partitions"),
            offsets_topic_replication_factor: v.short("offsets.topic.replication.factor"),
            offsets_topic_segment_bytes: v.int("offsets.topic.segment.bytes"),
            producer_id_expiration_ms: v.int("producer.id.expiration.ms"),
            socket_request_max_bytes: v.int("socket.request.max.bytes"),
            transaction_max_timeout_ms: v.int("transaction.max.timeout.ms"),
        }
    }
}
