//! Speed of the core alone: frames in, frames out, storage in memory.
//!
//! `cargo bench --bench core` prints one line per case. Each case runs several times; the best counts, because
//! the machine is shared.

use bytes::Bytes;
use kafka_sandbox::base::{BrokerId, ConnId, Now};
use kafka_sandbox::cluster::io::{Input, Output};
use kafka_sandbox::cluster::{Cluster, ClusterConfig};
use kafka_sandbox::log::memory::MemoryStore;
use kafka_sandbox::log::storage::Store;
use kafka_sandbox::protocol::frame::{decode_response, encode_request};
use kafka_sandbox::protocol::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use kafka_sandbox::protocol::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use kafka_sandbox::protocol::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions, batches};
use kafka_sandbox::protocol::{Request, Rope};
use std::rc::Rc;
use std::time::Instant;

const CONN: ConnId = ConnId(1);
const ROUNDS: usize = 5;

struct Bench {
    cluster: Cluster,
    store: MemoryStore,
    now: Now,
    received: Vec<Vec<Bytes>>,
}

impl Bench {
    fn new() -> Bench {
        let config = ClusterConfig {
            observe: false,
            ..ClusterConfig::new(1, 1, "localhost", 9092)
        };
        let mut bench = Bench {
            cluster: Cluster::new(config, 1),
            store: MemoryStore::new(),
            now: Now {
                mono_ms: 1,
                wall_ms: 1_767_225_600_000,
            },
            received: Vec::new(),
        };
        bench.input(Input::Opened { meta: Vec::new() });
        bench.carry();
        bench.input(Input::Connect {
            conn: CONN,
            broker: BrokerId(1),
            endpoints: Rc::from(Vec::new()),
            client_host: "127.0.0.1".into(),
        });
        let topic = MetadataRequestTopic {
            name: Some("t".into()),
            ..Default::default()
        };
        let request = MetadataRequest {
            topics: Some(vec![topic]),
            allow_auto_topic_creation: true,
            ..Default::default()
        };
        bench.send(frame(9, &request));
        bench.carry();
        bench.received.clear();
        bench
    }

    fn input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
    }

    fn send(&mut self, bytes: Bytes) {
        self.input(Input::Frame { conn: CONN, bytes });
    }

    fn carry(&mut self) {
        while let Some(output) = self.cluster.poll_output() {
            match output {
                Output::Send { slices, .. } => self.received.push(slices),
                Output::Persist { id, writes } => {
                    self.store.commit(&writes).expect("memory takes it");
                    self.input(Input::Persisted { id });
                }
                Output::Read { id, request } => {
                    let chunks = self.store.read(&request).expect("memory gives it");
                    self.input(Input::ReadDone { id, chunks });
                }
                Output::Close { why, .. } => panic!("closed: {why}"),
                Output::Trim { .. } | Output::Event(_) => {}
            }
        }
    }
}

fn frame<R: Request>(version: i16, request: &R) -> Bytes {
    Rope(encode_request(version, 1, Some("bench"), request).expect("encodes")).to_bytes()
}

fn produce_frame(records: usize, acks: i16) -> Bytes {
    let mut builder = BatchBuilder::new();
    for _ in 0..records {
        builder.append(1, None, Some(&[b'x'; 100]), &[]);
    }
    let batch = builder.finish(&BatchOptions::default());
    let request = ProduceRequest {
        transactional_id: None,
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: "t".into(),
            partition_data: vec![PartitionProduceData {
                index: 0,
                records: Some(Rope::from(batch)),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frame(9, &request)
}

fn fetch_frame(fetch_offset: i64) -> Bytes {
    let request = FetchRequest {
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: "t".into(),
            partitions: vec![FetchPartition {
                fetch_offset,
                current_leader_epoch: -1,
                last_fetched_epoch: -1,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    frame(12, &request)
}

/// Produces `requests` frames, `together` of them before outputs are carried. Seconds.
fn produce(bench: &mut Bench, frame: &Bytes, requests: usize, together: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..requests / together {
        for _ in 0..together {
            bench.send(frame.clone());
        }
        bench.carry();
        assert_eq!(bench.received.len(), together);
        bench.received.clear();
    }
    start.elapsed().as_secs_f64()
}

/// Fetches all that there is. Seconds, bytes.
fn fetch_all(bench: &mut Bench) -> (f64, usize) {
    let end = bench
        .cluster
        .partition("t", 0)
        .expect("the topic")
        .high_watermark;
    let (mut offset, mut bytes) = (0, 0);
    let start = Instant::now();
    while offset < end {
        bench.send(fetch_frame(offset));
        bench.carry();
        let answer = Rope(bench.received.pop().expect("an answer"));
        bytes += answer.len();
        let (_, response) =
            decode_response::<FetchRequest>(answer.to_bytes(), 12).expect("a response");
        let records = response.responses[0].partitions[0]
            .records
            .clone()
            .expect("records");
        let records = records.to_bytes();
        let last = batches(&records).flatten().last().expect("a batch");
        offset = last.header.next_offset();
    }
    (start.elapsed().as_secs_f64(), bytes)
}

fn best(mut case: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| case()).fold(f64::INFINITY, f64::min)
}

fn main() {
    for (name, records, together) in [
        ("1 record, one at a time", 1, 1),
        ("1 record, 100 in flight", 1, 100),
        ("150 records (16 KB), one at a time", 150, 1),
        ("150 records (16 KB), 10 in flight", 150, 10),
    ] {
        let frame = produce_frame(records, 1);
        let requests = 200_000 / records.min(20);
        let seconds = best(|| produce(&mut Bench::new(), &frame, requests, together));
        let rate = requests as f64 / seconds;
        println!(
            "produce {name}: {:.0} requests/s, {:.2} M records/s, {:.0} MB/s",
            rate,
            rate * records as f64 / 1e6,
            rate * frame.len() as f64 / 1e6
        );
    }
    let mut bench = Bench::new();
    produce(&mut bench, &produce_frame(150, 1), 10_000, 10);
    let mut bytes = 0;
    let seconds = best(|| {
        let (seconds, read) = fetch_all(&mut bench);
        bytes = read;
        seconds
    });
    println!(
        "fetch 16 KB batches in 1 MB answers: {:.0} MB/s",
        bytes as f64 / seconds / 1e6
    );
}
