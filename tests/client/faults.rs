//! What survives connections that break: nothing is lost, nothing comes twice, order stays.

use crate::support::{World, with_cluster};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use futures_util::future::{LocalBoxFuture, join_all, select};
use kafka_sandbox::base::{Rng, SortedMap};
use kafka_sandbox::client::admin::{NewTopic, OffsetSpec};
use kafka_sandbox::client::env::{ConnectError, Env, Link, Transport};
use kafka_sandbox::client::{Admin, Consumer, Context, Producer, ProducerRecord, TopicPartition};
use kafka_sandbox::native::client_env::TcpTransport;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const LONG_MS: u64 = 60_000;

/// TCP, but now and then a connection breaks: before a request has gone out, or after, so that its response is
/// lost. A broken connection can be made again.
struct Breaking {
    rng: RefCell<Rng>,
    /// One frame in so many breaks its connection.
    one_in: u64,
    broken: Rc<Cell<u32>>,
}

impl Transport for Breaking {
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        let connecting = TcpTransport.connect(host, port);
        let mut rng = Rng::new(self.rng.borrow_mut().next_u64());
        let (one_in, broken) = (self.one_in, self.broken.clone());
        Box::pin(async move {
            let Link { tx, mut rx } = connecting.await?;
            let (client_tx, mut requests) = unbounded();
            let (responses, client_rx) = unbounded();
            tokio::task::spawn_local(async move {
                let mut first_seen = 0;
                loop {
                    let next = select(requests.next(), rx.next()).await;
                    // Without its first answers, the handshake, a connection is of no use to anybody.
                    first_seen += 1;
                    let (frame, out) = match next {
                        futures_util::future::Either::Left((Some(frame), _)) => (frame, &tx),
                        futures_util::future::Either::Right((Some(frame), _)) => {
                            (frame, &responses)
                        }
                        _ => return,
                    };
                    if first_seen > 4 && rng.below(one_in) == 0 {
                        broken.set(broken.get() + 1);
                        return;
                    }
                    if out.unbounded_send(frame).is_err() {
                        return;
                    }
                }
            });
            Ok(Link {
                tx: client_tx,
                rx: client_rx,
            })
        })
    }
}

struct Faulty {
    context: Context,
    broken: Rc<Cell<u32>>,
}

fn faulty(w: &World, seed: u64, one_in: u64) -> Faulty {
    let broken = Rc::new(Cell::new(0));
    let rng = RefCell::new(Rng::new(seed));
    let transport = Breaking {
        rng,
        one_in,
        broken: broken.clone(),
    };
    let env = Env {
        transport: Rc::new(transport),
        ..w.context.env.clone()
    };
    Faulty {
        context: Context::new(env, w.lines.clone()),
        broken,
    }
}

async fn topic(w: &World, partitions: i32) -> String {
    let admin = Admin::new(&w.context, &w.properties(&[]))
        .await
        .expect("settings are right");
    let name = w.unique("faults");
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

async fn ends(w: &World, topic: &str, partitions: i32) -> i64 {
    let admin = Admin::new(&w.context, &w.properties(&[]))
        .await
        .expect("settings are right");
    let wanted: SortedMap<_, _> = (0..partitions)
        .map(|p| (TopicPartition::new(topic, p), OffsetSpec::Latest))
        .collect();
    let offsets = admin.list_offsets(&wanted).await.into_iter();
    offsets.map(|(_, r)| r.expect("known").offset).sum()
}

/// All values, per partition and in order.
async fn read_all(
    w: &World,
    context: &Context,
    topic: &str,
    settings: &[(&str, &str)],
) -> [Vec<u32>; 2] {
    let settings = [settings, &[("auto.offset.reset", "earliest")]].concat();
    let properties = w.properties(&settings);
    let consumer = Consumer::new(context, &properties)
        .await
        .expect("settings are right");
    let both = [0, 1].map(|p| TopicPartition::new(topic, p));
    consumer.assign(&both).expect("nothing else is in the way");
    let mut out = [Vec::new(), Vec::new()];
    while out[0].len() + out[1].len() < RECORDS as usize {
        for record in consumer.poll(LONG_MS).await.expect("polled") {
            let value = record.value.expect("every record has one");
            let value = u32::from_be_bytes(value.as_ref().try_into().expect("four bytes"));
            out[record.partition as usize].push(value);
        }
    }
    out
}

/// Sends numbers to two partitions in turn and waits until all are acknowledged.
async fn write_all(w: &World, context: &Context, topic: &str, settings: &[(&str, &str)]) {
    let properties = w.properties(settings);
    let producer = Producer::new(context, &properties)
        .await
        .expect("settings are right");
    let mut deliveries = Vec::new();
    for i in 0..RECORDS {
        let value = i.to_be_bytes();
        let record = ProducerRecord {
            topic,
            partition: Some((i % 2) as i32),
            value: Some(&value),
            ..Default::default()
        };
        deliveries.push(producer.send(&record).await);
    }
    producer.flush().await;
    for result in join_all(deliveries).await {
        result.expect("acknowledged in the end");
    }
}

fn assert_complete(read: &[Vec<u32>; 2], seed: u64) {
    for (partition, values) in read.iter().enumerate() {
        let expected = (partition as u32..RECORDS).step_by(2);
        assert!(
            values.iter().copied().eq(expected),
            "seed {seed}, partition {partition}"
        );
    }
}

const RECORDS: u32 = 3000;

const HURRY: &[(&str, &str)] = &[
    ("reconnect.backoff.ms", "1"),
    ("reconnect.backoff.max.ms", "5"),
    ("retry.backoff.ms", "1"),
    ("retry.backoff.max.ms", "5"),
    ("batch.size", "200"),
];

#[test]
fn an_idempotent_producer_writes_everything_once_and_in_order() {
    with_cluster(async |w| {
        for seed in 0..6 {
            let name = topic(&w, 2).await;
            let faulty = faulty(&w, seed, 15);
            write_all(&w, &faulty.context, &name, HURRY).await;
            assert!(
                faulty.broken.get() > 10,
                "seed {seed}: {} broken",
                faulty.broken.get()
            );
            assert_eq!(ends(&w, &name, 2).await, i64::from(RECORDS), "seed {seed}");
            assert_complete(&read_all(&w, &w.context, &name, &[]).await, seed);
        }
    });
}

#[test]
fn a_consumer_reads_everything_once_and_in_order() {
    with_cluster(async |w| {
        let name = topic(&w, 2).await;
        write_all(&w, &w.context, &name, &[("batch.size", "200")]).await;
        for seed in 0..4 {
            let faulty = faulty(&w, seed, 6);
            let settings = [HURRY, &[("max.partition.fetch.bytes", "500")]].concat();
            let read = read_all(&w, &faulty.context, &name, &settings).await;
            assert!(
                faulty.broken.get() > 3,
                "seed {seed}: {} broken",
                faulty.broken.get()
            );
            assert_complete(&read, seed);
        }
    });
}
