//! Sticky: as even as can be, moving as little as can be (KIP-54), and its cooperative variant (KIP-429), in
//! which a partition that moves is first only taken away.

mod constrained;
mod general;

use super::{Assignments, Subscription};
use crate::base::{SortedMap, SortedSet};
use crate::client::types::TopicPartition;
use std::rc::Rc;

const DEFAULT_GENERATION: i32 = -1;

/// What members had before, with claims that contradict each other sorted out.
struct Previous {
    /// Partitions of topics that still exist, per member.
    owned: SortedMap<String, Vec<TopicPartition>>,
    /// Claimed by two members of one generation: nobody's.
    doubly_claimed: SortedSet<TopicPartition>,
    max_generation: i32,
    /// Whether all members want the same topics.
    subscriptions_equal: bool,
}

pub(super) fn assign(
    partitions: &SortedMap<Rc<str>, i32>,
    members: &SortedMap<String, Subscription>,
    cooperative: bool,
) -> Assignments {
    if members.is_empty() {
        return Assignments::new();
    }
    let previous = previous(partitions, members);
    let (mut assignments, moving) = if previous.subscriptions_equal {
        let subscribed = &members.values().next().expect("there is a member").topics;
        let wanted: SortedMap<Rc<str>, i32> = (partitions.iter())
            .filter(|(topic, _)| subscribed.contains(*topic))
            .map(|(topic, count)| (topic.clone(), *count))
            .collect();
        constrained::assign(&wanted, previous)
    } else {
        let assignments = general::assign(partitions, members, previous);
        let moving = moving(members, &assignments);
        (assignments, moving)
    };
    if cooperative {
        for (partition, member) in moving {
            let list = assignments
                .get_mut(&member)
                .expect("every member has an entry");
            list.retain(|tp| *tp != partition);
        }
    }
    assignments
}

fn generation(subscription: &Subscription) -> i32 {
    subscription.generation.unwrap_or(DEFAULT_GENERATION)
}

fn previous(
    partitions: &SortedMap<Rc<str>, i32>,
    members: &SortedMap<String, Subscription>,
) -> Previous {
    let mut owner: SortedMap<&TopicPartition, &str> = SortedMap::new();
    let mut out = Previous {
        owned: members.keys().map(|id| (id.clone(), Vec::new())).collect(),
        doubly_claimed: SortedSet::new(),
        max_generation: DEFAULT_GENERATION,
        subscriptions_equal: true,
    };
    let first_topics = members.values().next().map(|m| &m.topics);
    for (id, member) in members {
        out.subscriptions_equal &= Some(&member.topics) == first_topics;
        out.max_generation = out.max_generation.max(generation(member));
        for tp in member
            .owned_partitions
            .iter()
            .filter(|tp| partitions.contains_key(&tp.topic))
        {
            let claim_wins = match owner.get(tp) {
                None => true,
                Some(other) => {
                    let theirs = generation(&members[*other]);
                    if generation(member) == theirs {
                        out.doubly_claimed.insert(tp.clone());
                    }
                    generation(member) >= theirs
                }
            };
            if !claim_wins {
                continue;
            }
            if let Some(other) = owner.insert(tp, id) {
                out.owned
                    .get_mut(other)
                    .expect("every member is there")
                    .retain(|p| p != tp);
            }
            if !out.doubly_claimed.contains(tp) {
                out.owned
                    .get_mut(id)
                    .expect("every member is there")
                    .push(tp.clone());
            }
        }
    }
    out
}

/// Partitions that someone gives up and someone else gets.
fn moving(
    members: &SortedMap<String, Subscription>,
    assignments: &Assignments,
) -> SortedMap<TopicPartition, String> {
    let mut added = SortedMap::new();
    let mut revoked = SortedSet::new();
    for (id, assigned) in assignments {
        let owned: SortedSet<&TopicPartition> = members[id].owned_partitions.iter().collect();
        let assigned: SortedSet<&TopicPartition> = assigned.iter().collect();
        added.extend(
            assigned
                .difference(&owned)
                .map(|tp| ((*tp).clone(), id.clone())),
        );
        revoked.extend(owned.difference(&assigned).map(|tp| (*tp).clone()));
    }
    added.retain(|tp, _| revoked.contains(tp));
    added
}
