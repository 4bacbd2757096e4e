//! What the page is told, in the shapes of part 1 of `www/src/client/types.ts`.

use super::changes::{Changes, Fetched, Position};
use crate::base::{SortedMap, SortedSet};
use crate::cluster::Cluster;
use crate::cluster::view::{GroupView, MemberView, PartitionView, TopicView};
use crate::protocol::Message;
use crate::protocol::Reader;
use crate::protocol::messages::ConsumerProtocolAssignment;
use serde::Serialize;

const OFFSETS_TOPIC: &str = "__consumer_offsets";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BrokerState {
    id: i32,
    host: String,
    port: u16,
    rack: Option<String>,
    controller: bool,
    alive: bool,
    leaders: usize,
    replicas: usize,
    in_sync: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionState {
    partition: i32,
    leader: i32,
    leader_epoch: i32,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    log_start: i64,
    high_watermark: i64,
    log_end: i64,
    size_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TopicState {
    name: String,
    id: String,
    internal: bool,
    partitions: Vec<PartitionState>,
    configs: SortedMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TopicPartition {
    topic: String,
    partition: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberState {
    member_id: String,
    group_instance_id: Option<String>,
    client_id: String,
    host: String,
    assignment: Vec<TopicPartition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommittedState {
    topic: String,
    partition: i32,
    committed: i64,
    metadata: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupState {
    group: String,
    state: &'static str,
    protocol_type: String,
    protocol: String,
    generation: i32,
    coordinator: i32,
    members: Vec<MemberState>,
    offsets: Vec<CommittedState>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PositionState {
    topic: String,
    partition: i32,
    connection: u64,
    client_id: String,
    member_id: Option<String>,
    offset: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageState {
    state: &'static str,
    text: String,
    used_bytes: f64,
}

#[derive(Serialize)]
pub struct Notice {
    level: &'static str,
    text: String,
}

/// `ClusterUpdate`: what is absent has not changed.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct ClusterUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    full: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brokers: Option<Vec<BrokerState>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    topics: Vec<TopicState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed_topics: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<GroupState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed_groups: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    positions: Vec<PositionState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed_connections: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<StorageState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Notice>,
}

/// The whole cluster. Positions stay as they were last told.
pub fn everything(cluster: &Cluster, changes: &mut Changes) -> ClusterUpdate {
    let topics = cluster.topics();
    let group = |name: String| Some(group_state(cluster, cluster.group(&name)?));
    ClusterUpdate {
        full: Some(true),
        cluster_id: Some(cluster.cluster_id().to_string()),
        brokers: Some(brokers(cluster, &topics)),
        groups: cluster
            .group_names()
            .into_iter()
            .filter_map(group)
            .collect(),
        topics: topics.into_iter().map(topic_state).collect(),
        positions: positions(cluster, all_positions(changes)),
        storage: storage(changes, true),
        notices: notices(changes),
        ..Default::default()
    }
}

/// What has changed since the last time.
pub fn changed(cluster: &Cluster, changes: &mut Changes) -> ClusterUpdate {
    changes.asked();
    let topics = std::mem::take(&mut changes.topics);
    let groups = std::mem::take(&mut changes.groups);
    let (topics, mut removed_topics) = found_or_gone(topics, |name| cluster.topic(name));
    let (groups, mut removed_groups) = found_or_gone(groups, |name| cluster.group(name));
    removed_topics.extend(std::mem::take(&mut changes.removed_topics));
    removed_groups.extend(std::mem::take(&mut changes.removed_groups));
    // A topic's coming, going or moving changes how many leaders and replicas brokers have.
    let brokers_changed = !std::mem::take(&mut changes.brokers).is_empty()
        || !topics.is_empty()
        || !removed_topics.is_empty();
    ClusterUpdate {
        brokers: brokers_changed.then(|| brokers(cluster, &cluster.topics())),
        topics: topics.into_iter().map(topic_state).collect(),
        removed_topics,
        groups: groups
            .into_iter()
            .map(|group| group_state(cluster, group))
            .collect(),
        removed_groups,
        removed_connections: std::mem::take(&mut changes.gone)
            .into_iter()
            .map(|conn| conn.0)
            .collect(),
        positions: positions(cluster, moved_positions(changes)),
        storage: storage(changes, false),
        notices: notices(changes),
        ..Default::default()
    }
}

/// Between the event and now a thing may have gone again.
fn found_or_gone<T>(
    names: SortedSet<String>,
    look: impl Fn(&str) -> Option<T>,
) -> (Vec<T>, Vec<String>) {
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    for name in names {
        match look(&name) {
            Some(thing) => found.push(thing),
            None => gone.push(name),
        }
    }
    (found, gone)
}

fn brokers(cluster: &Cluster, topics: &[TopicView]) -> Vec<BrokerState> {
    let partitions = || topics.iter().flat_map(|topic| &topic.partitions);
    let state = |broker: crate::cluster::view::BrokerView| {
        let id = broker.id.0;
        BrokerState {
            id,
            host: broker.host,
            port: broker.port,
            rack: None,
            controller: broker.is_controller,
            alive: !broker.fenced,
            leaders: partitions()
                .filter(|partition| partition.leader == id)
                .count(),
            replicas: partitions()
                .filter(|partition| partition.replicas.contains(&id))
                .count(),
            in_sync: partitions()
                .filter(|partition| partition.isr.contains(&id))
                .count(),
        }
    };
    cluster.brokers().into_iter().map(state).collect()
}

fn topic_state(topic: TopicView) -> TopicState {
    let partition = |partition: PartitionView| PartitionState {
        partition: partition.partition,
        leader: partition.leader,
        leader_epoch: partition.leader_epoch,
        replicas: partition.replicas,
        isr: partition.isr,
        log_start: partition.log_start_offset,
        high_watermark: partition.high_watermark,
        log_end: partition.log_end_offset,
        size_bytes: partition.size_bytes,
    };
    TopicState {
        name: topic.name,
        id: topic.id,
        internal: topic.is_internal,
        partitions: topic.partitions.into_iter().map(partition).collect(),
        configs: topic.configs,
    }
}

fn group_state(cluster: &Cluster, group: GroupView) -> GroupState {
    let member = |member: MemberView| MemberState {
        assignment: assignment(&member),
        member_id: member.member_id,
        group_instance_id: member.group_instance_id,
        client_id: member.client_id,
        host: member.client_host,
    };
    let committed = |offset: crate::cluster::view::OffsetView| CommittedState {
        topic: offset.topic,
        partition: offset.partition,
        committed: offset.committed,
        metadata: offset.metadata,
    };
    GroupState {
        coordinator: coordinator(cluster, &group.group),
        group: group.group,
        state: group.state,
        protocol_type: group.protocol_type,
        protocol: group.protocol,
        generation: group.generation,
        members: group.members.into_iter().map(member).collect(),
        offsets: group.offsets.into_iter().map(committed).collect(),
    }
}

/// What a consumer was given; nothing for members of another protocol or before the first assignment.
fn assignment(member: &MemberView) -> Vec<TopicPartition> {
    let mut reader = Reader::new(member.assignment.clone());
    let decoded = reader
        .i16()
        .and_then(|version| ConsumerProtocolAssignment::decode(&mut reader, version.clamp(0, 3)));
    let Ok(decoded) = decoded else {
        return Vec::new();
    };
    let topics = decoded.assigned_partitions.into_iter();
    topics
        .flat_map(|topic| {
            let name = topic.topic;
            topic
                .partitions
                .into_iter()
                .map(move |partition| TopicPartition {
                    topic: name.clone(),
                    partition,
                })
        })
        .collect()
}

/// The broker that leads the partition of `__consumer_offsets` that the group's name hashes to; -1 if none does.
fn coordinator(cluster: &Cluster, group: &str) -> i32 {
    let Some(topic) = cluster.topic(OFFSETS_TOPIC) else {
        return -1;
    };
    // Java's String.hashCode, as Kafka takes it.
    let hash = group.encode_utf16().fold(0_i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    });
    let count = topic.partitions.len().max(1);
    let at = (hash & i32::MAX) as usize % count;
    topic
        .partitions
        .get(at)
        .map_or(-1, |partition| partition.leader)
}

fn positions(cluster: &Cluster, known: Vec<(Position, Fetched)>) -> Vec<PositionState> {
    if known.is_empty() {
        return Vec::new();
    }
    let owners = owners(cluster);
    let state = |((conn, topic, partition), fetched): (Position, Fetched)| {
        let owned = (fetched.client_id, topic, partition);
        let member_id = owners.get(&owned).cloned();
        let (client_id, topic, partition) = owned;
        PositionState {
            topic,
            partition,
            connection: conn.0,
            client_id,
            member_id,
            offset: fetched.offset,
        }
    };
    known.into_iter().map(state).collect()
}

fn all_positions(changes: &Changes) -> Vec<(Position, Fetched)> {
    changes
        .positions
        .iter()
        .map(|(position, fetched)| (position.clone(), fetched.clone()))
        .collect()
}

fn moved_positions(changes: &mut Changes) -> Vec<(Position, Fetched)> {
    let moved = std::mem::take(&mut changes.moved).into_iter();
    moved
        .filter_map(|position| {
            changes
                .positions
                .get(&position)
                .map(|fetched| (position.clone(), fetched.clone()))
        })
        .collect()
}

/// By client, topic and partition: the member to which the partition was given.
fn owners(cluster: &Cluster) -> SortedMap<(String, String, i32), String> {
    let mut owners = SortedMap::new();
    for group in cluster
        .group_names()
        .iter()
        .filter_map(|name| cluster.group(name))
    {
        for member in &group.members {
            for TopicPartition { topic, partition } in assignment(member) {
                let key = (member.client_id.clone(), topic, partition);
                owners.insert(key, member.member_id.clone());
            }
        }
    }
    owners
}

/// Clients whose last connection has gone. A page that has just been told everything may not know them.
fn storage(changes: &mut Changes, all: bool) -> Option<StorageState> {
    let (state, text, used_bytes) = changes.storage.tell(all)?;
    Some(StorageState {
        state,
        text,
        used_bytes,
    })
}

fn notices(changes: &mut Changes) -> Vec<Notice> {
    let warnings = std::mem::take(&mut changes.warnings);
    warnings
        .into_iter()
        .map(|text| Notice {
            level: "warning",
            text,
        })
        .collect()
}
