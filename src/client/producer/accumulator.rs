//! Batches that wait to be sent, per partition: where records are collected, and what is ready to go.

use super::batch::{Batch, NewRecord};
use super::delivery::{Delivery, DeliveryCallback, Fate};
use super::ids::{ProducerIds, Sequences};
use super::partitioner::Sticky;
use crate::base::SortedMap;
use crate::client::config::ProducerConfig;
use crate::client::env::Codecs;
use crate::client::metadata::{Cluster, Topic};
use crate::client::types::{Node, TopicPartition};
use crate::protocol::record_batch::{Compression, record_size_upper_bound};
use std::collections::VecDeque;
use std::rc::Rc;

/// Everything that is not sent, or sent and not settled.
#[derive(Default)]
pub(super) struct Accumulator {
    topics: SortedMap<Rc<str>, TopicBatches>,
    memory_bytes: usize,
    next_number: u64,
    /// Batches that are not settled, by number.
    open: SortedMap<u64, Rc<Fate>>,
    /// How many calls wait for everything to be sent at once.
    pub flushes: usize,
    /// How many sends wait for memory.
    pub memory_waiters: usize,
    pub closing: bool,
    /// Where the next round over a node's partitions begins, so that none starves.
    drain_start: usize,
}

struct TopicBatches {
    sticky: Sticky,
    partitions: SortedMap<i32, PartitionBatches>,
    /// What compression makes of this topic's records, as a part of 1.
    ratio: f32,
}

impl Default for TopicBatches {
    fn default() -> Self {
        TopicBatches {
            sticky: Sticky::default(),
            partitions: SortedMap::new(),
            ratio: 1.0,
        }
    }
}

#[derive(Default)]
pub(super) struct PartitionBatches {
    pub queue: VecDeque<Batch>,
    /// Batches that are under way.
    pub in_flight: usize,
    pub sequences: Sequences,
}

/// How a record without a partition of its own is placed.
pub(super) enum Placement {
    Fixed(i32),
    Sticky,
}

/// What `append` made of a record.
pub(super) enum Appended {
    /// `wake`: a batch is ready that was not before.
    Done { delivery: Delivery, wake: bool },
    /// `buffer.memory` has no room for a batch of this size.
    NoMemory(usize, Option<DeliveryCallback>),
}

/// What can be sent to whom, and when to look again.
pub(super) struct Ready {
    pub nodes: Vec<Node>,
    pub next_look_ms: u64,
    pub unknown_leaders: bool,
}

impl Accumulator {
    /// Adds a record to the last batch of its partition, or to a new one.
    #[allow(clippy::too_many_arguments)]
    pub fn append(
        &mut self,
        config: &ProducerConfig,
        topic_name: &Rc<str>,
        topic: &Topic,
        placement: Placement,
        record: &NewRecord<'_>,
        callback: Option<DeliveryCallback>,
        now_ms: u64,
        random: impl Fn() -> u64,
    ) -> Appended {
        let compression = config.compression;
        let batches = self.topics.entry(topic_name.clone()).or_default();
        let ratio = batches.ratio;
        let partition = match placement {
            Placement::Fixed(partition) => partition,
            Placement::Sticky => batches.sticky.current(topic, &random),
        };
        let queue = &mut batches.partitions.entry(partition).or_default().queue;
        let fits = |batch: &Batch| batch.has_room_for(record, compression, ratio);
        let new_batch = !queue.back().is_some_and(fits);
        if new_batch {
            let upper = record_size_upper_bound(record.key, record.value, record.headers);
            let size = config.batch_size.max(upper);
            if self.memory_bytes + size > config.buffer_memory {
                return Appended::NoMemory(size, callback);
            }
            self.memory_bytes += size;
            let tp = TopicPartition {
                topic: topic_name.clone(),
                partition,
            };
            let batch = Batch::new(tp, self.next_number, now_ms, size);
            self.next_number += 1;
            self.open.insert(batch.number, batch.fate.clone());
            queue.push_back(batch);
        }
        let batch = queue
            .back_mut()
            .expect("a batch was pushed if there was none");
        let timestamp = record.timestamp;
        let (index, bytes) = batch.append(record, callback);
        let full = batch.is_full(compression, ratio);
        let delivery = Delivery::pending(batch.fate.clone(), index, timestamp);
        if let Placement::Sticky = placement {
            batches
                .sticky
                .produced(bytes, config.batch_size, full, topic, &random);
        }
        Appended::Done {
            delivery,
            wake: full || new_batch,
        }
    }

    /// A partition by Java's `RoundRobinPartitioner`.
    pub fn round_robin(&mut self, topic_name: &Rc<str>, topic: &Topic) -> i32 {
        self.topics
            .entry(topic_name.clone())
            .or_default()
            .sticky
            .round_robin(topic)
    }

    /// The nodes for which something is ready, by the rules of Java's `RecordAccumulator.ready`.
    pub fn ready(&mut self, config: &ProducerConfig, cluster: &Cluster, now_ms: u64) -> Ready {
        let mut out = Ready {
            nodes: Vec::new(),
            next_look_ms: u64::MAX,
            unknown_leaders: false,
        };
        let at_once = self.flushes > 0 || self.memory_waiters > 0 || self.closing;
        for (name, batches) in &mut self.topics {
            if config.adaptive_partitioning {
                let known = cluster
                    .topics
                    .get(name)
                    .map_or(usize::MAX, |t| t.partitions.len());
                let queues = batches.partitions.iter().map(|(p, b)| (*p, b.queue.len()));
                let all = (batches.partitions.len() >= known).then(|| queues.collect());
                batches.sticky.update_load(all);
            }
            for partition in batches.partitions.values() {
                let Some(first) = partition.queue.front() else {
                    continue;
                };
                let Some(leader) = cluster.leader(&first.partition) else {
                    out.unknown_leaders = true;
                    continue;
                };
                let wait_until_ms = if first.attempts > 0 {
                    first.retry_at_ms
                } else if at_once
                    || partition.queue.len() > 1
                    || first.is_full(config.compression, batches.ratio)
                {
                    0
                } else {
                    first.created_ms + config.linger_ms
                };
                if wait_until_ms > now_ms {
                    out.next_look_ms = out.next_look_ms.min(wait_until_ms - now_ms);
                } else if !out.nodes.contains(leader) {
                    out.nodes.push(leader.clone());
                }
            }
        }
        out
    }

    /// Takes one batch per partition that this node leads, as many as one request takes.
    pub fn drain(
        &mut self,
        config: &ProducerConfig,
        cluster: &Cluster,
        node: &Node,
        ids: Option<ProducerIds>,
        codecs: &dyn Codecs,
        now_ms: u64,
    ) -> Vec<Batch> {
        let mut out = Vec::new();
        let mut total_bytes = 0;
        let mut led = self.led_by(cluster, node);
        if led.is_empty() {
            return out;
        }
        let start = self.drain_start % led.len();
        self.drain_start = self.drain_start.wrapping_add(1);
        led.rotate_left(start);
        for tp in led {
            let batches = self
                .topics
                .get_mut(&tp.topic)
                .expect("it was found a moment ago");
            let TopicBatches {
                partitions, ratio, ..
            } = batches;
            let partition = partitions
                .get_mut(&tp.partition)
                .expect("it was found a moment ago");
            if !partition.may_send(config, ids, now_ms) {
                continue;
            }
            let first_bytes = partition.queue.front().map_or(0, Batch::size_in_bytes);
            if !out.is_empty() && total_bytes + first_bytes > config.max_request_size {
                break;
            }
            let mut batch = partition
                .queue
                .pop_front()
                .expect("it may send its first batch");
            let identity = match (batch.identity, ids) {
                (Some(identity), _) => Some(identity),
                (None, Some(ids)) => {
                    partition.sequences.adopt(ids);
                    partition.sequences.assign(batch.count())
                }
                (None, None) => None,
            };
            match batch.seal(config.compression, codecs, identity) {
                Ok(actual) if config.compression != Compression::None => {
                    *ratio = next_ratio(*ratio, actual);
                }
                _ => {}
            }
            total_bytes += batch.size_in_bytes();
            partition.in_flight += 1;
            out.push(batch);
        }
        out
    }

    /// Partitions with something to send whose leader the node is.
    fn led_by(&self, cluster: &Cluster, node: &Node) -> Vec<TopicPartition> {
        let partitions = self.topics.values().flat_map(|t| t.partitions.values());
        let first = partitions
            .filter_map(|p| p.queue.front())
            .map(|batch| &batch.partition);
        first
            .filter(|tp| {
                cluster
                    .leader(tp)
                    .is_some_and(|leader| leader.id == node.id)
            })
            .cloned()
            .collect()
    }

    pub fn partition(&mut self, tp: &TopicPartition) -> Option<&mut PartitionBatches> {
        self.topics
            .get_mut(&tp.topic)?
            .partitions
            .get_mut(&tp.partition)
    }

    pub fn partitions_mut(&mut self) -> impl Iterator<Item = &mut PartitionBatches> {
        self.topics
            .values_mut()
            .flat_map(|t| t.partitions.values_mut())
    }

    /// Puts a batch back, before all later ones.
    pub fn put_back(&mut self, batch: Batch) {
        self.open.insert(batch.number, batch.fate.clone());
        let batches = self.topics.get_mut(&batch.partition.topic);
        if let Some(partition) =
            batches.and_then(|t| t.partitions.get_mut(&batch.partition.partition))
        {
            let at = partition.queue.partition_point(|b| b.number < batch.number);
            partition.queue.insert(at, batch);
        }
    }

    /// Compressed batches of the topic came out larger than thought.
    pub fn reset_ratio(&mut self, topic: &str) {
        if let Some(batches) = self.topics.get_mut(topic) {
            batches.ratio = 1.0;
        }
    }

    /// Forgets a batch that is settled or split.
    pub fn forget(&mut self, number: u64, memory_bytes: usize) {
        self.open.remove(&number);
        self.memory_bytes -= memory_bytes;
    }

    /// Takes out waiting batches that are older than `delivery.timeout.ms`; the age at which the next will be.
    pub fn take_expired(&mut self, timeout_ms: u64, now_ms: u64) -> (Vec<Batch>, u64) {
        let mut expired = Vec::new();
        let mut next_ms = u64::MAX;
        for partition in self.partitions_mut() {
            while let Some(first) = partition.queue.front() {
                let due_ms = first.created_ms.saturating_add(timeout_ms);
                if due_ms > now_ms {
                    next_ms = next_ms.min(due_ms - now_ms);
                    break;
                }
                expired.extend(partition.queue.pop_front());
            }
        }
        (expired, next_ms)
    }

    /// Takes out everything that is not under way.
    pub fn take_all(&mut self) -> Vec<Batch> {
        self.partitions_mut()
            .flat_map(|p| std::mem::take(&mut p.queue))
            .collect()
    }

    pub fn open_fates(&self) -> Vec<Rc<Fate>> {
        self.open.values().cloned().collect()
    }

    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub fn free_memory(&self, config: &ProducerConfig) -> usize {
        config.buffer_memory.saturating_sub(self.memory_bytes)
    }
}

impl PartitionBatches {
    /// Whether the first batch may go now: not in backoff, and for an idempotent producer in an order that the
    /// broker can follow.
    fn may_send(&self, config: &ProducerConfig, ids: Option<ProducerIds>, now_ms: u64) -> bool {
        let Some(first) = self.queue.front() else {
            return false;
        };
        if first.attempts > 0 && first.retry_at_ms > now_ms {
            return false;
        }
        if !config.enable_idempotence {
            return config.max_in_flight > 1 || self.in_flight == 0;
        }
        let Some(ids) = ids else {
            return false;
        };
        match first.identity {
            // A retry goes alone, so that it cannot overtake what is still under way before it.
            Some(_) => self.in_flight == 0,
            None => {
                !self.sequences.needs_restart() && self.sequences.may_assign(ids, self.in_flight)
            }
        }
    }
}

/// How Java's `CompressionRatioEstimator` follows what it sees: quickly up, slowly down.
fn next_ratio(estimate: f32, actual: f32) -> f32 {
    if actual > estimate {
        (estimate + 0.05).max(actual)
    } else {
        (estimate - 0.005).max(actual)
    }
}
