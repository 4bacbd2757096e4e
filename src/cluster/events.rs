//! What the cluster tells an observer, for pictures and logs. Events never carry authority: an observer
//! that misses some asks for a snapshot.

use crate::base::{BrokerId, ConnId};

/// Names the thing that changed; its new state is read from the cluster's view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The cluster has read its logs back and serves requests.
    Ready,
    TopicChanged {
        topic: String,
    },
    TopicDeleted {
        topic: String,
    },
    /// Offsets of a partition moved: appended, made durable, or deleted.
    PartitionMoved {
        topic: String,
        partition: i32,
    },
    GroupChanged {
        group: String,
    },
    GroupDeleted {
        group: String,
    },
    /// A member's or stand-alone consumer's fetch position moved.
    FetchPosition {
        client_id: String,
        topic: String,
        partition: i32,
        offset: i64,
    },
    BrokerChanged {
        broker: BrokerId,
    },
    /// A request was answered, for the protocol log.
    Request {
        conn: ConnId,
        broker: BrokerId,
        client_id: String,
        api_key: i16,
        api_version: i16,
        request_bytes: u32,
        response_bytes: u32,
        latency_ms: u32,
    },
    /// Something worth a person's attention: a broken record cut, a malformed frame, storage refused.
    Warning {
        text: String,
    },
}
