//! Calls on the cluster as a whole: its brokers, their log directories and versions, quotas.

use super::call::{Target, check};
use super::types::*;
use super::{Admin, PerItem, Result, all_failed};
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::types::{Node, TopicPartition};
use crate::protocol::ErrorCode;
use crate::protocol::messages::alter_client_quotas_request::{EntityData, EntryData, OpData};
use crate::protocol::messages::describe_client_quotas_request::ComponentData;
use crate::protocol::messages::describe_log_dirs_response::DescribeLogDirsResult;
use crate::protocol::messages::{
    AlterClientQuotasRequest, DescribeClientQuotasRequest, DescribeClusterRequest,
    DescribeLogDirsRequest,
};
use futures_util::future::join_all;

impl Admin {
    pub async fn describe_cluster(&self, include_fenced: bool) -> Result<ClusterDescription> {
        let build = |version: i16| DescribeClusterRequest {
            endpoint_type: 1,
            include_fenced_brokers: include_fenced && version >= 2,
            ..Default::default()
        };
        let response = match self.0.request("listNodes", Target::Any, build).await {
            Err(ClientError::UnsupportedVersion(_)) => return self.cluster_by_metadata().await,
            response => response?,
        };
        check(response.error_code, response.error_message)?;
        let nodes: Vec<Node> = (response.brokers.into_iter())
            .map(|b| Node {
                id: b.broker_id,
                host: b.host,
                port: b.port,
                rack: b.rack,
                is_fenced: b.is_fenced,
            })
            .collect();
        let controller = nodes
            .iter()
            .find(|n| n.id == response.controller_id)
            .cloned();
        Ok(ClusterDescription {
            cluster_id: response.cluster_id,
            controller,
            nodes,
        })
    }

    async fn cluster_by_metadata(&self) -> Result<ClusterDescription> {
        let response = self.0.topic_metadata("listNodes", Some(Vec::new())).await?;
        let nodes: Vec<Node> = (response.brokers.into_iter())
            .map(|b| Node {
                id: b.node_id,
                host: b.host,
                port: b.port,
                rack: b.rack,
                is_fenced: false,
            })
            .collect();
        let controller = nodes
            .iter()
            .find(|n| n.id == response.controller_id)
            .cloned();
        let cluster_id = response.cluster_id.unwrap_or_default();
        Ok(ClusterDescription {
            cluster_id,
            controller,
            nodes,
        })
    }

    pub async fn describe_log_dirs(&self, brokers: &[i32]) -> PerItem<i32, Vec<LogDirDescription>> {
        let each = brokers.iter().map(|broker| async {
            let build = |_| DescribeLogDirsRequest {
                topics: None,
                ..Default::default()
            };
            let call = self
                .0
                .request("describeLogDirs", Target::Broker(*broker), build);
            let result = call.await.and_then(|response| {
                check(response.error_code, None)?;
                Ok(response.results.into_iter().map(log_dir).collect())
            });
            (*broker, result)
        });
        join_all(each).await
    }

    /// The versions that a broker serves: API key, first, last.
    pub async fn api_versions(&self, node: &Node) -> Result<Vec<(i16, i16, i16)>> {
        Ok(self.0.core.network.connection(node).await?.versions())
    }

    /// Quotas of the entities that match all components, with the entity.
    pub async fn describe_client_quotas(
        &self,
        components: &[(String, QuotaMatch)],
        strict: bool,
    ) -> Result<Vec<(QuotaEntity, SortedMap<String, f64>)>> {
        let component = |(entity_type, matching): &(String, QuotaMatch)| {
            let (match_type, name) = match matching {
                QuotaMatch::Exact(name) => (0, Some(name.clone())),
                QuotaMatch::Default => (1, None),
                QuotaMatch::Any => (2, None),
            };
            ComponentData {
                entity_type: entity_type.clone(),
                match_type,
                r#match: name,
                ..Default::default()
            }
        };
        let request = DescribeClientQuotasRequest {
            components: components.iter().map(component).collect(),
            strict,
            ..Default::default()
        };
        let call = self
            .0
            .request("describeClientQuotas", Target::Any, |_| request.clone());
        let response = call.await?;
        check(response.error_code, response.error_message)?;
        let entries = response
            .entries
            .unwrap_or_default()
            .into_iter()
            .map(|entry| {
                let entity = entry
                    .entity
                    .into_iter()
                    .map(|e| (e.entity_type, e.entity_name))
                    .collect();
                (
                    entity,
                    entry.values.into_iter().map(|v| (v.key, v.value)).collect(),
                )
            });
        Ok(entries.collect())
    }

    pub async fn alter_client_quotas(
        &self,
        changes: &[QuotaAlteration],
        validate_only: bool,
    ) -> PerItem<QuotaEntity, ()> {
        let entity = |(entity_type, entity_name): &(String, Option<String>)| EntityData {
            entity_type: entity_type.clone(),
            entity_name: entity_name.clone(),
            ..Default::default()
        };
        let op = |(key, value): &(String, Option<f64>)| OpData {
            key: key.clone(),
            value: value.unwrap_or(0.0),
            remove: value.is_none(),
            ..Default::default()
        };
        let entry = |change: &QuotaAlteration| EntryData {
            entity: change.entity.iter().map(entity).collect(),
            ops: change.ops.iter().map(op).collect(),
            ..Default::default()
        };
        let request = AlterClientQuotasRequest {
            entries: changes.iter().map(entry).collect(),
            validate_only,
            ..Default::default()
        };
        let keys = changes.iter().map(|c| c.entity.clone());
        match self
            .0
            .request("alterClientQuotas", Target::Any, |_| request.clone())
            .await
        {
            Err(error) => all_failed(keys, &error),
            Ok(response) => {
                let mut results: SortedMap<QuotaEntity, Result<()>> =
                    (response.entries.into_iter())
                        .map(|e| {
                            let entity = e
                                .entity
                                .into_iter()
                                .map(|e| (e.entity_type, e.entity_name))
                                .collect();
                            (entity, check(e.error_code, e.error_message))
                        })
                        .collect();
                keys.map(|key| {
                    let missing = super::topics::missing_result;
                    let result = results.remove(&key).unwrap_or_else(missing);
                    (key, result)
                })
                .collect()
            }
        }
    }
}

fn log_dir(result: DescribeLogDirsResult) -> LogDirDescription {
    let code = ErrorCode(result.error_code);
    let replicas = result.topics.into_iter().flat_map(|t| {
        t.partitions.into_iter().map(move |p| ReplicaInfo {
            partition: TopicPartition::new(t.name.as_str(), p.partition_index),
            size: p.partition_size,
            offset_lag: p.offset_lag,
            is_future: p.is_future_key,
        })
    });
    LogDirDescription {
        log_dir: result.log_dir,
        error: (!code.is_none()).then(|| ClientError::broker(code, None)),
        replicas: replicas.collect(),
        total_bytes: Some(result.total_bytes).filter(|n| *n >= 0),
        usable_bytes: Some(result.usable_bytes).filter(|n| *n >= 0),
        is_cordoned: result.is_cordoned,
    }
}
