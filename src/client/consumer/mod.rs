//! The consumer: subscriptions, positions, fetching, group membership (classic protocol).
//!
//! Not here: the consumer protocol of KIP-848, share groups, fetch sessions (every fetch is whole), fetching
//! from followers.

pub mod assignor;
mod coordinator;
mod fetched;
mod fetcher;
mod lookups;
mod membership;
mod offsets;
mod poll;
mod rebalance;
mod record;
mod subscription;

pub use record::{ConsumerRecord, RebalanceListener};

use super::config::{ConsumerConfig, IsolationLevel, OffsetReset, Properties};
use super::core::{Core, MetadataPolicy};
use super::error::list;
use super::metadata::Wanted;
use super::sync::{Signal, until};
use super::types::{OffsetAndMetadata, OffsetAndTimestamp, PartitionInfo, TopicPartition};
use super::{ClientError, Context};
use crate::base::{SortedMap, SortedSet};
use assignor::RebalanceProtocol;
use coordinator::{Group, show_offsets};
use fetcher::Fetching;
use membership::Membership;
use offsets::{EARLIEST, LATEST};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use subscription::{Position, Progress, Subscriptions};

type Result<T> = std::result::Result<T, ClientError>;

/// A consumer object, with the methods of Java's `Consumer`. Clones are the same consumer. Unlike Java's it may
/// be used by several tasks; dropping a future of it loses nothing (a dropped `poll` gives out no records).
#[derive(Clone)]
pub struct Consumer(Rc<Handle>);

/// What the application holds; background tasks hold the rest only as long as this is there.
struct Handle(Rc<Inner>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.shut_down();
    }
}

/// Says which topics a pattern subscription takes.
pub type TopicPattern = Rc<dyn Fn(&str) -> bool>;

struct Inner {
    core: Core,
    config: ConsumerConfig,
    /// What all assignors can follow.
    protocol: Option<RebalanceProtocol>,
    subs: RefCell<Subscriptions>,
    group: Option<Group>,
    fetching: RefCell<Fetching>,
    resets: Resets,
    /// Version of the metadata that a pattern was last held against.
    pattern_version: Cell<u64>,
    /// Something came in that a waiting call may be interested in.
    progress: Signal,
    /// What a background task could not deal with, for the next call to throw.
    pending: RefCell<Option<ClientError>>,
    wakeup: Cell<bool>,
    closed: Cell<bool>,
}

/// The search for positions of partitions that have none.
#[derive(Default)]
struct Resets {
    running: Cell<bool>,
    retry_at_ms: Cell<u64>,
}

impl Consumer {
    /// Checks the settings and the bootstrap addresses; connects only when it is used.
    pub async fn new(context: &Context, properties: &Properties) -> Result<Consumer> {
        let config = ConsumerConfig::parse(properties)?;
        let client_id = &config.connection.client_id;
        let prefix = match (&config.group_instance_id, &config.group_id) {
            (Some(instance), Some(group)) => {
                format!("[Consumer instanceId={instance}, clientId={client_id}, groupId={group}] ")
            }
            (_, group) => {
                let group = group.as_deref().unwrap_or("null");
                format!("[Consumer clientId={client_id}, groupId={group}] ")
            }
        };
        let policy = MetadataPolicy {
            allow_auto_create: config.allow_auto_create_topics,
            quiet: false,
        };
        let core = Core::new(context, &config.connection, &prefix, policy)
            .await
            .map_err(|error| ClientError::construct("consumer", error))?;
        let next_auto_commit_ms = core.now_ms() + config.auto_commit_interval_ms;
        let group = (config.group_id.clone())
            .map(|id| Group::new(id, Membership::new(), next_auto_commit_ms));
        let inner = Inner {
            protocol: common_protocol(&config),
            subs: RefCell::default(),
            group,
            fetching: RefCell::default(),
            resets: Resets::default(),
            pattern_version: Cell::new(u64::MAX),
            progress: Signal::default(),
            pending: RefCell::new(None),
            wakeup: Cell::new(false),
            closed: Cell::new(false),
            core,
            config,
        };
        Ok(Consumer(Rc::new(Handle(Rc::new(inner)))))
    }

    fn inner(&self) -> &Rc<Inner> {
        &self.0.0
    }

    /// The consumer, unless it is closed.
    fn open(&self) -> Result<&Rc<Inner>> {
        match self.inner().closed.get() {
            false => Ok(self.inner()),
            true => {
                let text = "This consumer has already been closed.";
                Err(ClientError::IllegalState(text.into()))
            }
        }
    }

    pub fn config(&self) -> &ConsumerConfig {
        &self.inner().config
    }

    /// Joins the group for these topics at the next polls. An empty list unsubscribes.
    pub fn subscribe(
        &self,
        topics: &[&str],
        listener: Option<Box<dyn RebalanceListener>>,
    ) -> Result<()> {
        let inner = self.open()?;
        inner.require_group()?;
        if topics.is_empty() {
            return inner.unsubscribe();
        }
        if topics.iter().any(|topic| topic.trim().is_empty()) {
            let text = "Topic collection to subscribe to cannot contain null or empty topic";
            return Err(ClientError::IllegalArgument(text.into()));
        }
        inner.require_assignors()?;
        let topics: SortedSet<Rc<str>> = topics.iter().map(|topic| Rc::from(*topic)).collect();
        inner
            .subs
            .borrow_mut()
            .subscribe(topics.clone(), listener)?;
        inner
            .fetching
            .borrow_mut()
            .retain(|tp| topics.contains(&tp.topic));
        inner.core.metadata.want(Wanted::Topics(topics));
        Ok(())
    }

    /// Subscribes to all topics, present and future, that `pattern` takes.
    pub fn subscribe_pattern(
        &self,
        pattern: TopicPattern,
        listener: Option<Box<dyn RebalanceListener>>,
    ) -> Result<()> {
        let inner = self.open()?;
        inner.require_group()?;
        inner.require_assignors()?;
        inner
            .subs
            .borrow_mut()
            .subscribe_pattern(pattern, listener)?;
        inner.pattern_version.set(u64::MAX);
        inner.core.metadata.want(Wanted::All);
        Ok(())
    }

    /// Leaves the group and forgets subscription and assignment.
    pub fn unsubscribe(&self) -> Result<()> {
        self.open()?.unsubscribe()
    }

    /// Takes partitions by hand. An empty list unsubscribes.
    pub fn assign(&self, partitions: &[TopicPartition]) -> Result<()> {
        let inner = self.open()?;
        if partitions.is_empty() {
            return inner.unsubscribe();
        }
        if partitions.iter().any(|tp| tp.topic.trim().is_empty()) {
            let text = "Topic partitions to assign to cannot have null or empty topic";
            return Err(ClientError::IllegalArgument(text.into()));
        }
        if inner.config.enable_auto_commit {
            inner.auto_commit();
        }
        inner.subs.borrow_mut().assign_manually(partitions)?;
        inner
            .fetching
            .borrow_mut()
            .retain(|tp| partitions.contains(tp));
        let topics = partitions.iter().map(|tp| tp.topic.clone()).collect();
        inner.core.metadata.want(Wanted::Topics(topics));
        Ok(())
    }

    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.inner().subs.borrow().partitions()
    }

    /// The topics subscribed to; of a pattern, those that match now.
    pub fn subscription(&self) -> Vec<Rc<str>> {
        self.inner().subs.borrow().topics.iter().cloned().collect()
    }

    /// Records that are there or come within `timeout_ms`; empty if none does. At most `max.poll.records`.
    pub async fn poll(&self, timeout_ms: u64) -> Result<Vec<ConsumerRecord>> {
        self.poll_at_most(timeout_ms, usize::MAX).await
    }

    /// As `poll`, with at most `max_records` (and `max.poll.records`).
    pub async fn poll_at_most(
        &self,
        timeout_ms: u64,
        max_records: usize,
    ) -> Result<Vec<ConsumerRecord>> {
        let inner = self.open()?;
        if inner.subs.borrow().is_nothing() {
            let text = "Consumer is not subscribed to any topics or assigned any partitions";
            return Err(ClientError::IllegalState(text.into()));
        }
        let max = max_records.min(inner.config.max_poll_records);
        let deadline_ms = inner.core.now_ms().saturating_add(timeout_ms);
        loop {
            let progress = inner.progress.wait();
            let records = inner.poll_step(max)?;
            if !records.is_empty() {
                return Ok(records);
            }
            if !inner
                .wait_for(progress, deadline_ms, inner.next_look_ms())
                .await
            {
                return inner.poll_step(max);
            }
        }
    }

    /// Sets the offset of the next record. It takes effect even while records are on their way.
    pub fn seek(&self, partition: &TopicPartition, offset: i64) -> Result<()> {
        let inner = self.open()?;
        if offset < 0 {
            let text = "seek offset must not be a negative number";
            return Err(ClientError::IllegalArgument(text.into()));
        }
        let mut subs = inner.subs.borrow_mut();
        subs.require(partition)?.progress = Progress::At(Position {
            offset,
            offset_epoch: None,
        });
        Ok(())
    }

    /// Of all assigned partitions if the list is empty. Takes effect at the next `poll` or `position`.
    pub fn seek_to_beginning(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.seek_by(partitions, OffsetReset::Earliest)
    }

    /// As `seek_to_beginning`, to the offset of the record that comes next.
    pub fn seek_to_end(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.seek_by(partitions, OffsetReset::Latest)
    }

    fn seek_by(&self, partitions: &[TopicPartition], to: OffsetReset) -> Result<()> {
        let inner = self.open()?;
        let mut subs = inner.subs.borrow_mut();
        let all = subs.partitions();
        for tp in if partitions.is_empty() {
            &all
        } else {
            partitions
        } {
            subs.require(tp)?.progress = Progress::AwaitingReset(to);
        }
        Ok(())
    }

    /// The offset of the next record that `poll` will give.
    pub async fn position(&self, partition: &TopicPartition) -> Result<i64> {
        let inner = self.open()?;
        if inner.subs.borrow().get(partition).is_none() {
            let text = "You can only check the position for partitions assigned to this consumer.";
            return Err(ClientError::IllegalState(text.into()));
        }
        let timeout_ms = inner.config.default_api_timeout_ms;
        let deadline_ms = inner.core.now_ms().saturating_add(timeout_ms);
        loop {
            let progress = inner.progress.wait();
            inner.throw_pending()?;
            let position = inner
                .subs
                .borrow()
                .get(partition)
                .and_then(|state| state.position());
            if let Some(position) = position {
                return Ok(position.offset);
            }
            inner.core.metadata.refresh_if_old();
            inner.update_positions()?;
            if !inner
                .wait_for(progress, deadline_ms, inner.next_look_ms())
                .await
            {
                return Err(ClientError::timeout(format!(
                    "Timeout of {timeout_ms}ms expired before the position for partition {partition} \
                     could be determined"
                )));
            }
        }
    }

    /// Committed offsets of the group.
    pub async fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<SortedMap<TopicPartition, Option<OffsetAndMetadata>>> {
        let inner = self.open()?;
        let group = inner.require_group()?;
        if partitions.is_empty() {
            return Ok(SortedMap::new());
        }
        let timeout_ms = inner.config.default_api_timeout_ms;
        let deadline_ms = inner.core.now_ms().saturating_add(timeout_ms);
        while let Some(node) = inner.await_coordinator(group, deadline_ms).await? {
            match inner.fetch_committed(group, &node, partitions).await {
                Err(error) if error.is_retriable() => {
                    inner
                        .core
                        .sleep(inner.config.connection.retry_backoff_ms)
                        .await;
                }
                result => return result,
            }
        }
        Err(ClientError::timeout(format!(
            "Timeout of {timeout_ms}ms expired before the last committed offset for partitions {} could be \
             determined. Try tuning default.api.timeout.ms larger to relax the threshold.",
            list(partitions)
        )))
    }

    /// Commits the positions of all assigned partitions; what was committed.
    pub async fn commit_sync(&self) -> Result<SortedMap<TopicPartition, OffsetAndMetadata>> {
        let offsets = self.open()?.subs.borrow().all_consumed();
        self.commit_sync_offsets(&offsets).await?;
        Ok(offsets)
    }

    pub async fn commit_sync_offsets(
        &self,
        offsets: &SortedMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<()> {
        let inner = self.open()?;
        let group = inner.require_group()?;
        let timeout_ms = inner.config.default_api_timeout_ms;
        let deadline_ms = inner.core.now_ms().saturating_add(timeout_ms);
        match inner.commit_until(group, offsets, deadline_ms).await? {
            true => Ok(()),
            false => Err(ClientError::timeout(format!(
                "Timeout of {timeout_ms}ms expired before successfully committing offsets {}",
                show_offsets(offsets)
            ))),
        }
    }

    pub fn pause(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.set_paused(partitions, true)
    }

    pub fn resume(&self, partitions: &[TopicPartition]) -> Result<()> {
        self.set_paused(partitions, false)
    }

    fn set_paused(&self, partitions: &[TopicPartition], paused: bool) -> Result<()> {
        let inner = self.open()?;
        let mut subs = inner.subs.borrow_mut();
        for tp in partitions {
            subs.require(tp)?.paused = paused;
        }
        inner.progress.notify();
        Ok(())
    }

    pub fn paused(&self) -> Vec<TopicPartition> {
        self.inner().subs.borrow().which(|state| state.paused)
    }

    /// The topic's partitions; empty if there is no such topic.
    pub async fn partitions_for(&self, topic: &str) -> Result<Vec<PartitionInfo>> {
        let mut topics = self.open()?.topic_metadata(Some(topic)).await?;
        Ok(topics.remove(topic).unwrap_or_default())
    }

    pub async fn list_topics(&self) -> Result<SortedMap<String, Vec<PartitionInfo>>> {
        self.open()?.topic_metadata(None).await
    }

    /// Per partition the first record at or after a time (milliseconds), if there is one.
    pub async fn offsets_for_times(
        &self,
        times: &SortedMap<TopicPartition, i64>,
    ) -> Result<SortedMap<TopicPartition, Option<OffsetAndTimestamp>>> {
        let inner = self.open()?;
        if let Some((tp, time)) = times.iter().find(|(_, time)| **time < 0) {
            return Err(ClientError::IllegalArgument(format!(
                "The target time for partition {tp} is {time}. The target time cannot be negative."
            )));
        }
        inner
            .list_offsets(times.clone(), inner.config.default_api_timeout_ms)
            .await
    }

    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<SortedMap<TopicPartition, i64>> {
        self.open()?.edges(partitions, EARLIEST).await
    }

    /// The offsets that the next records will have; with `read_committed` those of the last stable offsets.
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<SortedMap<TopicPartition, i64>> {
        self.open()?.edges(partitions, LATEST).await
    }

    /// Records between the position and the end, as far as the last fetches know; `None` before the first.
    pub fn current_lag(&self, partition: &TopicPartition) -> Result<Option<i64>> {
        let inner = self.open()?;
        let mut subs = inner.subs.borrow_mut();
        let state = subs.require(partition)?;
        let end = match inner.config.isolation_level {
            IsolationLevel::ReadCommitted => state.last_stable_offset,
            IsolationLevel::ReadUncommitted => state.high_watermark,
        };
        Ok(end
            .zip(state.position())
            .map(|(end, position)| end - position.offset))
    }

    /// The member id in the group, empty before the first join.
    pub fn member_id(&self) -> String {
        let group = self.inner().group.as_ref();
        group
            .map(|g| g.member.generation.borrow().member_id.clone())
            .unwrap_or_default()
    }

    /// The group's generation that this member is in; -1: none.
    pub fn generation_id(&self) -> i32 {
        self.inner()
            .group
            .as_ref()
            .map_or(-1, |g| g.member.generation.borrow().id)
    }

    /// Makes a `poll` that waits (or the next one) fail with `WakeupException`.
    pub fn wakeup(&self) {
        self.inner().wakeup.set(true);
        self.inner().progress.notify();
    }

    /// Commits if it auto-commits, leaves the group, closes the connections. Java's default timeout is 30 s.
    pub async fn close(&self, timeout_ms: u64) -> Result<()> {
        let inner = self.inner();
        if inner.closed.get() {
            return Ok(());
        }
        let deadline_ms = inner.core.now_ms().saturating_add(timeout_ms);
        let runtime = inner.core.env.runtime.clone();
        until(&*runtime, deadline_ms, inner.leave_for_good(deadline_ms)).await;
        inner.shut_down();
        Ok(())
    }
}

impl Inner {
    fn require_assignors(&self) -> Result<()> {
        if self.config.assignors.is_empty() && !self.config.consumer_protocol {
            let text = "Must configure at least one partition assigner class name to \
                        partition.assignment.strategy configuration property";
            return Err(ClientError::IllegalState(text.into()));
        }
        Ok(())
    }

    fn unsubscribe(self: &Rc<Self>) -> Result<()> {
        self.prepare_to_leave();
        if let Some(group) = &self.group
            && let Some((node, request)) =
                self.leave(group, "the consumer unsubscribed from all topics")
        {
            let inner = self.clone();
            self.core.env.runtime.spawn(Box::pin(async move {
                let _ = inner.send_leave(node, request).await;
            }));
        }
        self.subs.borrow_mut().unsubscribe();
        self.fetching.borrow_mut().retain(|_| false);
        Ok(())
    }

    /// The polite part of closing.
    async fn leave_for_good(self: &Rc<Self>, deadline_ms: u64) {
        if let Some(group) = self
            .group
            .as_ref()
            .filter(|_| self.config.enable_auto_commit)
        {
            let offsets = self.subs.borrow().all_consumed();
            if let Err(error) = self.commit_until(group, &offsets, deadline_ms).await {
                let text = format!(
                    "Synchronous auto-commit of offsets {} failed: {}",
                    show_offsets(&offsets),
                    error.message().unwrap_or_default()
                );
                self.core
                    .log
                    .warn(super::logger::class::CONSUMER_COORDINATOR, &text);
            }
        }
        self.prepare_to_leave();
        if let Some(group) = &self.group
            && let Some((node, request)) = self.leave(group, "the consumer is being closed")
        {
            let _ = self.send_leave(node, request).await;
        }
    }

    fn shut_down(&self) {
        self.closed.set(true);
        self.core.close();
        if let Some(group) = &self.group {
            group.member.changed.notify();
        }
        self.progress.notify();
    }
}

/// The best protocol that all configured assignors can follow.
fn common_protocol(config: &ConsumerConfig) -> Option<RebalanceProtocol> {
    let mut assignors = config.assignors.iter();
    let first = assignors.next()?.supported_protocols();
    let common = first.iter().filter(|p| {
        config
            .assignors
            .iter()
            .all(|kind| kind.supported_protocols().contains(p))
    });
    common.max().copied()
}
