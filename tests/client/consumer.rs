//! The consumer.

use crate::support::{World, with_cluster, with_timeout};
use kafka_sandbox::base::SortedMap;
use kafka_sandbox::client::admin::{NewTopic, TopicRef};
use kafka_sandbox::client::consumer::RebalanceListener;
use kafka_sandbox::client::{
    Admin, ClientError, Consumer, ConsumerRecord, OffsetAndMetadata, Producer, ProducerRecord,
    TopicPartition,
};
use std::cell::RefCell;
use std::rc::Rc;

const LONG_MS: u64 = 30_000;

async fn topic(w: &World, admin: &Admin, what: &str, partitions: i32) -> String {
    let name = w.unique(what);
    let new = NewTopic {
        name: name.clone(),
        num_partitions: Some(partitions),
        ..Default::default()
    };
    for (_, result) in admin.create_topics(&[new], false).await {
        result.expect("created");
    }
    name
}

async fn admin(w: &World) -> Admin {
    Admin::new(&w.context, &w.properties(&[]))
        .await
        .expect("settings are right")
}

async fn consumer(w: &World, settings: &[(&str, &str)]) -> Consumer {
    Consumer::new(&w.context, &w.properties(settings))
        .await
        .expect("settings are right")
}

/// Writes so many records, with their numbers as values and timestamps of 1000 + number, in turn to all partitions.
async fn fill(w: &World, topic: &str, partitions: i32, settings: &[(&str, &str)], n: i32) {
    let producer = Producer::new(&w.context, &w.properties(settings)).await;
    let producer = producer.expect("settings are right");
    for i in 0..n {
        let value = i.to_string();
        let record = ProducerRecord {
            topic,
            partition: Some(i % partitions),
            timestamp: Some(1000 + i64::from(i)),
            key: Some(b"k"),
            value: Some(value.as_bytes()),
            headers: &[(b"h", Some(b"v")), (b"h", None)],
        };
        producer.send(&record).await;
    }
    producer.close(LONG_MS).await;
}

/// Polls until so many records have come.
async fn read(consumer: &Consumer, n: usize) -> Vec<ConsumerRecord> {
    let mut out = Vec::new();
    while out.len() < n {
        out.extend(consumer.poll(LONG_MS).await.expect("polled"));
    }
    out
}

fn values(records: &[ConsumerRecord]) -> Vec<String> {
    let value = |r: &ConsumerRecord| String::from_utf8(r.value.clone().unwrap_or_default().into());
    records.iter().map(|r| value(r).expect("text")).collect()
}

fn tp(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition::new(topic, partition)
}

async fn drop_topic(admin: &Admin, name: &str) {
    for (_, result) in admin.delete_topics(&[TopicRef::Name(name.into())]).await {
        result.expect("deleted");
    }
}

#[test]
fn assigned_by_hand() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "assign", 2).await;
        fill(&w, &name, 2, &[], 10).await;
        let c = consumer(&w, &[("auto.offset.reset", "earliest")]).await;
        let (p0, p1) = (tp(&name, 0), tp(&name, 1));
        c.assign(&[p0.clone()]).expect("nothing else is in the way");
        let records = read(&c, 5).await;
        assert_eq!(values(&records), ["0", "2", "4", "6", "8"]);
        assert_eq!(records[1].headers.len(), 2);
        assert_eq!((records[1].offset, records[1].timestamp), (1, 1002));
        assert_eq!(records[1].key.as_deref(), Some(&b"k"[..]));
        assert_eq!(c.position(&p0).await, Ok(5));
        assert_eq!(c.current_lag(&p0), Ok(Some(0)));

        c.seek(&p0, 3).expect("assigned");
        assert_eq!(values(&read(&c, 2).await), ["6", "8"]);
        c.seek_to_beginning(&[]).expect("assigned");
        assert_eq!(c.position(&p0).await, Ok(0));
        assert_eq!(
            values(&c.poll_at_most(LONG_MS, 2).await.expect("polled")),
            ["0", "2"]
        );
        c.seek_to_end(&[p0.clone()]).expect("assigned");
        assert_eq!(c.position(&p0).await, Ok(5));
        assert!(c.poll(0).await.expect("polled").is_empty());

        c.assign(&[p0.clone(), p1.clone()]).expect("still by hand");
        c.seek(&p0, 0).expect("assigned");
        c.pause(&[p0.clone()]).expect("assigned");
        assert_eq!(values(&read(&c, 5).await), ["1", "3", "5", "7", "9"]);
        assert_eq!(c.paused(), [p0.clone()]);
        c.resume(&[p0.clone()]).expect("assigned");
        assert_eq!(read(&c, 5).await.len(), 5);

        let times = SortedMap::from([(p0.clone(), 1003), (p1.clone(), 5000)]);
        let found = c.offsets_for_times(&times).await.expect("found");
        assert_eq!(found[&p0].map(|o| (o.offset, o.timestamp)), Some((2, 1004)));
        assert_eq!(found[&p1], None);
        let both = [p0.clone(), p1.clone()];
        let ends = c.end_offsets(&both).await.expect("found");
        assert_eq!(ends, SortedMap::from([(p0.clone(), 5), (p1.clone(), 5)]));
        let begins = c.beginning_offsets(&both).await.expect("found");
        assert_eq!(begins, SortedMap::from([(p0, 0), (p1, 0)]));
        assert_eq!(c.partitions_for(&name).await.expect("known").len(), 2);
        c.close(LONG_MS).await.expect("closed");
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn every_compression_is_read() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "compressed", 1).await;
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
            fill(&w, &name, 1, &[("compression.type", codec)], 100).await;
        }
        let c = consumer(&w, &[("auto.offset.reset", "earliest")]).await;
        c.assign(&[tp(&name, 0)])
            .expect("nothing else is in the way");
        let records = read(&c, 500).await;
        let expected: Vec<String> = (0..500).map(|i| (i % 100).to_string()).collect();
        assert_eq!(values(&records), expected);
        assert!(records.iter().map(|r| r.offset).eq(0..500));
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn what_a_consumer_complains_about() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "complaints", 1).await;
        let c = consumer(&w, &[("auto.offset.reset", "none")]).await;
        let message = |error: ClientError| error.to_string();
        assert_eq!(
            c.seek(&tp("orders", 0), 42).map_err(message),
            Err(
                "java.lang.IllegalStateException: No current assignment for partition orders-0"
                    .into()
            )
        );
        assert_eq!(
            c.poll(0).await.map_err(message),
            Err("java.lang.IllegalStateException: Consumer is not subscribed to any topics or assigned any \
                 partitions"
                .into())
        );
        assert_eq!(
            c.subscribe(&["a"], None).map_err(message),
            Err("org.apache.kafka.common.errors.InvalidGroupIdException: To use the group management or \
                 offset commit APIs, you must provide a valid group.id in the consumer configuration."
                .into())
        );
        assert_eq!(
            c.position(&tp("orders", 0)).await.map_err(message),
            Err("java.lang.IllegalStateException: You can only check the position for partitions assigned \
                 to this consumer."
                .into())
        );
        let p0 = tp(&name, 0);
        c.assign(&[p0.clone()]).expect("nothing else is in the way");
        assert_eq!(
            c.poll(LONG_MS).await.map_err(message),
            Err(format!(
                "org.apache.kafka.clients.consumer.NoOffsetForPartitionException: Undefined offset with no \
                 reset policy for partitions: [{p0}]"
            ))
        );
        c.seek(&p0, 100).expect("assigned");
        let error = message(c.poll(LONG_MS).await.expect_err("there is no offset 100"));
        let (start, end) = (
            "org.apache.kafka.clients.consumer.OffsetOutOfRangeException: Fetch position \
             FetchPosition{offset=100, offsetEpoch=Optional.empty, currentLeader=LeaderAndEpoch{leader=\
             Optional[localhost:",
            format!(" isFenced: false)], epoch=0}}}} is out of range for partition {p0}"),
        );
        assert!(error.starts_with(start) && error.ends_with(&end), "{error}");
        c.seek(&p0, 0).expect("assigned");
        c.wakeup();
        assert_eq!(c.poll(LONG_MS).await, Err(ClientError::Wakeup));
        c.close(0).await.expect("closed");
        assert_eq!(
            c.poll(0).await.map_err(message),
            Err("java.lang.IllegalStateException: This consumer has already been closed.".into())
        );
        let bad = consumer(&w, &[]).await;
        bad.assign(&[tp("bad name", 0)])
            .expect("nothing else is in the way");
        assert_eq!(
            bad.poll(LONG_MS).await.map_err(message),
            Err(
                "org.apache.kafka.common.errors.InvalidTopicException: Invalid topics: [bad name]"
                    .into()
            )
        );
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn a_group_of_one_commits_and_resumes() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "resume", 1).await;
        fill(&w, &name, 1, &[], 10).await;
        let group = w.unique("group");
        let settings = [
            ("group.id", group.as_str()),
            ("auto.offset.reset", "earliest"),
        ];
        let c = consumer(&w, &settings).await;
        c.subscribe(&[&name], None)
            .expect("nothing else is in the way");
        assert_eq!(
            values(&c.poll_at_most(LONG_MS, 4).await.expect("polled")).len(),
            4
        );
        let p0 = tp(&name, 0);
        assert_eq!(c.assignment(), [p0.clone()]);
        assert_eq!(
            c.committed(&[p0.clone()]).await.expect("asked"),
            SortedMap::from([(p0.clone(), None)])
        );
        let committed = c.commit_sync().await.expect("committed");
        assert_eq!(committed[&p0].offset, 4);
        // Closing commits what was read since.
        assert_eq!(
            values(&c.poll_at_most(LONG_MS, 3).await.expect("polled")),
            ["4", "5", "6"]
        );
        c.close(LONG_MS).await.expect("closed");
        let offsets = admin.list_group_offsets(&group, None).await.expect("read");
        assert_eq!(offsets[&p0].as_ref().map(|o| o.offset), Some(7));

        let again = consumer(&w, &settings).await;
        again
            .subscribe(&[&name], None)
            .expect("nothing else is in the way");
        assert_eq!(values(&read(&again, 3).await), ["7", "8", "9"]);
        let two = SortedMap::from([(p0.clone(), OffsetAndMetadata::new(2))]);
        again.commit_sync_offsets(&two).await.expect("committed");
        assert_eq!(
            again.committed(&[p0.clone()]).await.expect("asked")[&p0]
                .as_ref()
                .map(|o| o.offset),
            Some(2)
        );
        again.close(LONG_MS).await.expect("closed");
        assert_eq!(w.complaints(), Vec::<String>::new());
        drop_topic(&admin, &name).await;
    });
}

#[derive(Default, Clone)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, what: &str, partitions: &[TopicPartition]) {
        let list: Vec<String> = partitions.iter().map(|p| p.partition.to_string()).collect();
        self.0
            .borrow_mut()
            .push(format!("{what} {}", list.join(",")));
    }
}

impl RebalanceListener for Log {
    fn on_partitions_revoked(&mut self, partitions: &[TopicPartition]) {
        self.add("revoked", partitions);
    }
    fn on_partitions_assigned(&mut self, partitions: &[TopicPartition]) {
        self.add("assigned", partitions);
    }
    fn on_partitions_lost(&mut self, partitions: &[TopicPartition]) {
        self.add("lost", partitions);
    }
}

/// Polls both consumers until they share the partitions as wanted.
async fn settle(consumers: &[&Consumer], counts: &[usize]) {
    let shares = || {
        consumers
            .iter()
            .map(|c| c.assignment().len())
            .collect::<Vec<_>>()
    };
    with_timeout(async {
        while shares() != counts {
            for c in consumers {
                c.poll(50).await.expect("polled");
            }
        }
    })
    .await;
}

#[test]
fn two_members_share_and_one_takes_over() {
    for (strategy, rounds) in [
        (
            "RangeAssignor",
            vec!["assigned 0,1,2,3", "revoked 0,1,2,3", "assigned 0,1"],
        ),
        (
            "CooperativeStickyAssignor",
            vec!["assigned 0,1,2,3", "revoked 2,3", "assigned ", "assigned "],
        ),
    ] {
        with_cluster(async |w| {
            let admin = admin(&w).await;
            let name = topic(&w, &admin, "share", 4).await;
            let group = w.unique("group");
            let strategy = format!("org.apache.kafka.clients.consumer.{strategy}");
            let settings = |client| {
                [
                    ("group.id", group.as_str()),
                    ("client.id", client),
                    ("partition.assignment.strategy", strategy.as_str()),
                    ("heartbeat.interval.ms", "200"),
                ]
            };
            let log = Log::default();
            let a = consumer(&w, &settings("a")).await;
            a.subscribe(&[&name], Some(Box::new(log.clone())))
                .expect("nothing else is in the way");
            settle(&[&a], &[4]).await;
            let b = consumer(&w, &settings("b")).await;
            b.subscribe(&[&name], None)
                .expect("nothing else is in the way");
            settle(&[&a, &b], &[2, 2]).await;
            assert!(
                log.0.borrow().starts_with(
                    &rounds[..3]
                        .iter()
                        .map(|s| s.to_string())
                        .collect::<Vec<_>>()
                ),
                "{:?}",
                log.0.borrow()
            );
            let described = admin.describe_consumer_groups(&[&group]).await.remove(0).1;
            let described = described.expect("it is there");
            assert_eq!(
                (described.state.as_str(), described.members.len()),
                ("Stable", 2)
            );
            b.close(LONG_MS).await.expect("closed");
            settle(&[&a], &[4]).await;
            a.close(LONG_MS).await.expect("closed");
            assert_eq!(
                log.0.borrow().last().map(String::as_str),
                Some("revoked 0,1,2,3")
            );
            let described = admin.describe_consumer_groups(&[&group]).await.remove(0).1;
            assert_eq!(described.expect("it is there").state, "Empty");
            drop_topic(&admin, &name).await;
        });
    }
}

#[test]
fn patterns_find_new_topics() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let one = topic(&w, &admin, "pattern", 1).await;
        let group = w.unique("group");
        let settings = [("group.id", group.as_str()), ("metadata.max.age.ms", "200")];
        let c = consumer(&w, &settings).await;
        let prefix = one.clone();
        c.subscribe_pattern(Rc::new(move |t: &str| t.starts_with(&prefix)), None)
            .expect("free");
        settle(&[&c], &[1]).await;
        let two = NewTopic {
            name: format!("{one}-more"),
            num_partitions: Some(2),
            ..Default::default()
        };
        for (_, result) in admin.create_topics(&[two], false).await {
            result.expect("created");
        }
        settle(&[&c], &[3]).await;
        c.close(LONG_MS).await.expect("closed");
        drop_topic(&admin, &one).await;
        drop_topic(&admin, &format!("{one}-more")).await;
    });
}

#[test]
fn who_does_not_poll_is_expelled() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "expelled", 1).await;
        fill(&w, &name, 1, &[], 5).await;
        let group = w.unique("group");
        let settings = [
            ("group.id", group.as_str()),
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "false"),
            ("max.poll.interval.ms", "700"),
            ("heartbeat.interval.ms", "100"),
        ];
        let c = consumer(&w, &settings).await;
        c.subscribe(&[&name], None)
            .expect("nothing else is in the way");
        read(&c, 5).await;
        with_timeout(async {
            while w.lines.0.borrow().is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(w.lines.0.borrow()[0].contains("consumer poll timeout has expired."));
        let error = c.commit_sync().await.expect_err("not a member any more");
        assert_eq!(
            error.to_string(),
            "org.apache.kafka.clients.consumer.CommitFailedException: Offset commit cannot be completed \
             since the consumer is not part of an active group for auto partition assignment; it is likely \
             that the consumer was kicked out of the group."
        );
        read(&c, 5).await;
        c.close(LONG_MS).await.expect("closed");
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn a_static_member_comes_back_to_its_partitions() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "static", 2).await;
        let group = w.unique("group");
        let settings = [("group.id", group.as_str()), ("group.instance.id", "one")];
        let c = consumer(&w, &settings).await;
        c.subscribe(&[&name], None)
            .expect("nothing else is in the way");
        settle(&[&c], &[2]).await;
        let generation = c.generation_id();
        c.close(LONG_MS).await.expect("closed");
        let again = consumer(&w, &settings).await;
        again
            .subscribe(&[&name], None)
            .expect("nothing else is in the way");
        settle(&[&again], &[2]).await;
        assert_eq!(again.generation_id(), generation, "it never left");
        again.close(LONG_MS).await.expect("closed");
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn a_topic_that_does_not_exist_comes_to_be() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = w.unique("made");
        let group = w.unique("group");
        let settings = [
            ("group.id", group.as_str()),
            ("client.id", "console-consumer"),
        ];
        let c = consumer(&w, &settings).await;
        c.subscribe(&[&name], None)
            .expect("nothing else is in the way");
        settle(&[&c], &[1]).await;
        let lines = w.lines.0.borrow().clone();
        let start = format!(
            "WARN [Consumer clientId=console-consumer, groupId={group}] The metadata response from the \
             cluster reported a recoverable issue with correlation id "
        );
        let end = format!(
            " : {{{name}=UNKNOWN_TOPIC_OR_PARTITION}} (org.apache.kafka.clients.NetworkClient)"
        );
        assert!(
            lines[0].starts_with(&start) && lines[0].ends_with(&end),
            "{lines:?}"
        );
        c.close(LONG_MS).await.expect("closed");
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn positions_are_committed_as_time_goes_by() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "auto-commit", 1).await;
        fill(&w, &name, 1, &[], 5).await;
        let group = w.unique("group");
        let settings = [
            ("group.id", group.as_str()),
            ("auto.offset.reset", "earliest"),
            ("auto.commit.interval.ms", "50"),
        ];
        let c = consumer(&w, &settings).await;
        c.subscribe(&[&name], None)
            .expect("nothing else is in the way");
        read(&c, 5).await;
        let committed = async || {
            let offsets = admin.list_group_offsets(&group, None).await.expect("read");
            offsets
                .get(&tp(&name, 0))
                .and_then(|o| o.as_ref().map(|o| o.offset))
        };
        with_timeout(async {
            while committed().await != Some(5) {
                assert!(c.poll(20).await.expect("polled").is_empty());
            }
        })
        .await;
        c.close(LONG_MS).await.expect("closed");
        drop_topic(&admin, &name).await;
    });
}

#[test]
fn reading_begins_where_the_policy_says() {
    with_cluster(async |w| {
        let admin = admin(&w).await;
        let name = topic(&w, &admin, "reset", 1).await;
        // The records are of 1970.
        fill(&w, &name, 1, &[], 5).await;
        let p0 = tp(&name, 0);
        for (policy, position) in [
            ("earliest", 0),
            ("latest", 5),
            ("by_duration:PT1H", 5),
            ("by_duration:P36525D", 0),
        ] {
            let c = consumer(&w, &[("auto.offset.reset", policy)]).await;
            c.assign(&[p0.clone()]).expect("nothing else is in the way");
            assert_eq!(c.position(&p0).await, Ok(position), "{policy}");
        }
        drop_topic(&admin, &name).await;
    });
}
