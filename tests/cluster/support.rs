//! Short forms of what these tests do again and again.

use bytes::Bytes;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::Rope;
use kafka_sandbox::protocol::messages::create_topics_request::{
    CreatableTopic, CreateTopicsRequest,
};
use kafka_sandbox::protocol::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use kafka_sandbox::protocol::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions, batches};
use kafka_sandbox::sim::machine::Machine;

pub fn create_topic(machine: &mut Machine, topic: &str, partitions: i32, replicas: i16) {
    let conn = machine.connect(1);
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: topic.to_owned(),
            num_partitions: partitions,
            replication_factor: replicas,
            ..Default::default()
        }],
        timeout_ms: 1_000,
        ..Default::default()
    };
    let response = machine.call(conn, 7, &request);
    assert_eq!(response.topics[0].error_code, 0, "{response:?}");
    machine.disconnect(conn);
}

/// A connection to the leader of a partition.
pub fn to_leader(machine: &mut Machine, topic: &str, partition: i32) -> ConnId {
    let view = machine
        .cluster
        .partition(topic, partition)
        .expect("a partition");
    machine.connect(view.leader)
}

pub fn batch(values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for value in values {
        builder.append(1, None, Some(value.as_bytes()), &[]);
    }
    builder.finish(&BatchOptions::default())
}

pub fn produce_request(topic: &str, partition: i32, acks: i16, records: Bytes) -> ProduceRequest {
    ProduceRequest {
        transactional_id: None,
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: topic.to_owned(),
            partition_data: vec![PartitionProduceData {
                index: partition,
                records: Some(Rope::from(records)),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Produces one record and gives its offset.
pub fn produce(machine: &mut Machine, topic: &str, partition: i32, value: &str) -> i64 {
    let conn = to_leader(machine, topic, partition);
    let request = produce_request(topic, partition, -1, batch(&[value]));
    let response = machine.call(conn, 9, &request);
    machine.disconnect(conn);
    let answer = &response.responses[0].partition_responses[0];
    assert_eq!(answer.error_code, 0, "{answer:?}");
    answer.base_offset
}

pub fn fetch_request(topic: &str, partition: i32, fetch_offset: i64) -> FetchRequest {
    FetchRequest {
        max_wait_ms: 0,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: topic.to_owned(),
            partitions: vec![FetchPartition {
                partition,
                fetch_offset,
                current_leader_epoch: -1,
                last_fetched_epoch: -1,
                partition_max_bytes: 50 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// All values of a partition from its start, with their offsets.
pub fn read_all(machine: &mut Machine, topic: &str, partition: i32) -> Vec<(i64, String)> {
    let conn = to_leader(machine, topic, partition);
    let view = machine
        .cluster
        .partition(topic, partition)
        .expect("a partition");
    let mut next = view.log_start_offset;
    let mut all = Vec::new();
    while next < view.high_watermark {
        let response = machine.call(conn, 12, &fetch_request(topic, partition, next));
        let data = &response.responses[0].partitions[0];
        assert_eq!(data.error_code, 0, "{topic}-{partition} at {next}");
        let bytes = data.records.as_ref().expect("records").to_bytes();
        let before = next;
        for batch in batches(&bytes) {
            let batch = batch.expect("a batch");
            batch.ensure_valid().expect("a checksum that fits");
            for record in batch
                .records()
                .flatten()
                .filter(|record| record.offset >= before)
            {
                let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
                all.push((record.offset, value));
                next = record.offset + 1;
            }
        }
        assert!(
            next > before,
            "{topic}-{partition} does not go on at {before}"
        );
    }
    machine.disconnect(conn);
    all
}
