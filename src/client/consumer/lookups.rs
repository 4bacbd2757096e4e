//! What a consumer asks brokers for without a subscription: the ends of logs, and topics. Nothing is kept.

use super::{Inner, Result};
use crate::base::{SortedMap, sort_by_key};
use crate::client::ClientError;
use crate::client::sync::until;
use crate::client::types::{PartitionInfo, TopicPartition};
use crate::protocol::ErrorCode;
use crate::protocol::messages::MetadataRequest;
use crate::protocol::messages::metadata_request::MetadataRequestTopic;
use std::rc::Rc;

impl Inner {
    pub(super) async fn edges(
        self: &Rc<Self>,
        partitions: &[TopicPartition],
        edge: i64,
    ) -> Result<SortedMap<TopicPartition, i64>> {
        let wanted = partitions.iter().map(|tp| (tp.clone(), edge)).collect();
        let found = self
            .list_offsets(wanted, self.config.default_api_timeout_ms)
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|(tp, o)| Some((tp, o?.offset)))
            .collect())
    }

    /// Metadata of one topic or all, straight from a broker.
    pub(super) async fn topic_metadata(
        &self,
        topic: Option<&str>,
    ) -> Result<SortedMap<String, Vec<PartitionInfo>>> {
        let named = |name: &str| MetadataRequestTopic {
            name: Some(name.to_owned()),
            ..Default::default()
        };
        let timeout_ms = self.config.default_api_timeout_ms;
        let deadline_ms = self.core.now_ms().saturating_add(timeout_ms);
        let runtime = self.core.env.runtime.clone();
        loop {
            let build = |version: i16| MetadataRequest {
                topics: match topic {
                    Some(topic) => Some(vec![named(topic)]),
                    None if version == 0 => Some(Vec::new()),
                    None => None,
                },
                allow_auto_topic_creation: version < 4 || self.config.allow_auto_create_topics,
                ..Default::default()
            };
            let asked = async {
                let node = self.core.metadata.any_node().await?;
                self.core.network.call(&node, build).await
            };
            let Some(reply) = until(&*runtime, deadline_ms, asked).await else {
                let text = "Timeout expired while fetching topic metadata";
                return Err(ClientError::timeout(text));
            };
            let topics = match reply {
                Ok(reply) => reply.response.topics,
                Err(error) if error.is_retriable() => {
                    self.core
                        .sleep(self.config.connection.retry_backoff_ms)
                        .await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            return topics_by_name(topics);
        }
    }
}

fn topics_by_name(
    topics: Vec<crate::protocol::messages::metadata_response::MetadataResponseTopic>,
) -> Result<SortedMap<String, Vec<PartitionInfo>>> {
    let mut out = SortedMap::new();
    for topic in topics {
        let name = topic.name.unwrap_or_default();
        match ErrorCode(topic.error_code) {
            ErrorCode::NONE => {}
            ErrorCode::INVALID_TOPIC_EXCEPTION => {
                let text = format!("Topic '{name}' is invalid");
                return Err(ClientError::InvalidTopic(text));
            }
            _ => continue,
        }
        let shared: Rc<str> = name.as_str().into();
        let mut partitions: Vec<PartitionInfo> = (topic.partitions.into_iter())
            .map(|p| PartitionInfo {
                topic: shared.clone(),
                partition: p.partition_index,
                leader: Some(p.leader_id).filter(|id| *id >= 0),
                replicas: p.replica_nodes,
                isr: p.isr_nodes,
                offline_replicas: p.offline_replicas,
            })
            .collect();
        sort_by_key(&mut partitions, |p| p.partition);
        out.insert(name, partitions);
    }
    Ok(out)
}
