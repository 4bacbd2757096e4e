//! How the leader of a group gives out partitions: Java's four assignors, with the same results.
//!
//! Rack-aware assignment (KIP-881) is not here: the brokers have no racks.

mod range;
mod round_robin;
mod sticky;
#[cfg(test)]
mod tests;

use crate::base::{SortedMap, SortedSet, sort_by};
use crate::client::types::TopicPartition;
use std::rc::Rc;

/// Whether members give up everything before a rebalance, or only what moves (KIP-429).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RebalanceProtocol {
    Eager,
    Cooperative,
}

/// The assignors of `partition.assignment.strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignorKind {
    Range,
    RoundRobin,
    Sticky,
    CooperativeSticky,
}

impl AssignorKind {
    const ALL: [AssignorKind; 4] = [
        AssignorKind::Range,
        AssignorKind::RoundRobin,
        AssignorKind::Sticky,
        AssignorKind::CooperativeSticky,
    ];

    /// By the name of the Java class, with or without `class ` in front.
    pub fn by_class(class: &str) -> Option<AssignorKind> {
        let simple = class.strip_prefix("org.apache.kafka.clients.consumer.")?;
        Some(match simple {
            "RangeAssignor" => AssignorKind::Range,
            "RoundRobinAssignor" => AssignorKind::RoundRobin,
            "StickyAssignor" => AssignorKind::Sticky,
            "CooperativeStickyAssignor" => AssignorKind::CooperativeSticky,
            _ => return None,
        })
    }

    /// By the name in the group protocol.
    pub fn by_name(name: &str) -> Option<AssignorKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in the group protocol.
    pub fn name(self) -> &'static str {
        match self {
            AssignorKind::Range => "range",
            AssignorKind::RoundRobin => "roundrobin",
            AssignorKind::Sticky => "sticky",
            AssignorKind::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// The protocols that a member with this assignor can follow, the better last.
    pub fn supported_protocols(self) -> &'static [RebalanceProtocol] {
        match self {
            AssignorKind::CooperativeSticky => {
                &[RebalanceProtocol::Eager, RebalanceProtocol::Cooperative]
            }
            _ => &[RebalanceProtocol::Eager],
        }
    }

    /// Gives out all partitions of the subscribed topics. `partitions` says how many partitions the topics
    /// have; topics that do not exist are missing there.
    pub fn assign(
        self,
        partitions: &SortedMap<Rc<str>, i32>,
        members: &SortedMap<String, Subscription>,
    ) -> Assignments {
        match self {
            AssignorKind::Range => range::assign(partitions, members),
            AssignorKind::RoundRobin => round_robin::assign(partitions, members),
            AssignorKind::Sticky => sticky::assign(partitions, members, false),
            AssignorKind::CooperativeSticky => sticky::assign(partitions, members, true),
        }
    }
}

/// What one member brings to a rebalance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subscription {
    pub topics: SortedSet<Rc<str>>,
    pub group_instance_id: Option<String>,
    /// What the member says it had before, and in which generation; -1 or `None`: it does not know.
    pub owned_partitions: Vec<TopicPartition>,
    pub generation: Option<i32>,
}

/// Partitions per member id. Every member has an entry.
pub type Assignments = SortedMap<String, Vec<TopicPartition>>;

/// Member ids in the order in which assignors go through them: static members first, by instance id.
fn sorted_members(members: &SortedMap<String, Subscription>) -> Vec<&str> {
    let mut sorted: Vec<(&String, &Subscription)> = members.iter().collect();
    sort_by(&mut sorted, |(a_id, a), (b_id, b)| {
        match (&a.group_instance_id, &b.group_instance_id) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => a_id.cmp(b_id),
        }
    });
    sorted.into_iter().map(|(id, _)| id.as_str()).collect()
}

fn empty_assignments(members: &SortedMap<String, Subscription>) -> Assignments {
    members.keys().map(|id| (id.clone(), Vec::new())).collect()
}

fn partitions_of(topic: &Rc<str>, count: i32) -> impl Iterator<Item = TopicPartition> + '_ {
    (0..count).map(move |partition| TopicPartition {
        topic: topic.clone(),
        partition,
    })
}
