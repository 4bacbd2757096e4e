//! Adding, removing, renaming and checking members of a group.

use super::state::{Group, GroupState, Member};
use super::{GroupCoordinator, Reply, Ticket};
use crate::base::Now;
use crate::protocol::ErrorCode;

/// Requests of a member that have to be answered because the member is gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Orphans {
    pub join: Option<Ticket>,
    pub sync: Option<Ticket>,
}

impl Group {
    pub fn add_member(&mut self, member: Member, protocol_type: &str) {
        if self.members.is_empty() {
            self.protocol_type = Some(protocol_type.to_string());
        }
        if let Some(instance_id) = &member.group_instance_id {
            self.static_members
                .insert(instance_id.clone(), member.member_id.clone());
        }
        if self.leader.is_none() {
            self.leader = Some(member.member_id.clone());
        }
        self.pending_joins.remove(&member.member_id);
        self.members.insert(member.member_id.clone(), member);
    }

    /// The leader's place goes to another member.
    pub fn remove_member(&mut self, member_id: &str) -> Orphans {
        self.pending_joins.remove(member_id);
        self.pending_syncs.remove(member_id);
        let Some(member) = self.members.remove(member_id) else {
            return Orphans::default();
        };
        if let Some(instance_id) = &member.group_instance_id
            && self.static_member_id(instance_id) == Some(member_id)
        {
            self.static_members.remove(instance_id);
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        Orphans {
            join: member.awaiting_join,
            sync: member.awaiting_sync,
        }
    }

    /// A static member goes on under a new id, with all that it had.
    pub fn rename_member(&mut self, old_id: &str, new_id: &str) -> Orphans {
        let mut member = self
            .members
            .remove(old_id)
            .expect("static_members names members only");
        let orphans = Orphans {
            join: member.awaiting_join.take(),
            sync: member.awaiting_sync.take(),
        };
        member.member_id = new_id.to_string();
        if let Some(instance_id) = &member.group_instance_id {
            self.static_members
                .insert(instance_id.clone(), new_id.to_string());
        }
        if self.is_leader(old_id) {
            self.leader = Some(new_id.to_string());
        }
        if self.pending_syncs.remove(old_id) {
            self.pending_syncs.insert(new_id.to_string());
        }
        self.members.insert(new_id.to_string(), member);
        orphans
    }

    /// Whether a request may speak for this member.
    pub fn validate_member(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            match self.static_member_id(instance_id) {
                None => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
                Some(known) if known != member_id => return Err(ErrorCode::FENCED_INSTANCE_ID),
                Some(_) => {}
            }
        }
        if self.members.contains_key(member_id) {
            Ok(())
        } else {
            Err(ErrorCode::UNKNOWN_MEMBER_ID)
        }
    }
}

impl GroupCoordinator {
    /// A group that the caller knows to exist.
    pub(super) fn group_mut(&mut self, group_id: &str) -> &mut Group {
        self.groups
            .get_mut(group_id)
            .expect("callers have checked or made the group")
    }

    /// Removes a member and lets the group go on without it.
    pub(super) fn remove_member(&mut self, now: Now, group_id: &str, member_id: &str) {
        self.drop_member(group_id, member_id);
        self.continue_without_member(now, group_id);
    }

    /// Removes a member and answers what it waits for; the group's state stays as it is.
    pub(super) fn drop_member(&mut self, group_id: &str, member_id: &str) {
        self.timers.cancel_heartbeat(group_id, member_id);
        let orphans = self.group_mut(group_id).remove_member(member_id);
        if let Some(ticket) = orphans.join {
            self.reply_join_error(ticket, member_id, ErrorCode::UNKNOWN_MEMBER_ID);
        }
        if let Some(ticket) = orphans.sync {
            self.reply(
                ticket,
                super::sync::error_reply(ErrorCode::UNKNOWN_MEMBER_ID),
            );
        }
        self.touch(group_id);
    }

    /// After members have left.
    pub(super) fn continue_without_member(&mut self, now: Now, group_id: &str) {
        match self.group_mut(group_id).state {
            GroupState::Empty => {}
            GroupState::Stable | GroupState::CompletingRebalance => {
                self.rebalance_or_complete_join(now, group_id);
            }
            GroupState::PreparingRebalance => self.complete_join_if_all_are_there(now, group_id),
        }
    }

    /// Another client has taken over this member's instance id.
    pub(super) fn fence(&mut self, orphans: Orphans, member_id: &str) {
        if let Some(ticket) = orphans.join {
            self.reply_join_error(ticket, member_id, ErrorCode::FENCED_INSTANCE_ID);
        }
        if let Some(ticket) = orphans.sync {
            let reply: Reply = super::sync::error_reply(ErrorCode::FENCED_INSTANCE_ID);
            self.reply(ticket, reply);
        }
    }
}
