//! LeaveGroup (key 13), versions 0 to 5 (KIP-345, KIP-800).

use crate::base::Now;
use crate::coordinator::group::{Caller, GroupCoordinator};
use crate::protocol::ErrorCode;
use crate::protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

/// The answer if it is known at once; otherwise it comes as an effect of the coordinator with the caller's
/// ticket. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &mut GroupCoordinator,
    now: Now,
    caller: Caller<'_>,
    leads: &dyn Fn(i32) -> bool,
    request: &LeaveGroupRequest,
) -> Option<LeaveGroupResponse> {
    if !leads(groups.partition_for(&request.group_id)) {
        return Some(refuse(request, ErrorCode::NOT_COORDINATOR));
    }
    groups.leave(now, caller, request);
    None
}

/// The whole request refused with one error.
pub fn refuse(_: &LeaveGroupRequest, error: ErrorCode) -> LeaveGroupResponse {
    LeaveGroupResponse {
        error_code: error.code(),
        ..LeaveGroupResponse::default()
    }
}
