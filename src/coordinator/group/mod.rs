//! The group coordinator: classic group protocol, committed offsets, group administration.
//!
//! One [`GroupCoordinator`] serves all groups of the cluster; which broker may be asked for a group follows
//! from [`GroupCoordinator::partition_for`] and the leader of that partition of `__consumer_offsets`, which
//! the caller checks. Requests carry a [`Ticket`]; the answer comes later as [`Effect::Reply`] with it.
//!
//! Durable state are the records in `__consumer_offsets`. Committed offsets change only in `replay`, after
//! their records are durable. Members and generations of a classic group live in memory, as in Kafka, and
//! are written as a snapshot when a rebalance ends.
//!
//! Not here: the consumer, share and streams protocols, transactions.

mod admin;
mod config;
mod heartbeat;
mod join;
mod members;
mod offsets;
mod rebalance;
mod records;
mod state;
mod subscription;
mod sync;
mod timers;

#[cfg(test)]
mod tests;

pub use admin::{GroupView, MemberView, OffsetView};
pub use config::GroupConfig;
pub use offsets::{Topics, refuse_commit};
pub use records::GroupRecord;
pub use state::GroupState;

use crate::base::{Now, Rng, SortedMap, SortedSet};
use crate::protocol::ErrorCode;
use crate::protocol::generated::*;
use state::Group;
use std::collections::VecDeque;
use timers::Timers;

/// The caller's number for a request, handed back with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Identifies records that were handed out to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppendId(pub u64);

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub ticket: Ticket,
    pub client_id: &'a str,
    /// As Kafka prints it, with the slash: `/127.0.0.1`.
    pub client_host: &'a str,
    pub api_version: i16,
}

/// An answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Join(JoinGroupResponse),
    Sync(SyncGroupResponse),
    Heartbeat(HeartbeatResponse),
    Leave(LeaveGroupResponse),
    OffsetCommit(OffsetCommitResponse),
    OffsetDelete(OffsetDeleteResponse),
    DeleteGroups(DeleteGroupsResponse),
}

/// What the coordinator wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Reply {
        ticket: Ticket,
        reply: Reply,
    },
    /// Append these records as one batch to this partition of `__consumer_offsets`, then call
    /// `handle_appended`.
    Append {
        id: AppendId,
        partition: i32,
        records: Vec<GroupRecord>,
    },
    /// Something that an observer sees has changed.
    Changed {
        group: String,
    },
    Deleted {
        group: String,
    },
}

/// What happens when records have become durable, or have not.
#[derive(Debug)]
enum Then {
    Nothing,
    /// Answer the leader's SyncGroup of this generation, and everybody who waits.
    Assign {
        group: String,
        generation: i32,
        assignment: SortedMap<String, bytes::Bytes>,
    },
    /// Answer a static member that has come back under a new member id, or undo its coming back.
    StaticRejoin {
        group: String,
        ticket: Ticket,
        member_id: String,
        response: JoinGroupResponse,
    },
    Commit {
        ticket: Ticket,
        response: OffsetCommitResponse,
    },
    DeleteOffsets {
        ticket: Ticket,
        response: OffsetDeleteResponse,
    },
    /// One part of a DeleteGroups request: the results wait in `deletions` until all parts are there.
    DeleteGroup {
        ticket: Ticket,
        group: String,
    },
}

#[derive(Debug)]
struct Append {
    records: Vec<GroupRecord>,
    then: Then,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct GroupCoordinator {
    config: GroupConfig,
    partitions: i32,
    rng: Rng,
    groups: SortedMap<String, Group>,
    timers: Timers,
    effects: VecDeque<Effect>,
    appends: SortedMap<AppendId, Append>,
    next_append: u64,
    deletions: SortedMap<Ticket, admin::Deletion>,
    changed: SortedSet<String>,
    /// When anything was last handled (monotonic).
    last_seen_ms: u64,
}

impl GroupCoordinator {
    /// A coordinator without groups; replay comes next. `partitions` is the number of partitions of
    /// `__consumer_offsets` (`offsets.topic.num.partitions`).
    pub fn new(config: GroupConfig, partitions: i32, rng: Rng) -> Self {
        assert!(
            partitions > 0,
            "the offsets topic has at least one partition"
        );
        GroupCoordinator {
            config,
            partitions,
            rng,
            groups: SortedMap::new(),
            timers: Timers::default(),
            effects: VecDeque::new(),
            appends: SortedMap::new(),
            next_append: 0,
            deletions: SortedMap::new(),
            changed: SortedSet::new(),
            last_seen_ms: 0,
        }
    }

    /// New values of the `group.*` and `offsets.*` broker configs; they hold from now on.
    pub fn set_config(&mut self, config: GroupConfig) {
        self.config = config;
    }

    /// The partition of `__consumer_offsets` that holds this group: Java's `String.hashCode`, made
    /// positive, modulo the number of partitions.
    pub fn partition_for(&self, group: &str) -> i32 {
        let hash = group.encode_utf16().fold(0i32, |h, unit| {
            h.wrapping_mul(31).wrapping_add(i32::from(unit))
        });
        let positive = if hash == i32::MIN { 0 } else { hash.abs() };
        positive % self.partitions
    }

    /// The next thing to do, oldest first.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        if let Some(effect) = self.effects.pop_front() {
            return Some(effect);
        }
        let group = self.changed.pop_first()?;
        Some(if self.groups.contains_key(&group) {
            Effect::Changed { group }
        } else {
            Effect::Deleted { group }
        })
    }

    /// When `handle_timeout` wants to be called (monotonic milliseconds).
    pub fn poll_timeout(&self) -> Option<u64> {
        self.timers.next_deadline()
    }

    /// Records of an [`Effect::Append`] are durable, or will never be.
    pub fn handle_appended(&mut self, now: Now, id: AppendId, result: Result<(), ErrorCode>) {
        let Some(append) = self.appends.remove(&id) else {
            return;
        };
        if result.is_ok() {
            for record in &append.records {
                self.replay_live(now, record);
            }
        }
        let error = result.err();
        match append.then {
            Then::Nothing => {}
            Then::Assign {
                group,
                generation,
                assignment,
            } => {
                self.finish_assignment(now, &group, generation, assignment, error);
            }
            Then::StaticRejoin {
                group,
                ticket,
                member_id,
                response,
            } => {
                self.finish_static_rejoin(&group, ticket, &member_id, response, error);
            }
            Then::Commit { ticket, response } => {
                self.finish_commit(ticket, response, error);
            }
            Then::DeleteOffsets { ticket, response } => {
                self.finish_delete_offsets(ticket, response, error);
            }
            Then::DeleteGroup { ticket, group } => {
                self.finish_delete_group(ticket, &group, error);
            }
        }
    }

    fn append(&mut self, group: &str, records: Vec<GroupRecord>, then: Then) {
        let id = AppendId(self.next_append);
        self.next_append += 1;
        let partition = self.partition_for(group);
        self.effects.push_back(Effect::Append {
            id,
            partition,
            records: records.clone(),
        });
        self.appends.insert(id, Append { records, then });
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply) {
        self.effects.push_back(Effect::Reply { ticket, reply });
    }

    fn touch(&mut self, group: &str) {
        if !self.changed.contains(group) {
            self.changed.insert(group.to_string());
        }
    }
}
