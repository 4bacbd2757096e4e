//! OffsetDelete (key 47), version 0 (KIP-496).

use crate::coordinator::group::{Caller, GroupCoordinator, Topics};
use crate::protocol::ErrorCode;
use crate::protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};

/// The answer if it is known at once; otherwise it comes as an effect of the coordinator with the caller's
/// ticket. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &mut GroupCoordinator,
    caller: Caller<'_>,
    leads: &dyn Fn(i32) -> bool,
    topics: &dyn Topics,
    request: &OffsetDeleteRequest,
) -> Option<OffsetDeleteResponse> {
    if !leads(groups.partition_for(&request.group_id)) {
        return Some(refuse(ErrorCode::NOT_COORDINATOR));
    }
    groups.delete_offsets(caller, request, topics);
    None
}

/// The whole request refused with one error.
pub fn refuse(error: ErrorCode) -> OffsetDeleteResponse {
    OffsetDeleteResponse {
        error_code: error.code(),
        ..OffsetDeleteResponse::default()
    }
}
