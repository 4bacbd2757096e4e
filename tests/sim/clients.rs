//! Clients of a run: what they send, and what they make of the answers.

use super::history::{History, Tp};
use bytes::Bytes;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use kafka_sandbox::protocol::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions, batches};
use kafka_sandbox::protocol::{ErrorCode, Rope};
use kafka_sandbox::sim::machine::Machine;
use std::collections::VecDeque;

const PRODUCE_VERSION: i16 = 9;
const FETCH_VERSION: i16 = 12;

/// A producer of one partition.
#[derive(Debug)]
pub struct Producer {
    pub tp: Tp,
    name: String,
    /// `None`: not idempotent.
    producer_id: Option<i64>,
    conn: Option<ConnId>,
    next_sequence: i32,
    counter: u64,
    /// Sent and not answered, oldest first: base sequence and values.
    in_flight: VecDeque<(i32, Vec<String>)>,
    /// Answered with an error, to be sent again in order once nothing is in flight.
    again: VecDeque<(i32, Vec<String>)>,
}

/// What happened to producers in a run.
#[derive(Debug, Default)]
pub struct Counts {
    pub acknowledged: u64,
    pub refused: u64,
}

impl Producer {
    pub fn new(name: String, tp: Tp, producer_id: Option<i64>) -> Producer {
        Producer {
            tp,
            name,
            producer_id,
            conn: None,
            next_sequence: 0,
            counter: 0,
            in_flight: VecDeque::new(),
            again: VecDeque::new(),
        }
    }

    /// The machine died: what was in flight has an unknown outcome.
    pub fn crashed(&mut self) {
        self.conn = None;
        let lost = std::mem::take(&mut self.in_flight);
        if self.producer_id.is_some() {
            for batch in lost.into_iter().rev() {
                self.again.push_front(batch);
            }
        }
    }

    /// Whether everything was acknowledged, as far as it is tried again at all.
    pub fn is_done(&self) -> bool {
        self.in_flight.is_empty() && self.again.is_empty()
    }

    /// Sends something: what has to be sent again, or `records` new ones.
    pub fn send(&mut self, machine: &mut Machine, history: &mut History, records: u64) {
        let Some(view) = machine.cluster.partition(&self.tp.0, self.tp.1) else {
            return;
        };
        let conn = *self
            .conn
            .get_or_insert_with(|| machine.connect(view.leader));
        if !self.again.is_empty() {
            if self.in_flight.is_empty() {
                let all = std::mem::take(&mut self.again);
                for (sequence, values) in all {
                    self.send_batch(machine, conn, sequence, &values);
                    self.in_flight.push_back((sequence, values));
                }
            }
            return;
        }
        if self.in_flight.len() >= 4 || records == 0 {
            return;
        }
        let mut values = Vec::new();
        for _ in 0..records {
            let value = format!("{}-{}", self.name, self.counter);
            self.counter += 1;
            if self.producer_id.is_some() {
                history.at_most_once(&value);
            }
            values.push(value);
        }
        let sequence = self.next_sequence;
        self.next_sequence += records as i32;
        self.send_batch(machine, conn, sequence, &values);
        self.in_flight.push_back((sequence, values));
    }

    fn send_batch(&self, machine: &mut Machine, conn: ConnId, sequence: i32, values: &[String]) {
        let mut builder = BatchBuilder::new();
        for value in values {
            builder.append(machine.now().wall_ms, None, Some(value.as_bytes()), &[]);
        }
        let batch = builder.finish(&match self.producer_id {
            None => BatchOptions::default(),
            Some(producer_id) => BatchOptions {
                producer_id,
                producer_epoch: 0,
                base_sequence: sequence,
                ..BatchOptions::default()
            },
        });
        let request = ProduceRequest {
            transactional_id: None,
            acks: -1,
            timeout_ms: 600_000,
            topic_data: vec![TopicProduceData {
                name: self.tp.0.clone(),
                partition_data: vec![PartitionProduceData {
                    index: self.tp.1,
                    records: Some(Rope::from(batch)),
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        machine.send(conn, PRODUCE_VERSION, &request);
    }

    /// Takes the answers that have come.
    pub fn receive(&mut self, machine: &mut Machine, history: &mut History, counts: &mut Counts) {
        let Some(conn) = self.conn else { return };
        while let Some(response) = machine.receive::<ProduceRequest>(conn, PRODUCE_VERSION) {
            let answer = &response.responses[0].partition_responses[0];
            let (sequence, values) = self.in_flight.pop_front().expect("an answer to something");
            let error = ErrorCode(answer.error_code);
            if error.is_none() {
                counts.acknowledged += values.len() as u64;
                for (index, value) in values.iter().enumerate() {
                    history.stands(&self.tp, answer.base_offset + index as i64, value);
                }
                continue;
            }
            counts.refused += 1;
            if self.producer_id.is_some() {
                // An earlier batch failed, so this one is out of order until that one is sent
                // again.
                let expected = error.is_retriable()
                    || (error == ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER && !self.again.is_empty());
                assert!(expected || !topic_exists(machine, &self.tp), "{error:?}");
                self.again.push_back((sequence, values));
            }
        }
        if !topic_exists(machine, &self.tp) {
            self.in_flight.clear();
            self.again.clear();
        }
    }

    /// Sends the newest acknowledged batch again, as a client does that has not seen the answer.
    pub fn repeat(&mut self, machine: &mut Machine, values: Vec<String>, sequence: i32) {
        if let (Some(conn), true) = (self.conn, self.in_flight.is_empty()) {
            self.send_batch(machine, conn, sequence, &values);
            self.in_flight.push_back((sequence, values));
        }
    }

    /// Idempotent, and with nothing under way: the sequence and values of its last batch of one
    /// record.
    pub fn last_batch(&self) -> Option<(i32, Vec<String>)> {
        let idle = self.producer_id.is_some() && self.is_done() && self.next_sequence > 0;
        let value = || format!("{}-{}", self.name, self.counter - 1);
        idle.then(|| (self.next_sequence - 1, vec![value()]))
    }
}

fn topic_exists(machine: &Machine, tp: &Tp) -> bool {
    machine.cluster.partition(&tp.0, tp.1).is_some()
}

/// A request for one partition from an offset on.
pub fn fetch_request(tp: &Tp, fetch_offset: i64, max_bytes: i32) -> FetchRequest {
    FetchRequest {
        max_wait_ms: 0,
        min_bytes: 1,
        max_bytes,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: tp.0.clone(),
            partitions: vec![FetchPartition {
                partition: tp.1,
                fetch_offset,
                current_leader_epoch: -1,
                last_fetched_epoch: -1,
                partition_max_bytes: max_bytes,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// The records of an answer, from `from` on.
pub fn records_of(bytes: &Bytes, from: i64) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    for batch in batches(bytes) {
        let batch = batch.expect("a batch");
        batch.ensure_valid().expect("a checksum that fits");
        for record in batch.records() {
            let record = record.expect("a record");
            let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
            if record.offset >= from {
                all.push((record.offset, value));
            }
        }
    }
    all
}

/// Reads a whole partition on a machine whose storage answers at once.
pub fn read_all(machine: &mut Machine, tp: &Tp) -> (i64, Vec<(i64, String)>) {
    let view = machine.cluster.partition(&tp.0, tp.1).expect("a partition");
    let conn = machine.connect(view.leader);
    let mut next = view.log_start_offset;
    let mut all = Vec::new();
    while next < view.high_watermark {
        let response = machine.call(conn, FETCH_VERSION, &fetch_request(tp, next, 1 << 20));
        let data = &response.responses[0].partitions[0];
        assert_eq!(data.error_code, 0, "{tp:?} at {next}");
        let bytes = data
            .records
            .as_ref()
            .map(Rope::to_bytes)
            .unwrap_or_default();
        let mut records = records_of(&bytes, next);
        next = records.last().expect("a fetch goes on").0 + 1;
        all.append(&mut records);
    }
    machine.disconnect(conn);
    (view.log_start_offset, all)
}
