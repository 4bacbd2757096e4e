//! DeleteGroups (key 42), versions 0 to 2 (KIP-229).

use crate::coordinator::group::{Caller, GroupCoordinator};
use crate::protocol::messages::DeleteGroupsRequest;

/// The answer comes as an effect of the coordinator with the caller's ticket, when the tombstones are durable.
/// `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &mut GroupCoordinator,
    caller: Caller<'_>,
    leads: &dyn Fn(i32) -> bool,
    request: &DeleteGroupsRequest,
) {
    groups.delete_groups(caller, request, leads);
}
