//! SyncGroup: the leader hands in the assignment, everybody gets its part.

use super::state::GroupState;
use super::{Caller, GroupCoordinator, Reply, Then};
use crate::base::{Now, SortedMap};
use crate::protocol::ErrorCode;
use crate::protocol::generated::sync_group_request::SyncGroupRequest;
use crate::protocol::generated::sync_group_response::SyncGroupResponse;
use bytes::Bytes;

impl GroupCoordinator {
    /// Answers with [`Reply::Sync`], when the leader's assignment is durable.
    pub fn sync(&mut self, now: Now, caller: Caller<'_>, request: &SyncGroupRequest) {
        self.notice_gap(now);
        if let Err(error) = self.try_sync(now, caller, request) {
            self.reply(caller.ticket, error_reply(error));
        }
    }

    fn try_sync(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &SyncGroupRequest,
    ) -> Result<(), ErrorCode> {
        if request.group_id.trim().is_empty() {
            return Err(ErrorCode::INVALID_GROUP_ID);
        }
        let group = self
            .groups
            .get_mut(&request.group_id)
            .ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        group.validate_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != group.generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        let differs = |said: &Option<String>, is: &Option<String>| said.is_some() && said != is;
        if differs(&request.protocol_type, &group.protocol_type)
            || differs(&request.protocol_name, &group.protocol_name)
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        match group.state {
            GroupState::Empty => Err(ErrorCode::UNKNOWN_MEMBER_ID),
            GroupState::PreparingRebalance => Err(ErrorCode::REBALANCE_IN_PROGRESS),
            GroupState::CompletingRebalance => {
                self.await_assignment(caller, request);
                Ok(())
            }
            GroupState::Stable => {
                group.pending_syncs.remove(&request.member_id);
                let assignment = group.members[&request.member_id].assignment.clone();
                let timeout_ms = group.members[&request.member_id].session_timeout_ms;
                self.reply_assignment(caller.ticket, &request.group_id, assignment);
                self.schedule_heartbeat(now, &request.group_id, &request.member_id, timeout_ms);
                Ok(())
            }
        }
    }

    fn await_assignment(&mut self, caller: Caller<'_>, request: &SyncGroupRequest) {
        let group_id = &request.group_id;
        let group = self.group_mut(group_id);
        group.pending_syncs.remove(&request.member_id);
        let is_leader = group.is_leader(&request.member_id);
        let member = group
            .members
            .get_mut(&request.member_id)
            .expect("it was just validated");
        let old = member.awaiting_sync.replace(caller.ticket);
        if let Some(old) = old {
            self.reply(old, error_reply(ErrorCode::REBALANCE_IN_PROGRESS));
        }
        if !is_leader {
            return;
        }
        let group = self.group_mut(group_id);
        let generation = group.generation;
        let mut assignment: SortedMap<String, Bytes> = group
            .members
            .keys()
            .map(|id| (id.clone(), Bytes::new()))
            .collect();
        for part in &request.assignments {
            assignment.insert(part.member_id.clone(), part.assignment.clone());
        }
        let then = Then::Assign {
            group: group_id.clone(),
            generation,
            assignment: assignment.clone(),
        };
        self.append_group_snapshot(group_id, &assignment, then);
    }

    pub(super) fn finish_assignment(
        &mut self,
        now: Now,
        group_id: &str,
        generation: i32,
        assignment: SortedMap<String, Bytes>,
        error: Option<ErrorCode>,
    ) {
        // Another rebalance may have begun while the assignment was on its way to storage.
        let Some(group) = self.groups.get_mut(group_id) else {
            return;
        };
        if group.state != GroupState::CompletingRebalance || group.generation != generation {
            return;
        }
        if let Some(error) = error {
            self.fail_syncs(now, group_id, assignment_error(error));
            self.rebalance_or_complete_join(now, group_id);
            return;
        }
        for (member_id, member) in &mut group.members {
            member.assignment = assignment.get(member_id).cloned().unwrap_or_default();
        }
        group.transition(GroupState::Stable, now.wall_ms);
        let waiting: Vec<_> = group
            .members
            .values_mut()
            .filter_map(|m| {
                let ticket = m.awaiting_sync.take()?;
                Some((
                    m.member_id.clone(),
                    m.session_timeout_ms,
                    ticket,
                    m.assignment.clone(),
                ))
            })
            .collect();
        for (member_id, timeout_ms, ticket, assignment) in waiting {
            self.reply_assignment(ticket, group_id, assignment);
            self.schedule_heartbeat(now, group_id, &member_id, timeout_ms);
        }
        self.touch(group_id);
    }

    fn reply_assignment(&mut self, ticket: super::Ticket, group_id: &str, assignment: Bytes) {
        let group = self.group_mut(group_id);
        let response = SyncGroupResponse {
            protocol_type: group.protocol_type.clone(),
            protocol_name: group.protocol_name.clone(),
            assignment,
            ..Default::default()
        };
        self.reply(ticket, Reply::Sync(response));
    }

    /// Everybody who waits for an assignment gets this error, and has none.
    pub(super) fn fail_syncs(&mut self, now: Now, group_id: &str, error: ErrorCode) {
        let group = self.group_mut(group_id);
        let mut waiting = Vec::new();
        for member in group.members.values_mut() {
            member.assignment = Bytes::new();
            if let Some(ticket) = member.awaiting_sync.take() {
                waiting.push((member.member_id.clone(), member.session_timeout_ms, ticket));
            }
        }
        for (member_id, timeout_ms, ticket) in waiting {
            self.reply(ticket, error_reply(error));
            self.schedule_heartbeat(now, group_id, &member_id, timeout_ms);
        }
    }
}

pub(super) fn error_reply(error: ErrorCode) -> Reply {
    Reply::Sync(SyncGroupResponse {
        error_code: error.code(),
        ..Default::default()
    })
}

/// What members are told when the assignment could not be written: errors that make them find the
/// coordinator again, or join again.
pub(super) fn assignment_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        | ErrorCode::NOT_ENOUGH_REPLICAS
        | ErrorCode::REQUEST_TIMED_OUT => ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::KAFKA_STORAGE_ERROR => {
            ErrorCode::NOT_COORDINATOR
        }
        ErrorCode::MESSAGE_TOO_LARGE
        | ErrorCode::RECORD_LIST_TOO_LARGE
        | ErrorCode::INVALID_FETCH_SIZE => ErrorCode::UNKNOWN_SERVER_ERROR,
        other => other,
    }
}
