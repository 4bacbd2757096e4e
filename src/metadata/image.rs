//! The metadata image: what the records of `__cluster_metadata` say about the cluster, all in all.
//!
//! [`MetadataImage::replay`] is the only thing that changes it, both when a record has become
//! durable and when the log is read back. It decides nothing; decisions are the controller's.

use super::config::resolve::{BrokerView, Configs};
use super::config::settings::{self, BrokerSettings};
use super::config::{ResourceType, Value, topic_key};
use super::names;
use super::quotas::Quotas;
use super::scram::ScramUsers;
use crate::base::{BrokerId, LogId, SortedMap};
use crate::log::LogConfig;
use crate::protocol::Uuid;
use std::rc::Rc;

/// In place of a leader's id when there is no leader.
pub const NO_LEADER: i32 = -1;

/// A registered broker.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerImage {
    pub id: BrokerId,
    /// The address that it registered; connections may advertise another one.
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    /// Not in service: it leads nothing and gets no new leaders.
    pub fenced: bool,
    pub epoch: i64,
    /// Its one log directory.
    pub directory: Uuid,
}

/// A topic, its partitions by number.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicImage {
    pub name: Rc<str>,
    pub id: Uuid,
    pub partitions: Vec<PartitionImage>,
    /// `min.insync.replicas` as it holds for this topic.
    pub min_insync_replicas: usize,
}

/// A partition: its replicas by the ids of their brokers, the preferred leader first.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionImage {
    pub partition: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    /// [`NO_LEADER`] if there is none.
    pub leader: i32,
    pub leader_epoch: i32,
    /// Counts every change of this partition's record.
    pub partition_epoch: i32,
    /// Eligible leader replicas (KIP-966): out of sync, but known to have all that was
    /// acknowledged.
    pub elr: Vec<i32>,
    pub last_known_elr: Vec<i32>,
    /// The log directory of each replica.
    pub directories: Vec<Uuid>,
    /// The log of the leader.
    pub log: LogId,
}

/// One copy of a partition, on one broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replica {
    pub broker: BrokerId,
    /// All replicas of a partition share one log for now.
    pub log: LogId,
    pub is_leader: bool,
    pub in_sync: bool,
}

impl TopicImage {
    pub fn partition(&self, index: i32) -> Option<&PartitionImage> {
        self.partitions.get(usize::try_from(index).ok()?)
    }

    pub fn is_internal(&self) -> bool {
        names::is_internal(&self.name)
    }
}

impl PartitionImage {
    /// The copy on `broker`, if it has one.
    pub fn replica(&self, broker: BrokerId) -> Option<Replica> {
        self.replicas.contains(&broker.0).then(|| Replica {
            broker,
            log: self.log,
            is_leader: self.leader == broker.0,
            in_sync: self.isr.contains(&broker.0),
        })
    }

    /// The replica that should lead when all is well.
    pub fn preferred_leader(&self) -> i32 {
        self.replicas.first().copied().unwrap_or(NO_LEADER)
    }
}

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataImage {
    pub(super) brokers: SortedMap<i32, BrokerImage>,
    pub(super) topics: SortedMap<Rc<str>, TopicImage>,
    pub(super) topic_names: SortedMap<Uuid, Rc<str>>,
    pub(super) configs: SortedMap<(ResourceType, String), Configs>,
    pub(super) features: SortedMap<String, i16>,
    pub(super) quotas: Quotas,
    pub(super) scram_users: ScramUsers,
    pub(super) next_log: LogId,
    pub(super) next_producer_id: i64,
    /// What each broker was started with: given, not replayed.
    started_with: SortedMap<i32, Configs>,
}

static NO_CONFIGS: Configs = Configs::new();

impl MetadataImage {
    /// The image before the first record. `started_with`: the static configuration of each broker.
    pub fn new(started_with: SortedMap<BrokerId, Configs>) -> Self {
        MetadataImage {
            brokers: SortedMap::new(),
            topics: SortedMap::new(),
            topic_names: SortedMap::new(),
            configs: SortedMap::new(),
            features: SortedMap::new(),
            quotas: Quotas::default(),
            scram_users: ScramUsers::default(),
            next_log: LogId(1),
            next_producer_id: 0,
            started_with: started_with
                .into_iter()
                .map(|(id, configs)| (id.0, configs))
                .collect(),
        }
    }

    /// Whether no record was replayed yet: a cluster at its first start.
    pub fn is_empty(&self) -> bool {
        self.brokers.is_empty() && self.features.is_empty()
    }

    /// All registered brokers by id.
    pub fn brokers(&self) -> impl Iterator<Item = &BrokerImage> {
        self.brokers.values()
    }

    /// Brokers in service, by id.
    pub fn active_brokers(&self) -> impl Iterator<Item = &BrokerImage> {
        self.brokers.values().filter(|broker| !broker.fenced)
    }

    pub fn broker(&self, id: BrokerId) -> Option<&BrokerImage> {
        self.brokers.get(&id.0)
    }

    /// Whether the broker is registered and in service.
    pub fn is_active(&self, id: i32) -> bool {
        self.brokers.get(&id).is_some_and(|broker| !broker.fenced)
    }

    /// The broker that is shown as controller: the first that is in service.
    pub fn controller(&self) -> Option<BrokerId> {
        self.active_brokers().next().map(|broker| broker.id)
    }

    /// All topics by name.
    pub fn topics(&self) -> impl Iterator<Item = &TopicImage> {
        self.topics.values()
    }

    pub fn topic(&self, name: &str) -> Option<&TopicImage> {
        self.topics.get(name)
    }

    pub fn topic_by_id(&self, id: Uuid) -> Option<&TopicImage> {
        self.topic(self.topic_names.get(&id)?)
    }

    pub fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionImage> {
        self.topic(topic)?.partition(partition)
    }

    pub fn is_internal(&self, topic: &str) -> bool {
        names::is_internal(topic)
    }

    /// Finalized feature levels by name (KIP-584).
    pub fn features(&self) -> &SortedMap<String, i16> {
        &self.features
    }

    /// The number of the next partition's log; all before it have been given out.
    pub fn next_log(&self) -> LogId {
        self.next_log
    }

    /// The first producer id of the next block.
    pub fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }

    /// Quotas as they were set; nothing enforces them.
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Users with SCRAM credentials; nobody logs in with them.
    pub fn scram_users(&self) -> &ScramUsers {
        &self.scram_users
    }

    /// What was set for one resource while running; empty if nothing was.
    pub fn configs(&self, resource: ResourceType, name: &str) -> &Configs {
        self.configs
            .get(&(resource, name.to_owned()))
            .unwrap_or(&NO_CONFIGS)
    }

    /// Names of the resources of one type for which something was set while running.
    pub fn configured(&self, resource: ResourceType) -> impl Iterator<Item = &str> {
        let of_type = self
            .configs
            .keys()
            .filter(move |(kind, _)| *kind == resource);
        of_type.map(|(_, name)| name.as_str())
    }

    /// The three layers of a broker's configuration.
    pub fn broker_view(&self, id: BrokerId) -> BrokerView<'_> {
        BrokerView {
            started_with: self.started_with.get(&id.0).unwrap_or(&NO_CONFIGS),
            cluster_wide: self.configs(ResourceType::Broker, ""),
            per_broker: self.configs(ResourceType::Broker, &id.0.to_string()),
        }
    }

    /// The configuration with which the controller decides.
    pub fn controller_view(&self) -> BrokerView<'_> {
        let first = || self.started_with.keys().next().map(|id| BrokerId(*id));
        self.broker_view(self.controller().or_else(first).unwrap_or(BrokerId(0)))
    }

    /// A broker's configs that act.
    pub fn broker_settings(&self, id: BrokerId) -> BrokerSettings {
        BrokerSettings::new(self.broker_view(id))
    }

    /// What acts on the logs of a topic, as the broker that leads a partition applies it.
    pub fn log_config(&self, topic: &str, leader: BrokerId) -> LogConfig {
        let overrides = self.configs(ResourceType::Topic, topic);
        settings::log_config(overrides, self.broker_view(leader))
    }

    /// `min.insync.replicas` of a topic. It cannot differ between brokers (KIP-966).
    pub(super) fn find_min_insync_replicas(&self, topic: &str) -> usize {
        let key = topic_key("min.insync.replicas").expect("a topic config");
        let overrides = self.configs(ResourceType::Topic, topic);
        match self.controller_view().topic_value(overrides, key) {
            Some(Value::Int(number)) => usize::try_from(number).unwrap_or(1),
            _ => 1,
        }
    }
}
