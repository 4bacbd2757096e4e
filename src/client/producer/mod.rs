//! The producer: batches, partitioning, retries, idempotence.
//!
//! Not here: transactions, interceptors, partitioners other than Java's own.

mod accumulator;
mod batch;
mod delivery;
mod identity;
mod ids;
pub mod murmur2;
mod partitioner;
mod sender;

pub use delivery::{Delivery, DeliveryCallback};
pub use murmur2::{murmur2, partition_for_key};

use super::config::{ProducerConfig, Properties};
use super::core::{Core, MetadataPolicy};
use super::error::list;
use super::metadata::{Cluster, Topic};
use super::sync::{Signal, until};
use super::types::{PartitionInfo, TopicPartition};
use super::{ClientError, Context};
use crate::base::SortedSet;
use crate::protocol::ErrorCode;
use crate::protocol::record_batch::{Compression, record_size_upper_bound};
use accumulator::{Accumulator, Appended, Placement};
use batch::NewRecord;
use ids::ProducerIds;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

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

/// A producer. Clones are the same producer.
#[derive(Clone)]
pub struct Producer(Rc<Inner>);

pub(super) struct Inner {
    core: Core,
    config: ProducerConfig,
    batches: RefCell<Accumulator>,
    /// Something may be ready to be sent.
    work: Signal,
    /// Something was settled, and its memory is free.
    progress: Signal,
    ids: Cell<Option<ProducerIds>>,
    requesting_id: Cell<bool>,
    /// Nodes that a connection is being opened to.
    connecting: RefCell<SortedSet<i32>>,
    /// Why nothing can be sent any more.
    fatal: RefCell<Option<ClientError>>,
    closed: Cell<bool>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.core.close();
        self.work.notify();
    }
}

impl Producer {
    /// Checks the settings and the bootstrap addresses; connects only when it is used.
    pub async fn new(context: &Context, properties: &Properties) -> Result<Producer> {
        let config = ProducerConfig::parse(properties)?;
        let prefix = format!("[Producer clientId={}] ", config.connection.client_id);
        let policy = MetadataPolicy {
            allow_auto_create: true,
            quiet: false,
        };
        let core = Core::new(context, &config.connection, &prefix, policy)
            .await
            .map_err(|error| ClientError::construct("producer", error))?;
        if config.compression != Compression::None {
            let loaded = core.env.codecs.load().await;
            loaded
                .map_err(|why| ClientError::construct("producer", ClientError::kafka(why, None)))?;
        }
        let inner = Rc::new(Inner {
            core,
            config,
            batches: RefCell::default(),
            work: Signal::default(),
            progress: Signal::default(),
            ids: Cell::new(None),
            requesting_id: Cell::new(false),
            connecting: RefCell::default(),
            fatal: RefCell::new(None),
            closed: Cell::new(false),
        });
        let sender = sender::run(Rc::downgrade(&inner));
        inner.core.env.runtime.spawn(Box::pin(sender));
        Ok(Producer(inner))
    }

    pub fn config(&self) -> &ProducerConfig {
        &self.0.config
    }

    /// Adds a record to a batch. Waits, at most `max.block.ms`, for metadata and for buffer space, hardly ever
    /// for anything else. Failures come with the delivery, as Java's come with the future.
    pub async fn send(&self, record: &ProducerRecord<'_>) -> Delivery {
        self.0.send(record, None).await
    }

    /// As `send`, with a callback.
    pub async fn send_with(
        &self,
        record: &ProducerRecord<'_>,
        callback: DeliveryCallback,
    ) -> Delivery {
        self.0.send(record, Some(callback)).await
    }

    pub async fn partitions_for(&self, topic: &str) -> Result<Vec<PartitionInfo>> {
        let deadline_ms = self
            .0
            .core
            .now_ms()
            .saturating_add(self.0.config.max_block_ms);
        self.0.await_topic(&topic.into(), None, deadline_ms).await?;
        let cluster = self.0.core.metadata.cluster();
        let partitions = cluster.topics.get(topic).map(|t| t.partitions.iter());
        Ok(partitions
            .into_iter()
            .flatten()
            .map(|p| p.info.clone())
            .collect())
    }

    /// Sends everything at once and waits until it is acknowledged or given up.
    pub async fn flush(&self) {
        let open = {
            let mut batches = self.0.batches.borrow_mut();
            batches.flushes += 1;
            batches.open_fates()
        };
        let _flushing = Flushing(&self.0);
        self.0.work.notify();
        for fate in open {
            fate.settled().await;
        }
    }

    /// Sends what is left for at most `timeout_ms`, gives up the rest, closes the connections.
    pub async fn close(&self, timeout_ms: u64) {
        if self.0.closed.replace(true) {
            return;
        }
        self.0.batches.borrow_mut().closing = true;
        let deadline_ms = self.0.core.now_ms().saturating_add(timeout_ms);
        let runtime = self.0.core.env.runtime.clone();
        if until(&*runtime, deadline_ms, self.flush()).await.is_none() {
            let why = ClientError::kafka("Producer is closed forcefully.", None);
            *self.0.fatal.borrow_mut() = Some(why.clone());
            self.0.abort(&why);
        }
        self.0.core.close();
        self.0.work.notify();
    }
}

/// Ends the hurry of a flush, also of one that is dropped half-way.
struct Flushing<'a>(&'a Inner);

impl Drop for Flushing<'_> {
    fn drop(&mut self) {
        self.0.batches.borrow_mut().flushes -= 1;
    }
}

impl Inner {
    async fn send(
        &self,
        record: &ProducerRecord<'_>,
        mut callback: Option<DeliveryCallback>,
    ) -> Delivery {
        let result = match self.try_append(record, &mut callback) {
            Ok(Some(delivery)) => return delivery,
            Ok(None) => self.append_slowly(record, &mut callback).await,
            Err(error) => Err(error),
        };
        result.unwrap_or_else(|error| {
            if let Some(callback) = callback {
                callback(&Err(error.clone()));
            }
            Delivery::failed(error)
        })
    }

    /// The usual case: metadata and memory are there. `None`: one must wait.
    fn try_append(
        &self,
        record: &ProducerRecord<'_>,
        callback: &mut Option<DeliveryCallback>,
    ) -> Result<Option<Delivery>> {
        self.check(record)?;
        self.core.metadata.refresh_if_old();
        let cluster = self.core.metadata.cluster();
        let Some((name, topic)) = cluster.topics.get_key_value(record.topic) else {
            return Ok(None);
        };
        if record
            .partition
            .is_some_and(|p| p as usize >= topic.partitions.len())
            || topic.partitions.is_empty()
        {
            return Ok(None);
        }
        Ok(self.append(name, topic, record, callback).ok())
    }

    /// Waits for metadata and memory.
    async fn append_slowly(
        &self,
        record: &ProducerRecord<'_>,
        callback: &mut Option<DeliveryCallback>,
    ) -> Result<Delivery> {
        let deadline_ms = self.core.now_ms().saturating_add(self.config.max_block_ms);
        let name: Rc<str> = record.topic.into();
        self.await_topic(&name, record.partition, deadline_ms)
            .await?;
        loop {
            self.check(record)?;
            let freed = self.progress.wait();
            let appended = {
                let cluster = self.core.metadata.cluster();
                match cluster.topics.get(&name) {
                    Some(topic) => self.append(&name, topic, record, callback),
                    None => return Err(self.missing_topic(&cluster, &name, None)),
                }
            };
            let size = match appended {
                Ok(delivery) => return Ok(delivery),
                Err(size) => size,
            };
            self.batches.borrow_mut().memory_waiters += 1;
            self.work.notify();
            let came = until(&*self.core.env.runtime, deadline_ms, freed).await;
            self.batches.borrow_mut().memory_waiters -= 1;
            if came.is_none() {
                let free = self.batches.borrow().free_memory(&self.config);
                return Err(ClientError::BufferExhausted(format!(
                    "Failed to allocate {size} bytes within the configured max blocking time {} ms. Total \
                     memory: {} bytes. Available memory: {free} bytes. Poolable size: {} bytes",
                    self.config.max_block_ms, self.config.buffer_memory, self.config.batch_size
                )));
            }
        }
    }

    /// Appends; `Err` is the size of the batch that there is no memory for.
    fn append(
        &self,
        name: &Rc<str>,
        topic: &Topic,
        record: &ProducerRecord<'_>,
        callback: &mut Option<DeliveryCallback>,
    ) -> std::result::Result<Delivery, usize> {
        let runtime = &*self.core.env.runtime;
        let mut batches = self.batches.borrow_mut();
        let placement = match (record.partition, record.key) {
            (Some(partition), _) => Placement::Fixed(partition),
            (None, _) if self.config.round_robin => {
                Placement::Fixed(batches.round_robin(name, topic))
            }
            (None, Some(key)) if !self.config.ignore_keys => {
                Placement::Fixed(partition_for_key(key, topic.partitions.len()))
            }
            _ => Placement::Sticky,
        };
        let new = NewRecord {
            timestamp: record.timestamp.unwrap_or_else(|| runtime.wall_ms()),
            key: record.key,
            value: record.value,
            headers: record.headers,
        };
        let now_ms = runtime.mono_ms();
        let random = || runtime.random_u64();
        let taken = callback.take();
        match batches.append(
            &self.config,
            name,
            topic,
            placement,
            &new,
            taken,
            now_ms,
            random,
        ) {
            Appended::Done { delivery, wake } => {
                if wake {
                    self.work.notify();
                }
                Ok(delivery)
            }
            Appended::NoMemory(size, untaken) => {
                *callback = untaken;
                Err(size)
            }
        }
    }

    /// What is wrong with a record, or with the producer.
    fn check(&self, record: &ProducerRecord<'_>) -> Result<()> {
        if self.closed.get() {
            let text = "Cannot perform operation after producer has been closed";
            return Err(ClientError::IllegalState(text.into()));
        }
        if let Some(fatal) = &*self.fatal.borrow() {
            return Err(fatal.clone());
        }
        if let Some(partition) = record.partition.filter(|p| *p < 0) {
            return Err(ClientError::IllegalArgument(format!(
                "Invalid partition: {partition}. Partition number should always be non-negative or null."
            )));
        }
        if let Some(timestamp) = record.timestamp.filter(|t| *t < 0) {
            return Err(ClientError::IllegalArgument(format!(
                "Invalid timestamp: {timestamp}. Timestamp should always be non-negative or null."
            )));
        }
        let size = record_size_upper_bound(record.key, record.value, record.headers);
        let limit = if size > self.config.max_request_size {
            let limit = self.config.max_request_size;
            format!("{limit}, which is the value of the max.request.size")
        } else if size > self.config.buffer_memory {
            "the total memory buffer you have configured with the buffer.memory".to_owned()
        } else {
            return Ok(());
        };
        Err(ClientError::RecordTooLarge(format!(
            "The message is {size} bytes when serialized which is larger than {limit} configuration."
        )))
    }

    /// Waits until metadata have the topic, and the partition if one is named.
    async fn await_topic(
        &self,
        name: &Rc<str>,
        partition: Option<i32>,
        deadline_ms: u64,
    ) -> Result<()> {
        self.core.metadata.want_topic(name);
        loop {
            let changed = self.core.metadata.changed();
            {
                let cluster = self.core.metadata.cluster();
                let count = cluster.topics.get(name).map_or(0, |t| t.partitions.len());
                if count > 0 && partition.is_none_or(|p| (p as usize) < count) {
                    return Ok(());
                }
                if cluster.errors.get(name) == Some(&ErrorCode::INVALID_TOPIC_EXCEPTION) {
                    let text = format!("Invalid topics: {}", list([name]));
                    return Err(ClientError::InvalidTopic(text));
                }
                if let Some(code) = cluster.errors.get(name).filter(|code| !code.is_retriable()) {
                    return Err(ClientError::broker(*code, None));
                }
            }
            self.core.metadata.request_update();
            if until(&*self.core.env.runtime, deadline_ms, changed)
                .await
                .is_none()
            {
                let cluster = self.core.metadata.cluster();
                return Err(self.missing_topic(&cluster, name, partition));
            }
        }
    }

    fn missing_topic(&self, cluster: &Cluster, name: &str, partition: Option<i32>) -> ClientError {
        let after = self.config.max_block_ms;
        let count = cluster.topics.get(name).map(|t| t.partitions.len());
        ClientError::timeout(match (partition, count) {
            (Some(partition), Some(count)) => format!(
                "Partition {partition} of topic {name} with partition count {count} is not present in \
                 metadata after {after} ms."
            ),
            _ => format!("Topic {name} not present in metadata after {after} ms."),
        })
    }
}
