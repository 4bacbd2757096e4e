//! DescribeTopicPartitions (key 75), version 0 (KIP-966): partitions in pages, with eligible leader
//! replicas.

use crate::base::{BrokerId, SortedSet};
use crate::metadata::{MetadataImage, NO_LEADER, PartitionImage, TopicImage, names};
use crate::protocol::messages::describe_topic_partitions_request::{
    Cursor as WantedCursor, DescribeTopicPartitionsRequest,
};
use crate::protocol::messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponse, DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
};
use crate::protocol::{ErrorCode, Uuid};

/// What everybody may do with a topic when there is no authorizer: READ, WRITE, CREATE, DELETE,
/// ALTER, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS, as bits by their numbers in the ACL
/// protocol.
const ALL_TOPIC_OPERATIONS: i32 =
    1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;

/// The answer of `broker`.
pub fn handle(
    image: &MetadataImage,
    broker: BrokerId,
    request: &DescribeTopicPartitionsRequest,
) -> DescribeTopicPartitionsResponse {
    let cursor = request.cursor.as_ref();
    let first = cursor.map_or("", |cursor| cursor.topic_name.as_str());
    let all = request.topics.is_empty();
    let names: SortedSet<&str> = match all {
        true => image.topics().map(|topic| &*topic.name).collect(),
        false => request
            .topics
            .iter()
            .map(|topic| topic.name.as_str())
            .collect(),
    };
    let refused = cursor.is_some_and(|cursor| {
        cursor.partition_index < 0 || !(all || names.contains(cursor.topic_name.as_str()))
    });
    if refused {
        return refuse(request);
    }
    let most = image
        .broker_settings(broker)
        .max_request_partition_size_limit;
    let limit = most
        .min(request.response_partition_limit)
        .max(1)
        .unsigned_abs() as usize;
    let mut page = Page {
        image,
        left: limit,
        response: Default::default(),
    };
    for name in names.range(first..) {
        if !page.add(name, start_of(cursor, name), all) {
            break;
        }
    }
    page.response
}

fn start_of(cursor: Option<&WantedCursor>, name: &str) -> usize {
    let index = cursor
        .filter(|cursor| cursor.topic_name == name)
        .map(|c| c.partition_index);
    index
        .and_then(|index| usize::try_from(index).ok())
        .unwrap_or(0)
}

/// Kafka answers a wrong cursor by an error for every topic that was asked for.
fn refuse(request: &DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    let failed = |name: &String| missing(name, ErrorCode::INVALID_REQUEST, i32::MIN);
    DescribeTopicPartitionsResponse {
        topics: request
            .topics
            .iter()
            .map(|topic| failed(&topic.name))
            .collect(),
        ..DescribeTopicPartitionsResponse::default()
    }
}

fn missing(
    name: &str,
    error: ErrorCode,
    topic_authorized_operations: i32,
) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic {
        error_code: error.code(),
        name: Some(name.to_owned()),
        topic_id: Uuid::ZERO,
        is_internal: names::is_internal(name),
        topic_authorized_operations,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}

struct Page<'a> {
    image: &'a MetadataImage,
    /// How many partitions there is still room for.
    left: usize,
    response: DescribeTopicPartitionsResponse,
}

impl Page<'_> {
    /// Adds a topic from partition `start` on. `false`: the page is full, and a cursor says where
    /// to go on.
    fn add(&mut self, name: &str, start: usize, pass_over_missing: bool) -> bool {
        if self.left == 0 {
            self.turn(name, 0);
            return false;
        }
        let Some(topic) = self.image.topic(name) else {
            if !pass_over_missing {
                let error = match names::check_topic(name) {
                    Ok(()) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                    Err(_) => ErrorCode::INVALID_TOPIC_EXCEPTION,
                };
                self.response
                    .topics
                    .push(missing(name, error, ALL_TOPIC_OPERATIONS));
            }
            return true;
        };
        let rest = topic.partitions.get(start..).unwrap_or_default();
        let fits = rest.len().min(self.left);
        let partitions = rest[..fits]
            .iter()
            .map(|partition| self.describe(partition))
            .collect();
        self.response.topics.push(found(topic, partitions));
        self.left -= fits;
        if fits < rest.len() {
            self.turn(name, start + fits);
            return false;
        }
        true
    }

    fn turn(&mut self, topic: &str, partition: usize) {
        self.response.next_cursor = Some(Cursor {
            topic_name: topic.to_owned(),
            partition_index: partition as i32,
            ..Cursor::default()
        });
    }

    fn describe(&self, partition: &PartitionImage) -> DescribeTopicPartitionsResponsePartition {
        let error = match partition.leader {
            NO_LEADER => ErrorCode::LEADER_NOT_AVAILABLE,
            _ => ErrorCode::NONE,
        };
        let offline = partition
            .replicas
            .iter()
            .copied()
            .filter(|id| !self.image.is_active(*id));
        DescribeTopicPartitionsResponsePartition {
            error_code: error.code(),
            partition_index: partition.partition,
            leader_id: partition.leader,
            leader_epoch: partition.leader_epoch,
            replica_nodes: partition.replicas.clone(),
            isr_nodes: partition.isr.clone(),
            eligible_leader_replicas: Some(partition.elr.clone()),
            last_known_elr: Some(partition.last_known_elr.clone()),
            offline_replicas: offline.collect(),
            ..DescribeTopicPartitionsResponsePartition::default()
        }
    }
}

fn found(
    topic: &TopicImage,
    partitions: Vec<DescribeTopicPartitionsResponsePartition>,
) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic {
        error_code: ErrorCode::NONE.code(),
        name: Some(topic.name.to_string()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions,
        topic_authorized_operations: ALL_TOPIC_OPERATIONS,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}
