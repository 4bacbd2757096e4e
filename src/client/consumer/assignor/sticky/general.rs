//! The case in which members want different topics: assign what is free, then move single partitions from
//! members with many to members with few for as long as that helps.

use super::super::partitions_of;
use super::{Assignments, DEFAULT_GENERATION, Previous, Subscription};
use crate::base::{SortedMap, SortedSet, sort};
use crate::client::types::TopicPartition;
use std::rc::Rc;

struct Builder<'a> {
    partitions: &'a SortedMap<Rc<str>, i32>,
    /// Members per topic, topics per member; only topics that exist.
    takers: SortedMap<&'a Rc<str>, Vec<&'a str>>,
    topics: SortedMap<&'a str, Vec<&'a Rc<str>>>,
    current: SortedMap<&'a str, Vec<TopicPartition>>,
    owner: SortedMap<TopicPartition, &'a str>,
    /// Members by how much they have, the fewest first.
    by_load: SortedSet<(usize, &'a str)>,
    movements: Movements,
}

/// Who had a partition in an earlier generation than the newest.
type Earlier<'a> = SortedMap<TopicPartition, (&'a str, i32)>;

pub(super) fn assign(
    partitions: &SortedMap<Rc<str>, i32>,
    members: &SortedMap<String, Subscription>,
    previous: Previous,
) -> Assignments {
    let earlier = earlier(members, previous.max_generation);
    let mut builder = Builder::new(partitions, members, previous.owned);
    let revocation_required = builder.drop_unsubscribed(members);
    let sorted = builder.sorted_partitions();
    let assigned: SortedSet<TopicPartition> = builder.current.values().flatten().cloned().collect();
    let unassigned: Vec<TopicPartition> = sorted
        .iter()
        .filter(|tp| !assigned.contains(*tp))
        .cloned()
        .collect();
    builder.by_load = builder
        .current
        .iter()
        .map(|(id, list)| (list.len(), *id))
        .collect();
    builder.balance(&earlier, sorted, unassigned, revocation_required);
    builder
        .current
        .into_iter()
        .map(|(id, list)| (id.to_owned(), list))
        .collect()
}

fn earlier(members: &SortedMap<String, Subscription>, max_generation: i32) -> Earlier<'_> {
    let mut out = Earlier::new();
    for (id, member) in members {
        let generation = match member.generation {
            Some(g) if g < max_generation => g,
            None if max_generation > DEFAULT_GENERATION => DEFAULT_GENERATION,
            _ => continue,
        };
        for tp in &member.owned_partitions {
            if out.get(tp).is_none_or(|(_, theirs)| generation > *theirs) {
                out.insert(tp.clone(), (id, generation));
            }
        }
    }
    out
}

impl<'a> Builder<'a> {
    fn new(
        partitions: &'a SortedMap<Rc<str>, i32>,
        members: &'a SortedMap<String, Subscription>,
        mut owned: SortedMap<String, Vec<TopicPartition>>,
    ) -> Self {
        let mut builder = Builder {
            partitions,
            takers: partitions.keys().map(|topic| (topic, Vec::new())).collect(),
            topics: SortedMap::new(),
            current: SortedMap::new(),
            owner: SortedMap::new(),
            by_load: SortedSet::new(),
            movements: Movements::default(),
        };
        for (id, member) in members {
            let wanted: Vec<_> = partitions
                .keys()
                .filter(|t| member.topics.contains(*t))
                .collect();
            for topic in &wanted {
                builder
                    .takers
                    .get_mut(topic)
                    .expect("it is a topic that exists")
                    .push(id);
            }
            builder.topics.insert(id, wanted);
            let list = owned.remove(id).unwrap_or_default();
            builder
                .owner
                .extend(list.iter().map(|tp| (tp.clone(), id.as_str())));
            builder.current.insert(id, list);
        }
        builder
    }

    /// Takes away what a member had of topics that it no longer wants. Whether there was any.
    fn drop_unsubscribed(&mut self, members: &SortedMap<String, Subscription>) -> bool {
        let mut dropped = false;
        for (id, list) in &mut self.current {
            let before = list.len();
            list.retain(|tp| members[*id].topics.contains(&tp.topic));
            dropped |= list.len() < before;
        }
        dropped
    }

    /// All partitions, those of topics with the fewest takers first.
    fn sorted_partitions(&self) -> Vec<TopicPartition> {
        let mut topics: Vec<(usize, &Rc<str>)> = self
            .takers
            .iter()
            .map(|(topic, takers)| (takers.len(), *topic))
            .collect();
        sort(&mut topics);
        topics
            .into_iter()
            .flat_map(|(_, t)| partitions_of(t, self.partitions[t]))
            .collect()
    }

    fn balance(
        &mut self,
        earlier: &Earlier<'a>,
        mut sorted: Vec<TopicPartition>,
        mut unassigned: Vec<TopicPartition>,
        revocation_required: bool,
    ) {
        let initializing = self.by_load.last().is_some_and(|(load, _)| *load == 0);
        for tp in &unassigned {
            self.give_to_least_loaded(tp);
        }
        sorted.retain(|tp| self.takers[&tp.topic].len() >= 2);
        unassigned.retain(|tp| self.takers[&tp.topic].len() >= 2);
        let fixed_members: Vec<&str> = self
            .current
            .keys()
            .copied()
            .filter(|id| !self.can_change(id))
            .collect();
        let mut fixed = Vec::new();
        for id in fixed_members {
            let list = self.current.remove(id).expect("it is a member");
            self.by_load.remove(&(list.len(), id));
            fixed.push((id, list));
        }
        let before = self.current.clone();
        if !revocation_required {
            self.move_partitions(&unassigned, earlier);
        }
        let moved = self.move_partitions(&sorted, earlier);
        if !initializing && moved && score(&self.current) >= score(&before) {
            self.current = before;
        }
        self.current.extend(fixed);
    }

    fn give_to_least_loaded(&mut self, tp: &TopicPartition) {
        let taker = self
            .by_load
            .iter()
            .find(|(_, id)| self.wants(id, &tp.topic))
            .copied();
        if let Some((load, id)) = taker {
            self.by_load.remove(&(load, id));
            self.by_load.insert((load + 1, id));
            self.current
                .get_mut(id)
                .expect("it is a member")
                .push(tp.clone());
            self.owner.insert(tp.clone(), id);
        }
    }

    fn wants(&self, id: &str, topic: &Rc<str>) -> bool {
        self.topics[id].contains(&topic)
    }

    /// Whether a member may yet get or lose something.
    fn can_change(&self, id: &str) -> bool {
        let has = &self.current[id];
        has.len() < self.possible(id) || has.iter().any(|tp| self.takers[&tp.topic].len() >= 2)
    }

    /// Partitions that a member could have at most.
    fn possible(&self, id: &str) -> usize {
        self.topics[id]
            .iter()
            .map(|topic| self.partitions[*topic] as usize)
            .sum()
    }

    /// Moves partitions until no move helps. Whether any was moved.
    fn move_partitions(&mut self, movable: &[TopicPartition], earlier: &Earlier<'a>) -> bool {
        let mut any = false;
        loop {
            let mut modified = false;
            for tp in movable {
                if self.is_balanced() {
                    break;
                }
                let owner = self.owner[tp];
                let load = self.current[owner].len();
                let had = earlier.get(tp).map(|(id, _)| *id);
                let had = had.filter(|id| self.current.get(id).is_some_and(|l| load > l.len() + 1));
                if let Some(had) = had {
                    self.move_to(tp, had);
                    modified = true;
                    continue;
                }
                let lighter = |id: &&str| self.current.get(*id).is_some_and(|l| load > l.len() + 1);
                if self.takers[&tp.topic].iter().any(lighter) {
                    let to = self
                        .by_load
                        .iter()
                        .find(|(_, id)| self.wants(id, &tp.topic));
                    let to = to.expect("the topic has takers").1;
                    self.move_to(tp, to);
                    modified = true;
                }
            }
            any |= modified;
            if !modified {
                return any;
            }
        }
    }

    fn move_to(&mut self, tp: &TopicPartition, to: &'a str) {
        let tp = self.movements.partition_to_move(tp, self.owner[tp], to);
        let from = self.owner[&tp];
        if from == to {
            return;
        }
        self.movements.note(&tp, from, to);
        for id in [from, to] {
            self.by_load.remove(&(self.current[id].len(), id));
        }
        self.current
            .get_mut(from)
            .expect("it is a member")
            .retain(|p| *p != tp);
        self.current
            .get_mut(to)
            .expect("it is a member")
            .push(tp.clone());
        self.owner.insert(tp, to);
        for id in [from, to] {
            self.by_load.insert((self.current[id].len(), id));
        }
    }

    /// Whether no single move could bring two members closer together.
    fn is_balanced(&self) -> bool {
        let (Some(least), Some(most)) = (self.by_load.first(), self.by_load.last()) else {
            return true;
        };
        if least.0 + 1 >= most.0 {
            return true;
        }
        self.by_load.iter().all(|&(load, id)| {
            load == self.possible(id)
                || self.topics[id].iter().all(|topic| {
                    partitions_of(topic, self.partitions[*topic]).all(|tp| {
                        let other = self.owner.get(&tp).copied().unwrap_or(id);
                        other == id
                            || self
                                .current
                                .get(other)
                                .is_none_or(|list| load + 1 >= list.len())
                    })
                })
        })
    }
}

/// The differences between all pairs of members added up: 0 is perfect.
fn score(assignment: &SortedMap<&str, Vec<TopicPartition>>) -> usize {
    let sizes: Vec<usize> = assignment.values().map(Vec::len).collect();
    let pairs = sizes
        .iter()
        .enumerate()
        .flat_map(|(i, a)| sizes[i + 1..].iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| a.abs_diff(*b)).sum()
}

/// The member that gave a partition up, and the one that got it.
type FromTo = (String, String);

/// What has been moved between whom, so that two partitions of a topic need not swap places.
#[derive(Default)]
struct Movements {
    by_topic: SortedMap<Rc<str>, SortedMap<FromTo, SortedSet<TopicPartition>>>,
    by_partition: SortedMap<TopicPartition, FromTo>,
}

impl Movements {
    /// The partition itself, or another of its topic that would go back to where it came from.
    fn partition_to_move(&self, tp: &TopicPartition, from: &str, to: &str) -> TopicPartition {
        let Some(pairs) = self.by_topic.get(&tp.topic) else {
            return tp.clone();
        };
        let from = self.by_partition.get(tp).map_or(from, |(origin, _)| origin);
        let reverse = pairs.get(&(to.to_owned(), from.to_owned()));
        reverse.and_then(|set| set.first()).unwrap_or(tp).clone()
    }

    fn note(&mut self, tp: &TopicPartition, from: &str, to: &str) {
        let pair = match self.by_partition.remove(tp) {
            None => (from.to_owned(), to.to_owned()),
            Some(earlier) => {
                self.forget(tp, &earlier);
                if earlier.0 == to {
                    return;
                }
                (earlier.0, to.to_owned())
            }
        };
        self.by_partition.insert(tp.clone(), pair.clone());
        let pairs = self.by_topic.entry(tp.topic.clone()).or_default();
        pairs.entry(pair).or_default().insert(tp.clone());
    }

    fn forget(&mut self, tp: &TopicPartition, pair: &(String, String)) {
        let Some(pairs) = self.by_topic.get_mut(&tp.topic) else {
            return;
        };
        if let Some(set) = pairs.get_mut(pair) {
            set.remove(tp);
            if set.is_empty() {
                pairs.remove(pair);
            }
        }
        if pairs.is_empty() {
            self.by_topic.remove(&tp.topic);
        }
    }
}
