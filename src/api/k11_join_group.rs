//! JoinGroup (key 11), versions 0 to 9 (KIP-345, KIP-394, KIP-800, KIP-814).

use crate::base::Now;
use crate::coordinator::group::{Caller, GroupCoordinator};
use crate::protocol::ErrorCode;
use crate::protocol::messages::{JoinGroupRequest, JoinGroupResponse};

/// The answer if it is known at once; otherwise it comes as an effect of the coordinator with the caller's
/// ticket. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &mut GroupCoordinator,
    now: Now,
    caller: Caller<'_>,
    leads: &dyn Fn(i32) -> bool,
    request: &JoinGroupRequest,
) -> Option<JoinGroupResponse> {
    if !leads(groups.partition_for(&request.group_id)) {
        return Some(refuse(request, ErrorCode::NOT_COORDINATOR));
    }
    groups.join(now, caller, request);
    None
}

/// The whole request refused with one error.
pub fn refuse(request: &JoinGroupRequest, error: ErrorCode) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code: error.code(),
        // Versions below 7 have no null here.
        protocol_name: Some(String::new()),
        member_id: request.member_id.clone(),
        ..JoinGroupResponse::default()
    }
}
