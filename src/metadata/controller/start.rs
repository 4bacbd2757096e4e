//! What a cluster writes when it starts: features and the first configs of a new one, and the
//! brokers that it has now, which may be others than last time.

use super::elections::{broker_fenced, broker_unfenced};
use crate::base::{BrokerId, Rng};
use crate::metadata::config::resolve::Configs;
use crate::metadata::config::{ResourceType, Value};
use crate::metadata::{MetadataImage, Record};
use crate::protocol::Uuid;
use crate::protocol::messages::register_broker_record::BrokerEndpoint;
use crate::protocol::messages::{ConfigRecord, FeatureLevelRecord, RegisterBrokerRecord};

/// Feature levels of a new cluster: those of Kafka 4.3 whose APIs are served.
const FEATURES: [(&str, i16); 2] = [
    ("metadata.version", 30),
    ("eligible.leader.replicas.version", 1),
];

/// One broker to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerSpec {
    pub id: BrokerId,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
}

/// The static configuration of a broker: what follows from where it stands, and `settings` from
/// outside (`--set num.partitions=4`), which win. `brokers` are all of the cluster; each is a
/// controller too.
pub fn started_with(broker: &BrokerSpec, brokers: &[BrokerSpec], settings: &Configs) -> Configs {
    // Kafka's own example has a controller's port in the range 19091 … where its broker has 9092 ….
    let controller_port = |broker: &BrokerSpec| u32::from(broker.port) + 9999;
    let voter = |b: &BrokerSpec| format!("{}@{}:{}", b.id.0, b.host, controller_port(b));
    let voters: Vec<String> = brokers.iter().map(voter).collect();
    let (id, host, port) = (broker.id.0, &broker.host, broker.port);
    let listener = format!("PLAINTEXT://{host}:{port}");
    let controller = format!("CONTROLLER://{host}:{}", controller_port(broker));
    let mut configs = Configs::new();
    let mut set = |name: &str, value: String| drop(configs.insert(name.to_owned(), value));
    set("node.id", id.to_string());
    set("broker.id", id.to_string());
    set("process.roles", "broker,controller".to_owned());
    set("controller.listener.names", "CONTROLLER".to_owned());
    set("controller.quorum.voters", voters.join(","));
    set("listeners", format!("{listener},{controller}"));
    set("advertised.listeners", listener);
    set("log.dirs", format!("/data/broker-{id}"));
    if brokers.len() < 3 {
        // Kafka's own configuration for a single broker lowers these too: internal topics could not
        // be made otherwise.
        for topic in [
            "offsets.topic",
            "transaction.state.log",
            "share.coordinator.state.topic",
        ] {
            set(
                &format!("{topic}.replication.factor"),
                brokers.len().to_string(),
            );
        }
        for topic in ["transaction.state.log", "share.coordinator.state.topic"] {
            set(&format!("{topic}.min.isr"), "1".to_owned());
        }
    }
    if let Some(rack) = &broker.rack {
        set("broker.rack", rack.clone());
    }
    configs.extend(
        settings
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    configs
}

/// The records that make the image agree with the brokers that were started. Empty if it does
/// already.
///
/// The records depend on each other: they are to be replayed in their order before others are
/// decided.
pub fn start_records(image: &MetadataImage, brokers: &[BrokerSpec], rng: &mut Rng) -> Vec<Record> {
    let mut records = Vec::new();
    let mut after = image.clone();
    let mut push = |after: &mut MetadataImage, new: Vec<Record>| {
        for record in new {
            after
                .replay(&record)
                .expect("our own records fit the image that they are made from");
            records.push(record);
        }
    };
    if image.features().is_empty() {
        let level = |(name, feature_level): (&str, i16)| {
            FeatureLevelRecord {
                name: name.to_owned(),
                feature_level,
                ..Default::default()
            }
            .into()
        };
        push(&mut after, FEATURES.map(level).into());
    }
    for broker in brokers {
        let known = after.broker(broker.id).cloned();
        match known {
            Some(known) if known.host == broker.host && known.port == broker.port => {
                if known.fenced {
                    let back = broker_unfenced(&after, broker.id);
                    push(&mut after, back);
                }
            }
            Some(known) => {
                let record = registration(broker, known.epoch + 1, known.directory);
                push(&mut after, vec![record]);
                if known.fenced {
                    let back = broker_unfenced(&after, broker.id);
                    push(&mut after, back);
                }
            }
            None => {
                let directory = Uuid::from_random(rng.next_u64(), rng.next_u64());
                push(&mut after, vec![registration(broker, 1, directory)]);
            }
        }
    }
    let gone: Vec<BrokerId> = after
        .active_brokers()
        .map(|broker| broker.id)
        .filter(|id| brokers.iter().all(|broker| broker.id != *id))
        .collect();
    for id in gone {
        let left = broker_fenced(&after, id);
        push(&mut after, left);
    }
    let min_isr = "min.insync.replicas";
    if !image
        .configs(ResourceType::Broker, "")
        .contains_key(min_isr)
    {
        // KIP-966: with eligible leader replicas the whole cluster has one value, and it is always
        // set.
        let value = match after.controller_view().broker_value(min_isr) {
            Some(Value::Int(number)) => number,
            _ => 1,
        };
        let record = ConfigRecord {
            resource_type: ResourceType::Broker as i8,
            name: min_isr.to_owned(),
            value: Some(value.to_string()),
            ..ConfigRecord::default()
        };
        push(&mut after, vec![record.into()]);
    }
    records
}

fn registration(broker: &BrokerSpec, broker_epoch: i64, directory: Uuid) -> Record {
    let record = RegisterBrokerRecord {
        broker_id: broker.id.0,
        incarnation_id: directory,
        broker_epoch,
        end_points: vec![BrokerEndpoint {
            name: "PLAINTEXT".to_owned(),
            host: broker.host.clone(),
            port: broker.port,
            security_protocol: 0,
            ..BrokerEndpoint::default()
        }],
        rack: broker.rack.clone(),
        fenced: false,
        log_dirs: vec![directory],
        ..RegisterBrokerRecord::default()
    };
    record.into()
}
