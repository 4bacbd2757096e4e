//! The case in which all members want the same topics: everybody keeps up to a fair share of what it had, and
//! the rest goes round.

use super::super::partitions_of;
use super::{Assignments, Previous};
use crate::base::{SortedMap, SortedSet, sort, sort_by};
use crate::client::types::TopicPartition;
use std::collections::VecDeque;
use std::rc::Rc;

struct Builder {
    min_quota: usize,
    max_quota: usize,
    /// How many members shall have one more than `min_quota`, and how many have so far.
    over_min_wanted: usize,
    over_min: usize,
    assignment: Assignments,
    /// Taken from a member that had too many.
    revoked: SortedMap<TopicPartition, String>,
    doubly_claimed: SortedSet<TopicPartition>,
    moving: SortedMap<TopicPartition, String>,
    below_min: VecDeque<String>,
    at_min: VecDeque<String>,
}

pub(super) fn assign(
    partitions: &SortedMap<Rc<str>, i32>,
    previous: Previous,
) -> (Assignments, SortedMap<TopicPartition, String>) {
    let total = partitions.values().map(|n| *n as usize).sum::<usize>();
    let members = previous.owned.len();
    let mut builder = Builder {
        min_quota: total / members,
        max_quota: total.div_ceil(members),
        over_min_wanted: total % members,
        over_min: 0,
        assignment: previous
            .owned
            .keys()
            .map(|id| (id.clone(), Vec::new()))
            .collect(),
        revoked: SortedMap::new(),
        doubly_claimed: previous.doubly_claimed,
        moving: SortedMap::new(),
        below_min: VecDeque::new(),
        at_min: VecDeque::new(),
    };
    for (id, owned) in previous.owned {
        let owned = owned
            .into_iter()
            .filter(|tp| partitions.contains_key(&tp.topic))
            .collect();
        builder.keep_owned(id, owned);
    }
    let kept: SortedSet<TopicPartition> = builder.assignment.values().flatten().cloned().collect();
    sort(builder.below_min.make_contiguous());
    sort(builder.at_min.make_contiguous());
    for (topic, &count) in partitions {
        for tp in partitions_of(topic, count).filter(|tp| !kept.contains(tp)) {
            builder.give(tp);
        }
    }
    (builder.assignment, builder.moving)
}

impl Builder {
    /// Lets a member keep what it had, up to its share.
    fn keep_owned(&mut self, id: String, mut owned: Vec<TopicPartition>) {
        sort_by(&mut owned, |a, b| {
            (a.partition, &a.topic).cmp(&(b.partition, &b.topic))
        });
        let keep = if owned.len() < self.min_quota {
            self.below_min.push_back(id.clone());
            owned.len()
        } else if owned.len() >= self.max_quota && self.over_min < self.over_min_wanted {
            self.over_min += 1;
            if self.over_min == self.over_min_wanted {
                self.at_min.clear();
            }
            self.max_quota
        } else {
            if self.over_min < self.over_min_wanted {
                self.at_min.push_back(id.clone());
            }
            self.min_quota
        };
        for tp in owned.split_off(keep) {
            self.revoked.insert(tp, id.clone());
        }
        self.assignment.insert(id, owned);
    }

    /// Gives an unassigned partition to the next member in turn that has not its share yet.
    fn give(&mut self, tp: TopicPartition) {
        let (id, was_below) = match self.below_min.pop_front() {
            Some(id) => (id, true),
            None => (
                self.at_min
                    .pop_front()
                    .expect("the shares add up to all partitions"),
                false,
            ),
        };
        let moved = self.revoked.get(&tp).is_some_and(|from| *from != id);
        if moved || self.doubly_claimed.contains(&tp) {
            self.moving.insert(tp.clone(), id.clone());
        }
        let list = self
            .assignment
            .get_mut(&id)
            .expect("every member has an entry");
        list.push(tp);
        if !was_below {
            self.over_min += 1;
        } else if list.len() == self.min_quota {
            self.at_min.push_back(id);
        } else {
            self.below_min.push_back(id);
        }
    }
}
