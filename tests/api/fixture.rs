//! A cluster's metadata without the cluster: decisions take effect at once.

use kafka_sandbox::api::loggers::Loggers;
use kafka_sandbox::base::{BrokerId, Rng};
use kafka_sandbox::metadata::config::resolve::Configs;
use kafka_sandbox::metadata::controller::{
    BrokerSpec, Decision, create_topics, start_records, started_with,
};
use kafka_sandbox::metadata::{MetadataImage, Record};
use kafka_sandbox::protocol::messages::CreateTopicsRequest;
use kafka_sandbox::protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use kafka_sandbox::protocol::{ErrorCode, Message};

pub struct Fixture {
    pub image: MetadataImage,
    pub rng: Rng,
    pub loggers: Loggers,
    /// All records so far.
    pub log: Vec<Record>,
}

pub fn specs(brokers: i32) -> Vec<BrokerSpec> {
    let spec = |id: i32| BrokerSpec {
        id: BrokerId(id),
        host: "localhost".into(),
        port: 9091 + id as u16,
        rack: None,
    };
    (1..=brokers).map(spec).collect()
}

pub fn configs(pairs: &[(&str, &str)]) -> Configs {
    pairs
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect()
}

/// The image of these brokers before the first record.
pub fn blank(brokers: &[BrokerSpec], settings: &Configs) -> MetadataImage {
    let started = brokers
        .iter()
        .map(|b| (b.id, started_with(b, brokers, settings)));
    MetadataImage::new(started.collect())
}

impl Fixture {
    pub fn new() -> Fixture {
        Fixture::with(3, &[])
    }

    pub fn with(brokers: i32, settings: &[(&str, &str)]) -> Fixture {
        let specs = specs(brokers);
        let image = blank(&specs, &configs(settings));
        let mut fixture = Fixture {
            image,
            rng: Rng::new(1),
            loggers: Loggers::default(),
            log: Vec::new(),
        };
        let records = start_records(&fixture.image, &specs, &mut fixture.rng);
        fixture.replay(records);
        fixture
    }

    pub fn replay(&mut self, records: Vec<Record>) {
        for record in records {
            // By way of bytes, as it takes through the log.
            let bytes = record.encode().expect("every record can be written");
            let record = Record::decode(bytes).expect("and read");
            self.image
                .replay(&record)
                .expect("it fits the records before it");
            self.log.push(record);
        }
    }

    /// Makes a decision take effect; its response.
    pub fn apply<T>(&mut self, decision: Decision<T>) -> T {
        self.replay(decision.records);
        decision.response
    }

    /// Creates a topic whose partitions have these replicas.
    pub fn topic(&mut self, name: &str, partitions: &[&[i32]]) {
        self.topic_with(name, partitions, &[]);
    }

    pub fn topic_with(&mut self, name: &str, partitions: &[&[i32]], configs: &[(&str, &str)]) {
        let request = CreateTopicsRequest {
            topics: vec![assigned(name, partitions, configs)],
            ..CreateTopicsRequest::default()
        };
        let decision = create_topics(&self.image, &mut self.rng, &request);
        let response = self.apply(decision);
        assert_eq!(response.topics[0].error_code, 0, "{:?}", response.topics[0]);
    }
}

pub fn assigned(name: &str, partitions: &[&[i32]], configs: &[(&str, &str)]) -> CreatableTopic {
    let assignment = |(index, replicas): (usize, &&[i32])| CreatableReplicaAssignment {
        partition_index: index as i32,
        broker_ids: replicas.to_vec(),
        ..CreatableReplicaAssignment::default()
    };
    CreatableTopic {
        name: name.into(),
        num_partitions: -1,
        replication_factor: -1,
        assignments: partitions.iter().enumerate().map(assignment).collect(),
        configs: configs
            .iter()
            .map(|(name, value)| config(name, Some(value)))
            .collect(),
        ..CreatableTopic::default()
    }
}

pub fn config(name: &str, value: Option<&str>) -> CreatableTopicConfig {
    CreatableTopicConfig {
        name: name.into(),
        value: value.map(str::to_owned),
        ..CreatableTopicConfig::default()
    }
}

/// `ok`, or the error's name and its words.
pub fn outcome(code: i16, message: Option<&str>) -> String {
    match (ErrorCode(code), message) {
        (ErrorCode::NONE, None | Some("")) => "ok".to_owned(),
        (code, None | Some("")) => format!("{} (no words)", code.name()),
        (code, Some(words)) => format!("{}: {words}", code.name()),
    }
}

/// A response must be writable in every version that its request may have.
pub fn check_versions<M: Message>(message: &M, versions: std::ops::RangeInclusive<i16>) {
    for version in versions {
        let bytes = message.to_bytes(version);
        assert!(bytes.is_ok(), "version {version}: {:?}", bytes.err());
    }
}
