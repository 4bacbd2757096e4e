//! What is there after a restart, and what is done when storage is not as it was left.

use crate::support::*;
use bytes::Bytes;
use kafka_sandbox::base::{BrokerId, ConnId};
use kafka_sandbox::cluster::events::Event;
use kafka_sandbox::cluster::{Cluster, ClusterConfig, io};
use kafka_sandbox::protocol::messages::MetadataRequest;
use kafka_sandbox::protocol::messages::delete_topics_request::DeleteTopicsRequest;
use kafka_sandbox::sim::disk::Faults;
use kafka_sandbox::sim::machine::{Machine, START_MS};
use std::rc::Rc;

#[test]
fn everything_acknowledged_is_there_after_a_crash() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 3, 2);
    for number in 0..30 {
        produce(&mut machine, "t", number % 3, &number.to_string());
    }
    let before: Vec<_> = (0..3).map(|p| read_all(&mut machine, "t", p)).collect();
    let topics = machine.cluster.topics();
    let id = machine.cluster.cluster_id().to_owned();
    machine.crash(99);
    assert!(machine.cluster.is_ready());
    let after: Vec<_> = (0..3).map(|p| read_all(&mut machine, "t", p)).collect();
    assert_eq!(before, after);
    assert_eq!(machine.cluster.topics(), topics);
    assert_eq!(machine.cluster.cluster_id(), id);
    assert_eq!(produce(&mut machine, "t", 0, "next"), 10);
    assert_eq!(machine.warnings(), Vec::<&str>::new());
}

#[test]
fn a_topic_made_anew_does_not_show_the_old_one_s_records() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    produce(&mut machine, "t", 0, "old");
    let conn = machine.connect(1);
    let request = DeleteTopicsRequest {
        topic_names: vec!["t".into()],
        ..Default::default()
    };
    assert_eq!(machine.call(conn, 5, &request).responses[0].error_code, 0);
    assert!(machine.cluster.topic("t").is_none());
    create_topic(&mut machine, "t", 1, 1);
    machine.crash(5);
    assert_eq!(read_all(&mut machine, "t", 0), []);
    assert_eq!(produce(&mut machine, "t", 0, "new"), 0);
}

#[test]
fn requests_wait_until_all_is_read_back() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    machine.hold_storage(true);
    machine.restart(3);
    let conn = machine.connect(1);
    let request = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    machine.send(conn, 9, &request);
    assert!(machine.receive::<MetadataRequest>(conn, 9).is_none());
    machine.hold_storage(false);
    let response = machine
        .receive::<MetadataRequest>(conn, 9)
        .expect("an answer");
    assert_eq!(response.topics[0].name.as_deref(), Some("t"));
}

#[test]
fn a_first_start_that_cannot_be_written_is_tried_again() {
    let faults = Faults {
        fail_one_in: 1,
        ..Faults::default()
    };
    let mut machine = Machine::with(ClusterConfig::default(), 1, faults);
    assert!(!machine.cluster.is_ready());
    machine.disk.set_faults(Faults::default());
    machine.advance(1_000);
    assert!(machine.cluster.is_ready());
    let id = machine.cluster.cluster_id().to_owned();
    machine.crash(7);
    assert_eq!(machine.cluster.cluster_id(), id);
}

#[test]
fn a_broken_chunk_is_found_reported_and_never_served() {
    for seed in 0..200 {
        let config = ClusterConfig::new(1, 1, "localhost", 9092);
        let mut machine = Machine::with(config, seed, Faults::default());
        create_topic(&mut machine, "t", 1, 1);
        for number in 0..20 {
            produce(
                &mut machine,
                "t",
                0,
                &format!("{number} {}", "x".repeat(200)),
            );
        }
        let good = read_all(&mut machine, "t", 0);
        let Some(rot) = machine.disk.rot() else {
            continue;
        };
        machine.restart(seed);
        if !machine.cluster.is_ready() || machine.cluster.topic("t").is_none() {
            // The metadata log itself is damaged: then it must say so.
            assert!(!machine.warnings().is_empty(), "seed {seed}: {rot:?}");
            continue;
        }
        let view = machine.cluster.partition("t", 0).expect("a partition");
        let conn = machine.connect(1);
        for offset in view.log_start_offset..view.high_watermark {
            let response = machine.call(conn, 12, &fetch_request("t", 0, offset));
            let data = &response.responses[0].partitions[0];
            let bytes = data
                .records
                .as_ref()
                .map(|r| r.to_bytes())
                .unwrap_or_default();
            for batch in kafka_sandbox::protocol::record_batch::batches(&bytes) {
                let batch = batch.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
                batch
                    .ensure_valid()
                    .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
                for record in batch.records().flatten() {
                    let value = String::from_utf8_lossy(record.value.unwrap_or_default());
                    assert_eq!(good[record.offset as usize].1, value, "seed {seed}");
                }
            }
        }
    }
}

#[test]
fn another_format_is_refused_and_nothing_is_written() {
    let mut cluster = Cluster::new(ClusterConfig::default(), 1);
    let now = kafka_sandbox::base::Now {
        mono_ms: 1,
        wall_ms: START_MS,
    };
    let meta = vec![("format".to_owned(), Bytes::from_static(b"99"))];
    cluster.handle_input(now, io::Input::Opened { meta });
    let outputs: Vec<_> = std::iter::from_fn(|| cluster.poll_output()).collect();
    assert!(!cluster.is_ready());
    assert!(
        matches!(&outputs[..], [io::Output::Event(Event::Warning { text })] if text.contains("99")),
        "{outputs:?}"
    );
    let connect = io::Input::Connect {
        conn: ConnId(1),
        broker: BrokerId(1),
        endpoints: Rc::from(Vec::new()),
        client_host: String::new(),
    };
    cluster.handle_input(now, connect);
    let output = cluster.poll_output();
    assert!(
        matches!(output, Some(io::Output::Close { .. })),
        "{output:?}"
    );
}

#[test]
fn fewer_brokers_after_a_restart_lead_what_they_can() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 6, 3);
    for partition in 0..6 {
        produce(&mut machine, "t", partition, "a");
    }
    machine.config_mut().brokers = 2;
    machine.restart(4);
    for partition in 0..6 {
        let view = machine
            .cluster
            .partition("t", partition)
            .expect("a partition");
        assert!((1..=2).contains(&view.leader), "{view:?}");
        assert_eq!(view.isr.len(), 2);
        assert_eq!(produce(&mut machine, "t", partition, "b"), 1);
    }
}

#[test]
fn many_partitions_recover() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 500, 1);
    for partition in (0..500).step_by(7) {
        produce(&mut machine, "t", partition, "a");
    }
    machine.crash(8);
    for partition in (0..500).step_by(7) {
        assert_eq!(
            read_all(&mut machine, "t", partition),
            [(0, "a".to_owned())]
        );
    }
}
