//! What a cluster is made of before its first record: brokers, their addresses and static configs,
//! limits.

use crate::api::Decompressor;
use crate::base::{BrokerId, Endpoint};
use crate::metadata::config::resolve::Configs;
use crate::metadata::controller::{self, BrokerSpec};

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// How many brokers; their ids follow each other.
    pub brokers: u16,
    /// `node.id` of the first broker.
    pub first_id: i32,
    /// Where each broker is advertised unless a connection says otherwise.
    pub endpoints: Vec<Endpoint>,
    /// Broker configs as a `server.properties` would have them, the same for all brokers.
    pub broker_configs: Configs,
    /// Bytes of records that all logs together may hold in memory once they are durable.
    pub tail_bytes: usize,
    /// Whether events are put out; without an observer they only cost.
    pub observe: bool,
    /// Opens compressed batches, where that must be: a look-up by time. `None`: such a look-up
    /// answers with the batch's first offset.
    pub decompressor: Option<Decompressor>,
    /// Opens every compressed batch that is produced and checks its records, as Kafka does. Needs
    /// codecs that are always there; without it such batches are taken as they are.
    pub check_compressed: bool,
}

impl Default for ClusterConfig {
    /// Three brokers on `localhost:9092` and the ports that follow.
    fn default() -> Self {
        ClusterConfig::new(3, 1, "localhost", 9092)
    }
}

impl ClusterConfig {
    /// Brokers `first_id …`, advertised on `host` and on consecutive ports.
    pub fn new(brokers: u16, first_id: i32, host: &str, port: u16) -> Self {
        let endpoints = (0..brokers).map(|index| Endpoint {
            broker: BrokerId(first_id + i32::from(index)),
            host: host.to_owned(),
            port: port.saturating_add(index),
        });
        ClusterConfig {
            brokers,
            first_id,
            endpoints: endpoints.collect(),
            broker_configs: Configs::new(),
            tail_bytes: 24 << 20,
            observe: true,
            decompressor: None,
            check_compressed: false,
        }
    }

    /// The ids of all brokers.
    pub fn broker_ids(&self) -> impl Iterator<Item = BrokerId> + use<> {
        let first_id = self.first_id;
        (0..self.brokers).map(move |index| BrokerId(first_id + i32::from(index)))
    }

    /// The brokers as the controller wants to know them.
    pub fn specs(&self) -> Vec<BrokerSpec> {
        let spec = |id: BrokerId| {
            let endpoint = self.endpoints.iter().find(|endpoint| endpoint.broker == id);
            BrokerSpec {
                id,
                host: endpoint.map_or_else(|| "localhost".to_owned(), |e| e.host.clone()),
                port: endpoint.map_or(9092, |e| e.port),
                rack: None,
            }
        };
        self.broker_ids().map(spec).collect()
    }

    /// The static configuration of each broker.
    pub fn started_with(&self) -> impl Iterator<Item = (BrokerId, Configs)> {
        let specs = self.specs();
        let configs = |spec: &BrokerSpec| {
            (
                spec.id,
                controller::started_with(spec, &specs, &self.broker_configs),
            )
        };
        specs.iter().map(configs).collect::<Vec<_>>().into_iter()
    }

    pub fn has_broker(&self, broker: BrokerId) -> bool {
        let index = i64::from(broker.0) - i64::from(self.first_id);
        (0..i64::from(self.brokers)).contains(&index)
    }
}
