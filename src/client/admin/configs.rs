//! Calls on settings of topics, brokers and groups. Settings of a broker are asked of that broker.

use super::call::{Target, check};
use super::topics::missing_result;
use super::types::*;
use super::{Admin, PerItem, Result};
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::protocol::messages::describe_configs_request::DescribeConfigsResource;
use crate::protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use crate::protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use crate::protocol::messages::{
    DescribeConfigsRequest, IncrementalAlterConfigsRequest, ListConfigResourcesRequest,
};

impl Admin {
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
        include_synonyms: bool,
        include_documentation: bool,
    ) -> PerItem<ConfigResource, Vec<ConfigEntry>> {
        let mut results = SortedMap::new();
        for (target, group) in by_broker(resources) {
            let resource = |r: &&ConfigResource| DescribeConfigsResource {
                resource_type: r.resource_type as i8,
                resource_name: r.name.clone(),
                configuration_keys: None,
                ..Default::default()
            };
            let list: Vec<_> = group.iter().map(resource).collect();
            let name = match target {
                Target::Broker(_) => "describeBrokerConfigs",
                _ => "describeConfigs",
            };
            let build = |version: i16| DescribeConfigsRequest {
                resources: list.clone(),
                include_synonyms,
                include_documentation: include_documentation && version >= 3,
                ..Default::default()
            };
            match self.0.request(name, target, build).await {
                Err(error) => {
                    results.extend(group.iter().map(|r| ((*r).clone(), Err(error.clone()))));
                }
                Ok(response) => results.extend(response.results.into_iter().filter_map(described)),
            }
        }
        in_order(resources, results)
    }

    pub async fn incremental_alter_configs(
        &self,
        changes: &[(ConfigResource, Vec<AlterConfigOp>)],
        validate_only: bool,
    ) -> PerItem<ConfigResource, ()> {
        let resources: Vec<ConfigResource> = changes.iter().map(|(r, _)| r.clone()).collect();
        let ops: SortedMap<&ConfigResource, &Vec<AlterConfigOp>> =
            changes.iter().map(|(r, ops)| (r, ops)).collect();
        let mut results = SortedMap::new();
        for (target, group) in by_broker(&resources) {
            let resource = |r: &&ConfigResource| AlterConfigsResource {
                resource_type: r.resource_type as i8,
                resource_name: r.name.clone(),
                configs: ops[*r].iter().map(alterable).collect(),
                ..Default::default()
            };
            let request = IncrementalAlterConfigsRequest {
                resources: group.iter().map(resource).collect(),
                validate_only,
                ..Default::default()
            };
            let call = self
                .0
                .request("incrementalAlterConfigs", target, |_| request.clone());
            match call.await {
                Err(error) => {
                    results.extend(group.iter().map(|r| ((*r).clone(), Err(error.clone()))));
                }
                Ok(response) => {
                    for r in response.responses {
                        if let Some(kind) = ResourceType::from_id(r.resource_type) {
                            let key = ConfigResource {
                                resource_type: kind,
                                name: r.resource_name,
                            };
                            results.insert(key, check(r.error_code, r.error_message));
                        }
                    }
                }
            }
        }
        in_order(&resources, results)
    }

    /// Things of these kinds that have settings (KIP-1142); all kinds if the list is empty.
    pub async fn list_config_resources(
        &self,
        types: &[ResourceType],
    ) -> Result<Vec<ConfigResource>> {
        let build = |version: i16| ListConfigResourcesRequest {
            resource_types: match version {
                0 => Vec::new(),
                _ => types.iter().map(|t| *t as i8).collect(),
            },
            ..Default::default()
        };
        let response = self
            .0
            .request("listConfigResources", Target::Any, build)
            .await?;
        check(response.error_code, None)?;
        let resource =
            |r: crate::protocol::messages::list_config_resources_response::ConfigResource| {
                let resource_type = ResourceType::from_id(r.resource_type)?;
                Some(ConfigResource {
                    resource_type,
                    name: r.resource_name,
                })
            };
        Ok(response
            .config_resources
            .into_iter()
            .filter_map(resource)
            .collect())
    }
}

/// Settings of one broker are its own affair; everything else any broker knows.
fn by_broker(resources: &[ConfigResource]) -> Vec<(Target, Vec<&ConfigResource>)> {
    let mut groups: Vec<(Target, Vec<&ConfigResource>)> = Vec::new();
    for resource in resources {
        let own = matches!(
            resource.resource_type,
            ResourceType::Broker | ResourceType::BrokerLogger
        );
        let target = match resource.name.parse() {
            Ok(id) if own => Target::Broker(id),
            _ => Target::Any,
        };
        match groups.iter_mut().find(|(t, _)| *t == target) {
            Some((_, group)) => group.push(resource),
            None => groups.push((target, vec![resource])),
        }
    }
    groups
}

fn in_order<T>(
    resources: &[ConfigResource],
    mut results: SortedMap<ConfigResource, std::result::Result<T, ClientError>>,
) -> PerItem<ConfigResource, T> {
    let mut take = |r: &ConfigResource| results.remove(r).unwrap_or_else(missing_result);
    resources.iter().map(|r| (r.clone(), take(r))).collect()
}

fn described(result: DescribeConfigsResult) -> Option<(ConfigResource, Result<Vec<ConfigEntry>>)> {
    let resource_type = ResourceType::from_id(result.resource_type)?;
    let key = ConfigResource {
        resource_type,
        name: result.resource_name,
    };
    let entries = check(result.error_code, result.error_message)
        .map(|()| result.configs.into_iter().map(entry).collect());
    Some((key, entries))
}

fn entry(config: DescribeConfigsResourceResult) -> ConfigEntry {
    let synonyms = config.synonyms.into_iter();
    ConfigEntry {
        name: config.name,
        value: config.value,
        source: ConfigSource::from_id(config.config_source),
        is_sensitive: config.is_sensitive,
        is_read_only: config.read_only,
        synonyms: synonyms
            .map(|s| ConfigSynonym {
                name: s.name,
                value: s.value,
                source: ConfigSource::from_id(s.source),
            })
            .collect(),
        config_type: config.config_type,
        documentation: config.documentation,
    }
}

fn alterable(op: &AlterConfigOp) -> AlterableConfig {
    let (operation, name, value) = match op {
        AlterConfigOp::Set { name, value } => (0, name, Some(value)),
        AlterConfigOp::Delete { name } => (1, name, None),
        AlterConfigOp::Append { name, value } => (2, name, Some(value)),
        AlterConfigOp::Subtract { name, value } => (3, name, Some(value)),
    };
    AlterableConfig {
        name: name.clone(),
        config_operation: operation,
        value: value.cloned(),
        ..Default::default()
    }
}
