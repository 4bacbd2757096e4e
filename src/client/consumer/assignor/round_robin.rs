//! Round robin: all partitions of all topics in turn to the members in order that are subscribed.

use super::{Assignments, Subscription, empty_assignments, partitions_of, sorted_members};
use crate::base::SortedMap;
use std::rc::Rc;

pub(super) fn assign(
    partitions: &SortedMap<Rc<str>, i32>,
    members: &SortedMap<String, Subscription>,
) -> Assignments {
    let order = sorted_members(members);
    let mut out = empty_assignments(members);
    let mut next = 0;
    for (topic, &count) in partitions {
        if !members.values().any(|m| m.topics.contains(topic)) {
            continue;
        }
        for partition in partitions_of(topic, count) {
            while !members[order[next % order.len()]].topics.contains(topic) {
                next += 1;
            }
            let id = order[next % order.len()];
            out.get_mut(id)
                .expect("every member has an entry")
                .push(partition);
            next += 1;
        }
    }
    out
}
