//! Which partition a record without a key goes to: one for about a batch's worth of bytes, then another by
//! chance, with those preferred that have less to send (KIP-794).

use crate::client::metadata::Topic;

/// The choice for one topic.
#[derive(Debug, Default)]
pub(super) struct Sticky {
    current: Option<i32>,
    /// Bytes since the last switch.
    produced_bytes: usize,
    load: Option<Load>,
    next_round_robin: usize,
}

#[derive(Debug)]
struct Load {
    /// Running sums of the partitions' weights.
    cumulative: Vec<u64>,
    partitions: Vec<i32>,
}

impl Sticky {
    /// The partition of the next record.
    pub fn current(&mut self, topic: &Topic, random: impl FnOnce() -> u64) -> i32 {
        match self.current {
            Some(partition) => partition,
            None => {
                let partition = self.choose(topic, random());
                *self.current.insert(partition)
            }
        }
    }

    /// Notes what a record took. `all_full`: no batch of the partition has room left, so that leaving it now
    /// leaves no fragment behind.
    pub fn produced(
        &mut self,
        bytes: usize,
        batch_size: usize,
        all_full: bool,
        topic: &Topic,
        random: impl FnOnce() -> u64,
    ) {
        self.produced_bytes += bytes;
        let enough = self.produced_bytes >= batch_size && all_full;
        if enough || self.produced_bytes >= batch_size * 2 {
            self.current = Some(self.choose(topic, random()));
            self.produced_bytes = 0;
        }
    }

    /// Partitions in turn, whatever the keys (Java's `RoundRobinPartitioner`).
    pub fn round_robin(&mut self, topic: &Topic) -> i32 {
        let with_leader = available(topic);
        self.next_round_robin += 1;
        let at = self.next_round_robin - 1;
        match with_leader.is_empty() {
            true => (at % topic.partitions.len()) as i32,
            false => with_leader[at % with_leader.len()],
        }
    }

    /// Notes how many batches wait per partition.
    pub fn update_load(&mut self, queues: Option<Vec<(i32, usize)>>) {
        let Some(queues) = queues.filter(|q| q.len() >= 2) else {
            self.load = None;
            return;
        };
        let longest = queues.iter().map(|(_, n)| *n).max().unwrap_or(0);
        if queues.iter().all(|(_, n)| *n == longest) {
            self.load = None;
            return;
        }
        let mut sum = 0;
        let cumulative = queues.iter().map(|(_, n)| {
            sum += (longest + 1 - n) as u64;
            sum
        });
        let cumulative = cumulative.collect();
        self.load = Some(Load {
            cumulative,
            partitions: queues.into_iter().map(|(p, _)| p).collect(),
        });
    }

    fn choose(&self, topic: &Topic, random: u64) -> i32 {
        let random = random >> 33;
        if let Some(load) = &self.load {
            let total = load.cumulative.last().copied().unwrap_or(1);
            let at = load
                .cumulative
                .partition_point(|sum| *sum <= random % total);
            return load.partitions[at];
        }
        let with_leader = available(topic);
        match with_leader.is_empty() {
            true => (random % topic.partitions.len() as u64) as i32,
            false => with_leader[(random % with_leader.len() as u64) as usize],
        }
    }
}

fn available(topic: &Topic) -> Vec<i32> {
    let with_leader = topic.partitions.iter().filter(|p| p.info.leader.is_some());
    with_leader.map(|p| p.info.partition).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::metadata::Partition;
    use crate::client::types::PartitionInfo;
    use crate::protocol::Uuid;

    fn topic(leaders: &[Option<i32>]) -> Topic {
        let partition = |(i, leader): (usize, &Option<i32>)| Partition {
            info: PartitionInfo {
                topic: "t".into(),
                partition: i as i32,
                leader: *leader,
                replicas: vec![1],
                isr: vec![1],
                offline_replicas: vec![],
            },
            leader_epoch: None,
        };
        let partitions = leaders.iter().enumerate().map(partition).collect();
        Topic {
            id: Uuid::ZERO,
            is_internal: false,
            partitions,
        }
    }

    fn random(n: u64) -> impl FnOnce() -> u64 {
        move || n << 33
    }

    #[test]
    fn a_partition_is_kept_for_a_batch() {
        let topic = topic(&[Some(1), Some(2), Some(3)]);
        let mut sticky = Sticky::default();
        assert_eq!(sticky.current(&topic, random(1)), 1);
        sticky.produced(99, 100, true, &topic, random(2));
        assert_eq!(sticky.current(&topic, random(0)), 1);
        sticky.produced(1, 100, true, &topic, random(2));
        assert_eq!(sticky.current(&topic, random(0)), 2);
    }

    #[test]
    fn a_half_full_batch_keeps_it_for_up_to_two() {
        let topic = topic(&[Some(1), Some(2)]);
        let mut sticky = Sticky::default();
        assert_eq!(sticky.current(&topic, random(0)), 0);
        sticky.produced(199, 100, false, &topic, random(1));
        assert_eq!(sticky.current(&topic, random(1)), 0);
        sticky.produced(1, 100, false, &topic, random(1));
        assert_eq!(sticky.current(&topic, random(0)), 1);
    }

    #[test]
    fn partitions_without_a_leader_are_avoided() {
        let mut sticky = Sticky::default();
        assert_eq!(sticky.current(&topic(&[None, Some(1), None]), random(7)), 1);
        let mut none = Sticky::default();
        assert_eq!(none.current(&topic(&[None, None, None]), random(7)), 1);
    }

    #[test]
    fn shorter_queues_are_preferred() {
        let topic = topic(&[Some(1), Some(2), Some(3)]);
        let mut sticky = Sticky::default();
        sticky.update_load(Some(vec![(0, 0), (1, 3), (2, 1)]));
        let chosen = |n: u64| sticky.choose(&topic, n << 33);
        // The weights are 4, 1 and 3, as in KIP-794's example.
        assert_eq!(
            (0..8).map(chosen).collect::<Vec<_>>(),
            [0, 0, 0, 0, 1, 2, 2, 2]
        );
    }
}
