//! ListConfigResources (key 74), versions 0 to 1 (KIP-1142; version 0 is
//! ListClientMetricsResources, KIP-1000).

use crate::metadata::MetadataImage;
use crate::metadata::config::ResourceType;
use crate::protocol::ErrorCode;
use crate::protocol::messages::list_config_resources_response::ConfigResource;
use crate::protocol::messages::{ListConfigResourcesRequest, ListConfigResourcesResponse};

/// The order in which Kafka lists the kinds.
const KINDS: [ResourceType; 5] = [
    ResourceType::Group,
    ResourceType::ClientMetrics,
    ResourceType::BrokerLogger,
    ResourceType::Broker,
    ResourceType::Topic,
];

/// The answer.
pub fn handle(
    image: &MetadataImage,
    request: &ListConfigResourcesRequest,
    api_version: i16,
) -> ListConfigResourcesResponse {
    let supported = |kind: ResourceType| api_version > 0 || kind == ResourceType::ClientMetrics;
    let wanted = &request.resource_types;
    let unknown = |id: &i8| !ResourceType::from_id(*id).is_some_and(supported);
    if wanted.iter().any(unknown) {
        let error_code = ErrorCode::UNSUPPORTED_VERSION.code();
        return ListConfigResourcesResponse {
            error_code,
            ..Default::default()
        };
    }
    let mut config_resources = Vec::new();
    for kind in KINDS {
        if !supported(kind) || !(wanted.is_empty() || wanted.contains(&(kind as i8))) {
            continue;
        }
        let resource = |resource_name| ConfigResource {
            resource_name,
            resource_type: kind as i8,
            ..ConfigResource::default()
        };
        match kind {
            ResourceType::Topic => {
                config_resources
                    .extend(image.topics().map(|topic| resource(topic.name.to_string())));
            }
            ResourceType::Broker | ResourceType::BrokerLogger => {
                let brokers = image.active_brokers();
                config_resources.extend(brokers.map(|broker| resource(broker.id.0.to_string())));
            }
            ResourceType::Group | ResourceType::ClientMetrics => {
                let names = image.configured(kind);
                config_resources.extend(names.map(|name| resource(name.to_owned())));
            }
        }
    }
    ListConfigResourcesResponse {
        config_resources,
        ..Default::default()
    }
}
