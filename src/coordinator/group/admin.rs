//! Listing, describing and deleting groups, reading committed offsets: requests that change no member.

use super::offsets::{TOPIC_IDS_FROM, Topics};
use super::records::{group_tombstone, offset_tombstone};
use super::state::{Group, GroupState, Member};
use super::{Caller, GroupCoordinator, Reply, Then, Ticket};
use crate::protocol::generated::delete_groups_request::DeleteGroupsRequest;
use crate::protocol::generated::delete_groups_response::{
    DeletableGroupResult, DeleteGroupsResponse,
};
use crate::protocol::generated::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use crate::protocol::generated::list_groups_request::ListGroupsRequest;
use crate::protocol::generated::list_groups_response::ListedGroup;
use crate::protocol::generated::offset_fetch_request::OffsetFetchRequestGroup;
use crate::protocol::generated::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use crate::protocol::{ErrorCode, Uuid};
use bytes::Bytes;

/// The first version of DescribeGroups that says that a group does not exist.
const GROUP_ID_NOT_FOUND_FROM: i16 = 6;

/// A DeleteGroups request whose tombstones are on their way to storage.
#[derive(Debug, Default)]
pub(super) struct Deletion {
    results: Vec<DeletableGroupResult>,
    waiting: usize,
}

/// A group as an observer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView<'a> {
    pub group: &'a str,
    pub state: GroupState,
    pub protocol_type: &'a str,
    /// The assignor; empty while there is none.
    pub protocol: &'a str,
    pub generation: i32,
    pub members: Vec<MemberView<'a>>,
    pub offsets: Vec<OffsetView<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView<'a> {
    pub member_id: &'a str,
    pub group_instance_id: Option<&'a str>,
    pub client_id: &'a str,
    /// With the slash.
    pub client_host: &'a str,
    /// `ConsumerProtocolAssignment` as the leader sent it; empty while there is none.
    pub assignment: &'a Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetView<'a> {
    pub topic: &'a str,
    pub partition: i32,
    /// The next offset to read.
    pub committed: i64,
    pub metadata: &'a str,
}

impl GroupCoordinator {
    /// Names of all groups, in order.
    pub fn group_ids(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// One group for an observer.
    pub fn view(&self, group_id: &str) -> Option<GroupView<'_>> {
        let group = self.groups.get(group_id)?;
        let member = |m| {
            let m: &Member = m;
            MemberView {
                member_id: &m.member_id,
                group_instance_id: m.group_instance_id.as_deref(),
                client_id: &m.client_id,
                client_host: &m.client_host,
                assignment: &m.assignment,
            }
        };
        Some(GroupView {
            group: &group.group_id,
            state: group.state,
            protocol_type: group.protocol_type.as_deref().unwrap_or(""),
            protocol: group.protocol_name.as_deref().unwrap_or(""),
            generation: group.generation,
            members: group.members.values().map(member).collect(),
            offsets: group
                .offsets
                .iter()
                .map(|((topic, partition), o)| OffsetView {
                    topic,
                    partition: *partition,
                    committed: o.offset,
                    metadata: &o.metadata,
                })
                .collect(),
        })
    }

    /// Groups that this broker coordinates and that pass the request's filters (KIP-518, KIP-848).
    pub fn list_groups(
        &self,
        request: &ListGroupsRequest,
        leads: &dyn Fn(i32) -> bool,
    ) -> Vec<ListedGroup> {
        let wants_state = |state: &str| {
            let filter = &request.states_filter;
            filter.is_empty() || filter.iter().any(|s| s.eq_ignore_ascii_case(state))
        };
        let types = &request.types_filter;
        let wants_classic =
            types.is_empty() || types.iter().any(|t| t.eq_ignore_ascii_case("classic"));
        self.groups
            .values()
            .filter(|g| wants_classic && wants_state(g.state.name()))
            .filter(|g| leads(self.partition_for(&g.group_id)))
            .map(|g| ListedGroup {
                group_id: g.group_id.clone(),
                protocol_type: g.protocol_type.clone().unwrap_or_default(),
                group_state: g.state.name().to_string(),
                group_type: "classic".to_string(),
                ..Default::default()
            })
            .collect()
    }

    /// One group of a DescribeGroups request.
    pub fn describe_group(&self, group_id: &str, version: i16) -> DescribedGroup {
        let Some(group) = self.groups.get(group_id) else {
            return unknown_group(group_id, version);
        };
        let stable = group.state == GroupState::Stable;
        let protocol = group
            .protocol_name
            .as_deref()
            .filter(|_| stable)
            .unwrap_or("");
        let member = |m: &Member| DescribedGroupMember {
            member_id: m.member_id.clone(),
            group_instance_id: m.group_instance_id.clone(),
            client_id: m.client_id.clone(),
            client_host: m.client_host.clone(),
            member_metadata: if stable {
                m.metadata_for(protocol)
            } else {
                Bytes::new()
            },
            member_assignment: m.assignment.clone(),
            ..Default::default()
        };
        DescribedGroup {
            group_id: group_id.to_string(),
            group_state: group.state.name().to_string(),
            protocol_type: group.protocol_type.clone().unwrap_or_default(),
            protocol_data: protocol.to_string(),
            members: group.members.values().map(member).collect(),
            ..Default::default()
        }
    }

    /// Answers with [`Reply::DeleteGroups`]. `leads` says whether this broker coordinates a partition.
    pub fn delete_groups(
        &mut self,
        caller: Caller<'_>,
        request: &DeleteGroupsRequest,
        leads: &dyn Fn(i32) -> bool,
    ) {
        let mut deletion = Deletion::default();
        let mut accepted: Vec<&String> = Vec::new();
        for group_id in &request.groups_names {
            let error = self
                .may_delete(group_id, leads)
                .err()
                .unwrap_or(ErrorCode::NONE);
            if error == ErrorCode::NONE && accepted.contains(&group_id) {
                continue;
            }
            deletion.results.push(DeletableGroupResult {
                group_id: group_id.clone(),
                error_code: error.code(),
                ..Default::default()
            });
            if error == ErrorCode::NONE {
                accepted.push(group_id);
            }
        }
        deletion.waiting = accepted.len();
        self.deletions.insert(caller.ticket, deletion);
        for group_id in accepted {
            let group = &self.groups[group_id];
            let mut records: Vec<_> = group
                .offsets
                .keys()
                .map(|(topic, partition)| offset_tombstone(group_id, topic, *partition))
                .collect();
            records.push(group_tombstone(group_id));
            let then = Then::DeleteGroup {
                ticket: caller.ticket,
                group: group_id.clone(),
            };
            self.append(group_id, records, then);
        }
        self.reply_deletion_if_complete(caller.ticket);
    }

    fn may_delete(&self, group_id: &str, leads: &dyn Fn(i32) -> bool) -> Result<(), ErrorCode> {
        if !leads(self.partition_for(group_id)) {
            return Err(ErrorCode::NOT_COORDINATOR);
        }
        match self.groups.get(group_id) {
            None => Err(ErrorCode::GROUP_ID_NOT_FOUND),
            Some(group) if group.state != GroupState::Empty => Err(ErrorCode::NON_EMPTY_GROUP),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn finish_delete_group(
        &mut self,
        ticket: Ticket,
        group_id: &str,
        error: Option<ErrorCode>,
    ) {
        let Some(deletion) = self.deletions.get_mut(&ticket) else {
            return;
        };
        deletion.waiting -= 1;
        if let Some(error) = error {
            let error = super::sync::assignment_error(error).code();
            for result in deletion
                .results
                .iter_mut()
                .filter(|r| r.group_id == group_id)
            {
                result.error_code = error;
            }
        }
        self.reply_deletion_if_complete(ticket);
    }

    fn reply_deletion_if_complete(&mut self, ticket: Ticket) {
        if self.deletions.get(&ticket).is_none_or(|d| d.waiting > 0) {
            return;
        }
        if let Some(deletion) = self.deletions.remove(&ticket) {
            let response = DeleteGroupsResponse {
                results: deletion.results,
                ..Default::default()
            };
            self.reply(ticket, Reply::DeleteGroups(response));
        }
    }

    /// The committed offsets of one group, in the form of OffsetFetch 8 and above; older versions carry the
    /// same facts at the top level. What was not committed is offset -1.
    pub fn fetch_offsets(
        &self,
        request: &OffsetFetchRequestGroup,
        version: i16,
        topics: &dyn Topics,
    ) -> OffsetFetchResponseGroup {
        let group = self.groups.get(&request.group_id);
        let found = match &request.topics {
            None => group
                .map(|g| all_offsets(g, version, topics))
                .unwrap_or_default(),
            Some(wanted) => {
                let each = |topic| fetch_topic(group, topic, version, topics);
                wanted.iter().map(each).collect()
            }
        };
        OffsetFetchResponseGroup {
            group_id: request.group_id.clone(),
            topics: found,
            ..Default::default()
        }
    }
}

fn unknown_group(group_id: &str, version: i16) -> DescribedGroup {
    let mut described = DescribedGroup {
        group_id: group_id.to_string(),
        group_state: "Dead".to_string(),
        ..Default::default()
    };
    if version >= GROUP_ID_NOT_FOUND_FROM {
        described.error_code = ErrorCode::GROUP_ID_NOT_FOUND.code();
        described.error_message = Some(format!("Group {group_id} not found."));
    }
    described
}

fn committed_partition(
    group: Option<&Group>,
    topic: &str,
    partition: i32,
) -> OffsetFetchResponsePartitions {
    let committed = group.and_then(|g| g.offsets.get(&(topic.to_string(), partition)));
    OffsetFetchResponsePartitions {
        partition_index: partition,
        committed_offset: committed.map_or(-1, |o| o.offset),
        committed_leader_epoch: committed.map_or(-1, |o| o.leader_epoch),
        metadata: Some(committed.map_or(String::new(), |o| o.metadata.clone())),
        ..Default::default()
    }
}

fn fetch_topic(
    group: Option<&Group>,
    wanted: &crate::protocol::generated::offset_fetch_request::OffsetFetchRequestTopics,
    version: i16,
    topics: &dyn Topics,
) -> OffsetFetchResponseTopics {
    let by_id = version >= TOPIC_IDS_FROM;
    let name = if by_id {
        topics.name(wanted.topic_id)
    } else {
        Some(wanted.name.clone())
    };
    let each = |partition: &i32| match &name {
        Some(name) => committed_partition(group, name, *partition),
        None => OffsetFetchResponsePartitions {
            partition_index: *partition,
            committed_offset: -1,
            committed_leader_epoch: -1,
            metadata: Some(String::new()),
            error_code: ErrorCode::UNKNOWN_TOPIC_ID.code(),
            ..Default::default()
        },
    };
    OffsetFetchResponseTopics {
        name: wanted.name.clone(),
        topic_id: wanted.topic_id,
        partitions: wanted.partition_indexes.iter().map(each).collect(),
        ..Default::default()
    }
}

fn all_offsets(group: &Group, version: i16, topics: &dyn Topics) -> Vec<OffsetFetchResponseTopics> {
    let mut found: Vec<OffsetFetchResponseTopics> = Vec::new();
    for (topic, partition) in group.offsets.keys() {
        if found.last().is_none_or(|last| last.name != *topic) {
            let topic_id = topics.id(topic);
            if version >= TOPIC_IDS_FROM && topic_id.is_none() {
                continue;
            }
            found.push(OffsetFetchResponseTopics {
                name: topic.clone(),
                topic_id: topic_id.unwrap_or(Uuid::ZERO),
                ..Default::default()
            });
        }
        let last = found.last_mut().expect("it was pushed if it was missing");
        last.partitions
            .push(committed_partition(Some(group), topic, *partition));
    }
    found
}
