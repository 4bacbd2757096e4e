//! DescribeCluster (key 60), versions 0 to 2: KIP-700, KIP-919 (endpoint types), KIP-1073 (fenced
//! brokers).
//!
//! Skipped: the controllers' endpoints, which are not served.

use crate::base::BrokerId;
use crate::metadata::{BrokerImage, MetadataImage};
use crate::protocol::ErrorCode;
use crate::protocol::messages::describe_cluster_response::DescribeClusterBroker;
use crate::protocol::messages::{DescribeClusterRequest, DescribeClusterResponse};

/// What everybody may do with the cluster when there is no authorizer: CREATE, ALTER, DESCRIBE,
/// CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS and IDEMPOTENT_WRITE, as bits by their numbers.
const ALL_CLUSTER_OPERATIONS: i32 = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;
/// The type of the endpoints that brokers have.
const BROKERS: i8 = 1;

/// The answer. `endpoint` is the address of a broker as the client shall see it; without one, the
/// address that the broker registered.
pub fn handle(
    image: &MetadataImage,
    cluster_id: &str,
    endpoint: &dyn Fn(BrokerId) -> Option<(String, u16)>,
    request: &DescribeClusterRequest,
    api_version: i16,
) -> DescribeClusterResponse {
    if api_version > 0 && request.endpoint_type != BROKERS {
        return wrong_endpoint(request.endpoint_type);
    }
    let fenced_too = api_version >= 2 && request.include_fenced_brokers;
    let shown = image
        .brokers()
        .filter(|broker| fenced_too || !broker.fenced);
    let describe = |broker: &BrokerImage| {
        let registered = || (broker.host.clone(), broker.port);
        let (host, port) = endpoint(broker.id).unwrap_or_else(registered);
        DescribeClusterBroker {
            broker_id: broker.id.0,
            host,
            port: port.into(),
            rack: broker.rack.clone(),
            is_fenced: api_version >= 2 && broker.fenced,
            ..DescribeClusterBroker::default()
        }
    };
    let operations = match request.include_cluster_authorized_operations {
        true => ALL_CLUSTER_OPERATIONS,
        false => i32::MIN,
    };
    DescribeClusterResponse {
        error_message: None,
        endpoint_type: BROKERS,
        cluster_id: cluster_id.to_owned(),
        controller_id: image.controller().map_or(-1, |id| id.0),
        brokers: shown.map(describe).collect(),
        cluster_authorized_operations: operations,
        ..DescribeClusterResponse::default()
    }
}

fn wrong_endpoint(wanted: i8) -> DescribeClusterResponse {
    let (error, text) = match wanted {
        2 => (
            ErrorCode::MISMATCHED_ENDPOINT_TYPE,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of \
             type CONTROLLER"
                .to_owned(),
        ),
        other => (
            ErrorCode::UNSUPPORTED_ENDPOINT_TYPE,
            format!("Unsupported endpoint type {other}"),
        ),
    };
    DescribeClusterResponse {
        error_code: error.code(),
        error_message: Some(text),
        ..DescribeClusterResponse::default()
    }
}
