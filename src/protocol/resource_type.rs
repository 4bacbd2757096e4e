//! Kinds of things that have settings: a number that several messages share (`ConfigResource.Type`).

/// The discriminants are those of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}

impl ResourceType {
    /// `None`: the protocol knows no such number.
    pub fn from_id(id: i8) -> Option<Self> {
        use ResourceType::*;
        [Topic, Broker, BrokerLogger, ClientMetrics, Group]
            .into_iter()
            .find(|kind| *kind as i8 == id)
    }
}
