//! Committing, fetching, deleting and expiring offsets.

use super::records::{group_tombstone, offset_record, offset_tombstone};
use super::state::{CommittedOffset, Group, GroupState};
use super::{Caller, GroupCoordinator, Reply, Then, Ticket};
use crate::base::{Now, SortedSet};
use crate::protocol::generated::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use crate::protocol::generated::offset_commit_response::{
    OffsetCommitResponse, OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use crate::protocol::generated::offset_delete_request::OffsetDeleteRequest;
use crate::protocol::generated::offset_delete_response::{
    OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use crate::protocol::{ErrorCode, Uuid};

/// What the coordinator has to know about topics.
pub trait Topics {
    fn name(&self, topic_id: Uuid) -> Option<String>;
    fn id(&self, topic: &str) -> Option<Uuid>;
    fn has_partition(&self, topic: &str, partition: i32) -> bool;
}

/// The first version of OffsetCommit and OffsetFetch that names topics by id.
pub(super) const TOPIC_IDS_FROM: i16 = 10;
/// The first version of OffsetCommit that may be told that the group does not exist.
const GROUP_ID_NOT_FOUND_FROM: i16 = 9;

impl GroupCoordinator {
    /// Answers with [`Reply::OffsetCommit`], when the offsets are durable.
    pub fn commit_offsets(
        &mut self,
        now: Now,
        caller: Caller<'_>,
        request: &OffsetCommitRequest,
        topics: &dyn Topics,
    ) {
        self.notice_gap(now);
        if let Err(error) = self.validate_commit(now, caller.api_version, request) {
            let response = commit_error_response(request, error);
            self.reply(caller.ticket, Reply::OffsetCommit(response));
            return;
        }
        let mut response = OffsetCommitResponse::default();
        let mut records = Vec::new();
        for topic in &request.topics {
            let (answer, mut of_topic) =
                self.commit_topic(now, caller.api_version, request, topic, topics);
            response.topics.push(answer);
            records.append(&mut of_topic);
        }
        if records.is_empty() {
            self.reply(caller.ticket, Reply::OffsetCommit(response));
            return;
        }
        let then = Then::Commit {
            ticket: caller.ticket,
            response,
        };
        self.append(&request.group_id, records, then);
    }

    fn commit_topic(
        &mut self,
        now: Now,
        version: i16,
        request: &OffsetCommitRequest,
        topic: &OffsetCommitRequestTopic,
        topics: &dyn Topics,
    ) -> (OffsetCommitResponseTopic, Vec<super::GroupRecord>) {
        let by_id = version >= TOPIC_IDS_FROM;
        let name = if by_id {
            topics.name(topic.topic_id)
        } else {
            Some(topic.name.clone())
        };
        let topic_id = name.as_deref().and_then(|name| topics.id(name));
        let mut answer = OffsetCommitResponseTopic {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            ..Default::default()
        };
        let mut records = Vec::new();
        for partition in &topic.partitions {
            let index = partition.partition_index;
            let error = match (&name, topic_id) {
                (None, _) => ErrorCode::UNKNOWN_TOPIC_ID,
                (Some(name), Some(topic_id)) if topics.has_partition(name, index) => {
                    match self.committed(now, request, partition, topic_id) {
                        Ok(offset) => {
                            records.push(offset_record(&request.group_id, name, index, &offset));
                            ErrorCode::NONE
                        }
                        Err(error) => error,
                    }
                }
                _ => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            };
            answer.partitions.push(OffsetCommitResponsePartition {
                partition_index: index,
                error_code: error.code(),
                ..Default::default()
            });
        }
        (answer, records)
    }

    fn committed(
        &self,
        now: Now,
        request: &OffsetCommitRequest,
        partition: &OffsetCommitRequestPartition,
        topic_id: Uuid,
    ) -> Result<CommittedOffset, ErrorCode> {
        let metadata = partition.committed_metadata.clone().unwrap_or_default();
        if metadata.len() > usize::try_from(self.config.offset_metadata_max_bytes).unwrap_or(0) {
            return Err(ErrorCode::OFFSET_METADATA_TOO_LARGE);
        }
        let keep_ms = request.retention_time_ms;
        Ok(CommittedOffset {
            offset: partition.committed_offset,
            leader_epoch: partition.committed_leader_epoch,
            metadata,
            commit_timestamp_ms: now.wall_ms,
            expire_timestamp_ms: (keep_ms != -1).then(|| now.wall_ms.saturating_add(keep_ms)),
            topic_id,
        })
    }

    fn validate_commit(
        &mut self,
        now: Now,
        version: i16,
        request: &OffsetCommitRequest,
    ) -> Result<(), ErrorCode> {
        let group_id = &request.group_id;
        let generation = request.generation_id_or_member_epoch;
        if !self.groups.contains_key(group_id) {
            if generation < 0 {
                // Not a member of anything: a group that only holds offsets.
                self.groups
                    .insert(group_id.clone(), Group::new(group_id, now.wall_ms));
                return Ok(());
            }
            return Err(if version >= GROUP_ID_NOT_FOUND_FROM {
                ErrorCode::GROUP_ID_NOT_FOUND
            } else {
                ErrorCode::ILLEGAL_GENERATION
            });
        }
        let group = self.group_mut(group_id);
        let instance_id = request.group_instance_id.as_deref();
        if generation < 0 && group.state == GroupState::Empty {
            return Ok(());
        }
        if generation < 0 && request.member_id.is_empty() && instance_id.is_none() {
            return Err(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        group.validate_member(&request.member_id, instance_id)?;
        if generation != group.generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        if group.state == GroupState::CompletingRebalance {
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        let timeout_ms = group.members[&request.member_id].session_timeout_ms;
        self.schedule_heartbeat(now, group_id, &request.member_id, timeout_ms);
        Ok(())
    }

    pub(super) fn finish_commit(
        &mut self,
        ticket: Ticket,
        mut response: OffsetCommitResponse,
        error: Option<ErrorCode>,
    ) {
        if let Some(error) = error {
            let error = commit_write_error(error).code();
            for partition in response.topics.iter_mut().flat_map(|t| &mut t.partitions) {
                if partition.error_code == 0 {
                    partition.error_code = error;
                }
            }
        }
        self.reply(ticket, Reply::OffsetCommit(response));
    }

    /// Answers with [`Reply::OffsetDelete`] (KIP-496).
    pub fn delete_offsets(
        &mut self,
        caller: Caller<'_>,
        request: &OffsetDeleteRequest,
        topics: &dyn Topics,
    ) {
        let group_id = &request.group_id;
        let refused = match self.groups.get(group_id) {
            None => Some(ErrorCode::GROUP_ID_NOT_FOUND),
            Some(g) if g.state != GroupState::Empty && !g.is_consumer_group() => {
                Some(ErrorCode::NON_EMPTY_GROUP)
            }
            Some(_) => None,
        };
        if let Some(error) = refused {
            let response = OffsetDeleteResponse {
                error_code: error.code(),
                ..Default::default()
            };
            self.reply(caller.ticket, Reply::OffsetDelete(response));
            return;
        }
        let mut response = OffsetDeleteResponse::default();
        let mut records = Vec::new();
        for topic in &request.topics {
            let group = self.group_mut(group_id);
            let mut answer = OffsetDeleteResponseTopic {
                name: topic.name.clone(),
                ..Default::default()
            };
            for partition in &topic.partitions {
                let index = partition.partition_index;
                let error = if !topics.has_partition(&topic.name, index) {
                    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
                } else if group.is_subscribed_to(&topic.name) {
                    ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC
                } else {
                    if group.offsets.contains_key(&(topic.name.clone(), index)) {
                        records.push(offset_tombstone(group_id, &topic.name, index));
                    }
                    ErrorCode::NONE
                };
                answer.partitions.push(OffsetDeleteResponsePartition {
                    partition_index: index,
                    error_code: error.code(),
                });
            }
            response.topics.push(answer);
        }
        if records.is_empty() {
            self.reply(caller.ticket, Reply::OffsetDelete(response));
        } else {
            let then = Then::DeleteOffsets {
                ticket: caller.ticket,
                response,
            };
            self.append(group_id, records, then);
        }
    }

    pub(super) fn finish_delete_offsets(
        &mut self,
        ticket: Ticket,
        response: OffsetDeleteResponse,
        error: Option<ErrorCode>,
    ) {
        let response = match error {
            None => response,
            Some(error) => OffsetDeleteResponse {
                error_code: commit_write_error(error).code(),
                ..Default::default()
            },
        };
        self.reply(ticket, Reply::OffsetDelete(response));
    }

    /// A topic is gone, and with it what groups have committed for it.
    pub fn handle_topic_deleted(&mut self, topic: &str) {
        let mut gone = Vec::new();
        for group in self.groups.values() {
            let first = (topic.to_string(), i32::MIN);
            let of_topic = group
                .offsets
                .range(first..)
                .take_while(|((name, _), _)| name == topic);
            let records: Vec<_> = of_topic
                .map(|((_, partition), _)| offset_tombstone(&group.group_id, topic, *partition))
                .collect();
            if !records.is_empty() {
                gone.push((group.group_id.clone(), records));
            }
        }
        for (group_id, records) in gone {
            self.append(&group_id, records, Then::Nothing);
        }
    }

    /// Removes what is past `offsets.retention.minutes`, and groups that are left with nothing (KIP-211).
    pub(super) fn expire_offsets(&mut self, now: Now) {
        let retention_ms = i64::from(self.config.offsets_retention_minutes) * 60_000;
        let mut expired = Vec::new();
        for group in self.groups.values() {
            let mut records: Vec<_> = group
                .offsets
                .iter()
                .filter(|((topic, _), offset)| {
                    group.is_expired(topic, offset, now.wall_ms, retention_ms)
                })
                .map(|((topic, partition), _)| offset_tombstone(&group.group_id, topic, *partition))
                .collect();
            let nothing_left = records.len() == group.offsets.len();
            let unused = group.members.is_empty() && group.pending_joins.is_empty();
            if nothing_left && unused && group.state == GroupState::Empty {
                records.push(group_tombstone(&group.group_id));
            }
            if !records.is_empty() {
                expired.push((group.group_id.clone(), records));
            }
        }
        for (group_id, records) in expired {
            self.append(&group_id, records, Then::Nothing);
        }
        self.schedule_offset_expiry(now);
    }

    /// Topics for which any group has committed an offset, for observers.
    pub fn committed_topics(&self) -> SortedSet<&str> {
        let offsets = self.groups.values().flat_map(|g| g.offsets.keys());
        offsets.map(|(topic, _)| topic.as_str()).collect()
    }
}

impl Group {
    fn is_expired(
        &self,
        topic: &str,
        offset: &CommittedOffset,
        now_ms: i64,
        retention_ms: i64,
    ) -> bool {
        if let Some(expire_ms) = offset.expire_timestamp_ms {
            return now_ms >= expire_ms && self.state == GroupState::Empty;
        }
        let since_ms = match (&self.protocol_type, self.state) {
            (None, _) => offset.commit_timestamp_ms,
            (Some(_), GroupState::Empty) => {
                self.state_since_wall_ms.max(offset.commit_timestamp_ms)
            }
            (Some(_), GroupState::Stable) if self.is_abandoned(topic) => offset.commit_timestamp_ms,
            _ => return false,
        };
        now_ms - since_ms >= retention_ms
    }

    /// The group's members are known to read other topics only.
    fn is_abandoned(&self, topic: &str) -> bool {
        self.is_consumer_group()
            && self.subscribed_topics.is_some()
            && !self.is_subscribed_to(topic)
    }
}

fn commit_error_response(request: &OffsetCommitRequest, error: ErrorCode) -> OffsetCommitResponse {
    let topic = |topic: &OffsetCommitRequestTopic| OffsetCommitResponseTopic {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: topic
            .partitions
            .iter()
            .map(|p| OffsetCommitResponsePartition {
                partition_index: p.partition_index,
                error_code: error.code(),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    OffsetCommitResponse {
        topics: request.topics.iter().map(topic).collect(),
        ..Default::default()
    }
}

/// A whole request refused with one error, as when this broker is not the coordinator.
pub fn refuse_commit(request: &OffsetCommitRequest, error: ErrorCode) -> OffsetCommitResponse {
    commit_error_response(request, error)
}

/// What a client is told when its commit could not be written.
fn commit_write_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        | ErrorCode::NOT_ENOUGH_REPLICAS
        | ErrorCode::REQUEST_TIMED_OUT => ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::NOT_LEADER_OR_FOLLOWER | ErrorCode::KAFKA_STORAGE_ERROR => {
            ErrorCode::NOT_COORDINATOR
        }
        ErrorCode::MESSAGE_TOO_LARGE
        | ErrorCode::RECORD_LIST_TOO_LARGE
        | ErrorCode::INVALID_FETCH_SIZE => ErrorCode::INVALID_COMMIT_OFFSET_SIZE,
        other => other,
    }
}
