//! What a consumer gives out.

use crate::client::types::{Header, TopicPartition};
use crate::protocol::record_batch::TimestampType;
use bytes::Bytes;
use std::rc::Rc;

/// One record. Key and value are slices of the batch they came in.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerRecord {
    pub topic: Rc<str>,
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since 1970-01-01 UTC; -1 if there is none.
    pub timestamp: i64,
    pub timestamp_type: TimestampType,
    pub leader_epoch: Option<i32>,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    pub headers: Vec<Header>,
}

impl ConsumerRecord {
    pub fn topic_partition(&self) -> TopicPartition {
        TopicPartition {
            topic: self.topic.clone(),
            partition: self.partition,
        }
    }
}

/// Told of what a rebalance does, within `poll`, `close` and `unsubscribe`.
pub trait RebalanceListener {
    fn on_partitions_revoked(&mut self, partitions: &[TopicPartition]);
    fn on_partitions_assigned(&mut self, partitions: &[TopicPartition]);
    /// The partitions may have other owners already: nothing can be committed any more.
    fn on_partitions_lost(&mut self, partitions: &[TopicPartition]) {
        self.on_partitions_revoked(partitions);
    }
}
