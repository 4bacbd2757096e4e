//! The client with brokers that know only older versions: our own server behind a door that hides the newer ones.

use crate::support::{World, with_cluster};
use bytes::{Buf, Bytes};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use kafka_sandbox::base::SortedMap;
use kafka_sandbox::client::admin::{NewPartitions, NewTopic, TopicRef};
use kafka_sandbox::client::env::{ConnectError, Env, Link, Transport};
use kafka_sandbox::client::{
    Admin, ClientError, Consumer, Context, Producer, ProducerRecord, TopicPartition,
};
use kafka_sandbox::native::client_env::TcpTransport;
use kafka_sandbox::protocol::frame::{decode_response, encode_response};
use kafka_sandbox::protocol::messages::api_versions_response::ApiVersion;
use kafka_sandbox::protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_sandbox::protocol::{ErrorCode, Rope};
use std::rc::Rc;

const LONG_MS: u64 = 30_000;
const API_VERSIONS: i16 = 18;

/// The newest version that a broker has of each API; APIs that are missing it does not have.
type Caps = Rc<SortedMap<i16, i16>>;

struct Capped(Caps);

impl Transport for Capped {
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        let connecting = TcpTransport.connect(host, port);
        let caps = self.0.clone();
        Box::pin(async move {
            let Link { tx, mut rx } = connecting.await?;
            let (client_tx, mut requests) = unbounded::<Bytes>();
            let (responses, client_rx) = unbounded();
            tokio::task::spawn_local(async move {
                let mut handshakes: SortedMap<i32, i16> = SortedMap::new();
                loop {
                    match select(requests.next(), rx.next()).await {
                        Either::Left((Some(request), _)) => {
                            let mut head = request.clone();
                            let (key, version) = (head.get_i16(), head.get_i16());
                            let id = head.get_i32();
                            let cap = caps.get(&key).copied();
                            if key == API_VERSIONS && cap < Some(version) {
                                let _ = responses.unbounded_send(refusal(id, cap.unwrap_or(0)));
                                continue;
                            }
                            assert!(
                                cap >= Some(version),
                                "version {version} of API {key} was hidden"
                            );
                            if key == API_VERSIONS {
                                handshakes.insert(id, version);
                            }
                            if tx.unbounded_send(request).is_err() {
                                return;
                            }
                        }
                        Either::Right((Some(response), _)) => {
                            let id = response.clone().get_i32();
                            let response = match handshakes.remove(&id) {
                                Some(version) => capped(response, version, &caps),
                                None => response,
                            };
                            if responses.unbounded_send(response).is_err() {
                                return;
                            }
                        }
                        _ => return,
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

/// What a broker answers to a version of ApiVersions that is too new for it.
fn refusal(correlation_id: i32, cap: i16) -> Bytes {
    let own = ApiVersion {
        api_key: API_VERSIONS,
        min_version: 0,
        max_version: cap,
        ..Default::default()
    };
    let response = ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION.0,
        api_keys: vec![own],
        ..Default::default()
    };
    let frame = encode_response::<ApiVersionsRequest>(0, correlation_id, &response);
    Rope(frame.expect("it can be written")).to_bytes()
}

fn capped(frame: Bytes, version: i16, caps: &Caps) -> Bytes {
    let decoded = decode_response::<ApiVersionsRequest>(frame, version);
    let (id, mut response) = decoded.expect("it is what our server wrote");
    response
        .api_keys
        .retain_mut(|api| match caps.get(&api.api_key) {
            Some(cap) => {
                api.max_version = api.max_version.min(*cap);
                api.max_version >= api.min_version
            }
            None => false,
        });
    let frame = encode_response::<ApiVersionsRequest>(version, id, &response);
    Rope(frame.expect("it can be written")).to_bytes()
}

/// What KafkaJS 2.2.4 would choose from: brokers of the years before flexible versions.
fn of_2019() -> Caps {
    let caps = [
        (0, 7),
        (1, 11),
        (2, 3),
        (3, 6),
        (8, 5),
        (9, 4),
        (10, 2),
        (11, 5),
        (12, 3),
        (13, 3),
        (14, 3),
        (15, 2),
        (16, 2),
        (18, 2),
        (19, 3),
        (20, 3),
        (22, 1),
        (37, 1),
        (42, 1),
    ];
    Rc::new(caps.into_iter().collect())
}

/// The first versions that a current broker still serves (of Metadata the first that names the controller).
fn oldest() -> Caps {
    let caps = [
        (0, 3),
        (1, 4),
        (2, 1),
        (3, 1),
        (8, 2),
        (9, 1),
        (10, 0),
        (11, 2),
        (12, 0),
        (13, 0),
        (14, 0),
        (15, 0),
        (16, 0),
        (18, 0),
        (19, 2),
        (20, 1),
        (22, 0),
        (37, 0),
        (42, 0),
    ];
    Rc::new(caps.into_iter().collect())
}

async fn does_everything(w: &World, caps: Caps) {
    let env = Env {
        transport: Rc::new(Capped(caps)),
        ..w.context.env.clone()
    };
    let context = Context::new(env, w.lines.clone());
    let admin = Admin::new(&context, &w.properties(&[]))
        .await
        .expect("settings are right");
    let name = w.unique("old");
    let new = NewTopic {
        name: name.clone(),
        num_partitions: Some(1),
        replication_factor: Some(1),
        ..Default::default()
    };
    admin
        .create_topics(&[new], false)
        .await
        .remove(0)
        .1
        .expect("created");
    let more = NewPartitions {
        topic: name.clone(),
        total_count: 2,
        assignments: None,
    };
    admin
        .create_partitions(&[more], false)
        .await
        .remove(0)
        .1
        .expect("there are two now");
    let by_name = [TopicRef::Name(name.clone())];
    let described = admin
        .describe_topics(&by_name)
        .await
        .remove(0)
        .1
        .expect("it exists");
    assert_eq!(described.partitions.len(), 2);
    let cluster = admin.describe_cluster(false).await.expect("described");
    assert_eq!(cluster.nodes.len(), 3);

    let producer = Producer::new(&context, &w.properties(&[]))
        .await
        .expect("settings are right");
    for i in 0..20u8 {
        let record = ProducerRecord {
            topic: &name,
            key: Some(&[i]),
            value: Some(b"v"),
            ..Default::default()
        };
        producer.send(&record).await;
    }
    producer.close(LONG_MS).await;

    let group = w.unique("group");
    let settings = [
        ("group.id", group.as_str()),
        ("auto.offset.reset", "earliest"),
    ];
    let consumer = Consumer::new(&context, &w.properties(&settings)).await;
    let consumer = consumer.expect("settings are right");
    consumer
        .subscribe(&[&name], None)
        .expect("nothing else is in the way");
    let mut n = 0;
    while n < 20 {
        n += consumer.poll(LONG_MS).await.expect("polled").len();
    }
    let committed = consumer.commit_sync().await.expect("committed");
    assert_eq!(committed.values().map(|o| o.offset).sum::<i64>(), 20);
    let asked = consumer
        .committed(&[TopicPartition::new(name.as_str(), 0)])
        .await
        .expect("asked");
    assert_eq!(asked.len(), 1);
    let groups = admin.list_groups(&[], &[]).await.expect("listed");
    assert!(
        groups
            .iter()
            .any(|g| g.group_id == group && g.protocol_type == "consumer")
    );
    let described = admin
        .describe_consumer_groups(&[&group])
        .await
        .remove(0)
        .1
        .expect("described");
    assert_eq!(
        (
            described.state.as_str(),
            described.members[0].assignment.len()
        ),
        ("Stable", 2)
    );
    consumer.close(LONG_MS).await.expect("closed");
    admin
        .delete_groups(&[&group])
        .await
        .remove(0)
        .1
        .expect("deleted");
    admin
        .delete_topics(&by_name)
        .await
        .remove(0)
        .1
        .expect("deleted");

    let configs = admin
        .list_config_resources(&[])
        .await
        .expect_err("this broker cannot");
    assert_eq!(
        configs,
        ClientError::UnsupportedVersion("The node does not support LIST_CONFIG_RESOURCES".into())
    );
}

#[test]
fn brokers_of_2019() {
    with_cluster(async |w| does_everything(&w, of_2019()).await);
}

#[test]
fn the_oldest_versions_that_are_served() {
    with_cluster(async |w| does_everything(&w, oldest()).await);
}
