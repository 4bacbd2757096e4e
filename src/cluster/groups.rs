//! Between the group coordinator and the rest: its effects are carried out, its timer is armed, its
//! records go to `__consumer_offsets`.
//!
//! One coordinator serves all brokers; a request is answered by the broker that leads the group's
//! partition.

use super::commit::Waiter;
use super::parked::Pending;
use super::requests::{Call, RequestId};
use super::timers::Timer;
use super::{Cluster, ClusterConfig};
use crate::base::{BrokerId, LogId, Rng};
use crate::coordinator::group::{
    AppendId, Effect, GroupConfig, GroupCoordinator, GroupRecord, Reply, Topics,
};
use crate::log::{AppendContext, Origin};
use crate::metadata::MetadataImage;
use crate::metadata::config::settings::BrokerSettings;
use crate::metadata::names::OFFSETS_TOPIC;
use crate::protocol::messages::{
    DeleteGroupsRequest, HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest,
    OffsetCommitRequest, OffsetDeleteRequest, SyncGroupRequest,
};
use crate::protocol::record_batch::{BatchBuilder, BatchOptions};
use crate::protocol::{ErrorCode, Uuid};

/// The coordinator and what is kept for it.
pub struct Groups {
    coordinator: GroupCoordinator,
    armed_ms: Option<u64>,
}

/// The metadata image, as far as the coordinator wants to know it.
pub struct ImageTopics<'a>(pub &'a MetadataImage);

impl Topics for ImageTopics<'_> {
    fn name(&self, topic_id: Uuid) -> Option<String> {
        self.0
            .topic_by_id(topic_id)
            .map(|topic| topic.name.to_string())
    }

    fn id(&self, topic: &str) -> Option<Uuid> {
        self.0.topic(topic).map(|topic| topic.id)
    }

    fn has_partition(&self, topic: &str, partition: i32) -> bool {
        self.0.partition(topic, partition).is_some()
    }
}

/// Whether `broker` leads a partition of `__consumer_offsets`.
pub fn leads(image: &MetadataImage, broker: BrokerId, partition: i32) -> bool {
    image
        .partition(OFFSETS_TOPIC, partition)
        .is_some_and(|found| found.leader == broker.0)
}

impl Groups {
    /// A coordinator for the number of partitions that the cluster was configured with; once the
    /// topic exists, its own number counts.
    pub fn new(partitions: i32, rng: Rng) -> Self {
        let coordinator = GroupCoordinator::new(GroupConfig::default(), partitions, rng);
        Groups {
            coordinator,
            armed_ms: None,
        }
    }

    pub fn coordinator(&self) -> &GroupCoordinator {
        &self.coordinator
    }

    pub fn coordinator_mut(&mut self) -> &mut GroupCoordinator {
        &mut self.coordinator
    }
}

fn group_config(settings: &BrokerSettings) -> GroupConfig {
    GroupConfig {
        min_session_timeout_ms: settings.group_min_session_timeout_ms,
        max_session_timeout_ms: settings.group_max_session_timeout_ms,
        initial_rebalance_delay_ms: settings.group_initial_rebalance_delay_ms,
        max_size: settings.group_max_size,
        offset_metadata_max_bytes: settings.offset_metadata_max_bytes,
        offsets_retention_minutes: settings.offsets_retention_minutes,
        offsets_retention_check_interval_ms: settings.offsets_retention_check_interval_ms,
    }
}

impl Cluster {
    /// Takes over what the configs say now.
    pub(super) fn groups_configs_changed(&mut self) {
        let config = group_config(&self.settings);
        self.groups.coordinator.set_config(config);
    }

    pub(super) fn groups_topic_deleted(&mut self, topic: &str) {
        self.groups.coordinator.handle_topic_deleted(topic);
    }

    pub(super) fn groups_loaded(&mut self) {
        self.groups.coordinator.handle_loaded(self.now);
    }

    /// The coordinator's timer is due.
    pub(super) fn groups_due(&mut self) {
        self.groups.armed_ms = None;
        self.groups.coordinator.handle_timeout(self.now);
    }

    /// Carries out what the coordinator wants done, and arms its timer.
    pub(super) fn drain_groups(&mut self) {
        while let Some(effect) = self.groups.coordinator.poll_effect() {
            match effect {
                Effect::Reply { ticket, reply } => self.group_reply(RequestId(ticket.0), reply),
                Effect::Append {
                    id,
                    partition,
                    records,
                } => {
                    if !self.append_group(id, partition, &records) {
                        self.group_released(id, false);
                    }
                }
                Effect::Changed { group } => self.changes.group(group),
                Effect::Deleted { group } => self.changes.group_deleted(group),
            }
        }
        let wanted = self.groups.coordinator.poll_timeout();
        if wanted != self.groups.armed_ms {
            if let Some(armed_ms) = self.groups.armed_ms {
                self.timers.cancel(armed_ms, Timer::Coordinator);
            }
            if let Some(wanted) = wanted {
                self.timers.arm(wanted, Timer::Coordinator);
            }
            self.groups.armed_ms = wanted;
        }
    }

    fn append_group(&mut self, id: AppendId, partition: i32, records: &[GroupRecord]) -> bool {
        let found = self.controller.image().partition(OFFSETS_TOPIC, partition);
        let Some((log, leader_epoch)) = found.map(|found| (found.log, found.leader_epoch)) else {
            return false;
        };
        match self.append_to(log, leader_epoch, records) {
            Ok(end_offset) => {
                self.commit.wait(log, end_offset, Waiter::Group(id));
                true
            }
            Err(why) => {
                self.warn(format!(
                    "{OFFSETS_TOPIC}-{partition} cannot be written: {why}"
                ));
                false
            }
        }
    }

    fn append_to(
        &mut self,
        log: LogId,
        leader_epoch: i32,
        records: &[GroupRecord],
    ) -> Result<i64, String> {
        let mut batch = BatchBuilder::new();
        for record in records {
            batch.append(
                self.now.wall_ms,
                Some(&record.key),
                record.value.as_deref(),
                &[],
            );
        }
        let batch = batch.finish(&BatchOptions::default());
        let hosted = self.logs.get_mut(log).ok_or("there is no such log")?;
        let name = hosted.name.clone();
        let ctx = AppendContext {
            now_ms: self.now.wall_ms,
            leader_epoch,
            origin: Origin::Coordinator,
            partition: &name,
            decompress: None,
        };
        let appended = hosted.log.append(&batch, &ctx).map_err(|error| error.why)?;
        self.logs.mark_pending(log);
        Ok(appended.last_offset + 1)
    }

    /// Records are durable, or will never be.
    pub(super) fn group_released(&mut self, id: AppendId, ok: bool) {
        // What Kafka's coordinator makes of a write that times out or fails.
        let result = if ok {
            Ok(())
        } else {
            Err(ErrorCode::COORDINATOR_NOT_AVAILABLE)
        };
        self.groups
            .coordinator
            .handle_appended(self.now, id, result);
    }

    /// Parks a request whose answer comes as an effect.
    pub(super) fn park_for_group(&mut self, id: RequestId, call: Call) {
        self.park(id, call, Pending::Group, None);
    }

    fn group_reply(&mut self, id: RequestId, reply: Reply) {
        let Some(parked) = self.unpark(id) else {
            return;
        };
        let call = &parked.call;
        match reply {
            Reply::Join(response) => self.respond::<JoinGroupRequest>(id, call, &response),
            Reply::Sync(response) => self.respond::<SyncGroupRequest>(id, call, &response),
            Reply::Heartbeat(response) => self.respond::<HeartbeatRequest>(id, call, &response),
            Reply::Leave(response) => self.respond::<LeaveGroupRequest>(id, call, &response),
            Reply::OffsetCommit(response) => {
                self.respond::<OffsetCommitRequest>(id, call, &response);
            }
            Reply::OffsetDelete(response) => {
                self.respond::<OffsetDeleteRequest>(id, call, &response);
            }
            Reply::DeleteGroups(response) => {
                self.respond::<DeleteGroupsRequest>(id, call, &response);
            }
        }
    }
}

/// The number of partitions of `__consumer_offsets` at a first start.
pub fn configured_partitions(config: &ClusterConfig) -> i32 {
    let set = config.broker_configs.get("offsets.topic.num.partitions");
    set.and_then(|value| value.parse().ok())
        .filter(|n| *n > 0)
        .unwrap_or(50)
}
