//! Range: per topic, consecutive partitions to the members in order, the first ones getting one more.

use super::{Assignments, Subscription, empty_assignments, partitions_of, sorted_members};
use crate::base::SortedMap;
use std::rc::Rc;

pub(super) fn assign(
    partitions: &SortedMap<Rc<str>, i32>,
    members: &SortedMap<String, Subscription>,
) -> Assignments {
    let order = sorted_members(members);
    let mut out = empty_assignments(members);
    for (topic, &count) in partitions {
        let takers: Vec<&str> = order
            .iter()
            .copied()
            .filter(|id| members[*id].topics.contains(topic))
            .collect();
        if takers.is_empty() {
            continue;
        }
        let (each, extra) = (count as usize / takers.len(), count as usize % takers.len());
        let mut rest = partitions_of(topic, count);
        for (i, id) in takers.into_iter().enumerate() {
            let share = each + usize::from(i < extra);
            out.get_mut(id)
                .expect("every member has an entry")
                .extend(rest.by_ref().take(share));
        }
    }
    out
}
