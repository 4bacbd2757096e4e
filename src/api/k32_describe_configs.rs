//! DescribeConfigs (key 32), versions 1 to 4: KIP-133, KIP-226 (synonyms), KIP-412 (loggers),
//! KIP-569 (types).
//!
//! Skipped: documentation texts, which are null.

use super::loggers::Loggers;
use crate::base::BrokerId;
use crate::metadata::config::resolve::{DescribedConfig, describe_client_metrics};
use crate::metadata::config::{ConfigSource, ResourceType};
use crate::metadata::{ApiError, MetadataImage, names};
use crate::protocol::ErrorCode;
use crate::protocol::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use crate::protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResponse, DescribeConfigsResult,
    DescribeConfigsSynonym,
};

/// The answer of `broker`.
pub fn handle(
    image: &MetadataImage,
    loggers: &Loggers,
    broker: BrokerId,
    request: &DescribeConfigsRequest,
) -> DescribeConfigsResponse {
    // A type that Kafka does not know fails the whole request.
    let known = |r: &DescribeConfigsResource| ResourceType::from_id(r.resource_type).is_some();
    let all_known = request.resources.iter().all(known);
    let describe = |resource: &DescribeConfigsResource| {
        let described = if all_known {
            describe(image, loggers, broker, resource)
        } else {
            Err(ApiError::with_own_words(ErrorCode::INVALID_REQUEST))
        };
        result(resource, described, request.include_synonyms)
    };
    DescribeConfigsResponse {
        results: request.resources.iter().map(describe).collect(),
        ..DescribeConfigsResponse::default()
    }
}

fn result(
    resource: &DescribeConfigsResource,
    described: Result<Vec<DescribedConfig>, ApiError>,
    include_synonyms: bool,
) -> DescribeConfigsResult {
    let mut result = DescribeConfigsResult {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        ..DescribeConfigsResult::default()
    };
    match described {
        Ok(entries) => {
            let keys = resource.configuration_keys.as_deref().unwrap_or_default();
            let wanted = |entry: &DescribedConfig| keys.is_empty() || keys.contains(&entry.name);
            result.configs = entries
                .into_iter()
                .filter(wanted)
                .map(|entry| shown(entry, include_synonyms))
                .collect();
        }
        Err(error) => {
            result.error_code = error.code.code();
            // Kafka leaves the words empty, not null, when it has none.
            result.error_message = Some(error.message.unwrap_or_default());
        }
    }
    result
}

fn shown(entry: DescribedConfig, include_synonyms: bool) -> DescribeConfigsResourceResult {
    let mut synonyms = entry.synonyms;
    if !include_synonyms {
        synonyms.clear();
    }
    DescribeConfigsResourceResult {
        name: entry.name,
        value: entry.value,
        read_only: entry.read_only,
        config_source: entry.source as i8,
        is_sensitive: entry.is_sensitive,
        synonyms: synonyms
            .into_iter()
            .map(|synonym| DescribeConfigsSynonym {
                name: synonym.name,
                value: synonym.value,
                source: synonym.source as i8,
                ..DescribeConfigsSynonym::default()
            })
            .collect(),
        config_type: entry.value_type.map_or(0, |value_type| value_type as i8),
        documentation: None,
        ..DescribeConfigsResourceResult::default()
    }
}

fn describe(
    image: &MetadataImage,
    loggers: &Loggers,
    broker: BrokerId,
    resource: &DescribeConfigsResource,
) -> Result<Vec<DescribedConfig>, ApiError> {
    let invalid = |text: String| Err(ApiError::new(ErrorCode::INVALID_REQUEST, text));
    let name = resource.resource_name.as_str();
    let view = image.broker_view(broker);
    match ResourceType::from_id(resource.resource_type) {
        Some(ResourceType::Topic) => {
            names::check_topic(name)
                .map_err(|text| ApiError::new(ErrorCode::INVALID_TOPIC_EXCEPTION, text))?;
            if image.topic(name).is_none() {
                return Err(ApiError::bare(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
            }
            Ok(view.describe_topic(image.configs(ResourceType::Topic, name)))
        }
        Some(ResourceType::Broker) if name.is_empty() => Ok(view.describe_cluster_wide()),
        Some(ResourceType::Broker) => {
            if broker_id(name)? != broker.0 {
                return invalid(format!(
                    "Unexpected broker id, expected {} or empty string, but received {name}",
                    broker.0
                ));
            }
            Ok(view.describe_broker())
        }
        Some(ResourceType::BrokerLogger) if name.is_empty() => {
            invalid("Broker id must not be empty".into())
        }
        Some(ResourceType::BrokerLogger) => {
            if broker_id(name)? != broker.0 {
                return invalid(format!(
                    "Unexpected broker id, expected {} but received {name}",
                    broker.0
                ));
            }
            Ok(loggers.levels(broker).map(logger).collect())
        }
        Some(ResourceType::ClientMetrics) if name.is_empty() => {
            invalid("Client metrics subscription name must not be empty".into())
        }
        Some(ResourceType::ClientMetrics) => Ok(describe_client_metrics(
            image.configs(ResourceType::ClientMetrics, name),
        )),
        Some(ResourceType::Group) if name.is_empty() => {
            invalid("Group name must not be empty".into())
        }
        Some(ResourceType::Group) => {
            Ok(view.describe_group(image.configs(ResourceType::Group, name)))
        }
        None => Err(ApiError::with_own_words(ErrorCode::INVALID_REQUEST)),
    }
}

fn broker_id(name: &str) -> Result<i32, ApiError> {
    name.parse().map_err(|_| {
        let text = format!("Broker id must be an integer, but it is: {name}");
        ApiError::new(ErrorCode::INVALID_REQUEST, text)
    })
}

fn logger((name, level): (&str, &str)) -> DescribedConfig {
    DescribedConfig {
        name: name.to_owned(),
        value: Some(level.to_owned()),
        source: ConfigSource::DynamicBrokerLogger,
        is_sensitive: false,
        read_only: false,
        value_type: None,
        synonyms: Vec::new(),
    }
}
