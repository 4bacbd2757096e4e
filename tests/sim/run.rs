//! One run: a machine, clients, and a seed that decides what happens next.

use super::clients::{Counts, Producer, fetch_request, read_all, records_of};
use super::history::{History, Tp};
use kafka_sandbox::base::{ConnId, Rng};
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::protocol::messages::create_topics_request::{
    CreatableTopic, CreateTopicsRequest,
};
use kafka_sandbox::protocol::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use kafka_sandbox::protocol::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_sandbox::protocol::messages::{
    DeleteTopicsRequest, FetchRequest, FindCoordinatorRequest,
};
use kafka_sandbox::protocol::{Request, Rope};
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::Machine;
use std::collections::{BTreeMap, BTreeSet};

/// What a run has met.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    pub acknowledged: u64,
    pub refused: u64,
    pub duplicates_refused: u64,
    pub crashes: u64,
    pub failed_writes: u64,
    pub read: u64,
    pub storage_reads: u64,
    pub topics_deleted: u64,
    pub offsets: u64,
    pub digest: Option<u64>,
}

impl Report {
    pub fn add(&mut self, other: &Report) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.duplicates_refused += other.duplicates_refused;
        self.crashes += other.crashes;
        self.failed_writes += other.failed_writes;
        self.read += other.read;
        self.storage_reads += other.storage_reads;
        self.topics_deleted += other.topics_deleted;
        self.offsets += other.offsets;
    }
}

/// What was committed for the one group, and what may have been since.
#[derive(Debug, Default)]
struct Committed {
    acknowledged: Option<i64>,
    tried_since: BTreeSet<i64>,
}

struct Run {
    machine: Machine,
    rng: Rng,
    history: History,
    producers: Vec<Producer>,
    counts: Counts,
    committed: Committed,
    report: Report,
    /// Topics that were acknowledged as created and not asked to be deleted.
    topics: BTreeMap<String, i32>,
    next_topic: u32,
    next_offset: i64,
}

/// Runs one seed to its end and checks the history.
pub fn run(seed: u64, digest: bool) -> Report {
    let mut rng = Rng::new(seed);
    let mut config = ClusterConfig::new(1 + rng.below(3) as u16, 1, "localhost", 9092);
    config.tail_bytes = [0, 2_000, 1 << 20][rng.below(3) as usize];
    let machine = Machine::with(config, rng.next_u64(), Faults::default());
    let mut run = Run {
        machine,
        rng,
        history: History::default(),
        producers: Vec::new(),
        counts: Counts::default(),
        committed: Committed::default(),
        report: Report::default(),
        topics: BTreeMap::new(),
        next_topic: 0,
        next_offset: 0,
    };
    if digest {
        run.machine.take_digest();
    }
    run.set_up();
    run.machine.disk.set_faults(Faults {
        fail_one_in: [0, 4, 15][run.rng.below(3) as usize],
        torn: run.rng.below(2) == 0,
        ..Faults::default()
    });
    run.machine.hold_storage(true);
    for _ in 0..60 + run.rng.below(120) {
        run.step();
    }
    run.finish();
    run.report.digest = run.machine.digest();
    run.report
}

impl Run {
    fn set_up(&mut self) {
        for _ in 0..1 + self.rng.below(2) {
            let topic = self.create_topic();
            let partitions = self.topics[&topic];
            for index in 0..1 + self.rng.below(3) {
                let tp = (topic.clone(), self.rng.below(partitions as u64) as i32);
                // Any ids will do: the broker does not check that it has given them out.
                let id = 1_000 + self.producers.len() as i64;
                let producer_id = (self.rng.below(3) > 0).then_some(id);
                let name = format!("{topic}.{index}.{id}");
                self.producers.push(Producer::new(name, tp, producer_id));
            }
        }
        // The offsets topic, so that commits have where to go.
        let conn = self.machine.connect(1);
        let request = FindCoordinatorRequest {
            key: "g".into(),
            ..Default::default()
        };
        self.machine.call(conn, 2, &request);
        self.machine.disconnect(conn);
    }

    fn create_topic(&mut self) -> String {
        let topic = format!("topic{}", self.next_topic);
        self.next_topic += 1;
        let partitions = 1 + self.rng.below(3) as i32;
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: topic.clone(),
                num_partitions: partitions,
                replication_factor: 1,
                ..Default::default()
            }],
            timeout_ms: 1_000,
            ..Default::default()
        };
        if let Some(response) = self.ask(7, &request)
            && response.topics[0].error_code == 0
        {
            self.topics.insert(topic.clone(), partitions);
        }
        topic
    }

    /// Asks on a connection of its own, with storage that answers as the disk will have it.
    fn ask<R: Request>(&mut self, version: i16, request: &R) -> Option<R::Response> {
        let conn = self.machine.connect(1);
        let response = self.ask_on(conn, version, request);
        self.machine.disconnect(conn);
        response
    }

    fn ask_on<R: Request>(
        &mut self,
        conn: ConnId,
        version: i16,
        request: &R,
    ) -> Option<R::Response> {
        self.machine.send(conn, version, request);
        for _ in 0..50 {
            if let Some(response) = self.machine.receive::<R>(conn, version) {
                return Some(response);
            }
            self.storage_step();
        }
        None
    }

    fn storage_step(&mut self) {
        if self.machine.has_read() {
            self.report.storage_reads += 1;
            let which = self.rng.next_u64() as usize;
            self.machine.answer_read(which, true);
        } else if self.machine.has_persist() {
            self.machine.complete();
        }
    }

    fn step(&mut self) {
        match self.rng.below(100) {
            0..=39 => self.produce(),
            40..=59 => self.storage_step(),
            60..=63 if self.machine.has_persist() => {
                self.report.failed_writes += 1;
                self.machine.fail("simulated");
            }
            64..=67 => self.crash(),
            68..=75 => self.fetch(),
            76..=79 => self.delete_records(),
            80..=82 => {
                self.create_topic();
            }
            83..=84 => self.delete_topic(),
            85..=89 => self.commit_offset(),
            90..=92 => self.repeat_batch(),
            93..=96 => {
                let by_ms = self.rng.below(2_000);
                self.machine.advance(by_ms);
            }
            _ => {}
        }
        for producer in &mut self.producers {
            producer.receive(&mut self.machine, &mut self.history, &mut self.counts);
        }
    }

    fn produce(&mut self) {
        let index = self.rng.below(self.producers.len() as u64) as usize;
        let records = 1 + self.rng.below(5);
        self.producers[index].send(&mut self.machine, &mut self.history, records);
    }

    fn repeat_batch(&mut self) {
        let index = self.rng.below(self.producers.len() as u64) as usize;
        let producer = &mut self.producers[index];
        // Only a batch of one record can be rebuilt; a producer that sends more is left alone.
        let Some((sequence, values)) = producer.last_batch() else {
            return;
        };
        producer.send(&mut self.machine, &mut self.history, 1);
        for _ in 0..30 {
            self.storage_step();
            self.producers[index].receive(&mut self.machine, &mut self.history, &mut self.counts);
        }
        let _ = (sequence, values);
        if let Some((sequence, values)) = self.producers[index].last_batch() {
            self.report.duplicates_refused += 1;
            self.producers[index].repeat(&mut self.machine, values, sequence);
        }
    }

    fn crash(&mut self) {
        self.report.crashes += 1;
        if self.rng.below(2) == 0 {
            self.machine.submit();
        }
        let seed = self.rng.next_u64();
        self.machine.crash(seed);
        for producer in &mut self.producers {
            producer.crashed();
        }
        self.machine.hold_storage(false);
        for _ in 0..20 {
            if self.machine.cluster.is_ready() {
                break;
            }
            self.machine.advance(1_000);
        }
        assert!(
            self.machine.cluster.is_ready(),
            "{:?}",
            self.machine.warnings()
        );
        self.machine.hold_storage(true);
    }

    fn any_partition(&mut self) -> Option<Tp> {
        let count = self.topics.len() as u64;
        let which = self.rng.below(count.max(1)) as usize;
        let (topic, partitions) = self.topics.iter().nth(which)?;
        let tp = (topic.clone(), self.rng.below(*partitions as u64) as i32);
        self.machine.cluster.partition(&tp.0, tp.1)?;
        Some(tp)
    }

    fn fetch(&mut self) {
        let Some(tp) = self.any_partition() else {
            return;
        };
        let view = self
            .machine
            .cluster
            .partition(&tp.0, tp.1)
            .expect("it was there");
        let span = (view.high_watermark - view.log_start_offset) as u64 + 1;
        let from = view.log_start_offset + self.rng.below(span) as i64;
        let conn = self.machine.connect(view.leader);
        let max_bytes = 1 + self.rng.below(2_000) as i32;
        let response = self.ask_on::<FetchRequest>(conn, 12, &fetch_request(&tp, from, max_bytes));
        self.machine.disconnect(conn);
        let Some(response) = response else { return };
        let data = &response.responses[0].partitions[0];
        let bytes = data
            .records
            .as_ref()
            .map(Rope::to_bytes)
            .unwrap_or_default();
        for (offset, value) in records_of(&bytes, from) {
            assert!(
                offset < data.high_watermark,
                "{tp:?}: {offset} is not durable"
            );
            self.history.stands(&tp, offset, &value);
            self.report.read += 1;
        }
    }

    fn delete_records(&mut self) {
        let Some(tp) = self.any_partition() else {
            return;
        };
        let view = self
            .machine
            .cluster
            .partition(&tp.0, tp.1)
            .expect("it was there");
        let offset = self.rng.below(view.high_watermark as u64 / 2 + 1) as i64;
        self.history.may_delete_below(&tp, offset);
        let request = DeleteRecordsRequest {
            topics: vec![DeleteRecordsTopic {
                name: tp.0.clone(),
                partitions: vec![DeleteRecordsPartition {
                    partition_index: tp.1,
                    offset,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            timeout_ms: 1_000,
            ..Default::default()
        };
        let conn = self.machine.connect(view.leader);
        let response = self.ask_on(conn, 2, &request);
        self.machine.disconnect(conn);
        if let Some(response) = response {
            let result = &response.topics[0].partitions[0];
            if result.error_code == 0 {
                assert!(result.low_watermark >= offset, "{tp:?}: {result:?}");
            }
        }
    }

    fn delete_topic(&mut self) {
        // The first topics belong to producers.
        let Some((topic, _)) = self
            .topics
            .iter()
            .nth(2)
            .map(|(name, n)| (name.clone(), *n))
        else {
            return;
        };
        self.topics.remove(&topic);
        self.history.forget_topic(&topic);
        let request = DeleteTopicsRequest {
            topic_names: vec![topic.clone()],
            ..Default::default()
        };
        if let Some(response) = self.ask(5, &request)
            && response.responses[0].error_code == 0
        {
            self.report.topics_deleted += 1;
            assert!(self.machine.cluster.topic(&topic).is_none());
        }
    }

    fn commit_offset(&mut self) {
        let Some(coordinator) = self.machine.cluster.partition("__consumer_offsets", 3) else {
            return;
        };
        self.next_offset += 1;
        let offset = self.next_offset;
        self.committed.tried_since.insert(offset);
        let request = OffsetCommitRequest {
            group_id: "g".into(),
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name: "topic0".into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: 0,
                    committed_offset: offset,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let conn = self.machine.connect(coordinator.leader);
        let response = self.ask_on(conn, 7, &request);
        self.machine.disconnect(conn);
        if response.is_some_and(|r| r.topics[0].partitions[0].error_code == 0) {
            self.report.offsets += 1;
            self.committed.acknowledged = Some(offset);
            self.committed.tried_since.clear();
        }
    }

    /// Heals the disk, lets everybody finish, restarts once more and checks.
    fn finish(&mut self) {
        self.machine.disk.set_faults(Faults::default());
        self.machine.hold_storage(false);
        for _ in 0..20 {
            for producer in &mut self.producers {
                producer.send(&mut self.machine, &mut self.history, 0);
                producer.receive(&mut self.machine, &mut self.history, &mut self.counts);
            }
        }
        assert!(
            self.producers.iter().all(Producer::is_done),
            "{:?}",
            self.producers
        );
        let seed = self.rng.next_u64();
        self.machine.crash(seed);
        assert!(self.machine.cluster.is_ready());
        for (topic, partitions) in self.topics.clone() {
            let view = self.machine.cluster.topic(&topic);
            let view = view.unwrap_or_else(|| panic!("{topic} is gone"));
            assert_eq!(view.partitions.len(), partitions as usize);
            for partition in 0..partitions {
                let tp = (topic.clone(), partition);
                let (log_start, records) = read_all(&mut self.machine, &tp);
                self.history.check(&tp, log_start, &records);
            }
        }
        self.check_offset();
        self.report.acknowledged = self.counts.acknowledged;
        self.report.refused = self.counts.refused;
    }

    fn check_offset(&self) {
        let group = self.machine.cluster.group("g");
        let found = group.and_then(|group| group.offsets.first().map(|offset| offset.committed));
        let right = found == self.committed.acknowledged
            || found.is_some_and(|found| self.committed.tried_since.contains(&found));
        assert!(
            right,
            "{found:?} is committed, told was {:?}",
            self.committed
        );
    }
}
