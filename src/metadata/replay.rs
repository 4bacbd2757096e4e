//! Applies records of the metadata log to the image, one after the other.
//!
//! Numbers of logs are given out here, in the order of the partitions' records, so that reading the
//! log back gives every partition the log that it had.

use super::config::ResourceType;
use super::image::{BrokerImage, MetadataImage, PartitionImage, TopicImage};
use super::records::Record;
use crate::base::sorted_map::Entry;
use crate::base::{BrokerId, LogId};
use crate::protocol::messages::{
    BrokerRegistrationChangeRecord, ConfigRecord, PartitionChangeRecord, PartitionRecord,
    RegisterBrokerRecord, RemoveTopicRecord, TopicRecord,
};
use std::fmt;
use std::rc::Rc;

/// A record that does not fit to those before it: the log is damaged, or another Kafka wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayError(String);

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReplayError {}

/// What a record changed, for those who keep something per topic, partition or broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Broker(BrokerId),
    TopicCreated {
        topic: Rc<str>,
    },
    /// A new partition, whose log is new and empty (or, on recovery, has to be read back).
    PartitionCreated {
        topic: Rc<str>,
        partition: i32,
        log: LogId,
    },
    /// Leader, in-sync replicas or replicas of a partition.
    PartitionChanged {
        topic: Rc<str>,
        partition: i32,
    },
    TopicDeleted {
        topic: Rc<str>,
        logs: Vec<LogId>,
    },
    /// Configs that were set for one resource. Those of `Broker` may change what holds for every
    /// topic.
    Configs {
        resource: ResourceType,
        name: String,
    },
    /// Features, quotas, credentials, blocks of producer ids.
    Other,
}

type Replayed = Result<Change, ReplayError>;

impl MetadataImage {
    /// Applies one record.
    pub fn replay(&mut self, record: &Record) -> Replayed {
        match record {
            Record::RegisterBroker(record) => self.replay_broker(record),
            Record::BrokerRegistrationChange(record) => self.replay_broker_change(record),
            Record::Topic(record) => Ok(self.replay_topic(record)),
            Record::RemoveTopic(record) => self.replay_remove_topic(record),
            Record::Partition(record) => self.replay_partition(record),
            Record::PartitionChange(record) => self.replay_partition_change(record),
            Record::Config(record) => self.replay_config(record),
            Record::FeatureLevel(record) => {
                self.features
                    .insert(record.name.clone(), record.feature_level);
                Ok(Change::Other)
            }
            Record::ClientQuota(record) => {
                self.quotas.replay(record);
                Ok(Change::Other)
            }
            Record::UserScramCredential(record) => {
                self.scram_users.replay(record);
                Ok(Change::Other)
            }
            Record::RemoveUserScramCredential(record) => {
                self.scram_users.replay_removal(record);
                Ok(Change::Other)
            }
            Record::ProducerIds(record) => {
                self.next_producer_id = record.next_producer_id;
                Ok(Change::Other)
            }
        }
    }

    fn replay_broker(&mut self, record: &RegisterBrokerRecord) -> Replayed {
        let Some(address) = record.end_points.first() else {
            return Err(ReplayError(format!(
                "broker {} has no address",
                record.broker_id
            )));
        };
        let id = BrokerId(record.broker_id);
        let broker = BrokerImage {
            id,
            host: address.host.clone(),
            port: address.port,
            rack: record.rack.clone(),
            fenced: record.fenced,
            epoch: record.broker_epoch,
            directory: record.log_dirs.first().copied().unwrap_or_default(),
        };
        self.brokers.insert(record.broker_id, broker);
        Ok(Change::Broker(id))
    }

    fn replay_broker_change(&mut self, record: &BrokerRegistrationChangeRecord) -> Replayed {
        let Some(broker) = self.brokers.get_mut(&record.broker_id) else {
            return Err(ReplayError(format!(
                "broker {} is not registered",
                record.broker_id
            )));
        };
        match record.fenced {
            1 => broker.fenced = true,
            -1 => broker.fenced = false,
            _ => {}
        }
        Ok(Change::Broker(broker.id))
    }

    fn replay_topic(&mut self, record: &TopicRecord) -> Change {
        let name: Rc<str> = Rc::from(record.name.as_str());
        let topic = TopicImage {
            name: name.clone(),
            id: record.topic_id,
            partitions: Vec::new(),
            min_insync_replicas: self.find_min_insync_replicas(&name),
        };
        self.topics.insert(name.clone(), topic);
        self.topic_names.insert(record.topic_id, name.clone());
        Change::TopicCreated { topic: name }
    }

    fn replay_remove_topic(&mut self, record: &RemoveTopicRecord) -> Replayed {
        let name = self.topic_names.remove(&record.topic_id);
        let Some(topic) = name.and_then(|name| self.topics.remove(&name)) else {
            return Err(ReplayError(format!(
                "no topic has the id {}",
                record.topic_id
            )));
        };
        self.configs
            .remove(&(ResourceType::Topic, topic.name.to_string()));
        let logs = topic
            .partitions
            .iter()
            .map(|partition| partition.log)
            .collect();
        Ok(Change::TopicDeleted {
            topic: topic.name,
            logs,
        })
    }

    fn topic_mut(&mut self, id: crate::protocol::Uuid) -> Result<&mut TopicImage, ReplayError> {
        let name = self.topic_names.get(&id);
        name.and_then(|name| self.topics.get_mut(name))
            .ok_or_else(|| ReplayError(format!("no topic has the id {id}")))
    }

    fn replay_partition(&mut self, record: &PartitionRecord) -> Replayed {
        let log = self.next_log;
        let topic = self.topic_mut(record.topic_id)?;
        let expected = topic.partitions.len();
        if usize::try_from(record.partition_id) != Ok(expected) {
            let (name, id) = (&topic.name, record.partition_id);
            return Err(ReplayError(format!(
                "{name}-{id} comes where {name}-{expected} should"
            )));
        }
        topic.partitions.push(PartitionImage {
            partition: record.partition_id,
            replicas: record.replicas.clone(),
            isr: record.isr.clone(),
            leader: record.leader,
            leader_epoch: record.leader_epoch,
            partition_epoch: record.partition_epoch,
            elr: record.eligible_leader_replicas.clone().unwrap_or_default(),
            last_known_elr: record.last_known_elr.clone().unwrap_or_default(),
            directories: record.directories.clone(),
            log,
        });
        let topic = topic.name.clone();
        self.next_log = LogId(log.0 + 1);
        Ok(Change::PartitionCreated {
            topic,
            partition: record.partition_id,
            log,
        })
    }

    fn replay_partition_change(&mut self, record: &PartitionChangeRecord) -> Replayed {
        const NO_LEADER_CHANGE: i32 = -2;
        let topic = self.topic_mut(record.topic_id)?;
        let name = topic.name.clone();
        let index = usize::try_from(record.partition_id).unwrap_or(usize::MAX);
        let Some(partition) = topic.partitions.get_mut(index) else {
            return Err(ReplayError(format!(
                "there is no {name}-{}",
                record.partition_id
            )));
        };
        let set = |field: &mut Vec<i32>, value: &Option<Vec<i32>>| {
            if let Some(value) = value {
                field.clone_from(value);
            }
        };
        set(&mut partition.replicas, &record.replicas);
        set(&mut partition.isr, &record.isr);
        set(&mut partition.elr, &record.eligible_leader_replicas);
        set(&mut partition.last_known_elr, &record.last_known_elr);
        if let Some(directories) = &record.directories {
            partition.directories.clone_from(directories);
        }
        if record.leader != NO_LEADER_CHANGE {
            partition.leader = record.leader;
            partition.leader_epoch += 1;
        }
        partition.partition_epoch += 1;
        Ok(Change::PartitionChanged {
            topic: name,
            partition: record.partition_id,
        })
    }

    fn replay_config(&mut self, record: &ConfigRecord) -> Replayed {
        let Some(resource) = ResourceType::from_id(record.resource_type) else {
            return Err(ReplayError(format!(
                "unknown resource type {}",
                record.resource_type
            )));
        };
        let name = record.resource_name.clone();
        match self.configs.entry((resource, name.clone())) {
            Entry::Vacant(entry) => {
                if let Some(value) = &record.value {
                    entry.insert([(record.name.clone(), value.clone())].into());
                }
            }
            Entry::Occupied(mut entry) => {
                match &record.value {
                    Some(value) => entry.get_mut().insert(record.name.clone(), value.clone()),
                    None => entry.get_mut().remove(&record.name),
                };
                if entry.get().is_empty() {
                    entry.remove();
                }
            }
        }
        if record.name == "min.insync.replicas" {
            self.refresh_min_insync_replicas();
        }
        Ok(Change::Configs { resource, name })
    }

    fn refresh_min_insync_replicas(&mut self) {
        let names: Vec<Rc<str>> = self.topics.keys().cloned().collect();
        for name in names {
            let number = self.find_min_insync_replicas(&name);
            if let Some(topic) = self.topics.get_mut(&name) {
                topic.min_insync_replicas = number;
            }
        }
    }
}
