//! Assignments that Java's assignors make, from `testdata/java.txt`, and what must hold for any.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn partitions(topics: &str) -> SortedMap<Rc<str>, i32> {
    let topic = |t: &str| {
        let (name, count) = t.split_once(':').expect("name:count");
        (name.into(), count.parse().expect("a count"))
    };
    topics.split(',').map(topic).collect()
}

fn tp(text: &str) -> TopicPartition {
    let (topic, partition) = text.rsplit_once('-').expect("topic-partition");
    TopicPartition::new(topic, partition.parse().expect("a number"))
}

fn members(text: &str) -> SortedMap<String, Subscription> {
    let member = |m: &str| {
        let (id, rest) = m.split_once('=').expect("id=…");
        let mut parts = rest.split('!');
        let topics = parts.next().expect("topics");
        let (topics, instance) = match topics.split_once('@') {
            Some((topics, instance)) => (topics, Some(instance.to_owned())),
            None => (topics, None),
        };
        let subscription = Subscription {
            topics: topics.split(',').map(Rc::from).collect(),
            group_instance_id: instance,
            generation: parts.next().map(|g| g.parse().expect("a generation")),
            owned_partitions: parts
                .next()
                .map_or(Vec::new(), |o| o.split('+').map(tp).collect()),
        };
        (id.to_owned(), subscription)
    };
    text.split(';').map(member).collect()
}

fn show(assignments: Assignments) -> String {
    let member = |(id, mut list): (String, Vec<TopicPartition>)| {
        list.sort();
        let list: Vec<String> = list.iter().map(TopicPartition::to_string).collect();
        format!("{id}={};", list.join("+"))
    };
    assignments.into_iter().map(member).collect()
}

#[test]
fn assignments_are_javas() {
    let mut checked = 0;
    for line in include_str!("testdata/java.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
    {
        let [kind, topics, group, expected] = line
            .split(" | ")
            .collect::<Vec<_>>()
            .try_into()
            .expect("four columns");
        let kind = AssignorKind::by_name(kind).expect("an assignor");
        let actual = show(kind.assign(&partitions(topics), &members(group)));
        assert_eq!(actual, expected, "{line}");
        checked += 1;
    }
    assert_eq!(checked, 76);
}

fn any_group() -> impl Strategy<Value = (SortedMap<Rc<str>, i32>, SortedMap<String, Subscription>)>
{
    let names = ["a", "b", "c", "d"];
    let topics = prop::collection::vec(0..6i32, 4);
    let members = prop::collection::vec(prop::collection::btree_set(0..4usize, 0..4), 1..7);
    (topics, members).prop_map(move |(counts, members)| {
        let partitions = names.iter().zip(counts).filter(|(_, n)| *n > 0);
        let partitions = partitions.map(|(name, n)| (Rc::from(*name), n)).collect();
        let member = |(i, topics): (usize, BTreeSet<usize>)| {
            let topics = topics.into_iter().map(|t| Rc::from(names[t])).collect();
            (
                format!("C{i}"),
                Subscription {
                    topics,
                    ..Default::default()
                },
            )
        };
        (
            partitions,
            members.into_iter().enumerate().map(member).collect(),
        )
    })
}

proptest! {
    /// Every partition that somebody wants goes to exactly one member who wants it, and a second round in which
    /// nothing has changed changes nothing for the sticky ones.
    #[test]
    fn everything_is_assigned_once((partitions, members) in any_group()) {
        for kind in AssignorKind::ALL {
            let assignments = kind.assign(&partitions, &members);
            let mut owners: SortedMap<TopicPartition, &str> = SortedMap::new();
            for (id, list) in &assignments {
                for tp in list {
                    prop_assert!(members[id].topics.contains(&tp.topic));
                    prop_assert!(owners.insert(tp.clone(), id).is_none());
                }
            }
            let wanted = |topic: &Rc<str>| members.values().any(|m| m.topics.contains(topic));
            let total: i32 = partitions.iter().filter(|(t, _)| wanted(t)).map(|(_, n)| n).sum();
            prop_assert_eq!(owners.len(), total as usize);
            if matches!(kind, AssignorKind::Sticky | AssignorKind::CooperativeSticky) {
                let mut again = members.clone();
                for (id, member) in &mut again {
                    member.owned_partitions = assignments[id].clone();
                    member.generation = Some(1);
                }
                prop_assert_eq!(show(kind.assign(&partitions, &again)), show(assignments));
            }
        }
    }
}
