//! The producer.

use crate::support::{World, block_on, with_cluster, world};
use futures_util::future::join_all;
use kafka_sandbox::base::{SortedMap, SortedSet};
use kafka_sandbox::client::admin::{NewTopic, OffsetSpec, TopicRef};
use kafka_sandbox::client::producer::partition_for_key;
use kafka_sandbox::client::{Admin, Producer, ProducerRecord, TopicPartition};
use std::cell::RefCell;
use std::rc::Rc;

const LONG_MS: u64 = 30_000;

async fn topic(
    w: &World,
    admin: &Admin,
    what: &str,
    partitions: i32,
    configs: &[(&str, &str)],
) -> String {
    let name = w.unique(what);
    let new = NewTopic {
        name: name.clone(),
        num_partitions: Some(partitions),
        configs: configs
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect(),
        ..Default::default()
    };
    for (_, result) in admin.create_topics(&[new], false).await {
        result.expect("created");
    }
    name
}

async fn ends(admin: &Admin, topic: &str, partitions: i32) -> Vec<i64> {
    let wanted: SortedMap<_, _> = (0..partitions)
        .map(|p| (TopicPartition::new(topic, p), OffsetSpec::Latest))
        .collect();
    let offsets = admin.list_offsets(&wanted).await;
    offsets
        .into_iter()
        .map(|(_, r)| r.expect("known").offset)
        .collect()
}

async fn drop_topic(admin: &Admin, name: &str) {
    for (_, result) in admin.delete_topics(&[TopicRef::Name(name.into())]).await {
        result.expect("deleted");
    }
}

#[test]
fn records_get_consecutive_offsets() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "order", 1, &[]).await;
        for settings in [
            &[][..],
            &[("acks", "1")],
            &[
                ("enable.idempotence", "false"),
                ("max.in.flight.requests.per.connection", "1"),
            ],
            &[("compression.type", "gzip")],
            &[("compression.type", "snappy")],
            &[("compression.type", "lz4")],
            &[("compression.type", "zstd")],
        ] {
            let before = ends(&admin, &name, 1).await[0];
            let properties = w.properties(settings);
            let producer = Producer::new(&w.context, &properties)
                .await
                .expect("settings are right");
            let mut deliveries = Vec::new();
            for i in 0..1000 {
                let value = format!("record {i} of a run that compresses well");
                let record = ProducerRecord {
                    topic: &name,
                    value: Some(value.as_bytes()),
                    headers: &[(b"h", Some(b"1")), (b"h", None)],
                    ..Default::default()
                };
                deliveries.push(producer.send(&record).await);
            }
            producer.flush().await;
            let offsets = join_all(deliveries).await.into_iter();
            let offsets: Vec<i64> = offsets.map(|r| r.expect("acknowledged").offset).collect();
            assert!(
                offsets.iter().copied().eq(before..before + 1000),
                "{settings:?}"
            );
            producer.close(LONG_MS).await;
        }
        assert_eq!(w.complaints(), Vec::<String>::new());
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn without_acknowledgements_there_are_no_offsets() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "acks0", 1, &[]).await;
        let properties = w.properties(&[("acks", "0")]);
        let producer = Producer::new(&w.context, &properties)
            .await
            .expect("settings are right");
        let record = ProducerRecord {
            topic: &name,
            value: Some(b"x"),
            ..Default::default()
        };
        assert_eq!(producer.send(&record).await.await.expect("sent").offset, -1);
        while ends(&admin, &name, 1).await != [1] {}
        producer.close(LONG_MS).await;
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn keys_choose_partitions_and_their_absence_sticks_to_one() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "keys", 5, &[]).await;
        let producer = Producer::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        for key in ["alice", "bob", "carol"] {
            let key = key.as_bytes();
            let record = ProducerRecord {
                topic: &name,
                key: Some(key),
                ..Default::default()
            };
            let at = producer.send(&record).await.await.expect("acknowledged");
            assert_eq!(at.partition.partition, partition_for_key(key, 5));
        }
        let mut sticky = SortedSet::new();
        for _ in 0..50 {
            let record = ProducerRecord {
                topic: &name,
                value: Some(b"small"),
                ..Default::default()
            };
            let at = producer.send(&record).await.await.expect("acknowledged");
            sticky.insert(at.partition.partition);
        }
        assert_eq!(sticky.len(), 1, "50 small records are less than a batch");
        let explicit = ProducerRecord {
            topic: &name,
            partition: Some(4),
            ..Default::default()
        };
        let at = producer.send(&explicit).await.await.expect("acknowledged");
        assert_eq!(at.partition, TopicPartition::new(name.as_str(), 4));
        producer.close(LONG_MS).await;
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn callbacks_come_in_order() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "callbacks", 1, &[]).await;
        let producer = Producer::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let seen = Rc::new(RefCell::new(Vec::new()));
        for i in 0..10i64 {
            let record = ProducerRecord {
                topic: &name,
                timestamp: Some(1000 + i),
                ..Default::default()
            };
            let seen = seen.clone();
            let callback = Box::new(move |result: &Result<_, _>| {
                let at: &kafka_sandbox::client::RecordMetadata =
                    result.as_ref().expect("acknowledged");
                seen.borrow_mut().push((at.offset, at.timestamp));
            });
            producer.send_with(&record, callback).await;
        }
        producer.close(LONG_MS).await;
        assert!(
            seen.borrow()
                .iter()
                .copied()
                .eq((0..10).map(|i| (i, 1000 + i)))
        );
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn what_is_too_large_is_refused_here_or_there() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "large", 1, &[("max.message.bytes", "1000")]).await;
        let producer = Producer::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let value = vec![b'x'; 2_000_000];
        let mut record = ProducerRecord {
            topic: &name,
            value: Some(&value),
            ..Default::default()
        };
        let error = producer.send(&record).await.await.expect_err("too large");
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.common.errors.RecordTooLargeException: The message is 2000088 bytes when \
             serialized which is larger than 1048576, which is the value of the max.request.size \
             configuration."
        );
        record.value = Some(&value[..2000]);
        let error = producer
            .send(&record)
            .await
            .await
            .expect_err("larger than the topic takes");
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger \
             than the max message size the server will accept."
        );
        // Batches of records that are small enough are split until they fit.
        record.value = Some(&value[..300]);
        let mut deliveries = Vec::new();
        for _ in 0..20 {
            deliveries.push(producer.send(&record).await);
        }
        let results = join_all(deliveries).await.into_iter();
        let offsets: Vec<i64> = results.map(|r| r.expect("acknowledged").offset).collect();
        assert!(offsets.iter().copied().eq(0..20), "{offsets:?}");
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn a_compressed_batch_that_is_too_large_is_split() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "split", 1, &[("max.message.bytes", "3000")]).await;
        let settings = [
            ("compression.type", "gzip"),
            ("linger.ms", "100"),
            ("batch.size", "2500"),
        ];
        let properties = w.properties(&settings);
        let producer = Producer::new(&w.context, &properties)
            .await
            .expect("settings are right");
        // Make the producer believe in good compression, then give it what does not compress.
        let good = [b'x'; 1000];
        let record = ProducerRecord {
            topic: &name,
            value: Some(&good),
            ..Default::default()
        };
        for _ in 0..300 {
            producer.send(&record).await;
            producer.flush().await;
        }
        let mut seed = 1u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as u8
        })
        .take(500 * 40)
        .collect();
        let mut deliveries = Vec::new();
        for chunk in noise.chunks(500) {
            let record = ProducerRecord {
                topic: &name,
                value: Some(chunk),
                ..Default::default()
            };
            deliveries.push(producer.send(&record).await);
        }
        let results = join_all(deliveries).await.into_iter();
        let offsets: Vec<i64> = results.map(|r| r.expect("acknowledged").offset).collect();
        assert!(offsets.iter().copied().eq(300..340), "{offsets:?}");
        let split = w
            .lines
            .0
            .borrow()
            .iter()
            .any(|line| line.contains("splitting and retrying"));
        assert!(split, "{:?}", w.lines.0.borrow());
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn a_topic_comes_to_be_when_it_is_written_to() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = w.unique("auto");
        let properties = w.properties(&[("client.id", "console-producer")]);
        let producer = Producer::new(&w.context, &properties)
            .await
            .expect("settings are right");
        let record = ProducerRecord {
            topic: &name,
            value: Some(b"x"),
            ..Default::default()
        };
        producer.send(&record).await.await.expect("acknowledged");
        let lines = w.lines.0.borrow().clone();
        assert!(lines[0].starts_with(
            "WARN [Producer clientId=console-producer] The metadata response from the cluster reported a \
             recoverable issue with correlation id "
        ));
        assert!(lines[0].ends_with(&format!(
            " : {{{name}=UNKNOWN_TOPIC_OR_PARTITION}} (org.apache.kafka.clients.NetworkClient)"
        )));
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn a_name_that_no_topic_can_have() {
    with_cluster(async |w| {
        let producer = Producer::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let record = ProducerRecord {
            topic: "bad name",
            value: Some(b"x"),
            ..Default::default()
        };
        let error = producer
            .send(&record)
            .await
            .await
            .expect_err("no such topic can be");
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.common.errors.InvalidTopicException: Invalid topics: [bad name]"
        );
        let last = w.lines.0.borrow().last().cloned();
        assert_eq!(
            last.as_deref(),
            Some(
                "ERROR [Producer clientId=producer-1] Metadata response reported invalid topics [bad name] \
                 (org.apache.kafka.clients.Metadata)"
            )
        );
    });
}

#[test]
fn partitions_that_are_not_there() {
    with_cluster(async |w| {
        let admin = Admin::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        let name = topic(&w, &admin, "partitions", 1, &[]).await;
        let properties = w.properties(&[("max.block.ms", "300")]);
        let producer = Producer::new(&w.context, &properties)
            .await
            .expect("settings are right");
        let record = ProducerRecord {
            topic: &name,
            partition: Some(3),
            ..Default::default()
        };
        let error = producer
            .send(&record)
            .await
            .await
            .expect_err("there is no partition 3");
        assert_eq!(
            error.message(),
            Some(format!(
                "Partition 3 of topic {name} with partition count 1 is not present in metadata after 300 ms."
            ))
        );
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn no_broker_at_all() {
    block_on(async || {
        let w = world("localhost:1".into());
        let properties = w.properties(&[("max.block.ms", "300")]);
        let producer = Producer::new(&w.context, &properties)
            .await
            .expect("settings are right");
        let record = ProducerRecord {
            topic: "t",
            ..Default::default()
        };
        let error = producer
            .send(&record)
            .await
            .await
            .expect_err("nobody is there");
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.common.errors.TimeoutException: Topic t not present in metadata after 300 ms."
        );
        let lines = w.lines.0.borrow();
        assert_eq!(
            lines[..2],
            [
                "WARN [Producer clientId=producer-1] Connection to node -1 (localhost/127.0.0.1:1) could not be \
                 established. Node may not be available. (org.apache.kafka.clients.NetworkClient)",
                "WARN [Producer clientId=producer-1] Bootstrap broker localhost:1 (id: -1 rack: null isFenced: \
                 false) disconnected (org.apache.kafka.clients.NetworkClient)",
            ]
        );
    });
}

#[test]
fn a_closed_producer_takes_nothing() {
    block_on(async || {
        let w = world("localhost:1".into());
        let producer = Producer::new(&w.context, &w.properties(&[]))
            .await
            .expect("settings are right");
        producer.close(0).await;
        let record = ProducerRecord {
            topic: "t",
            ..Default::default()
        };
        let error = producer.send(&record).await.await.expect_err("closed");
        assert_eq!(
            error.to_string(),
            "java.lang.IllegalStateException: Cannot perform operation after producer has been closed"
        );
    });
}
