//! OffsetFetch (key 9), versions 1 to 10 (KIP-320, KIP-447, several groups by KIP-709, topic ids by KIP-516).
//!
//! Skipped: offsets of open transactions, so `require_stable` changes nothing. Answered at once: memory holds
//! every committed offset.

use crate::coordinator::group::{GroupCoordinator, Topics};
use crate::protocol::ErrorCode;
use crate::protocol::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use crate::protocol::messages::offset_fetch_response::{
    OffsetFetchResponse, OffsetFetchResponseGroup, OffsetFetchResponsePartition,
    OffsetFetchResponseTopic,
};

/// The first version that asks for several groups.
const SEVERAL_GROUPS_FROM: i16 = 8;
/// The first version with an error for the whole group.
const GROUP_ERROR_FROM: i16 = 2;

/// The answer. `leads` says whether the asked broker leads a partition of `__consumer_offsets`.
pub fn handle(
    groups: &GroupCoordinator,
    version: i16,
    leads: &dyn Fn(i32) -> bool,
    topics: &dyn Topics,
    request: &OffsetFetchRequest,
) -> OffsetFetchResponse {
    let fetch = |wanted: &OffsetFetchRequestGroup| {
        if leads(groups.partition_for(&wanted.group_id)) {
            groups.fetch_offsets(wanted, version, topics)
        } else {
            OffsetFetchResponseGroup {
                group_id: wanted.group_id.clone(),
                error_code: ErrorCode::NOT_COORDINATOR.code(),
                ..OffsetFetchResponseGroup::default()
            }
        }
    };
    if version >= SEVERAL_GROUPS_FROM {
        let groups = request.groups.iter().map(fetch).collect();
        return OffsetFetchResponse {
            groups,
            ..OffsetFetchResponse::default()
        };
    }
    let wanted = single_group(request);
    let found = fetch(&wanted);
    single_response(&wanted, found, version)
}

/// The one group of an old request in the form of a new one.
fn single_group(request: &OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topics = request.topics.as_ref().map(|topics| {
        let topic =
            |t: &crate::protocol::messages::offset_fetch_request::OffsetFetchRequestTopic| {
                OffsetFetchRequestTopics {
                    name: t.name.clone(),
                    partition_indexes: t.partition_indexes.clone(),
                    ..OffsetFetchRequestTopics::default()
                }
            };
        topics.iter().map(topic).collect()
    });
    OffsetFetchRequestGroup {
        group_id: request.group_id.clone(),
        topics,
        ..OffsetFetchRequestGroup::default()
    }
}

fn single_response(
    wanted: &OffsetFetchRequestGroup,
    found: OffsetFetchResponseGroup,
    version: i16,
) -> OffsetFetchResponse {
    let mut response = OffsetFetchResponse {
        error_code: found.error_code,
        ..Default::default()
    };
    let failed = found.error_code != ErrorCode::NONE.code();
    if failed && version < GROUP_ERROR_FROM {
        response.topics = failed_topics(wanted, found.error_code);
        return response;
    }
    for topic in found.topics {
        let partition =
            |p: crate::protocol::messages::offset_fetch_response::OffsetFetchResponsePartitions| {
                OffsetFetchResponsePartition {
                    partition_index: p.partition_index,
                    committed_offset: p.committed_offset,
                    committed_leader_epoch: p.committed_leader_epoch,
                    metadata: p.metadata,
                    error_code: p.error_code,
                    ..Default::default()
                }
            };
        response.topics.push(OffsetFetchResponseTopic {
            name: topic.name,
            partitions: topic.partitions.into_iter().map(partition).collect(),
            ..Default::default()
        });
    }
    response
}

/// Version 1 has no error for the group: it stands at every partition.
fn failed_topics(
    wanted: &OffsetFetchRequestGroup,
    error_code: i16,
) -> Vec<OffsetFetchResponseTopic> {
    let partition = |index: &i32| OffsetFetchResponsePartition {
        partition_index: *index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(String::new()),
        error_code,
        ..Default::default()
    };
    let topic = |t: &OffsetFetchRequestTopics| OffsetFetchResponseTopic {
        name: t.name.clone(),
        partitions: t.partition_indexes.iter().map(partition).collect(),
        ..Default::default()
    };
    wanted.topics.iter().flatten().map(topic).collect()
}
