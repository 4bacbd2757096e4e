//! Config entries of topics, brokers, groups and client metrics: every name that Apache Kafka 4.3.1
//! knows, with type, default and validator, and how the value that holds is found.
//!
//! The names stand as tables in `keys/`; `value` parses and checks one value, `validate` checks a
//! whole set as Kafka's controller and brokers do, `resolve` finds values with their sources and
//! synonyms, and `settings` gives the entries that act as typed values. Entries that are known but
//! do not act are listed in `docs/COMPAT.md`. Kafka's documentation texts are not carried.

mod keys;
pub mod order;
pub mod resolve;
pub mod settings;
pub mod validate;
pub mod value;

#[cfg(test)]
mod tests;

pub use crate::protocol::ResourceType;
pub use keys::{BROKER_QUOTAS, CLIENT_METRICS, broker_key, broker_keys, group_key, group_keys};
pub use keys::{group_broker_synonym, topic_broker_synonym, topic_key, topic_keys};
pub use value::{ConfigError, Value};

/// `ConfigDef.Type`. The discriminants are those of DescribeConfigs (`ConfigType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    Boolean = 1,
    String = 2,
    Int = 3,
    Short = 4,
    Long = 5,
    Double = 6,
    List = 7,
    Class = 8,
    Password = 9,
}

impl ValueType {
    /// The name as it stands in Kafka's error messages.
    pub fn kafka_name(self) -> &'static str {
        match self {
            ValueType::Boolean => "BOOLEAN",
            ValueType::String => "STRING",
            ValueType::Int => "INT",
            ValueType::Short => "SHORT",
            ValueType::Long => "LONG",
            ValueType::Double => "DOUBLE",
            ValueType::List => "LIST",
            ValueType::Class => "CLASS",
            ValueType::Password => "PASSWORD",
        }
    }
}

/// What a list validator lets pass besides lists of distinct, non-empty values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListRule {
    NonEmpty,
    EmptyOk,
    NullOk,
    EmptyOrNullOk,
}

/// What a value must fulfil besides its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Validator {
    Any,
    AtLeast(f64),
    Between(f64, f64),
    OneOf(&'static [&'static str]),
    OneOfNoCase(&'static [&'static str]),
    /// With an empty slice any values are allowed.
    ListOf(ListRule, &'static [&'static str]),
    NonEmptyString,
    NonNull,
    GzipLevel,
    ThrottledReplicas,
    ShareOffsetReset,
    QuorumVoters,
    QuorumServers,
}

/// When a broker config may change (KIP-226). Topic and group configs are always `ClusterWide`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMode {
    /// Only at start.
    Static,
    /// While running, for one broker.
    PerBroker,
    /// While running, for one broker or for all.
    ClusterWide,
    /// Only at start, and not shown unless set.
    Internal,
}

/// One config entry that Kafka knows.
#[derive(Debug, Clone, Copy)]
pub struct ConfigKey {
    pub name: &'static str,
    pub value_type: ValueType,
    /// As text; `None`: null, or none at all and so required (`node.id` and its like, which are
    /// always set).
    pub default: Option<&'static str>,
    pub validator: Validator,
    pub mode: UpdateMode,
}

impl ConfigKey {
    /// Passwords never leave the cluster.
    pub fn is_sensitive(&self) -> bool {
        self.value_type == ValueType::Password
    }

    pub fn is_dynamic(&self) -> bool {
        matches!(self.mode, UpdateMode::PerBroker | UpdateMode::ClusterWide)
    }
}

/// Where a value comes from. The discriminants are those of DescribeConfigs (`ConfigSource`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigSource {
    DynamicTopic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    DynamicBrokerLogger = 6,
    ClientMetrics = 7,
    DynamicGroup = 8,
}
