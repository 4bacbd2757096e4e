//! Keeps the hosted logs in step with the metadata image: partitions that come, change and go.

use super::Cluster;
use super::io::Output;
use crate::base::{BrokerId, LogId};
use crate::log::storage::Write;
use crate::log::{LogConfig, PartitionLog, log_start_key};
use crate::metadata::config::ResourceType;
use crate::metadata::{Change, MetadataImage};

/// The config of a partition's log, as its leader applies it.
pub fn log_config(image: &MetadataImage, topic: &str, leader: i32) -> LogConfig {
    image.log_config(topic, BrokerId(leader))
}

impl Cluster {
    /// Follows a change that has become durable.
    pub(super) fn apply_change(&mut self, change: Change) {
        match change {
            Change::Broker(broker) => self.changes.broker(broker),
            Change::TopicCreated { topic } => self.changes.topic(&topic),
            Change::PartitionCreated {
                topic,
                partition,
                log,
            } => {
                self.host_partition(&topic, partition, log);
            }
            Change::PartitionChanged { topic, partition } => {
                self.partition_changed(&topic, partition);
            }
            Change::TopicDeleted { topic, logs } => self.topic_deleted(&topic, &logs),
            Change::Configs { resource, name } => self.configs_changed(resource, &name),
            Change::Other => {}
        }
    }

    fn host_partition(&mut self, topic: &str, partition: i32, log: LogId) {
        let image = self.controller.image();
        let Some(found) = image.partition(topic, partition) else {
            return;
        };
        let mut new = PartitionLog::new(log, log_config(image, topic, found.leader));
        new.begin_epoch(found.leader_epoch);
        self.logs.insert(topic, partition, new);
        self.changes.topic(topic);
    }

    fn partition_changed(&mut self, topic: &str, partition: i32) {
        let image = self.controller.image();
        let Some(found) = image.partition(topic, partition) else {
            return;
        };
        let (id, epoch) = (found.log, found.leader_epoch);
        if let Some(hosted) = self.logs.get_mut(id)
            && hosted.log.latest_epoch() < epoch
        {
            hosted.log.begin_epoch(epoch);
        }
        self.changes.topic(topic);
        // Fetches that wait at a broker that no longer leads must hear of it.
        self.logs_grew(&[id]);
    }

    fn topic_deleted(&mut self, topic: &str, logs: &[LogId]) {
        for log in logs {
            let waiters = self.commit.forget_log(*log);
            self.logs.remove(*log);
            self.release_deleted(waiters);
            self.memory.forget(*log);
            self.logs_grew(&[*log]);
            let forget = Write::DeleteMeta {
                key: log_start_key(*log),
            };
            self.commit.put_in_passing(forget);
            self.outputs.push_back(Output::Trim {
                log: *log,
                below: None,
            });
        }
        self.groups_topic_deleted(topic);
        self.changes.topic_deleted(topic);
    }

    /// Broker configs are defaults of topics, so they concern all logs.
    fn configs_changed(&mut self, resource: ResourceType, name: &str) {
        let image = self.controller.image();
        for hosted in self.logs.iter_mut() {
            let concerned = resource == ResourceType::Broker || *hosted.topic == *name;
            if let Some(found) = image.partition(&hosted.topic, hosted.partition)
                && concerned
            {
                hosted
                    .log
                    .set_config(log_config(image, &hosted.topic, found.leader));
            }
        }
        match resource {
            ResourceType::Topic => self.changes.topic(name),
            ResourceType::Broker => self.refresh_settings(),
            _ => {}
        }
    }
}
