//! Metadata (key 3), versions 0 to 13.
//!
//! All topics, topics by name or by id (KIP-516), automatic creation as a KRaft broker does it: the
//! answer says UNKNOWN_TOPIC_OR_PARTITION and the topic is created meanwhile. Endpoints are those
//! of the connection. Skipped: authorization (KIP-430 operations are all that there are), offline
//! replicas (no broker fails yet).

use super::{Broker, Caller};
use crate::base::{SortedSet, repeats};
use crate::metadata::{NO_LEADER, PartitionImage, TopicImage, names};
use crate::protocol::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use crate::protocol::messages::metadata_response::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use crate::protocol::{ErrorCode, Uuid};

/// `authorized_operations` that were not asked for.
const NOT_ASKED: i32 = i32::MIN;
/// READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS of a topic, as
/// bits by their numbers in the ACL protocol: what everybody may do without an authorizer.
const ALL_TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
/// CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE of
/// the cluster, likewise.
const ALL_CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;

/// The answer, and the topics to create.
pub struct Described {
    pub response: MetadataResponse,
    pub create: Vec<String>,
}

/// What decides besides the request.
pub struct Settings<'a> {
    pub cluster_id: &'a str,
    /// `auto.create.topics.enable`
    pub auto_create: bool,
}

/// The answer. `Err` is Kafka's text of a request that it refuses by closing the connection's
/// request with INVALID_REQUEST.
pub fn handle(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    settings: &Settings<'_>,
    request: &MetadataRequest,
) -> Result<Described, String> {
    let version = caller.api_version;
    let mut create = Vec::new();
    let topics = match &request.topics {
        None => all_topics(broker),
        Some(topics) if version == 0 && topics.is_empty() => all_topics(broker),
        Some(topics) => {
            check_names(topics, version)?;
            let auto_create = settings.auto_create && request.allow_auto_topic_creation;
            some_topics(broker, topics, auto_create, &mut create)
        }
    };
    let mut response = MetadataResponse {
        brokers: brokers(broker, caller),
        cluster_id: Some(settings.cluster_id.to_owned()).filter(|_| version >= 2),
        controller_id: broker.image.controller().map_or(NO_LEADER, |id| id.0),
        topics,
        cluster_authorized_operations: NOT_ASKED,
        ..MetadataResponse::default()
    };
    if version >= 8 && request.include_topic_authorized_operations {
        for topic in &mut response.topics {
            topic.topic_authorized_operations = ALL_TOPIC_OPERATIONS;
        }
    }
    if (8..=10).contains(&version) && request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = ALL_CLUSTER_OPERATIONS;
    }
    for topic in &mut response.topics {
        restrict(topic, version);
    }
    Ok(Described { response, create })
}

/// A request that is refused as a whole: each of its topics says so, as Kafka's own error response
/// does.
pub fn refuse(request: &MetadataRequest, version: i16, error: ErrorCode) -> MetadataResponse {
    let topics = request.topics.iter().flatten().map(|topic| {
        let mut failed = failed(topic.name.clone(), topic.topic_id, error);
        restrict(&mut failed, version);
        failed
    });
    MetadataResponse {
        topics: topics.collect(),
        controller_id: NO_LEADER,
        cluster_authorized_operations: NOT_ASKED,
        ..MetadataResponse::default()
    }
}

/// Removes what this version cannot carry.
fn restrict(topic: &mut MetadataResponseTopic, version: i16) {
    if version < 10 {
        topic.topic_id = Uuid::ZERO;
    }
    if version < 12 && topic.name.is_none() {
        topic.name = Some(String::new());
    }
}

fn check_names(topics: &[MetadataRequestTopic], version: i16) -> Result<(), String> {
    for topic in topics {
        if topic.name.is_none() && version < 12 {
            return Err(format!("Topic name can not be null for version {version}"));
        }
        if !topic.topic_id.is_zero() && version < 12 {
            return Err(format!(
                "Topic IDs are not supported in requests for version {version}"
            ));
        }
    }
    Ok(())
}

fn brokers(broker: &Broker<'_>, caller: &Caller<'_>) -> Vec<MetadataResponseBroker> {
    let active = broker.image.active_brokers();
    let described = active.map(|image| {
        let endpoint = broker.endpoint(caller, image.id.0);
        let (host, port) = endpoint.map_or((&image.host, image.port), |endpoint| {
            (&endpoint.host, endpoint.port)
        });
        MetadataResponseBroker {
            node_id: image.id.0,
            host: host.clone(),
            port: i32::from(port),
            rack: image.rack.clone(),
            ..MetadataResponseBroker::default()
        }
    });
    described.collect()
}

fn all_topics(broker: &Broker<'_>) -> Vec<MetadataResponseTopic> {
    broker.image.topics().map(describe).collect()
}

fn some_topics(
    broker: &Broker<'_>,
    topics: &[MetadataRequestTopic],
    auto_create: bool,
    create: &mut Vec<String>,
) -> Vec<MetadataResponseTopic> {
    let ids: SortedSet<Uuid> = topics
        .iter()
        .map(|topic| topic.topic_id)
        .filter(|id| !id.is_zero())
        .collect();
    if !ids.is_empty() {
        let by_id = ids
            .into_iter()
            .map(|id| match broker.image.topic_by_id(id) {
                Some(topic) => describe(topic),
                None => failed(None, id, ErrorCode::UNKNOWN_TOPIC_ID),
            });
        return by_id.collect();
    }
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    let wanted: Vec<&str> = topics.iter().filter_map(|t| t.name.as_deref()).collect();
    for (&name, repeats) in std::iter::zip(&wanted, repeats(&wanted)) {
        if repeats {
            continue;
        }
        if let Some(topic) = broker.image.topic(name) {
            known.push(describe(topic));
        } else if names::check_topic(name).is_err() {
            let error = ErrorCode::INVALID_TOPIC_EXCEPTION;
            unknown.push(failed(Some(name.to_owned()), Uuid::ZERO, error));
        } else {
            let error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
            unknown.push(failed(Some(name.to_owned()), Uuid::ZERO, error));
            if auto_create {
                create.push(name.to_owned());
            }
        }
    }
    known.append(&mut unknown);
    known
}

fn failed(name: Option<String>, topic_id: Uuid, error: ErrorCode) -> MetadataResponseTopic {
    MetadataResponseTopic {
        error_code: error.code(),
        is_internal: name.as_deref().is_some_and(names::is_internal),
        name,
        topic_id,
        topic_authorized_operations: NOT_ASKED,
        ..MetadataResponseTopic::default()
    }
}

fn describe(topic: &TopicImage) -> MetadataResponseTopic {
    MetadataResponseTopic {
        error_code: ErrorCode::NONE.code(),
        name: Some(topic.name.to_string()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions: topic.partitions.iter().map(describe_partition).collect(),
        topic_authorized_operations: NOT_ASKED,
        ..MetadataResponseTopic::default()
    }
}

fn describe_partition(partition: &PartitionImage) -> MetadataResponsePartition {
    let error = match partition.leader {
        NO_LEADER => ErrorCode::LEADER_NOT_AVAILABLE,
        _ => ErrorCode::NONE,
    };
    MetadataResponsePartition {
        error_code: error.code(),
        partition_index: partition.partition,
        leader_id: partition.leader,
        leader_epoch: partition.leader_epoch,
        replica_nodes: partition.replicas.clone(),
        isr_nodes: partition.isr.clone(),
        ..MetadataResponsePartition::default()
    }
}
