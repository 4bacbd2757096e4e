//! Heartbeat and LeaveGroup.

use super::state::GroupState;
use super::{Caller, GroupCoordinator, Reply};
use crate::base::Now;
use crate::protocol::ErrorCode;
use crate::protocol::generated::heartbeat_request::HeartbeatRequest;
use crate::protocol::generated::heartbeat_response::HeartbeatResponse;
use crate::protocol::generated::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use crate::protocol::generated::leave_group_response::{LeaveGroupResponse, MemberResponse};

/// The first version in which several members may leave at once (KIP-345).
const SEVERAL_MEMBERS_FROM: i16 = 3;

impl GroupCoordinator {
    /// Answers with [`Reply::Heartbeat`] at once.
    pub fn heartbeat(&mut self, now: Now, caller: Caller<'_>, request: &HeartbeatRequest) {
        self.notice_gap(now);
        let error = self
            .try_heartbeat(now, request)
            .err()
            .unwrap_or(ErrorCode::NONE);
        let response = HeartbeatResponse {
            error_code: error.code(),
            ..Default::default()
        };
        self.reply(caller.ticket, Reply::Heartbeat(response));
    }

    fn try_heartbeat(&mut self, now: Now, request: &HeartbeatRequest) -> Result<(), ErrorCode> {
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
        let state = group.state;
        let timeout_ms = group.members[&request.member_id].session_timeout_ms;
        self.schedule_heartbeat(now, &request.group_id, &request.member_id, timeout_ms);
        match state {
            GroupState::PreparingRebalance => Err(ErrorCode::REBALANCE_IN_PROGRESS),
            _ => Ok(()),
        }
    }

    /// Answers with [`Reply::Leave`] at once.
    pub fn leave(&mut self, now: Now, caller: Caller<'_>, request: &LeaveGroupRequest) {
        self.notice_gap(now);
        let several = caller.api_version >= SEVERAL_MEMBERS_FROM;
        let single = MemberIdentity {
            member_id: request.member_id.clone(),
            ..Default::default()
        };
        let leaving = if several {
            &request.members[..]
        } else {
            std::slice::from_ref(&single)
        };
        let mut response = LeaveGroupResponse::default();
        if request.group_id.trim().is_empty() {
            response.error_code = ErrorCode::INVALID_GROUP_ID.code();
        } else if !self.groups.contains_key(&request.group_id) {
            response.error_code = ErrorCode::UNKNOWN_MEMBER_ID.code();
        } else {
            for member in leaving {
                response
                    .members
                    .push(self.leave_one(&request.group_id, member));
            }
            if response.members.iter().any(|m| m.error_code == 0) {
                self.continue_without_member(now, &request.group_id);
            }
        }
        if !several && let Some(only) = response.members.pop() {
            response.error_code = only.error_code;
        }
        self.reply(caller.ticket, Reply::Leave(response));
    }

    fn leave_one(&mut self, group_id: &str, leaving: &MemberIdentity) -> MemberResponse {
        let error = self
            .try_leave(group_id, leaving)
            .err()
            .unwrap_or(ErrorCode::NONE);
        MemberResponse {
            member_id: leaving.member_id.clone(),
            group_instance_id: leaving.group_instance_id.clone(),
            error_code: error.code(),
            ..Default::default()
        }
    }

    fn try_leave(&mut self, group_id: &str, leaving: &MemberIdentity) -> Result<(), ErrorCode> {
        let group = self.group_mut(group_id);
        let instance_id = leaving.group_instance_id.as_deref();
        if leaving.member_id.is_empty() {
            // An administrator removes a static member by its instance id.
            let known = instance_id
                .and_then(|id| group.static_member_id(id))
                .map(str::to_string);
            let member_id = known.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
            self.drop_member(group_id, &member_id);
        } else if group.pending_joins.contains(&leaving.member_id) {
            self.drop_member(group_id, &leaving.member_id);
        } else {
            group.validate_member(&leaving.member_id, instance_id)?;
            self.drop_member(group_id, &leaving.member_id);
        }
        Ok(())
    }
}
