//! Records of `__consumer_offsets`: writing them, and the state that they build.
//!
//! The formats are Kafka's own (`OffsetCommitKey`, `GroupMetadataKey` and their values), so the topic can
//! be read with Kafka's formatters.

use super::state::{CommittedOffset, Group, GroupState, Member, Protocol};
use super::timers::Timer;
use super::{GroupCoordinator, Then};
use crate::base::{Now, SortedMap};
use crate::protocol::DecodeError;
use crate::protocol::generated::group_metadata_value::{GroupMetadataValue, MemberMetadata};
use crate::protocol::generated::{GroupMetadataKey, OffsetCommitKey, OffsetCommitValue};
use crate::protocol::records::{
    GroupRecordKey, decode_coordinator_value, encode_coordinator_key, encode_coordinator_value,
};
use bytes::Bytes;

/// A key, and a value or a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    pub key: Bytes,
    pub value: Option<Bytes>,
}

const GROUP_METADATA_VERSION: i16 = 3;
const OFFSET_COMMIT_VERSION: i16 = 4;
/// The only version with an expiry time of its own.
const OFFSET_COMMIT_WITH_EXPIRY_VERSION: i16 = 1;

const KEY_FITS: &str = "names came in by the protocol, so they fit its strings";
const VALUE_FITS: &str = "the coordinator writes what the version can carry";

fn offset_key(group: &str, topic: &str, partition: i32) -> Bytes {
    let key = OffsetCommitKey {
        group: group.to_string(),
        topic: topic.to_string(),
        partition,
    };
    encode_coordinator_key(&key).expect(KEY_FITS)
}

fn group_key(group: &str) -> Bytes {
    let key = GroupMetadataKey {
        group: group.to_string(),
    };
    encode_coordinator_key(&key).expect(KEY_FITS)
}

/// The record of a committed offset.
pub(super) fn offset_record(
    group: &str,
    topic: &str,
    partition: i32,
    committed: &CommittedOffset,
) -> GroupRecord {
    let version = match committed.expire_timestamp_ms {
        Some(_) => OFFSET_COMMIT_WITH_EXPIRY_VERSION,
        None => OFFSET_COMMIT_VERSION,
    };
    let value = OffsetCommitValue {
        offset: committed.offset,
        leader_epoch: committed.leader_epoch,
        metadata: committed.metadata.clone(),
        commit_timestamp: committed.commit_timestamp_ms,
        expire_timestamp: committed.expire_timestamp_ms.unwrap_or(-1),
        topic_id: committed.topic_id,
        ..Default::default()
    };
    let value = Some(encode_coordinator_value(&value, version).expect(VALUE_FITS));
    GroupRecord {
        key: offset_key(group, topic, partition),
        value,
    }
}

pub(super) fn offset_tombstone(group: &str, topic: &str, partition: i32) -> GroupRecord {
    GroupRecord {
        key: offset_key(group, topic, partition),
        value: None,
    }
}

pub(super) fn group_tombstone(group: &str) -> GroupRecord {
    GroupRecord {
        key: group_key(group),
        value: None,
    }
}

impl Group {
    /// The group as it is now, its members with these assignments.
    fn snapshot(&self, assignment: &SortedMap<String, Bytes>) -> GroupRecord {
        let protocol = self.protocol_name.as_deref().unwrap_or("");
        let member = |m: &Member| MemberMetadata {
            member_id: m.member_id.clone(),
            group_instance_id: m.group_instance_id.clone(),
            client_id: m.client_id.clone(),
            client_host: m.client_host.clone(),
            rebalance_timeout: m.rebalance_timeout_ms,
            session_timeout: m.session_timeout_ms,
            subscription: m.metadata_for(protocol),
            assignment: assignment.get(&m.member_id).cloned().unwrap_or_default(),
            ..Default::default()
        };
        let value = GroupMetadataValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol_name.clone(),
            leader: self.leader.clone(),
            current_state_timestamp: self.state_since_wall_ms,
            members: self.members.values().map(member).collect(),
            ..Default::default()
        };
        let value =
            Some(encode_coordinator_value(&value, GROUP_METADATA_VERSION).expect(VALUE_FITS));
        GroupRecord {
            key: group_key(&self.group_id),
            value,
        }
    }

    fn from_snapshot(group_id: &str, value: GroupMetadataValue) -> Self {
        let mut group = Group::new(group_id, value.current_state_timestamp);
        group.generation = value.generation;
        group.protocol_type = Some(value.protocol_type).filter(|t| !t.is_empty());
        group.protocol_name = value.protocol;
        group.leader = value.leader;
        let protocol = group.protocol_name.clone().unwrap_or_default();
        for m in value.members {
            if let Some(instance_id) = &m.group_instance_id {
                group
                    .static_members
                    .insert(instance_id.clone(), m.member_id.clone());
            }
            let metadata = m.subscription;
            let member = Member {
                member_id: m.member_id.clone(),
                group_instance_id: m.group_instance_id,
                client_id: m.client_id,
                client_host: m.client_host,
                rebalance_timeout_ms: match m.rebalance_timeout {
                    -1 => m.session_timeout,
                    timeout_ms => timeout_ms,
                },
                session_timeout_ms: m.session_timeout,
                protocols: vec![Protocol {
                    name: protocol.clone(),
                    metadata,
                }],
                assignment: m.assignment,
                is_new: false,
                awaiting_join: None,
                awaiting_sync: None,
            };
            group.members.insert(m.member_id, member);
        }
        if !group.members.is_empty() {
            group.state = GroupState::Stable;
            group.previous_state = GroupState::Stable;
        }
        group.subscribed_topics = group.compute_subscribed_topics();
        group
    }
}

impl GroupCoordinator {
    /// Applies a record that was read back from the log. Before the first request; records of one
    /// partition in their order. A record that cannot be read is the caller's to report.
    pub fn replay(&mut self, now: Now, record: &GroupRecord) -> Result<(), DecodeError> {
        match GroupRecordKey::parse(record.key.clone())? {
            GroupRecordKey::OffsetCommit(key) => {
                self.replay_offset(now, key, record.value.as_ref())
            }
            GroupRecordKey::GroupMetadata(key) => {
                match &record.value {
                    Some(value) => {
                        let value: GroupMetadataValue = decode_coordinator_value(value.clone())?;
                        let mut group = Group::from_snapshot(&key.group, value);
                        if let Some(old) = self.groups.remove(&key.group) {
                            group.offsets = old.offsets;
                        }
                        self.groups.insert(key.group, group);
                    }
                    None => {
                        self.groups.remove(&key.group);
                    }
                }
                Ok(())
            }
            GroupRecordKey::Other(_) => Ok(()),
        }
    }

    /// All records are replayed: members have their session timeouts from now on.
    pub fn handle_loaded(&mut self, now: Now) {
        let members: Vec<(String, String, i32)> = self
            .groups
            .values()
            .flat_map(|g| g.members.values().map(move |m| (g, m)))
            .map(|(g, m)| {
                (
                    g.group_id.clone(),
                    m.member_id.clone(),
                    m.session_timeout_ms,
                )
            })
            .collect();
        for (group, member_id, timeout_ms) in members {
            self.schedule_heartbeat(now, &group, &member_id, timeout_ms);
        }
        let groups: Vec<String> = self.groups.keys().cloned().collect();
        self.changed.extend(groups);
        self.schedule_offset_expiry(now);
    }

    pub(super) fn schedule_offset_expiry(&mut self, now: Now) {
        let interval_ms = self.config.offsets_retention_check_interval_ms.max(1) as u64;
        self.timers
            .schedule(now.mono_ms + interval_ms, Timer::ExpireOffsets);
    }

    /// Applies a record of ours that has become durable. Group snapshots are left out: memory has moved on
    /// since they were taken.
    pub(super) fn replay_live(&mut self, now: Now, record: &GroupRecord) {
        let key =
            GroupRecordKey::parse(record.key.clone()).expect("the coordinator wrote this key");
        match key {
            GroupRecordKey::OffsetCommit(key) => {
                let group = key.group.clone();
                self.replay_offset(now, key, record.value.as_ref())
                    .expect("the coordinator wrote this value");
                self.touch(&group);
            }
            GroupRecordKey::GroupMetadata(key) => {
                if record.value.is_none() {
                    self.groups.remove(&key.group);
                    self.touch(&key.group);
                }
            }
            GroupRecordKey::Other(_) => {}
        }
    }

    fn replay_offset(
        &mut self,
        now: Now,
        key: OffsetCommitKey,
        value: Option<&Bytes>,
    ) -> Result<(), DecodeError> {
        let place = (key.topic, key.partition);
        let Some(value) = value else {
            if let Some(group) = self.groups.get_mut(&key.group) {
                group.offsets.remove(&place);
            }
            return Ok(());
        };
        let value: OffsetCommitValue = decode_coordinator_value(value.clone())?;
        let committed = CommittedOffset {
            offset: value.offset,
            leader_epoch: value.leader_epoch,
            metadata: value.metadata,
            commit_timestamp_ms: value.commit_timestamp,
            expire_timestamp_ms: Some(value.expire_timestamp).filter(|t| *t != -1),
            topic_id: value.topic_id,
        };
        let group = self
            .groups
            .entry(key.group)
            .or_insert_with_key(|group_id| Group::new(group_id, now.wall_ms));
        group.offsets.insert(place, committed);
        Ok(())
    }

    /// Writes the group as it is now.
    pub(super) fn append_group_snapshot(
        &mut self,
        group_id: &str,
        assignment: &SortedMap<String, Bytes>,
        then: Then,
    ) {
        let record = self.group_mut(group_id).snapshot(assignment);
        self.append(group_id, vec![record], then);
    }

    /// Writes that a group exists, as Kafka does when the first member asks for it.
    pub(super) fn append_new_group(&mut self, now: Now, group_id: &str) {
        let record = Group::new(group_id, now.wall_ms).snapshot(&SortedMap::new());
        self.append(group_id, vec![record], Then::Nothing);
    }
}
