//! The topic configs that act on a log. Parsing and validation are the metadata layer's.

use crate::protocol::record_batch::TimestampType;

/// Values with their Kafka names; sizes in bytes, times in milliseconds, -1 for "no limit".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// `segment.bytes`
    pub segment_bytes: u32,
    /// `segment.ms`
    pub segment_ms: i64,
    /// `max.message.bytes`
    pub max_message_bytes: u32,
    /// `message.timestamp.type`
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`
    pub timestamp_after_max_ms: i64,
    /// `retention.ms`
    pub retention_ms: i64,
    /// `retention.bytes`
    pub retention_bytes: i64,
    /// Whether `cleanup.policy` has `compact`: records without a key are refused.
    pub compact: bool,
    /// Whether `cleanup.policy` has `delete`.
    pub delete: bool,
}

impl Default for LogConfig {
    /// Kafka 4.3's defaults.
    fn default() -> Self {
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 7 * 24 * 3_600_000,
            max_message_bytes: 1_048_588,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            retention_ms: 7 * 24 * 3_600_000,
            retention_bytes: -1,
            compact: false,
            delete: true,
        }
    }
}
