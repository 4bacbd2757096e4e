//! Metadata: what is shown, automatic creation, endpoints.

use crate::support::*;
use kafka_sandbox::base::{BrokerId, Endpoint};
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::protocol::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use kafka_sandbox::protocol::messages::metadata_response::MetadataResponseTopic;
use kafka_sandbox::protocol::{ErrorCode, Uuid};
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::Machine;
use std::rc::Rc;

fn about(names: &[&str]) -> MetadataRequest {
    let topic = |name: &&str| MetadataRequestTopic {
        name: Some((*name).to_owned()),
        ..Default::default()
    };
    MetadataRequest {
        topics: Some(names.iter().map(topic).collect()),
        allow_auto_topic_creation: true,
        ..Default::default()
    }
}

fn everything(version: i16) -> MetadataRequest {
    MetadataRequest {
        topics: (version == 0).then(Vec::new),
        allow_auto_topic_creation: true,
        ..Default::default()
    }
}

#[test]
fn every_version_shows_brokers_and_topics() {
    let (mut machine, conn) = with_topic("t", 2, 3);
    for version in 0..=13 {
        let response = machine.call(conn, version, &everything(version));
        let ports: Vec<i32> = response.brokers.iter().map(|broker| broker.port).collect();
        assert_eq!(ports, [9092, 9093, 9094]);
        let topic = &response.topics[0];
        assert_eq!((topic.name.as_deref(), topic.error_code), (Some("t"), NONE));
        assert_eq!(topic.partitions.len(), 2);
        assert_eq!(topic.partitions[0].replica_nodes.len(), 3);
        assert_eq!(topic.topic_id.is_zero(), version < 10);
        if version >= 2 {
            assert_eq!(
                response.cluster_id.as_deref(),
                Some(machine.cluster.cluster_id())
            );
        }
        assert_eq!(topic.topic_authorized_operations, i32::MIN);
        assert_eq!(response.cluster_authorized_operations, i32::MIN);
    }
}

#[test]
fn an_unknown_topic_is_created_behind_an_error() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    machine.hold_storage(true);
    for _ in 0..2 {
        let topic = machine.call(conn, 9, &about(&["new"])).topics[0].clone();
        assert_eq!(
            topic.error_code,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
        );
    }
    machine.hold_storage(false);
    let topic = machine.call(conn, 9, &about(&["new"])).topics[0].clone();
    assert_eq!((topic.error_code, topic.partitions.len()), (NONE, 1));
}

#[test]
fn creation_can_be_declined_by_client_and_broker() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let mut request = about(&["new"]);
    request.allow_auto_topic_creation = false;
    for _ in 0..2 {
        let topic = machine.call(conn, 9, &request).topics[0].clone();
        assert_eq!(
            topic.error_code,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
        );
    }
    let mut config = ClusterConfig::default();
    config
        .broker_configs
        .insert("auto.create.topics.enable".into(), "false".into());
    let mut machine = Machine::with(config, 1, Faults::default());
    let conn = machine.connect(1);
    for _ in 0..2 {
        let topic = machine.call(conn, 9, &about(&["new"])).topics[0].clone();
        assert_eq!(
            topic.error_code,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.code()
        );
    }
}

#[test]
fn num_partitions_holds_for_automatic_creation() {
    let mut config = ClusterConfig::default();
    config
        .broker_configs
        .insert("num.partitions".into(), "4".into());
    let mut machine = Machine::with(config, 1, Faults::default());
    let conn = machine.connect(1);
    machine.call(conn, 9, &about(&["new"]));
    assert_eq!(
        machine.call(conn, 9, &about(&["new"])).topics[0]
            .partitions
            .len(),
        4
    );
}

#[test]
fn wrong_names_are_invalid() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    for name in ["", "a b", "..", &"x".repeat(250)] {
        let topic = machine.call(conn, 9, &about(&[name])).topics[0].clone();
        assert_eq!(
            topic.error_code,
            ErrorCode::INVALID_TOPIC_EXCEPTION.code(),
            "{name}"
        );
    }
}

#[test]
fn topics_are_found_by_id_since_version_12() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let id = topic_id(&machine, "t");
    let ask = |ids: &[Uuid]| MetadataRequest {
        topics: Some(
            ids.iter()
                .map(|id| MetadataRequestTopic {
                    topic_id: *id,
                    ..Default::default()
                })
                .collect(),
        ),
        ..Default::default()
    };
    let topic = machine.call(conn, 12, &ask(&[id])).topics[0].clone();
    assert_eq!((topic.error_code, topic.name.as_deref()), (NONE, Some("t")));
    let unknown = Uuid([1; 16]);
    let topic: MetadataResponseTopic = machine.call(conn, 12, &ask(&[unknown])).topics[0].clone();
    assert_eq!(topic.error_code, ErrorCode::UNKNOWN_TOPIC_ID.code());
    assert_eq!((topic.name, topic.topic_id), (None, unknown));
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            topic_id: id,
            name: Some("t".into()),
            ..Default::default()
        }]),
        ..Default::default()
    };
    let topic = machine.call(conn, 11, &request).topics[0].clone();
    assert_eq!(topic.error_code, ErrorCode::INVALID_REQUEST.code());
}

#[test]
fn each_connection_has_its_own_endpoints() {
    let (mut machine, _) = with_topic("t", 1, 1);
    let own = Endpoint {
        broker: BrokerId(2),
        host: "kafka2".into(),
        port: 7,
    };
    let conn = machine.connect_as(1, Rc::from(vec![own]));
    let brokers = machine.call(conn, 9, &everything(9)).brokers;
    let shown: Vec<(&str, i32)> = brokers.iter().map(|b| (b.host.as_str(), b.port)).collect();
    assert_eq!(
        shown,
        [("localhost", 9092), ("kafka2", 7), ("localhost", 9094)]
    );
}

#[test]
fn operations_are_named_when_asked_for() {
    let (mut machine, conn) = with_topic("t", 1, 1);
    let request = MetadataRequest {
        include_topic_authorized_operations: true,
        include_cluster_authorized_operations: true,
        ..about(&["t"])
    };
    let response = machine.call(conn, 8, &request);
    assert_eq!(response.topics[0].topic_authorized_operations, 3576);
    assert_eq!(response.cluster_authorized_operations, 8096);
}
