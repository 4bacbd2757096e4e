//! ListPartitionReassignments (key 46), version 0 (KIP-455).
//!
//! There are no reassignments, so there is never one under way; `kafka-topics.sh --describe` asks
//! all the same.

use crate::protocol::messages::ListPartitionReassignmentsResponse;

pub fn handle() -> ListPartitionReassignmentsResponse {
    ListPartitionReassignmentsResponse {
        error_message: None,
        ..Default::default()
    }
}
