//! What these tests share: topics, batches, one call each.

use bytes::Bytes;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::messages::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use kafka_sandbox::protocol::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use kafka_sandbox::protocol::messages::fetch_response::{FetchResponse, PartitionData};
use kafka_sandbox::protocol::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use kafka_sandbox::protocol::messages::produce_response::{
    PartitionProduceResponse, ProduceResponse,
};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions, batches};
use kafka_sandbox::protocol::{ErrorCode, Rope, Uuid};
use kafka_sandbox::sim::machine::{Machine, START_MS};

pub const NONE: i16 = ErrorCode::NONE.0;

/// A machine with one topic, and a connection to the leader of its partition 0.
pub fn with_topic(topic: &str, partitions: i32, replicas: i16) -> (Machine, ConnId) {
    with_configs(topic, partitions, replicas, &[])
}

pub fn with_configs(
    topic: &str,
    partitions: i32,
    replicas: i16,
    configs: &[(&str, &str)],
) -> (Machine, ConnId) {
    let mut machine = Machine::new();
    let any = machine.connect(1);
    create_topic(&mut machine, any, topic, partitions, replicas, configs);
    let leader = leader_of(&machine, topic, 0);
    let conn = machine.connect(leader);
    (machine, conn)
}

pub fn create_topic(
    machine: &mut Machine,
    conn: ConnId,
    topic: &str,
    partitions: i32,
    replicas: i16,
    configs: &[(&str, &str)],
) {
    let config = |(name, value): &(&str, &str)| CreatableTopicConfig {
        name: (*name).to_owned(),
        value: Some((*value).to_owned()),
        ..Default::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: topic.to_owned(),
            num_partitions: partitions,
            replication_factor: replicas,
            configs: configs.iter().map(config).collect(),
            ..Default::default()
        }],
        timeout_ms: 1000,
        ..Default::default()
    };
    let response = machine.call(conn, 7, &request);
    assert_eq!(response.topics[0].error_code, NONE, "{response:?}");
}

pub fn leader_of(machine: &Machine, topic: &str, partition: i32) -> i32 {
    machine
        .cluster
        .partition(topic, partition)
        .expect("a partition")
        .leader
}

/// A broker that does not lead partition 0.
pub fn other_than_leader(machine: &Machine, topic: &str) -> i32 {
    let leader = leader_of(machine, topic, 0);
    (1..=3).find(|id| *id != leader).expect("three brokers")
}

pub fn topic_id(machine: &Machine, topic: &str) -> Uuid {
    Uuid::parse(&machine.cluster.topic(topic).expect("a topic").id).expect("an id")
}

/// An uncompressed batch of these values.
pub fn batch(values: &[&str]) -> Bytes {
    batch_with(values, &BatchOptions::default())
}

pub fn batch_with(values: &[&str], options: &BatchOptions) -> Bytes {
    let mut builder = BatchBuilder::new();
    for (index, value) in values.iter().enumerate() {
        builder.append(START_MS + index as i64, None, Some(value.as_bytes()), &[]);
    }
    builder.finish(options)
}

/// A batch of an idempotent producer.
pub fn sequenced(values: &[&str], producer_id: i64, epoch: i16, base_sequence: i32) -> Bytes {
    let options = BatchOptions {
        producer_id,
        producer_epoch: epoch,
        base_sequence,
        ..BatchOptions::default()
    };
    batch_with(values, &options)
}

pub fn produce_request(topic: &str, partition: i32, acks: i16, records: Bytes) -> ProduceRequest {
    ProduceRequest {
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

/// Produces one batch with acks=all and gives the partition's answer.
pub fn produce(
    machine: &mut Machine,
    conn: ConnId,
    topic: &str,
    partition: i32,
    records: Bytes,
) -> PartitionProduceResponse {
    only(machine.call(conn, 9, &produce_request(topic, partition, -1, records)))
}

pub fn only(response: ProduceResponse) -> PartitionProduceResponse {
    response.responses[0].partition_responses[0].clone()
}

pub fn fetch_request(topic: &str, partitions: &[(i32, i64)], max_wait_ms: i32) -> FetchRequest {
    let partition = |(partition, fetch_offset): &(i32, i64)| FetchPartition {
        partition: *partition,
        fetch_offset: *fetch_offset,
        current_leader_epoch: -1,
        last_fetched_epoch: -1,
        log_start_offset: -1,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    };
    FetchRequest {
        replica_id: -1,
        max_wait_ms,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: topic.to_owned(),
            partitions: partitions.iter().map(partition).collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Fetches one partition without waiting.
pub fn fetch(
    machine: &mut Machine,
    conn: ConnId,
    topic: &str,
    partition: i32,
    offset: i64,
) -> PartitionData {
    let response = machine.call(conn, 12, &fetch_request(topic, &[(partition, offset)], 0));
    response.responses[0].partitions[0].clone()
}

/// The values of a fetched partition, with their offsets.
pub fn values(data: &PartitionData) -> Vec<(i64, String)> {
    let bytes = data
        .records
        .as_ref()
        .map(Rope::to_bytes)
        .unwrap_or_default();
    let mut values = Vec::new();
    for batch in batches(&bytes) {
        let batch = batch.expect("a batch");
        batch.ensure_valid().expect("a checksum that fits");
        for record in batch.records() {
            let record = record.expect("a record");
            let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
            values.push((record.offset, value));
        }
    }
    values
}

/// Bytes of records in all partitions of an answer.
pub fn bytes_of(response: &FetchResponse) -> usize {
    let partitions = response
        .responses
        .iter()
        .flat_map(|topic| &topic.partitions);
    partitions
        .filter_map(|p| p.records.as_ref())
        .map(Rope::len)
        .sum()
}
