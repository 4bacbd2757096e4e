//! ListGroups (key 16), versions 0 to 5 (KIP-518, KIP-848's types): the groups that the asked broker coordinates.

use crate::coordinator::group::GroupCoordinator;
use crate::protocol::messages::{ListGroupsRequest, ListGroupsResponse};

/// The answer. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &GroupCoordinator,
    leads: &dyn Fn(i32) -> bool,
    request: &ListGroupsRequest,
) -> ListGroupsResponse {
    let groups = groups.list_groups(request, leads);
    ListGroupsResponse {
        groups,
        ..ListGroupsResponse::default()
    }
}
