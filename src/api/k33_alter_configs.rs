//! AlterConfigs (key 33), versions 0 to 2 (KIP-133): replaces all entries of a resource. Kafka
//! calls it deprecated in favour of IncrementalAlterConfigs.

use super::broker_configs::{
    check_broker_configs, check_broker_name, check_entries, repeated, repeated_error, unknown_type,
};
use crate::base::BrokerId;
use crate::metadata::config::ResourceType;
use crate::metadata::controller::{Decision, replace_all};
use crate::metadata::{ApiError, MetadataImage, Record, error_fields};
use crate::protocol::messages::alter_configs_request::{AlterConfigsRequest, AlterConfigsResource};
use crate::protocol::messages::alter_configs_response::{
    AlterConfigsResourceResponse, AlterConfigsResponse,
};

/// The answer of `broker`, to be sent when the records are durable.
pub fn handle(
    image: &MetadataImage,
    broker: BrokerId,
    request: &AlterConfigsRequest,
) -> Decision<AlterConfigsResponse> {
    let key = |resource: &AlterConfigsResource| resource.resource_type;
    let repeated = repeated(
        request
            .resources
            .iter()
            .map(|r| (key(r), r.resource_name.as_str())),
    );
    let mut records = Vec::new();
    let mut responses = Vec::with_capacity(request.resources.len());
    for resource in &request.resources {
        let altered = if repeated.contains(&(key(resource), &resource.resource_name)) {
            Err(repeated_error())
        } else {
            alter(image, broker, resource)
        };
        let (error_code, error_message) =
            error_fields(&altered.as_ref().map(|_| ()).map_err(Clone::clone));
        records.extend(altered.unwrap_or_default());
        responses.push(AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.clone(),
            ..AlterConfigsResourceResponse::default()
        });
    }
    if request.validate_only {
        records.clear();
    }
    let response = AlterConfigsResponse {
        responses,
        ..AlterConfigsResponse::default()
    };
    Decision { response, records }
}

fn alter(
    image: &MetadataImage,
    broker: BrokerId,
    resource: &AlterConfigsResource,
) -> Result<Vec<Record>, ApiError> {
    let name = resource.resource_name.as_str();
    let configs = &resource.configs;
    check_entries(
        configs
            .iter()
            .map(|c| (c.name.as_str(), c.value.as_deref(), true)),
    )?;
    let kind = match ResourceType::from_id(resource.resource_type) {
        None | Some(ResourceType::BrokerLogger) => {
            return Err(unknown_type(resource.resource_type));
        }
        Some(kind) => kind,
    };
    let entries: Vec<(&str, &str)> = configs
        .iter()
        .filter_map(|c| Some((c.name.as_str(), c.value.as_deref()?)))
        .collect();
    if kind == ResourceType::Broker {
        check_broker_name(name, broker)?;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        check_broker_configs(image, broker, name, &entries.iter().map(owned).collect())?;
    }
    replace_all(image, kind, name, &entries)
}
