//! A classic group and its members: data and the questions that they answer themselves.
//!
//! Decisions, timers and answers are in the other files.

use super::Ticket;
use crate::base::{SortedMap, SortedSet};
use crate::protocol::Uuid;
use bytes::Bytes;

/// Where a group stands. The names are Kafka's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// No members; there may be committed offsets.
    Empty,
    /// Members are asked to join again.
    PreparingRebalance,
    /// All have joined; the leader's assignment is awaited.
    CompletingRebalance,
    /// Every member has its assignment.
    Stable,
}

impl GroupState {
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
        }
    }
}

/// One assignor that a member offers, with what it tells the assignor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Protocol {
    pub name: String,
    pub metadata: Bytes,
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub member_id: String,
    pub group_instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    pub rebalance_timeout_ms: i32,
    pub session_timeout_ms: i32,
    /// In order of preference.
    pub protocols: Vec<Protocol>,
    pub assignment: Bytes,
    /// Has not had an answer to its first JoinGroup yet.
    pub is_new: bool,
    pub awaiting_join: Option<Ticket>,
    pub awaiting_sync: Option<Ticket>,
}

impl Member {
    pub fn supports(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|p| p.name == protocol)
    }

    pub fn metadata_for(&self, protocol: &str) -> Bytes {
        self.protocols
            .iter()
            .find(|p| p.name == protocol)
            .map(|p| p.metadata.clone())
            .unwrap_or_default()
    }
}

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommittedOffset {
    pub offset: i64,
    pub leader_epoch: i32,
    pub metadata: String,
    pub commit_timestamp_ms: i64,
    /// Set by the oldest commit requests only; such an offset expires at that time.
    pub expire_timestamp_ms: Option<i64>,
    pub topic_id: Uuid,
}

#[derive(Debug)]
pub(super) struct Group {
    pub group_id: String,
    pub state: GroupState,
    pub previous_state: GroupState,
    pub state_since_wall_ms: i64,
    pub generation: i32,
    pub protocol_type: Option<String>,
    pub protocol_name: Option<String>,
    pub leader: Option<String>,
    pub members: SortedMap<String, Member>,
    /// `group.instance.id` → member id (KIP-345).
    pub static_members: SortedMap<String, String>,
    /// Got a member id with MEMBER_ID_REQUIRED and have not joined with it yet (KIP-394).
    pub pending_joins: SortedSet<String>,
    /// Got a JoinGroup answer of this generation and have not sent SyncGroup yet.
    pub pending_syncs: SortedSet<String>,
    /// Somebody came while the initial rebalance was waiting.
    pub new_member_added: bool,
    /// Topics that the members are subscribed to; `None` if that cannot be known.
    pub subscribed_topics: Option<SortedSet<String>>,
    pub offsets: SortedMap<(String, i32), CommittedOffset>,
}

impl Group {
    pub fn new(group_id: &str, now_wall_ms: i64) -> Self {
        Group {
            group_id: group_id.to_string(),
            state: GroupState::Empty,
            previous_state: GroupState::Empty,
            state_since_wall_ms: now_wall_ms,
            generation: 0,
            protocol_type: None,
            protocol_name: None,
            leader: None,
            members: SortedMap::new(),
            static_members: SortedMap::new(),
            pending_joins: SortedSet::new(),
            pending_syncs: SortedSet::new(),
            new_member_added: false,
            subscribed_topics: None,
            offsets: SortedMap::new(),
        }
    }

    pub fn transition(&mut self, to: GroupState, now_wall_ms: i64) {
        self.previous_state = self.state;
        self.state = to;
        self.state_since_wall_ms = now_wall_ms;
    }

    pub fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    /// Whether a rebalance may begin now.
    pub fn can_rebalance(&self) -> bool {
        self.state != GroupState::PreparingRebalance
    }

    pub fn is_consumer_group(&self) -> bool {
        self.protocol_type.as_deref() == Some("consumer")
    }

    pub fn count_awaiting_join(&self) -> usize {
        self.members
            .values()
            .filter(|m| m.awaiting_join.is_some())
            .count()
    }

    pub fn has_all_members_joined(&self) -> bool {
        self.pending_joins.is_empty() && self.members.values().all(|m| m.awaiting_join.is_some())
    }

    /// The time that members have to join again: the greatest that any of them asks for.
    pub fn rebalance_timeout_ms(&self) -> i32 {
        self.members
            .values()
            .map(|m| m.rebalance_timeout_ms)
            .max()
            .unwrap_or(0)
    }

    /// Whether a member with these protocols fits in.
    pub fn supports_protocols(&self, protocol_type: &str, names: &[&str]) -> bool {
        if self.state == GroupState::Empty {
            return !protocol_type.is_empty() && !names.is_empty();
        }
        self.protocol_type.as_deref() == Some(protocol_type)
            && names
                .iter()
                .any(|name| self.members.values().all(|m| m.supports(name)))
    }

    /// The assignor that all members know and most prefer.
    pub fn select_protocol(&self) -> Option<String> {
        let mut votes: SortedMap<&str, usize> = SortedMap::new();
        for member in self.members.values() {
            let choice = member
                .protocols
                .iter()
                .find(|p| self.members.values().all(|other| other.supports(&p.name)))?;
            *votes.entry(&choice.name).or_default() += 1;
        }
        votes
            .into_iter()
            .rev()
            .max_by_key(|(_, count)| *count)
            .map(|(name, _)| name.to_string())
    }

    /// What a member with an instance id, or without, may be told about its member id (KIP-345).
    pub fn static_member_id(&self, instance_id: &str) -> Option<&str> {
        self.static_members.get(instance_id).map(String::as_str)
    }
}
