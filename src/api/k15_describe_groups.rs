//! DescribeGroups (key 15), versions 0 to 6 (KIP-345, KIP-430, KIP-1043).

use crate::coordinator::group::GroupCoordinator;
use crate::protocol::ErrorCode;
use crate::protocol::messages::describe_groups_request::DescribeGroupsRequest;
use crate::protocol::messages::describe_groups_response::{DescribeGroupsResponse, DescribedGroup};

/// What everybody may do with a group when there is no authorizer: READ, DELETE, DESCRIBE,
/// DESCRIBE_CONFIGS and ALTER_CONFIGS, as bits by their numbers in the ACL protocol.
const ALL_GROUP_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

/// The answer. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &GroupCoordinator,
    version: i16,
    leads: &dyn Fn(i32) -> bool,
    request: &DescribeGroupsRequest,
) -> DescribeGroupsResponse {
    let describe = |group_id: &String| {
        if !leads(groups.partition_for(group_id)) {
            return DescribedGroup {
                group_id: group_id.clone(),
                error_code: ErrorCode::NOT_COORDINATOR.code(),
                ..DescribedGroup::default()
            };
        }
        let mut described = groups.describe_group(group_id, version);
        if request.include_authorized_operations {
            described.authorized_operations = ALL_GROUP_OPERATIONS;
        }
        described
    };
    DescribeGroupsResponse {
        groups: request.groups.iter().map(describe).collect(),
        ..DescribeGroupsResponse::default()
    }
}
