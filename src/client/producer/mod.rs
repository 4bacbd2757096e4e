//! The producer: batches, partitioning, retries, idempotence.
//!
//! Not here: transactions, interceptors, partitioners other than Java's own.

pub mod murmur2;

use super::config::{ProducerConfig, Properties};
use super::types::{PartitionInfo, TopicPartition};
use super::{ClientError, Context};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};

type Result<T> = std::result::Result<T, ClientError>;

/// A record to send; the producer copies it into a batch at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProducerRecord<'a> {
    pub topic: &'a str,
    /// `None`: by key, or sticky where there is none.
    pub partition: Option<i32>,
    /// Milliseconds since 1970-01-01 UTC; `None`: now.
    pub timestamp: Option<i64>,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(&'a [u8], Option<&'a [u8]>)],
}

/// Where a record went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMetadata {
    pub partition: TopicPartition,
    /// -1 with `acks=0`.
    pub offset: i64,
    /// Of the record, or of the append with `LogAppendTime`.
    pub timestamp: i64,
}

/// Resolves when the record is acknowledged or given up. May be dropped: the record is sent all the same.
pub struct Delivery {}

impl Future for Delivery {
    type Output = Result<RecordMetadata>;
    fn poll(self: Pin<&mut Self>, _cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        todo!()
    }
}

/// Told of a record's fate, in the order of the records of its partition.
pub type DeliveryCallback = Box<dyn FnOnce(&Result<RecordMetadata>)>;

/// A producer. Clones are the same producer.
#[derive(Clone)]
pub struct Producer {
    _p: Rc<()>,
}

#[allow(unused_variables)]
impl Producer {
    /// Checks the settings and the bootstrap addresses; connects only when it is used.
    pub async fn new(context: &Context, properties: &Properties) -> Result<Producer> {
        todo!()
    }
    pub fn config(&self) -> &ProducerConfig {
        todo!()
    }
    /// Adds a record to a batch. Waits, at most `max.block.ms`, for metadata and for buffer space, hardly ever
    /// for anything else. Failures come with the delivery, as Java's come with the future.
    pub async fn send(&self, record: &ProducerRecord<'_>) -> Delivery {
        todo!()
    }
    /// As `send`, with a callback.
    pub async fn send_with(
        &self,
        record: &ProducerRecord<'_>,
        callback: DeliveryCallback,
    ) -> Delivery {
        todo!()
    }
    pub async fn partitions_for(&self, topic: &str) -> Result<Vec<PartitionInfo>> {
        todo!()
    }
    /// Sends everything at once and waits until it is acknowledged or given up.
    pub async fn flush(&self) {
        todo!()
    }
    /// Flushes for at most `timeout_ms`, gives up what is left, closes the connections.
    pub async fn close(&self, timeout_ms: u64) {
        todo!()
    }
}
