//! The consumer: subscriptions, positions, fetching, group membership (classic protocol).
//!
//! Not here: the consumer protocol of KIP-848, share groups, fetch sessions (every fetch is whole), fetching
//! from followers.

pub mod assignor;
mod record;

pub use record::{ConsumerRecord, RebalanceListener};

use super::config::{ConsumerConfig, Properties};
use super::types::{OffsetAndMetadata, OffsetAndTimestamp, PartitionInfo, TopicPartition};
use super::{ClientError, Context};
use std::collections::BTreeMap;
use std::rc::Rc;

type Result<T> = std::result::Result<T, ClientError>;

/// A consumer object, with the methods of Java's `Consumer`. Clones are the same consumer. Unlike Java's it may
/// be used by several tasks; dropping a future of it loses nothing (a dropped `poll` gives out no records).
#[derive(Clone)]
pub struct Consumer {
    _p: Rc<()>,
}

/// Says which topics a pattern subscription takes.
pub type TopicPattern = Rc<dyn Fn(&str) -> bool>;

#[allow(unused_variables)]
impl Consumer {
    /// Checks the settings and the bootstrap addresses; connects only when it is used.
    pub async fn new(context: &Context, properties: &Properties) -> Result<Consumer> {
        todo!()
    }
    pub fn config(&self) -> &ConsumerConfig {
        todo!()
    }
    /// Joins the group for these topics at the next polls. An empty list unsubscribes.
    pub fn subscribe(
        &self,
        topics: &[&str],
        listener: Option<Box<dyn RebalanceListener>>,
    ) -> Result<()> {
        todo!()
    }
    /// Subscribes to all topics, present and future, that `pattern` takes.
    pub fn subscribe_pattern(
        &self,
        pattern: TopicPattern,
        listener: Option<Box<dyn RebalanceListener>>,
    ) -> Result<()> {
        todo!()
    }
    /// Leaves the group and forgets subscription and assignment.
    pub async fn unsubscribe(&self) -> Result<()> {
        todo!()
    }
    /// Takes partitions by hand.
    pub fn assign(&self, partitions: &[TopicPartition]) -> Result<()> {
        todo!()
    }
    pub fn assignment(&self) -> Vec<TopicPartition> {
        todo!()
    }
    pub fn subscription(&self) -> Vec<Rc<str>> {
        todo!()
    }
    /// Records that are there or come within `timeout_ms`; empty if none does. At most `max.poll.records`.
    pub async fn poll(&self, timeout_ms: u64) -> Result<Vec<ConsumerRecord>> {
        todo!()
    }
    /// As `poll`, with at most `max_records` (and `max.poll.records`).
    pub async fn poll_at_most(
        &self,
        timeout_ms: u64,
        max_records: usize,
    ) -> Result<Vec<ConsumerRecord>> {
        todo!()
    }
    pub fn seek(&self, partition: &TopicPartition, offset: i64) -> Result<()> {
        todo!()
    }
    /// Of all assigned partitions if the list is empty. Takes effect at the next `poll` or `position`.
    pub fn seek_to_beginning(&self, partitions: &[TopicPartition]) -> Result<()> {
        todo!()
    }
    pub fn seek_to_end(&self, partitions: &[TopicPartition]) -> Result<()> {
        todo!()
    }
    /// The offset of the next record that `poll` will give.
    pub async fn position(&self, partition: &TopicPartition) -> Result<i64> {
        todo!()
    }
    /// Committed offsets of the group.
    pub async fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, Option<OffsetAndMetadata>>> {
        todo!()
    }
    /// Commits the positions of all assigned partitions.
    pub async fn commit_sync(&self) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>> {
        todo!()
    }
    pub async fn commit_sync_offsets(
        &self,
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<()> {
        todo!()
    }
    pub fn pause(&self, partitions: &[TopicPartition]) -> Result<()> {
        todo!()
    }
    pub fn resume(&self, partitions: &[TopicPartition]) -> Result<()> {
        todo!()
    }
    pub fn paused(&self) -> Vec<TopicPartition> {
        todo!()
    }
    pub async fn partitions_for(&self, topic: &str) -> Result<Vec<PartitionInfo>> {
        todo!()
    }
    pub async fn list_topics(&self) -> Result<BTreeMap<String, Vec<PartitionInfo>>> {
        todo!()
    }
    pub async fn offsets_for_times(
        &self,
        times: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, Option<OffsetAndTimestamp>>> {
        todo!()
    }
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>> {
        todo!()
    }
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>> {
        todo!()
    }
    /// Records between the position and the end, as far as the last fetches know; `None` before the first.
    pub fn current_lag(&self, partition: &TopicPartition) -> Result<Option<i64>> {
        todo!()
    }
    /// The member id in the group, empty before the first join.
    pub fn member_id(&self) -> String {
        todo!()
    }
    pub fn generation_id(&self) -> i32 {
        todo!()
    }
    /// Makes a `poll` that waits (or the next one) fail with `WakeupException`.
    pub fn wakeup(&self) {
        todo!()
    }
    /// Commits if it auto-commits, leaves the group, closes the connections. Java's default timeout is 30 s.
    pub async fn close(&self, timeout_ms: u64) -> Result<()> {
        todo!()
    }
}
