//! JoinGroup: a member comes, or comes back.
//!
//! Rules: the classic group protocol, KIP-345 (static members), KIP-394 (member ids are asked for),
//! KIP-814 (a returning static leader may skip the assignment).

use super::config::NEW_MEMBER_JOIN_TIMEOUT_MS;
use super::state::{Group, GroupState, Member, Protocol};
use super::timers::Timer;
use super::{Caller, GroupCoordinator, Reply, Then, Ticket};
use crate::base::Now;
use crate::protocol::ErrorCode;
use crate::protocol::generated::join_group_request::JoinGroupRequest;
use crate::protocol::generated::join_group_response::{JoinGroupResponse, JoinGroupResponseMember};

/// The first version in which a member without an id is told one and has to come again (KIP-394).
const MEMBER_ID_REQUIRED_FROM: i16 = 4;
/// The first version that knows `skip_assignment` (KIP-814).
const SKIP_ASSIGNMENT_FROM: i16 = 9;

impl GroupCoordinator {
    /// Answers with [`Reply::Join`], at once or when the join phase ends.
    pub fn join(&mut self, now: Now, caller: Caller<'_>, request: &JoinGroupRequest) {
        self.notice_gap(now);
        if let Err(error) = self.try_join(now, caller, request) {
            self.reply_join_error(caller.ticket, &request.member_id, error);
        }
    }

    fn try_join(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &JoinGroupRequest,
    ) -> Result<(), ErrorCode> {
        if request.group_id.trim().is_empty() {
            return Err(ErrorCode::INVALID_GROUP_ID);
        }
        let limits = self.config.min_session_timeout_ms..=self.config.max_session_timeout_ms;
        if !limits.contains(&request.session_timeout_ms) {
            return Err(ErrorCode::INVALID_SESSION_TIMEOUT);
        }
        let is_unknown = request.member_id.is_empty();
        let is_new_group = !self.groups.contains_key(&request.group_id);
        if is_new_group {
            if !is_unknown {
                return Err(ErrorCode::UNKNOWN_MEMBER_ID);
            }
            let group = Group::new(&request.group_id, now.wall_ms);
            self.groups.insert(request.group_id.clone(), group);
        }
        let result = self.join_group(now, caller, request);
        if is_new_group {
            if result.is_ok() {
                self.append_new_group(now, &request.group_id);
            } else {
                self.groups.remove(&request.group_id);
            }
        }
        self.touch(&request.group_id);
        result
    }

    fn join_group(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &JoinGroupRequest,
    ) -> Result<(), ErrorCode> {
        let max_size = self.config.max_size;
        if !accepts(
            self.group_mut(&request.group_id),
            &request.member_id,
            max_size,
        ) {
            return Err(ErrorCode::GROUP_MAX_SIZE_REACHED);
        }
        let names: Vec<&str> = request.protocols.iter().map(|p| p.name.as_str()).collect();
        let group = self.group_mut(&request.group_id);
        if !group.supports_protocols(&request.protocol_type, &names) {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        if request.member_id.is_empty() {
            self.join_new_member(now, caller, request);
        } else {
            self.join_known_member(now, caller, request)?;
        }
        self.complete_join_if_all_are_there(now, &request.group_id);
        Ok(())
    }

    fn join_new_member(&mut self, now: Now, caller: Caller<'_>, request: &JoinGroupRequest) {
        let prefix = request
            .group_instance_id
            .as_deref()
            .unwrap_or(caller.client_id);
        let member_id = format!("{prefix}-{}", self.random_uuid());
        if let Some(instance_id) = &request.group_instance_id {
            let group = self.group_mut(&request.group_id);
            match group.static_member_id(instance_id).map(str::to_string) {
                Some(old_id) => {
                    self.replace_static_member(now, caller, request, &old_id, &member_id);
                }
                None => self.add_member(now, caller, request, &member_id),
            }
        } else if caller.api_version >= MEMBER_ID_REQUIRED_FROM {
            let group = self.group_mut(&request.group_id);
            group.pending_joins.insert(member_id.clone());
            self.schedule_heartbeat(
                now,
                &request.group_id,
                &member_id,
                request.session_timeout_ms,
            );
            self.reply_join_error(caller.ticket, &member_id, ErrorCode::MEMBER_ID_REQUIRED);
        } else {
            self.add_member(now, caller, request, &member_id);
        }
    }

    fn join_known_member(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &JoinGroupRequest,
    ) -> Result<(), ErrorCode> {
        let member_id = &request.member_id;
        let group = self.group_mut(&request.group_id);
        if group.pending_joins.contains(member_id) {
            if request.group_instance_id.is_some() {
                return Err(ErrorCode::UNKNOWN_SERVER_ERROR);
            }
            self.add_member(now, caller, request, member_id);
            return Ok(());
        }
        group.validate_member(member_id, request.group_instance_id.as_deref())?;
        let same = group.members[member_id].protocols == protocols_of(request);
        let is_leader = group.is_leader(member_id);
        match group.state {
            GroupState::PreparingRebalance => {
                self.update_member(now, caller.ticket, request, member_id);
            }
            GroupState::CompletingRebalance if same => {
                self.reply_current_generation(caller.ticket, &request.group_id, member_id);
            }
            // The leader that joins again asks for a new assignment: its metadata may have changed.
            GroupState::Stable if !is_leader && same => {
                self.reply_current_generation(caller.ticket, &request.group_id, member_id);
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                self.update_member(now, caller.ticket, request, member_id);
            }
            GroupState::Empty => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
        }
        Ok(())
    }

    fn add_member(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &JoinGroupRequest,
        member_id: &str,
    ) {
        let member = Member {
            member_id: member_id.to_string(),
            group_instance_id: request.group_instance_id.clone(),
            client_id: caller.client_id.to_string(),
            client_host: caller.client_host.to_string(),
            rebalance_timeout_ms: rebalance_timeout_ms(request),
            session_timeout_ms: request.session_timeout_ms,
            protocols: protocols_of(request),
            assignment: bytes::Bytes::new(),
            is_new: true,
            awaiting_join: Some(caller.ticket),
            awaiting_sync: None,
        };
        let group = self.group_mut(&request.group_id);
        if group.state == GroupState::PreparingRebalance
            && group.previous_state == GroupState::Empty
        {
            group.new_member_added = true;
        }
        group.add_member(member, &request.protocol_type);
        self.schedule_heartbeat(
            now,
            &request.group_id,
            member_id,
            NEW_MEMBER_JOIN_TIMEOUT_MS,
        );
        self.rebalance_or_complete_join(now, &request.group_id);
    }

    fn update_member(
        &mut self,
        now: Now,
        ticket: Ticket,
        request: &JoinGroupRequest,
        member_id: &str,
    ) {
        self.set_member_request(request, member_id, ticket);
        self.rebalance_or_complete_join(now, &request.group_id);
    }

    /// The member now waits with this request; a request of it that waited before gets no better answer
    /// than to try again.
    fn set_member_request(&mut self, request: &JoinGroupRequest, member_id: &str, ticket: Ticket) {
        let group = self.group_mut(&request.group_id);
        let member = group
            .members
            .get_mut(member_id)
            .expect("callers have looked it up");
        member.protocols = protocols_of(request);
        member.rebalance_timeout_ms = rebalance_timeout_ms(request);
        member.session_timeout_ms = request.session_timeout_ms;
        let old = member.awaiting_join.replace(ticket);
        if let Some(old) = old {
            self.reply_join_error(old, member_id, ErrorCode::REBALANCE_IN_PROGRESS);
        }
    }

    /// A static member has come back under a new member id (KIP-345).
    fn replace_static_member(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &JoinGroupRequest,
        old_id: &str,
        new_id: &str,
    ) {
        let group_id = &request.group_id;
        let group = self.group_mut(group_id);
        let old_leader = group.leader.clone().unwrap_or_default();
        let fenced = group.rename_member(old_id, new_id);
        self.timers.cancel_heartbeat(group_id, old_id);
        self.fence(fenced, old_id);
        self.schedule_heartbeat(now, group_id, new_id, request.session_timeout_ms);
        self.set_member_request(request, new_id, caller.ticket);
        let group = self.group_mut(group_id);
        match group.state {
            GroupState::Stable if group.select_protocol() == group.protocol_name => {
                self.resume_static_member(caller, group_id.clone(), new_id, old_leader);
            }
            // The leader may have been told the old member id already, so it has to be asked again.
            GroupState::CompletingRebalance => self.prepare_rebalance(now, group_id),
            _ => self.rebalance_or_complete_join(now, group_id),
        }
    }

    /// Nothing changes for the group but a member id: that is written, and no rebalance is needed.
    fn resume_static_member(
        &mut self,
        caller: Caller<'_>,
        group_id: String,
        member_id: &str,
        old_leader: String,
    ) {
        let may_skip = caller.api_version >= SKIP_ASSIGNMENT_FROM;
        let group = self.group_mut(&group_id);
        let is_leader = group.is_leader(member_id);
        let skip_assignment = may_skip && is_leader;
        let response = JoinGroupResponse {
            generation_id: group.generation,
            protocol_type: group.protocol_type.clone(),
            protocol_name: group.protocol_name.clone(),
            leader: if may_skip {
                group.leader.clone().unwrap_or_default()
            } else {
                old_leader
            },
            skip_assignment,
            member_id: member_id.to_string(),
            members: if skip_assignment {
                members_of(group)
            } else {
                Vec::new()
            },
            ..Default::default()
        };
        let member = group
            .members
            .get_mut(member_id)
            .expect("it has just been renamed");
        let ticket = member.awaiting_join.take().unwrap_or(caller.ticket);
        let assignment = group
            .members
            .iter()
            .map(|(id, m)| (id.clone(), m.assignment.clone()))
            .collect();
        let then = Then::StaticRejoin {
            group: group_id.clone(),
            ticket,
            member_id: member_id.to_string(),
            response,
        };
        self.append_group_snapshot(&group_id, &assignment, then);
    }

    pub(super) fn finish_static_rejoin(
        &mut self,
        group_id: &str,
        ticket: Ticket,
        member_id: &str,
        response: JoinGroupResponse,
        error: Option<ErrorCode>,
    ) {
        match error {
            None => self.reply(ticket, Reply::Join(response)),
            Some(error) => {
                let error = super::sync::assignment_error(error);
                self.reply_join_error(ticket, member_id, error);
            }
        }
        self.touch(group_id);
    }

    fn reply_current_generation(&mut self, ticket: Ticket, group_id: &str, member_id: &str) {
        let response = self.join_response(group_id, member_id);
        self.reply(ticket, Reply::Join(response));
    }

    /// What this member is told about the generation as it is.
    pub(super) fn join_response(&mut self, group_id: &str, member_id: &str) -> JoinGroupResponse {
        let group = self.group_mut(group_id);
        JoinGroupResponse {
            generation_id: group.generation,
            protocol_type: group.protocol_type.clone(),
            protocol_name: group.protocol_name.clone(),
            leader: group.leader.clone().unwrap_or_default(),
            member_id: member_id.to_string(),
            members: if group.is_leader(member_id) {
                members_of(group)
            } else {
                Vec::new()
            },
            ..Default::default()
        }
    }

    pub(super) fn reply_join_error(&mut self, ticket: Ticket, member_id: &str, error: ErrorCode) {
        let keeps_id = !matches!(
            error,
            ErrorCode::UNKNOWN_MEMBER_ID | ErrorCode::INVALID_GROUP_ID
        );
        let response = JoinGroupResponse {
            error_code: error.code(),
            // Versions below 7 have no null here.
            protocol_name: Some(String::new()),
            member_id: if keeps_id {
                member_id.to_string()
            } else {
                String::new()
            },
            ..Default::default()
        };
        self.reply(ticket, Reply::Join(response));
    }

    /// A version 4 UUID in its usual form.
    fn random_uuid(&mut self) -> String {
        let mut raw = self.rng.bytes16();
        raw[6] = raw[6] & 0x0f | 0x40;
        raw[8] = raw[8] & 0x3f | 0x80;
        let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    pub(super) fn schedule_heartbeat(
        &mut self,
        now: Now,
        group: &str,
        member_id: &str,
        timeout_ms: i32,
    ) {
        let timer = Timer::Heartbeat {
            group: group.to_string(),
            member_id: member_id.to_string(),
        };
        self.timers
            .schedule(now.mono_ms + timeout_ms.max(0) as u64, timer);
    }
}

/// Whether the group takes one more, or this one again (`group.max.size`).
fn accepts(group: &Group, member_id: &str, max_size: i32) -> bool {
    let max_size = usize::try_from(max_size).unwrap_or(0);
    match group.state {
        GroupState::Empty => true,
        GroupState::PreparingRebalance => {
            group
                .members
                .get(member_id)
                .is_some_and(|m| m.awaiting_join.is_some())
                || group.count_awaiting_join() < max_size
        }
        GroupState::CompletingRebalance | GroupState::Stable => {
            group.members.contains_key(member_id) || group.members.len() < max_size
        }
    }
}

fn protocols_of(request: &JoinGroupRequest) -> Vec<Protocol> {
    let each =
        |p: &crate::protocol::generated::join_group_request::JoinGroupRequestProtocol| Protocol {
            name: p.name.clone(),
            metadata: p.metadata.clone(),
        };
    request.protocols.iter().map(each).collect()
}

/// Version 0 has no rebalance timeout; the session timeout serves.
fn rebalance_timeout_ms(request: &JoinGroupRequest) -> i32 {
    if request.rebalance_timeout_ms == -1 {
        request.session_timeout_ms
    } else {
        request.rebalance_timeout_ms
    }
}

fn members_of(group: &Group) -> Vec<JoinGroupResponseMember> {
    let protocol = group.protocol_name.as_deref().unwrap_or("");
    group
        .members
        .values()
        .map(|m| JoinGroupResponseMember {
            member_id: m.member_id.clone(),
            group_instance_id: m.group_instance_id.clone(),
            metadata: m.metadata_for(protocol),
            ..Default::default()
        })
        .collect()
}
