//! Names of topics, partitions and brokers as the client passes them around.

use std::fmt;
use std::rc::Rc;

/// A partition of a topic. Cheap to clone; shown as `orders-0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    pub topic: Rc<str>,
    pub partition: i32,
}

impl TopicPartition {
    pub fn new(topic: impl Into<Rc<str>>, partition: i32) -> Self {
        TopicPartition {
            topic: topic.into(),
            partition,
        }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// A broker as metadata name it. Brokers of `bootstrap.servers` have negative ids until metadata are known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
    /// A fenced broker is registered with the controller and serves nobody.
    pub is_fenced: bool,
}

/// As Java shows it in log lines.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Node {
            id,
            host,
            port,
            is_fenced,
            ..
        } = self;
        let rack = self.rack.as_deref().unwrap_or("null");
        write!(
            f,
            "{host}:{port} (id: {id} rack: {rack} isFenced: {is_fenced})"
        )
    }
}

/// An offset with what a group stores beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetAndMetadata {
    pub offset: i64,
    pub leader_epoch: Option<i32>,
    pub metadata: String,
}

impl OffsetAndMetadata {
    pub fn new(offset: i64) -> Self {
        OffsetAndMetadata {
            offset,
            leader_epoch: None,
            metadata: String::new(),
        }
    }
}

/// The first record at or after a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetAndTimestamp {
    pub offset: i64,
    /// Milliseconds since 1970-01-01 UTC.
    pub timestamp: i64,
    pub leader_epoch: Option<i32>,
}

/// One header of a record. Keys may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub key: String,
    pub value: Option<bytes::Bytes>,
}

/// A partition as metadata describe it. Replicas are ids of brokers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionInfo {
    pub topic: Rc<str>,
    pub partition: i32,
    /// `None` while there is none.
    pub leader: Option<i32>,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub offline_replicas: Vec<i32>,
}
