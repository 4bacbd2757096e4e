//! What an observer hears.

use crate::support::*;
use kafka_sandbox::cluster::ClusterConfig;
use kafka_sandbox::cluster::events::Event;
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::Machine;

#[test]
fn topics_records_positions_and_requests_are_told() {
    let mut machine = Machine::new();
    assert!(machine.events.contains(&Event::Ready));
    create_topic(&mut machine, "t", 1, 1);
    produce(&mut machine, "t", 0, "a");
    let conn = to_leader(&mut machine, "t", 0);
    machine.call(conn, 12, &fetch_request("t", 0, 0));
    let topic = "t".to_owned();
    let moved = Event::PartitionMoved {
        topic: topic.clone(),
        partition: 0,
    };
    let position = Event::FetchPosition {
        conn,
        client_id: "test".into(),
        topic: topic.clone(),
        partition: 0,
        offset: 0,
    };
    for event in [Event::TopicChanged { topic }, moved, position] {
        assert!(machine.events.contains(&event), "{event:?}");
    }
    let produced = machine.events.iter().any(|event| {
        matches!(event, Event::Request { api_key: 0, request_bytes, response_bytes, .. }
            if *request_bytes > 60 && *response_bytes > 20)
    });
    assert!(produced);
}

#[test]
fn a_consumer_that_goes_takes_its_positions_along_though_others_bear_its_name() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let (one, other) = (
        to_leader(&mut machine, "t", 0),
        to_leader(&mut machine, "t", 0),
    );
    machine.call(one, 12, &fetch_request("t", 0, 0));
    machine.call(other, 12, &fetch_request("t", 0, 0));
    machine.disconnect(one);
    assert!(machine.events.contains(&Event::FetcherGone { conn: one }));
    assert!(!machine.events.contains(&Event::FetcherGone { conn: other }));
}

#[test]
fn without_an_observer_only_what_matters_is_told() {
    let config = ClusterConfig {
        observe: false,
        ..ClusterConfig::default()
    };
    let mut machine = Machine::with(config, 1, Faults::default());
    create_topic(&mut machine, "t", 1, 1);
    produce(&mut machine, "t", 0, "a");
    assert_eq!(machine.events, [Event::Ready]);
}
