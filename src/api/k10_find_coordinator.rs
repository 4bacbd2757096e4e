//! FindCoordinator (key 10), versions 0 to 6 (batches by KIP-699).
//!
//! The coordinator of a group is the leader of the group's partition of `__consumer_offsets`; the
//! first look-up creates the topic, and says COORDINATOR_NOT_AVAILABLE meanwhile, as Kafka does.
//! Skipped: coordinators of transactions and share groups. There are none, so a look-up gets
//! UNSUPPORTED_VERSION, which clients take as final, where Kafka would create their topics.

use super::{Broker, Caller};
use crate::metadata::names::OFFSETS_TOPIC;
use crate::protocol::ErrorCode;
use crate::protocol::messages::find_coordinator_request::FindCoordinatorRequest;
use crate::protocol::messages::find_coordinator_response::{Coordinator, FindCoordinatorResponse};

const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
/// The first version with several keys.
const BATCHES_FROM: i16 = 4;

/// The answer, and whether `__consumer_offsets` is to be created.
pub struct Found {
    pub response: FindCoordinatorResponse,
    pub create: bool,
}

/// Looks the coordinators up. `partition_for` is the partition of `__consumer_offsets` of a group.
pub fn handle(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    partition_for: &dyn Fn(&str) -> i32,
    request: &FindCoordinatorRequest,
) -> Found {
    let wanted = request.key_type == GROUP;
    let create = wanted && broker.image.topic(OFFSETS_TOPIC).is_none();
    let find = |key: &str| look_up(broker, caller, partition_for, request.key_type, key);
    if caller.api_version >= BATCHES_FROM {
        let coordinators = request
            .coordinator_keys
            .iter()
            .map(|key| find(key))
            .collect();
        let response = FindCoordinatorResponse {
            coordinators,
            ..FindCoordinatorResponse::default()
        };
        return Found { response, create };
    }
    let found = find(&request.key);
    let error = ErrorCode(found.error_code);
    let text = if error.is_none() {
        "NONE"
    } else {
        error.message()
    };
    let response = FindCoordinatorResponse {
        error_code: found.error_code,
        error_message: Some(text.to_owned()).filter(|_| caller.api_version >= 1),
        node_id: found.node_id,
        host: found.host,
        port: found.port,
        ..FindCoordinatorResponse::default()
    };
    Found { response, create }
}

fn look_up(
    broker: &Broker<'_>,
    caller: &Caller<'_>,
    partition_for: &dyn Fn(&str) -> i32,
    key_type: i8,
    key: &str,
) -> Coordinator {
    match key_type {
        GROUP => {}
        TRANSACTION => return failed(key, ErrorCode::UNSUPPORTED_VERSION),
        _ => return failed(key, ErrorCode::INVALID_REQUEST),
    }
    let partition = broker.image.partition(OFFSETS_TOPIC, partition_for(key));
    let leader = partition.and_then(|partition| broker.endpoint(caller, partition.leader));
    let Some(endpoint) = leader else {
        return failed(key, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    };
    Coordinator {
        key: key.to_owned(),
        node_id: endpoint.broker.0,
        host: endpoint.host.clone(),
        port: i32::from(endpoint.port),
        error_message: Some(String::new()),
        ..Coordinator::default()
    }
}

fn failed(key: &str, error: ErrorCode) -> Coordinator {
    Coordinator {
        key: key.to_owned(),
        node_id: -1,
        port: -1,
        error_code: error.code(),
        error_message: Some(String::new()),
        ..Coordinator::default()
    }
}
