//! Calls on topics: list, describe, create, delete, more partitions.

use super::call::{Target, Verdict, check};
use super::types::*;
use super::{Admin, Inner, PerItem, Result, all_failed};
use crate::base::{SortedMap, sort, sort_by_key};
use crate::client::ClientError;
use crate::client::types::Node;
use crate::protocol::messages::create_partitions_request::{
    CreatePartitionsAssignment, CreatePartitionsTopic,
};
use crate::protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use crate::protocol::messages::delete_topics_request::DeleteTopicState;
use crate::protocol::messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use crate::protocol::messages::describe_topic_partitions_response::DescribeTopicPartitionsResponsePartition;
use crate::protocol::messages::metadata_request::MetadataRequestTopic;
use crate::protocol::messages::metadata_response::{
    MetadataResponsePartition, MetadataResponseTopic,
};
use crate::protocol::messages::{
    CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest,
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
};
use crate::protocol::{ErrorCode, Uuid};

/// Java's default `partitionSizeLimitPerResponse`.
const PARTITIONS_PER_RESPONSE: i32 = 2000;

impl Admin {
    pub async fn list_topics(&self, include_internal: bool) -> Result<Vec<TopicListing>> {
        let response = self.0.topic_metadata("listTopics", None).await?;
        let listing = |t: MetadataResponseTopic| TopicListing {
            name: t.name.unwrap_or_default(),
            topic_id: t.topic_id,
            is_internal: t.is_internal,
        };
        let topics = response.topics.into_iter().map(listing);
        Ok(topics
            .filter(|t| include_internal || !t.is_internal)
            .collect())
    }

    /// Describes topics by name or id.
    pub async fn describe_topics(
        &self,
        topics: &[TopicRef],
    ) -> PerItem<TopicRef, TopicDescription> {
        let mut names = Vec::new();
        let mut ids = Vec::new();
        for topic in topics {
            match topic {
                TopicRef::Name(name) if !name.is_empty() => names.push(name.clone()),
                TopicRef::Name(_) => {}
                TopicRef::Id(id) => ids.push(*id),
            }
        }
        let mut by_name = SortedMap::new();
        let mut by_id = SortedMap::new();
        if !names.is_empty() {
            by_name = self.0.describe_by_names(names).await;
        }
        if !ids.is_empty() {
            by_id = self.0.describe_by_ids(ids).await;
        }
        let find = |topic: &TopicRef| match topic {
            TopicRef::Name(name) if name.is_empty() => Err(unrepresentable(name)),
            TopicRef::Name(name) => by_name.get(name).cloned().unwrap_or_else(|| {
                Err(ClientError::broker(
                    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                    None,
                ))
            }),
            TopicRef::Id(id) => by_id
                .get(id)
                .cloned()
                .unwrap_or_else(|| Err(ClientError::broker(ErrorCode::UNKNOWN_TOPIC_ID, None))),
        };
        topics
            .iter()
            .map(|topic| (topic.clone(), find(topic)))
            .collect()
    }

    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> PerItem<String, CreatedTopic> {
        let (empty, wanted): (Vec<_>, Vec<_>) = topics.iter().partition(|t| t.name.is_empty());
        let mut call = self.0.begin("createTopics");
        let timeout_ms = call.left_ms();
        let request = CreateTopicsRequest {
            topics: wanted.iter().map(|t| creatable(t)).collect(),
            timeout_ms,
            validate_only,
            ..Default::default()
        };
        let mut results = SortedMap::new();
        if !wanted.is_empty() {
            let judge = |_: &Node, response: crate::protocol::messages::CreateTopicsResponse| {
                not_controller(
                    response.topics.iter().map(|t| t.error_code),
                    response.clone(),
                )
            };
            match call
                .run(Target::Controller, |_| request.clone(), judge)
                .await
            {
                Err(error) => return all_failed(topics.iter().map(|t| t.name.clone()), &error),
                Ok(response) => {
                    for t in response.topics {
                        let created = CreatedTopic {
                            topic_id: t.topic_id,
                            num_partitions: t.num_partitions,
                            replication_factor: t.replication_factor,
                        };
                        let result = check(t.error_code, t.error_message).map(|()| created);
                        results.insert(t.name, result);
                    }
                }
            }
        }
        results.extend(
            empty
                .iter()
                .map(|t| (t.name.clone(), Err(unrepresentable(&t.name)))),
        );
        let result = |t: &NewTopic| results.remove(&t.name).unwrap_or_else(missing_result);
        let mut result = result;
        topics.iter().map(|t| (t.name.clone(), result(t))).collect()
    }

    pub async fn delete_topics(&self, topics: &[TopicRef]) -> PerItem<TopicRef, ()> {
        let representable = |t: &&TopicRef| !matches!(t, TopicRef::Name(name) if name.is_empty());
        let wanted: Vec<TopicRef> = topics.iter().filter(representable).cloned().collect();
        let mut results: SortedMap<TopicRef, Result<()>> = SortedMap::new();
        if !wanted.is_empty() {
            let mut call = self.0.begin("deleteTopics");
            let timeout_ms = call.left_ms();
            let build = |version| delete_request(&wanted, version, timeout_ms);
            let judge = |_: &Node, response: crate::protocol::messages::DeleteTopicsResponse| {
                not_controller(
                    response.responses.iter().map(|t| t.error_code),
                    response.clone(),
                )
            };
            match call.run(Target::Controller, build, judge).await {
                Err(error) => return all_failed(topics.iter().cloned(), &error),
                Ok(response) => {
                    for t in response.responses {
                        let result = check(t.error_code, t.error_message);
                        let by_id = TopicRef::Id(t.topic_id);
                        let key = match t.name {
                            Some(name) if !wanted.contains(&by_id) => TopicRef::Name(name),
                            _ => by_id,
                        };
                        results.insert(key, result);
                    }
                }
            }
        }
        let mut result = |topic: &TopicRef| match topic {
            TopicRef::Name(name) if name.is_empty() => Err(unrepresentable(name)),
            _ => results.remove(topic).unwrap_or_else(missing_result),
        };
        topics
            .iter()
            .map(|topic| (topic.clone(), result(topic)))
            .collect()
    }

    pub async fn create_partitions(
        &self,
        partitions: &[NewPartitions],
        validate_only: bool,
    ) -> PerItem<String, ()> {
        let mut call = self.0.begin("createPartitions");
        let assignment = |broker_ids: &Vec<i32>| CreatePartitionsAssignment {
            broker_ids: broker_ids.clone(),
            ..Default::default()
        };
        let topic = |p: &NewPartitions| CreatePartitionsTopic {
            name: p.topic.clone(),
            count: p.total_count,
            assignments: p
                .assignments
                .as_ref()
                .map(|list| list.iter().map(assignment).collect()),
            ..Default::default()
        };
        let request = CreatePartitionsRequest {
            topics: partitions.iter().map(topic).collect(),
            timeout_ms: call.left_ms(),
            validate_only,
            ..Default::default()
        };
        let judge = |_: &Node, response: crate::protocol::messages::CreatePartitionsResponse| {
            not_controller(
                response.results.iter().map(|t| t.error_code),
                response.clone(),
            )
        };
        let keys = partitions.iter().map(|p| p.topic.clone());
        match call
            .run(Target::Controller, |_| request.clone(), judge)
            .await
        {
            Err(error) => all_failed(keys, &error),
            Ok(response) => {
                let mut results: SortedMap<String, Result<()>> = (response.results.into_iter())
                    .map(|r| (r.name, check(r.error_code, r.error_message)))
                    .collect();
                keys.map(|key| {
                    let result = results.remove(&key).unwrap_or_else(missing_result);
                    (key, result)
                })
                .collect()
            }
        }
    }
}

type Described = SortedMap<String, Result<TopicDescription>>;

impl Inner {
    /// By the API that tells eligible leaders (KIP-966), or by metadata where a broker does not have it.
    async fn describe_by_names(&self, mut names: Vec<String>) -> Described {
        sort(&mut names);
        names.dedup();
        let nodes = match self.describe_nodes().await {
            Ok(nodes) => nodes,
            Err(error) => return names.into_iter().map(|n| (n, Err(error.clone()))).collect(),
        };
        let mut out = Described::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let from = cursor.as_ref().map_or("", |c| c.topic_name.as_str());
            let topics = names.iter().filter(|n| n.as_str() >= from);
            let topic = |n: &String| TopicRequest {
                name: n.clone(),
                ..Default::default()
            };
            let request = DescribeTopicPartitionsRequest {
                topics: topics.map(topic).collect(),
                response_partition_limit: PARTITIONS_PER_RESPONSE,
                cursor: cursor.clone(),
                ..Default::default()
            };
            let call = self.request("describeTopicPartitions", Target::Any, |_| request.clone());
            match call.await {
                Ok(response) => match add_described(&mut out, response, &nodes) {
                    Some(next) => cursor = Some(next),
                    None => return out,
                },
                Err(ClientError::UnsupportedVersion(_)) => {
                    return self.describe_by_metadata(names).await;
                }
                Err(error) => {
                    return names.into_iter().map(|n| (n, Err(error.clone()))).collect();
                }
            }
        }
    }

    /// Brokers by id; those that are gone are named by their id alone.
    async fn describe_nodes(&self) -> Result<SortedMap<i32, Node>> {
        let response = self
            .topic_metadata("describeTopics", Some(Vec::new()))
            .await?;
        let node = |b: crate::protocol::messages::metadata_response::MetadataResponseBroker| Node {
            id: b.node_id,
            host: b.host,
            port: b.port,
            rack: b.rack,
            is_fenced: false,
        };
        Ok(response
            .brokers
            .into_iter()
            .map(|b| (b.node_id, node(b)))
            .collect())
    }

    async fn describe_by_metadata(&self, names: Vec<String>) -> Described {
        let named = |name: &String| MetadataRequestTopic {
            name: Some(name.clone()),
            ..Default::default()
        };
        let topics = names.iter().map(named).collect();
        let nodes = self.describe_nodes().await.unwrap_or_default();
        match self.topic_metadata("describeTopics", Some(topics)).await {
            Err(error) => names.into_iter().map(|n| (n, Err(error.clone()))).collect(),
            Ok(response) => (response.topics.into_iter())
                .map(|t| (t.name.clone().unwrap_or_default(), from_metadata(t, &nodes)))
                .collect(),
        }
    }

    async fn describe_by_ids(&self, ids: Vec<Uuid>) -> SortedMap<Uuid, Result<TopicDescription>> {
        let by_id = |id: &Uuid| MetadataRequestTopic {
            topic_id: *id,
            name: None,
            ..Default::default()
        };
        let topics = ids.iter().map(by_id).collect();
        let nodes = self.describe_nodes().await.unwrap_or_default();
        match self
            .topic_metadata("describeTopicsWithIds", Some(topics))
            .await
        {
            Err(error) => ids.into_iter().map(|id| (id, Err(error.clone()))).collect(),
            Ok(response) => (response.topics.into_iter())
                .map(|t| (t.topic_id, from_metadata(t, &nodes)))
                .collect(),
        }
    }
}

fn node_of(nodes: &SortedMap<i32, Node>, id: i32) -> Node {
    let unknown = || Node {
        id,
        host: String::new(),
        port: -1,
        rack: None,
        is_fenced: false,
    };
    nodes.get(&id).cloned().unwrap_or_else(unknown)
}

fn nodes_of(nodes: &SortedMap<i32, Node>, ids: &[i32]) -> Vec<Node> {
    ids.iter().map(|id| node_of(nodes, *id)).collect()
}

fn from_metadata(
    topic: MetadataResponseTopic,
    nodes: &SortedMap<i32, Node>,
) -> Result<TopicDescription> {
    check(topic.error_code, None)?;
    let partition = |p: &MetadataResponsePartition| TopicPartitionInfo {
        partition: p.partition_index,
        leader: nodes.get(&p.leader_id).cloned(),
        replicas: nodes_of(nodes, &p.replica_nodes),
        isr: nodes_of(nodes, &p.isr_nodes),
        elr: None,
        last_known_elr: None,
    };
    let mut partitions: Vec<_> = topic.partitions.iter().map(partition).collect();
    sort_by_key(&mut partitions, |p| p.partition);
    Ok(TopicDescription {
        name: topic.name.unwrap_or_default(),
        topic_id: topic.topic_id,
        is_internal: topic.is_internal,
        partitions,
    })
}

/// Takes over one response; where the next one shall go on.
fn add_described(
    out: &mut Described,
    response: DescribeTopicPartitionsResponse,
    nodes: &SortedMap<i32, Node>,
) -> Option<Cursor> {
    for topic in response.topics {
        let name = topic.name.unwrap_or_default();
        if let Err(error) = check(topic.error_code, None) {
            out.insert(name, Err(error));
            continue;
        }
        let partition = |p: &DescribeTopicPartitionsResponsePartition| TopicPartitionInfo {
            partition: p.partition_index,
            leader: nodes.get(&p.leader_id).cloned(),
            replicas: nodes_of(nodes, &p.replica_nodes),
            isr: nodes_of(nodes, &p.isr_nodes),
            elr: p
                .eligible_leader_replicas
                .as_ref()
                .map(|ids| nodes_of(nodes, ids)),
            last_known_elr: p.last_known_elr.as_ref().map(|ids| nodes_of(nodes, ids)),
        };
        let partitions = topic.partitions.iter().map(partition);
        match out.get_mut(&name) {
            Some(Ok(known)) => known.partitions.extend(partitions),
            _ => {
                let description = TopicDescription {
                    name: name.clone(),
                    topic_id: topic.topic_id,
                    is_internal: topic.is_internal,
                    partitions: partitions.collect(),
                };
                out.insert(name, Ok(description));
            }
        }
    }
    response.next_cursor.map(|next| Cursor {
        topic_name: next.topic_name,
        partition_index: next.partition_index,
        ..Default::default()
    })
}

fn creatable(topic: &NewTopic) -> CreatableTopic {
    let assignments = topic.replica_assignment.iter().flatten();
    let config = |(name, value): (&String, &String)| CreatableTopicConfig {
        name: name.clone(),
        value: Some(value.clone()),
        ..Default::default()
    };
    CreatableTopic {
        name: topic.name.clone(),
        num_partitions: topic.num_partitions.unwrap_or(-1),
        replication_factor: topic.replication_factor.unwrap_or(-1),
        assignments: assignments
            .map(|(partition, brokers)| CreatableReplicaAssignment {
                partition_index: *partition,
                broker_ids: brokers.clone(),
                ..Default::default()
            })
            .collect(),
        configs: topic.configs.iter().map(config).collect(),
        ..Default::default()
    }
}

fn delete_request(topics: &[TopicRef], version: i16, timeout_ms: i32) -> DeleteTopicsRequest {
    let mut request = DeleteTopicsRequest {
        timeout_ms,
        ..Default::default()
    };
    for topic in topics {
        match topic {
            TopicRef::Name(name) if version < 6 => request.topic_names.push(name.clone()),
            TopicRef::Name(name) => request.topics.push(DeleteTopicState {
                name: Some(name.clone()),
                ..Default::default()
            }),
            TopicRef::Id(id) => request.topics.push(DeleteTopicState {
                name: None,
                topic_id: *id,
                ..Default::default()
            }),
        }
    }
    request
}

/// A whole response is tried again if the broker is not the controller.
fn not_controller<T>(mut codes: impl Iterator<Item = i16>, response: T) -> Verdict<T> {
    match codes.any(|code| ErrorCode(code) == ErrorCode::NOT_CONTROLLER) {
        true => Verdict::Failed(ClientError::broker(ErrorCode::NOT_CONTROLLER, None)),
        false => Verdict::Done(response),
    }
}

fn unrepresentable(name: &str) -> ClientError {
    ClientError::InvalidTopic(format!(
        "The given topic name '{name}' cannot be represented in a request."
    ))
}

pub(super) fn missing_result<T>() -> Result<T> {
    Err(ClientError::Other {
        class: "org.apache.kafka.common.errors.ApiException",
        message: Some("The server response did not contain a result.".into()),
    })
}
