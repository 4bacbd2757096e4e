//! ApiVersions (key 18), versions 0 to 4 (KIP-35, KIP-511, KIP-584).
//!
//! Answers from the registry. A version above ours is answered in version 0 with error 35 by the
//! dispatcher, because such a request cannot be decoded. Features: only those that we serve; naming
//! `group.version` or `transaction.version` would invite clients to protocols that are not here.

use super::registry::{self, APIS};
use super::{Broker, Caller};
use crate::protocol::ErrorCode;
use crate::protocol::messages::api_versions_request::ApiVersionsRequest;
use crate::protocol::messages::api_versions_response::{
    ApiVersion, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};

/// Features and their levels that we support, as Kafka 4.3.1 does.
const FEATURES: [(&str, i16, i16); 2] = [
    ("eligible.leader.replicas.version", 0, 1),
    ("metadata.version", 7, 30),
];

/// The answer for a request that could be decoded. `metadata_offset` is the last durable one of the
/// metadata log, which stands for the epoch of the features.
pub fn handle(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    request: &ApiVersionsRequest,
    metadata_offset: i64,
) -> ApiVersionsResponse {
    let named =
        is_valid(&request.client_software_name) && is_valid(&request.client_software_version);
    if caller.api_version >= 3 && !named {
        return ApiVersionsResponse {
            error_code: ErrorCode::INVALID_REQUEST.code(),
            ..ApiVersionsResponse::default()
        };
    }
    let supported = FEATURES.map(|(name, min_version, max_version)| SupportedFeatureKey {
        name: name.to_owned(),
        min_version,
        max_version,
        ..SupportedFeatureKey::default()
    });
    ApiVersionsResponse {
        api_keys: APIS.iter().map(entry).collect(),
        supported_features: supported.into(),
        finalized_features_epoch: metadata_offset,
        finalized_features: broker
            .image
            .features()
            .iter()
            .map(|(name, level)| FinalizedFeatureKey {
                name: name.clone(),
                max_version_level: *level,
                min_version_level: *level,
                ..FinalizedFeatureKey::default()
            })
            .collect(),
        ..ApiVersionsResponse::default()
    }
}

/// The answer, in version 0, to a version that we do not know: it names the versions that we do
/// (KIP-511).
pub fn unsupported() -> ApiVersionsResponse {
    let own = APIS.iter().filter(|api| api.key == registry::API_VERSIONS);
    ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION.code(),
        api_keys: own.map(entry).collect(),
        ..ApiVersionsResponse::default()
    }
}

fn entry(api: &registry::Api) -> ApiVersion {
    ApiVersion {
        api_key: api.key,
        min_version: api.advertised_min,
        max_version: api.max_version,
        ..ApiVersion::default()
    }
}

/// Kafka's pattern: `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`.
fn is_valid(name: &str) -> bool {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}
