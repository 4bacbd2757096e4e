//! What the admin client takes and gives, named as in Java's `org.apache.kafka.clients.admin`.

use crate::base::SortedMap;
use crate::client::types::{Node, OffsetAndMetadata, TopicPartition};
pub use crate::protocol::ResourceType;
use crate::protocol::Uuid;

/// A topic to create.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewTopic {
    pub name: String,
    /// `None`: the broker's default.
    pub num_partitions: Option<i32>,
    /// `None`: the broker's default.
    pub replication_factor: Option<i16>,
    /// Brokers per partition, the preferred leader first; then the two above must be `None`.
    pub replica_assignment: Option<SortedMap<i32, Vec<i32>>>,
    pub configs: SortedMap<String, String>,
}

/// What a broker says of a topic that it has just created (or would have).
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedTopic {
    pub topic_id: Uuid,
    pub num_partitions: i32,
    pub replication_factor: i16,
}

/// Names a topic to delete or describe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopicRef {
    Name(String),
    Id(Uuid),
}

#[derive(Debug, Clone, PartialEq)]
pub struct TopicListing {
    pub name: String,
    pub topic_id: Uuid,
    pub is_internal: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TopicDescription {
    pub name: String,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<TopicPartitionInfo>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TopicPartitionInfo {
    pub partition: i32,
    pub leader: Option<Node>,
    pub replicas: Vec<Node>,
    pub isr: Vec<Node>,
    /// `None` if the broker does not say (KIP-966).
    pub elr: Option<Vec<Node>>,
    pub last_known_elr: Option<Vec<Node>>,
}

/// How many partitions a topic shall have, and where the new ones go.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPartitions {
    pub topic: String,
    pub total_count: i32,
    /// Brokers per new partition; `None`: the broker decides.
    pub assignments: Option<Vec<Vec<i32>>>,
}

/// Something that has settings. The empty broker name stands for all brokers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigResource {
    pub resource_type: ResourceType,
    pub name: String,
}

/// Where a value comes from, with its number in the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigSource {
    Unknown = 0,
    DynamicTopicConfig = 1,
    DynamicBrokerConfig = 2,
    DynamicDefaultBrokerConfig = 3,
    StaticBrokerConfig = 4,
    DefaultConfig = 5,
    DynamicBrokerLoggerConfig = 6,
    DynamicClientMetricsConfig = 7,
    DynamicGroupConfig = 8,
}

impl ConfigSource {
    pub(crate) fn from_id(id: i8) -> ConfigSource {
        use ConfigSource::*;
        [
            DynamicTopicConfig,
            DynamicBrokerConfig,
            DynamicDefaultBrokerConfig,
            StaticBrokerConfig,
            DefaultConfig,
            DynamicBrokerLoggerConfig,
            DynamicClientMetricsConfig,
            DynamicGroupConfig,
        ]
        .into_iter()
        .find(|s| *s as i8 == id)
        .unwrap_or(Unknown)
    }

    /// As Java's enum spells it: `DYNAMIC_TOPIC_CONFIG` …
    pub fn name(self) -> &'static str {
        match self {
            ConfigSource::Unknown => "UNKNOWN",
            ConfigSource::DynamicTopicConfig => "DYNAMIC_TOPIC_CONFIG",
            ConfigSource::DynamicBrokerConfig => "DYNAMIC_BROKER_CONFIG",
            ConfigSource::DynamicDefaultBrokerConfig => "DYNAMIC_DEFAULT_BROKER_CONFIG",
            ConfigSource::StaticBrokerConfig => "STATIC_BROKER_CONFIG",
            ConfigSource::DefaultConfig => "DEFAULT_CONFIG",
            ConfigSource::DynamicBrokerLoggerConfig => "DYNAMIC_BROKER_LOGGER_CONFIG",
            ConfigSource::DynamicClientMetricsConfig => "DYNAMIC_CLIENT_METRICS_CONFIG",
            ConfigSource::DynamicGroupConfig => "DYNAMIC_GROUP_CONFIG",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConfigEntry {
    pub name: String,
    /// `None` for sensitive values.
    pub value: Option<String>,
    pub source: ConfigSource,
    pub is_sensitive: bool,
    pub is_read_only: bool,
    /// Filled if asked for.
    pub synonyms: Vec<ConfigSynonym>,
    /// Number of the type in the protocol: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class,
    /// 9 password.
    pub config_type: i8,
    pub documentation: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ConfigSynonym {
    pub name: String,
    pub value: Option<String>,
    pub source: ConfigSource,
}

/// One change of `incrementalAlterConfigs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterConfigOp {
    Set {
        name: String,
        value: String,
    },
    Delete {
        name: String,
    },
    /// Adds to a list.
    Append {
        name: String,
        value: String,
    },
    /// Takes from a list.
    Subtract {
        name: String,
        value: String,
    },
}

/// What `listOffsets` shall find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    Latest,
    Earliest,
    /// The offset of the record with the greatest timestamp (KIP-734).
    MaxTimestamp,
    EarliestLocal,
    LatestTiered,
    EarliestPendingUpload,
    /// The first record at or after this time, in milliseconds.
    Timestamp(i64),
}

impl OffsetSpec {
    /// The number that stands for it in the protocol.
    pub fn timestamp(self) -> i64 {
        match self {
            OffsetSpec::Latest => -1,
            OffsetSpec::Earliest => -2,
            OffsetSpec::MaxTimestamp => -3,
            OffsetSpec::EarliestLocal => -4,
            OffsetSpec::LatestTiered => -5,
            OffsetSpec::EarliestPendingUpload => -6,
            OffsetSpec::Timestamp(ms) => ms,
        }
    }
}

/// Answer of `listOffsets`. Offset and timestamp are -1 where there is no such record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListOffsetsResult {
    pub offset: i64,
    pub timestamp: i64,
    pub leader_epoch: Option<i32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GroupListing {
    pub group_id: String,
    /// `consumer`, empty for groups that only committed …
    pub protocol_type: String,
    /// `Stable` …
    pub state: String,
    /// `Classic`, `Consumer` …; empty if the broker does not say.
    pub group_type: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GroupDescription {
    pub group_id: String,
    /// `Classic` or `Consumer`.
    pub group_type: String,
    pub protocol_type: String,
    /// The assignor, such as `range`; empty if there is none.
    pub partition_assignor: String,
    /// `Stable`, `Empty`, `Dead`, `PreparingRebalance` …
    pub state: String,
    pub members: Vec<MemberDescription>,
    pub coordinator: Node,
    /// Of groups of the consumer protocol.
    pub group_epoch: Option<i32>,
    pub target_assignment_epoch: Option<i32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MemberDescription {
    pub member_id: String,
    pub group_instance_id: Option<String>,
    pub client_id: String,
    /// With the slash: `/127.0.0.1`.
    pub host: String,
    /// In the order in which the broker gives them.
    pub assignment: Vec<TopicPartition>,
    /// Of members of the consumer protocol.
    pub target_assignment: Option<Vec<TopicPartition>>,
    pub member_epoch: Option<i32>,
    /// Whether the member has been upgraded to the consumer protocol, if the broker says.
    pub upgraded: Option<bool>,
}

/// Offsets of one group; `None` for partitions without one.
pub type GroupOffsets = SortedMap<TopicPartition, Option<OffsetAndMetadata>>;

#[derive(Debug, Clone, PartialEq)]
pub struct ClusterDescription {
    pub cluster_id: String,
    pub controller: Option<Node>,
    pub nodes: Vec<Node>,
}

/// Which election `electLeaders` shall hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElectionType {
    Preferred = 0,
    Unclean = 1,
}

/// A log directory of a broker.
#[derive(Debug, Clone, PartialEq)]
pub struct LogDirDescription {
    pub log_dir: String,
    pub error: Option<crate::client::ClientError>,
    pub replicas: Vec<ReplicaInfo>,
    pub total_bytes: Option<i64>,
    pub usable_bytes: Option<i64>,
    pub is_cordoned: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaInfo {
    pub partition: TopicPartition,
    pub size: i64,
    pub offset_lag: i64,
    pub is_future: bool,
}

/// Whom a quota is for: type (`user`, `client-id`, `ip`) and name; `None` is the default entity.
pub type QuotaEntity = Vec<(String, Option<String>)>;

/// How a component of a quota filter is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuotaMatch {
    Exact(String),
    Default,
    Any,
}

/// Changes of one entity's quotas; `None` removes the quota.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaAlteration {
    pub entity: QuotaEntity,
    pub ops: Vec<(String, Option<f64>)>,
}

/// What `describeProducers` says of one producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerState {
    pub producer_id: i64,
    pub producer_epoch: i32,
    pub last_sequence: i32,
    pub last_timestamp: i64,
    pub coordinator_epoch: Option<i32>,
    pub current_transaction_start_offset: Option<i64>,
}
