//! The log levels of brokers (KIP-412): kept in memory, shown and changed as Kafka's, and read by
//! nobody.
//!
//! Kafka's brokers have some three hundred loggers, one per class that has logged; here are those
//! that its documentation and its own logging configuration name.

use crate::base::{BrokerId, SortedMap};

/// The logger that all others take their level from unless they have their own.
pub const ROOT: &str = "root";

/// Levels by name, as Kafka lists them.
pub const LEVELS: [&str; 6] = ["DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN"];

/// All loggers, with the level that Kafka's own logging configuration gives them; empty: that of
/// the root.
const LOGGERS: [(&str, &str); 18] = [
    (ROOT, "INFO"),
    ("kafka.authorizer.logger", ""),
    ("kafka.cluster.Partition", ""),
    ("kafka.controller", "INFO"),
    ("kafka.log.LogCleaner", "INFO"),
    ("kafka.log.LogManager", ""),
    ("kafka.network.Processor", ""),
    ("kafka.network.RequestChannel$", "WARN"),
    ("kafka.network.SocketServer", ""),
    ("kafka.request.logger", "WARN"),
    ("kafka.server.BrokerServer", ""),
    ("kafka.server.ControllerServer", ""),
    ("kafka.server.KafkaApis", ""),
    ("kafka.server.ReplicaManager", ""),
    ("org.apache.kafka", "INFO"),
    (
        "org.apache.kafka.coordinator.group.GroupCoordinatorService",
        "",
    ),
    ("org.apache.kafka.controller.QuorumController", ""),
    ("state.change.logger", "INFO"),
];

/// Levels that were changed since the start.
#[derive(Debug, Default)]
pub struct Loggers(SortedMap<(BrokerId, &'static str), &'static str>);

impl Loggers {
    pub fn exists(name: &str) -> bool {
        LOGGERS.iter().any(|(logger, _)| *logger == name)
    }

    /// All loggers of a broker with their levels.
    pub fn levels(&self, broker: BrokerId) -> impl Iterator<Item = (&'static str, &'static str)> {
        let set = move |name| self.0.get(&(broker, name)).copied();
        let root = set(ROOT).unwrap_or("INFO");
        LOGGERS.into_iter().map(move |(name, own)| {
            let own = if own.is_empty() { root } else { own };
            (name, set(name).unwrap_or(own))
        })
    }

    /// Sets a level; unknown loggers and levels are passed over.
    pub fn set(&mut self, broker: BrokerId, name: &str, level: &str) {
        let logger = LOGGERS
            .iter()
            .map(|(logger, _)| *logger)
            .find(|logger| *logger == name);
        let level = LEVELS.into_iter().find(|known| *known == level);
        if let (Some(logger), Some(level)) = (logger, level) {
            self.0.insert((broker, logger), level);
        }
    }

    /// Makes a logger take the level of the root.
    pub fn unset(&mut self, broker: BrokerId, name: &str) {
        let root = self.levels(broker).find(|(logger, _)| *logger == ROOT);
        let level = root.map_or("INFO", |(_, level)| level);
        self.set(broker, name, level);
    }
}
