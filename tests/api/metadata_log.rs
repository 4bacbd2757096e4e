//! The metadata log read back, and clusters that start again with other brokers.

use crate::fixture::{Fixture, blank, configs, specs};
use expect_test::expect;
use kafka_sandbox::base::{BrokerId, LogId};
use kafka_sandbox::metadata::config::ResourceType;
use kafka_sandbox::metadata::controller::{allocate_producer_ids, delete_topics, start_records};
use kafka_sandbox::protocol::messages::DeleteTopicsRequest;

fn busy_cluster() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.topic_with("a", &[&[1, 2], &[2, 3]], &[("retention.ms", "1000")]);
    fixture.topic("gone", &[&[3]]);
    let request = DeleteTopicsRequest {
        topic_names: vec!["gone".into()],
        ..DeleteTopicsRequest::default()
    };
    let decision = delete_topics(&fixture.image, &request, 5);
    fixture.apply(decision);
    fixture.topic("b", &[&[3, 1]]);
    let decision = allocate_producer_ids(&fixture.image, BrokerId(2));
    fixture.apply(decision);
    fixture
}

#[test]
fn the_log_read_back_gives_the_same_image() {
    let fixture = busy_cluster();
    let mut again = blank(&specs(3), &configs(&[]));
    for record in &fixture.log {
        again.replay(record).expect("it was replayed before");
    }
    assert_eq!(again, fixture.image);
    assert_eq!(
        again.partition("b", 0).map(|p| p.log),
        Some(LogId(4)),
        "3 is never given again"
    );
    assert_eq!(again.next_producer_id(), 1000);
}

#[test]
fn a_new_cluster_has_features_brokers_and_one_config() {
    let fixture = Fixture::new();
    expect![[r#"
        {
            "eligible.leader.replicas.version": 1,
            "metadata.version": 30,
        }
    "#]]
    .assert_debug_eq(fixture.image.features());
    assert_eq!(fixture.image.active_brokers().count(), 3);
    let cluster_wide = fixture.image.configs(ResourceType::Broker, "");
    assert_eq!(
        format!("{cluster_wide:?}"),
        r#"{"min.insync.replicas": "1"}"#
    );
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let mut fixture = busy_cluster();
    assert_eq!(
        start_records(&fixture.image, &specs(3), &mut fixture.rng),
        []
    );
}

#[test]
fn a_broker_that_is_not_started_again_hands_over() {
    let mut fixture = busy_cluster();
    let records = start_records(&fixture.image, &specs(2), &mut fixture.rng);
    fixture.replay(records);
    assert!(!fixture.image.is_active(3));
    let b = fixture.image.partition("b", 0).expect("there");
    assert_eq!((b.leader, b.isr.as_slice()), (1, [1].as_slice()));
    let records = start_records(&fixture.image, &specs(3), &mut fixture.rng);
    fixture.replay(records);
    let b = fixture.image.partition("b", 0).expect("there");
    assert_eq!(
        (b.leader, b.isr.as_slice()),
        (1, [1, 3].as_slice()),
        "in sync, and led as before"
    );
}

#[test]
fn a_broker_may_move_and_more_may_come() {
    let mut fixture = busy_cluster();
    let mut more = specs(4);
    more[0].port = 19092;
    let directory = fixture
        .image
        .broker(BrokerId(1))
        .map(|broker| broker.directory);
    let records = start_records(&fixture.image, &more, &mut fixture.rng);
    fixture.replay(records);
    let moved = fixture.image.broker(BrokerId(1)).expect("registered");
    assert_eq!((moved.port, Some(moved.directory)), (19092, directory));
    assert!(fixture.image.is_active(4));
}
