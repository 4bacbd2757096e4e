//! What an observer may see of the cluster: snapshots, by value, of brokers, topics and groups.
//!
//! For pictures and tables. Clients learn the same by requests; nothing here is an authority.

use super::Cluster;
use crate::base::{BrokerId, ConnId, SortedMap};
use crate::metadata::TopicImage;
use crate::metadata::config::ResourceType;

/// A broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerView {
    pub id: BrokerId,
    pub host: String,
    pub port: u16,
    /// Not in service.
    pub fenced: bool,
    pub is_controller: bool,
}

/// A topic with its partitions, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicView {
    pub name: String,
    /// As Kafka prints it: 22 characters of base64.
    pub id: String,
    pub is_internal: bool,
    pub partitions: Vec<PartitionView>,
    /// Configs that were set on the topic itself.
    pub configs: SortedMap<String, String>,
}

/// A partition and its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionView {
    pub partition: i32,
    /// -1 if there is none.
    pub leader: i32,
    pub leader_epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub log_start_offset: i64,
    /// The durable end: what consumers can read is below it.
    pub high_watermark: i64,
    pub log_end_offset: i64,
    pub size_bytes: u64,
    pub segments: usize,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView {
    pub group: String,
    /// As Kafka names it: `Stable`, `PreparingRebalance` …
    pub state: &'static str,
    pub protocol_type: String,
    /// The assignor's name.
    pub protocol: String,
    pub generation: i32,
    pub members: Vec<MemberView>,
    pub offsets: Vec<OffsetView>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    pub member_id: String,
    pub group_instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    /// The assignment's bytes (`ConsumerProtocolAssignment` with its version for consumers).
    pub assignment: bytes::Bytes,
}

/// A committed offset: the next one to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetView {
    pub topic: String,
    pub partition: i32,
    pub committed: i64,
    pub metadata: String,
}

/// A client's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionView {
    pub conn: ConnId,
    pub broker: BrokerId,
    pub client_id: String,
    pub client_host: String,
}

impl Cluster {
    /// As Kafka prints it: 22 characters of base64. Empty until storage is open.
    pub fn cluster_id(&self) -> &str {
        &self.cluster_id
    }

    /// All registered brokers, by id.
    pub fn brokers(&self) -> Vec<BrokerView> {
        let image = self.controller.image();
        let controller = image.controller();
        let view = image.brokers().map(|broker| BrokerView {
            id: broker.id,
            host: broker.host.clone(),
            port: broker.port,
            fenced: broker.fenced,
            is_controller: controller == Some(broker.id),
        });
        view.collect()
    }

    /// All topics, by name.
    pub fn topics(&self) -> Vec<TopicView> {
        self.controller
            .image()
            .topics()
            .map(|topic| self.topic_view(topic))
            .collect()
    }

    /// One topic.
    pub fn topic(&self, name: &str) -> Option<TopicView> {
        self.controller
            .image()
            .topic(name)
            .map(|topic| self.topic_view(topic))
    }

    /// One partition.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<PartitionView> {
        self.topic(topic)?
            .partitions
            .into_iter()
            .find(|view| view.partition == partition)
    }

    fn topic_view(&self, topic: &TopicImage) -> TopicView {
        let partitions = topic.partitions.iter().filter_map(|partition| {
            let log = &self.logs.get(partition.log)?.log;
            Some(PartitionView {
                partition: partition.partition,
                leader: partition.leader,
                leader_epoch: partition.leader_epoch,
                replicas: partition.replicas.clone(),
                isr: partition.isr.clone(),
                log_start_offset: log.log_start_offset(),
                high_watermark: log.high_watermark(),
                log_end_offset: log.log_end_offset(),
                size_bytes: log.size_in_bytes(),
                segments: log.segments().len(),
            })
        });
        TopicView {
            name: topic.name.to_string(),
            id: topic.id.to_string(),
            is_internal: topic.is_internal(),
            partitions: partitions.collect(),
            configs: self
                .controller
                .image()
                .configs(ResourceType::Topic, &topic.name)
                .clone(),
        }
    }

    /// Names of all groups, in order.
    pub fn group_names(&self) -> Vec<String> {
        self.groups
            .coordinator()
            .group_ids()
            .map(str::to_owned)
            .collect()
    }

    /// One group.
    pub fn group(&self, name: &str) -> Option<GroupView> {
        let group = self.groups.coordinator().view(name)?;
        let member = |member: &crate::coordinator::group::MemberView<'_>| MemberView {
            member_id: member.member_id.to_owned(),
            group_instance_id: member.group_instance_id.map(str::to_owned),
            client_id: member.client_id.to_owned(),
            client_host: member.client_host.to_owned(),
            assignment: member.assignment.clone(),
        };
        let offset = |offset: &crate::coordinator::group::OffsetView<'_>| OffsetView {
            topic: offset.topic.to_owned(),
            partition: offset.partition,
            committed: offset.committed,
            metadata: offset.metadata.to_owned(),
        };
        Some(GroupView {
            group: group.group.to_owned(),
            state: group.state.name(),
            protocol_type: group.protocol_type.to_owned(),
            protocol: group.protocol.to_owned(),
            generation: group.generation,
            members: group.members.iter().map(member).collect(),
            offsets: group.offsets.iter().map(offset).collect(),
        })
    }

    /// All open connections.
    pub fn connections(&self) -> Vec<ConnectionView> {
        let view = self.conns.iter().map(|(conn, connection)| ConnectionView {
            conn: *conn,
            broker: connection.broker,
            client_id: connection.client_id.to_string(),
            client_host: connection.client_host.to_string(),
        });
        view.collect()
    }

    /// Bytes of records that all logs hold in memory.
    pub fn bytes_held(&self) -> usize {
        self.logs.iter().map(|hosted| hosted.log.bytes_held()).sum()
    }
}
