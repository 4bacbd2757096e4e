//! How a generation ends and the next begins; what happens when time runs out.

use super::state::{Group, GroupState};
use super::timers::Timer;
use super::{GroupCoordinator, Reply, Then};
use crate::base::{Now, SortedMap};
use crate::protocol::ErrorCode;

/// A timer that comes later than this by more has slept: a frozen tab, a closed laptop. Nobody could send
/// heartbeats in that time, so nobody is expelled for it.
const GAP_MS: u64 = 3_000;

impl GroupCoordinator {
    /// Does all that is due.
    pub fn handle_timeout(&mut self, now: Now) {
        self.notice_gap(now);
        while let Some(timer) = self.timers.pop_due(now.mono_ms) {
            match timer {
                Timer::Join { group } => {
                    if self.is_preparing(&group) {
                        self.complete_join(now, &group);
                    }
                }
                Timer::InitialJoin {
                    group,
                    delay_ms,
                    remaining_ms,
                } => {
                    self.expire_initial_join(now, &group, delay_ms, remaining_ms);
                }
                Timer::PendingSync { group, generation } => {
                    self.expire_pending_sync(now, &group, generation);
                }
                Timer::Heartbeat { group, member_id } => {
                    self.expire_heartbeat(now, &group, &member_id);
                }
                Timer::ExpireOffsets => self.expire_offsets(now),
            }
        }
    }

    /// Gives the members back the time in which nothing was handled, if deadlines went by in it.
    pub(super) fn notice_gap(&mut self, now: Now) {
        let late_ms = self
            .timers
            .next_deadline()
            .map_or(0, |deadline| now.mono_ms.saturating_sub(deadline));
        if late_ms > GAP_MS {
            self.timers
                .extend_heartbeats(now.mono_ms.saturating_sub(self.last_seen_ms));
        }
        self.last_seen_ms = now.mono_ms;
    }

    fn is_preparing(&self, group_id: &str) -> bool {
        self.groups
            .get(group_id)
            .is_some_and(|g| g.state == GroupState::PreparingRebalance)
    }

    pub(super) fn rebalance_or_complete_join(&mut self, now: Now, group_id: &str) {
        if self.group_mut(group_id).can_rebalance() {
            self.prepare_rebalance(now, group_id);
        } else {
            self.complete_join_if_all_are_there(now, group_id);
        }
    }

    /// Asks everybody to join again.
    pub(super) fn prepare_rebalance(&mut self, now: Now, group_id: &str) {
        let group = self.group_mut(group_id);
        if group.state == GroupState::CompletingRebalance {
            self.fail_syncs(now, group_id, ErrorCode::REBALANCE_IN_PROGRESS);
        }
        self.timers.cancel_pending_sync(group_id);
        let delay_ms = self.config.initial_rebalance_delay_ms;
        let group = self.group_mut(group_id);
        let is_initial = group.state == GroupState::Empty;
        let timeout_ms = group.rebalance_timeout_ms();
        group.transition(GroupState::PreparingRebalance, now.wall_ms);
        if is_initial {
            let remaining_ms = (timeout_ms - delay_ms).max(0);
            self.schedule_initial_join(now, group_id, delay_ms, remaining_ms);
        } else if group.has_all_members_joined() {
            self.complete_join(now, group_id);
        } else {
            self.schedule_join(now, group_id, timeout_ms);
        }
        self.touch(group_id);
    }

    fn schedule_join(&mut self, now: Now, group_id: &str, timeout_ms: i32) {
        let timer = Timer::Join {
            group: group_id.to_string(),
        };
        self.timers
            .schedule(now.mono_ms + timeout_ms.max(0) as u64, timer);
    }

    fn schedule_initial_join(&mut self, now: Now, group: &str, delay_ms: i32, remaining_ms: i32) {
        let group = group.to_string();
        let deadline_ms = now.mono_ms + delay_ms.max(0) as u64;
        self.timers.schedule(
            deadline_ms,
            Timer::InitialJoin {
                group,
                delay_ms,
                remaining_ms,
            },
        );
    }

    /// The initial delay is over; while members keep coming it is extended up to the rebalance timeout.
    fn expire_initial_join(&mut self, now: Now, group_id: &str, delay_ms: i32, remaining_ms: i32) {
        if !self.is_preparing(group_id) {
            return;
        }
        let group = self.group_mut(group_id);
        if group.new_member_added && remaining_ms != 0 {
            group.new_member_added = false;
            let next_ms = self.config.initial_rebalance_delay_ms.min(remaining_ms);
            self.schedule_initial_join(now, group_id, next_ms, (remaining_ms - delay_ms).max(0));
        } else {
            self.complete_join(now, group_id);
        }
    }

    /// Ends the join phase early when nobody is missing; never the initial one, which waits for others.
    pub(super) fn complete_join_if_all_are_there(&mut self, now: Now, group_id: &str) {
        let Some(group) = self.groups.get(group_id) else {
            return;
        };
        if group.state == GroupState::PreparingRebalance
            && group.has_all_members_joined()
            && group.previous_state != GroupState::Empty
        {
            self.complete_join(now, group_id);
        }
    }

    /// Ends the join phase: who has not come is out, the others are the next generation.
    fn complete_join(&mut self, now: Now, group_id: &str) {
        self.timers.cancel_join(group_id);
        let absent: Vec<String> = self
            .group_mut(group_id)
            .members
            .values()
            .filter(|m| m.awaiting_join.is_none() && m.group_instance_id.is_none())
            .map(|m| m.member_id.clone())
            .collect();
        for member_id in absent {
            self.drop_member(group_id, &member_id);
        }
        let group = self.group_mut(group_id);
        if !group.members.is_empty() && !group.elect_joined_leader() {
            // Only static members are left and none has come: their session timeouts decide.
            let timeout_ms = group.rebalance_timeout_ms();
            self.schedule_join(now, group_id, timeout_ms);
            return;
        }
        group.next_generation(now);
        self.touch(group_id);
        if self.group_mut(group_id).state == GroupState::Empty {
            self.append_group_snapshot(group_id, &SortedMap::new(), Then::Nothing);
            return;
        }
        self.answer_joins(now, group_id);
        let group = self.group_mut(group_id);
        let timer = Timer::PendingSync {
            group: group_id.to_string(),
            generation: group.generation,
        };
        let deadline_ms = now.mono_ms + group.rebalance_timeout_ms().max(0) as u64;
        self.timers.schedule(deadline_ms, timer);
    }

    fn answer_joins(&mut self, now: Now, group_id: &str) {
        let ids: Vec<String> = self.group_mut(group_id).members.keys().cloned().collect();
        for member_id in ids {
            let response = self.join_response(group_id, &member_id);
            let group = self.group_mut(group_id);
            let member = group
                .members
                .get_mut(&member_id)
                .expect("its id was just listed");
            member.is_new = false;
            let timeout_ms = member.session_timeout_ms;
            let ticket = member.awaiting_join.take();
            group.pending_syncs.insert(member_id.clone());
            if let Some(ticket) = ticket {
                self.reply(ticket, Reply::Join(response));
                self.schedule_heartbeat(now, group_id, &member_id, timeout_ms);
            }
        }
    }

    /// Members that were told of this generation and did not ask for their assignment are out.
    fn expire_pending_sync(&mut self, now: Now, group_id: &str, generation: i32) {
        let Some(group) = self.groups.get_mut(group_id) else {
            return;
        };
        let runs = matches!(
            group.state,
            GroupState::CompletingRebalance | GroupState::Stable
        );
        if group.generation != generation || !runs || group.pending_syncs.is_empty() {
            return;
        }
        for member_id in std::mem::take(&mut group.pending_syncs) {
            self.drop_member(group_id, &member_id);
        }
        self.prepare_rebalance(now, group_id);
    }

    fn expire_heartbeat(&mut self, now: Now, group_id: &str, member_id: &str) {
        let Some(group) = self.groups.get_mut(group_id) else {
            return;
        };
        if group.pending_joins.remove(member_id) {
            self.complete_join_if_all_are_there(now, group_id);
            return;
        }
        let Some(member) = group.members.get(member_id) else {
            return;
        };
        let waits = member.awaiting_join.is_some() || member.awaiting_sync.is_some();
        // Who waits for an answer of ours cannot send heartbeats on that connection. A new member is
        // bounded all the same: its connection may be dead and would wait for ever.
        if member.is_new || !waits {
            self.remove_member(now, group_id, member_id);
        }
    }
}

impl Group {
    /// Makes sure that the leader is among those who have joined; false if nobody has.
    fn elect_joined_leader(&mut self) -> bool {
        let joined = |id: &String| {
            self.members
                .get(id)
                .is_some_and(|m| m.awaiting_join.is_some())
        };
        match &self.leader {
            None => false,
            Some(leader) if joined(leader) => true,
            Some(_) => {
                let next = self
                    .members
                    .values()
                    .find(|m| m.awaiting_join.is_some())
                    .map(|m| &m.member_id);
                match next.cloned() {
                    Some(id) => {
                        self.leader = Some(id);
                        true
                    }
                    None => false,
                }
            }
        }
    }

    fn next_generation(&mut self, now: Now) {
        self.generation = self.generation.wrapping_add(1);
        self.pending_syncs.clear();
        if self.members.is_empty() {
            self.protocol_name = None;
            self.subscribed_topics = self.compute_subscribed_topics();
            self.transition(GroupState::Empty, now.wall_ms);
        } else {
            self.protocol_name = self.select_protocol();
            self.subscribed_topics = self.compute_subscribed_topics();
            self.transition(GroupState::CompletingRebalance, now.wall_ms);
        }
    }
}
