//! OffsetCommit (key 8), versions 2 to 10 (KIP-320, KIP-345, KIP-848's errors, topic ids by KIP-516).

use crate::base::Now;
use crate::coordinator::group::{Caller, GroupCoordinator, Topics, refuse_commit};
use crate::protocol::ErrorCode;
use crate::protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};

/// The answer if it is known at once; otherwise it comes as an effect of the coordinator with the caller's
/// ticket. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &mut GroupCoordinator,
    now: Now,
    caller: Caller<'_>,
    leads: &dyn Fn(i32) -> bool,
    topics: &dyn Topics,
    request: &OffsetCommitRequest,
) -> Option<OffsetCommitResponse> {
    if !leads(groups.partition_for(&request.group_id)) {
        return Some(refuse(request, ErrorCode::NOT_COORDINATOR));
    }
    groups.commit_offsets(now, caller, request, topics);
    None
}

/// The whole request refused with one error.
pub fn refuse(request: &OffsetCommitRequest, error: ErrorCode) -> OffsetCommitResponse {
    refuse_commit(request, error)
}
