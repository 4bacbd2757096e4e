//! A cluster of one broker with storage in memory, and the frames that the benches send it.
//!
//! Nothing here measures: clocks differ between a native program and a page.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

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

const CONN: ConnId = ConnId(1);

/// One broker with the topic `t`, and what it has answered.
pub struct Bench {
    cluster: Cluster,
    store: MemoryStore,
    now: Now,
    received: Vec<Vec<Bytes>>,
}

impl Bench {
    pub fn new() -> Bench {
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

/// A Produce request with one batch of so many records of 100 bytes.
pub fn produce_frame(records: usize, acks: i16) -> Bytes {
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

/// Produces `requests` frames, `together` of them before outputs are carried.
pub fn produce(bench: &mut Bench, frame: &Bytes, requests: usize, together: usize) {
    for _ in 0..requests / together {
        for _ in 0..together {
            bench.send(frame.clone());
        }
        bench.carry();
        assert_eq!(bench.received.len(), together);
        bench.received.clear();
    }
}

/// Fetches all that there is, as a client that looks into each answer. Bytes.
pub fn fetch_all(bench: &mut Bench) -> usize {
    let end = bench
        .cluster
        .partition("t", 0)
        .expect("the topic")
        .high_watermark;
    let (mut offset, mut bytes) = (0, 0);
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
    bytes
}
