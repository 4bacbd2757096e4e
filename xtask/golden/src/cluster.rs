//! A cluster in this process, on tokio's clock, reached without sockets.

use bytes::{Bytes, BytesMut};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use kafka_sandbox::api::Decompressor;
use kafka_sandbox::base::{ConnId, Now, Rng};
use kafka_sandbox::client::env::{Codecs, ConnectError, Link, Runtime, Transport};
use kafka_sandbox::cluster::io::{Endpoint, Input, Output};
use kafka_sandbox::cluster::{Cluster, ClusterConfig};
use kafka_sandbox::log::memory::MemoryStore;
use kafka_sandbox::log::storage::Store;
use kafka_sandbox::native::client_env::LinkedCodecs;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What differs from Kafka's defaults in the cluster of the transcripts.
pub const BROKER_CONFIGS: &[(&str, &str)] = &[
    ("offsets.topic.replication.factor", "3"),
    ("transaction.state.log.replication.factor", "3"),
    ("transaction.state.log.min.isr", "2"),
    ("share.coordinator.state.topic.replication.factor", "3"),
    ("share.coordinator.state.topic.min.isr", "1"),
    ("group.initial.rebalance.delay.ms", "0"),
];

/// Tokio's clock, which may be a virtual one, with the wall clock running alongside.
pub struct Clock {
    start: Instant,
    start_wall_ms: i64,
    rng: RefCell<Rng>,
}

impl Clock {
    pub fn new() -> Rc<Clock> {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let start_wall_ms = i64::try_from(wall.as_millis()).unwrap_or(i64::MAX);
        let rng = RefCell::new(Rng::new(start_wall_ms as u64));
        Rc::new(Clock {
            start: Instant::now(),
            start_wall_ms,
            rng,
        })
    }

    fn now(&self) -> Now {
        let mono_ms = self.start.elapsed().as_millis() as u64;
        Now {
            mono_ms,
            wall_ms: self.start_wall_ms + mono_ms as i64,
        }
    }
}

impl Runtime for Clock {
    fn mono_ms(&self) -> u64 {
        self.now().mono_ms
    }

    fn wall_ms(&self) -> i64 {
        self.now().wall_ms
    }

    fn sleep(&self, duration_ms: u64) -> LocalBoxFuture<'static, ()> {
        let duration = Duration::from_millis(duration_ms.min(1 << 40));
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        tokio::task::spawn_local(task);
    }

    fn random_u64(&self) -> u64 {
        self.rng.borrow_mut().next_u64()
    }
}

/// A fresh cluster. Clones are the same one; it ends with the tasks of this thread.
#[derive(Clone)]
pub struct LocalCluster(Rc<State>);

struct State {
    clock: Rc<Clock>,
    cluster: RefCell<Cluster>,
    store: RefCell<MemoryStore>,
    links: RefCell<BTreeMap<ConnId, UnboundedSender<Bytes>>>,
    endpoints: Rc<[Endpoint]>,
    next_conn: Cell<u64>,
    kick: Notify,
}

impl LocalCluster {
    /// Starts it; requests that come before it is ready wait.
    pub fn start(clock: Rc<Clock>) -> LocalCluster {
        let mut config = ClusterConfig::default();
        for (name, value) in BROKER_CONFIGS {
            config
                .broker_configs
                .insert((*name).to_owned(), (*value).to_owned());
        }
        config.observe = false;
        config.decompressor = Some(Decompressor(Rc::new(|codec, bytes, limit_bytes| {
            LinkedCodecs.decompress(codec, bytes, limit_bytes).ok()
        })));
        config.check_compressed = true;
        let endpoints: Rc<[Endpoint]> = config.endpoints.clone().into();
        let seed = clock.random_u64();
        let local = LocalCluster(Rc::new(State {
            clock,
            cluster: RefCell::new(Cluster::new(config, seed)),
            store: RefCell::new(MemoryStore::new()),
            links: RefCell::default(),
            endpoints,
            next_conn: Cell::new(1),
            kick: Notify::new(),
        }));
        local.input(Input::Opened { meta: Vec::new() });
        tokio::task::spawn_local(local.clone().pump());
        local
    }

    fn input(&self, input: Input) {
        self.0
            .cluster
            .borrow_mut()
            .handle_input(self.0.clock.now(), input);
        self.0.kick.notify_one();
    }

    async fn pump(self) {
        let state = &*self.0;
        loop {
            self.drain();
            let timeout = state.cluster.borrow().poll_timeout();
            let due = async {
                match timeout {
                    Some(at) => {
                        tokio::time::sleep_until(state.clock.start + Duration::from_millis(at))
                            .await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = state.kick.notified() => {}
                () = due => state.cluster.borrow_mut().handle_timeout(state.clock.now()),
            }
        }
    }

    fn drain(&self) {
        let state = &*self.0;
        loop {
            let output = state.cluster.borrow_mut().poll_output();
            let answer = match output {
                None => return,
                Some(Output::Send { conn, slices }) => {
                    let mut frame = BytesMut::new();
                    slices
                        .iter()
                        .for_each(|slice| frame.extend_from_slice(slice));
                    if let Some(link) = state.links.borrow().get(&conn) {
                        // A client that has gone says so by itself.
                        let _ = link.unbounded_send(frame.freeze());
                    }
                    continue;
                }
                Some(Output::Close { conn, .. }) => {
                    state.links.borrow_mut().remove(&conn);
                    continue;
                }
                Some(Output::Persist { id, writes }) => {
                    match state.store.borrow_mut().commit(&writes) {
                        Ok(()) => Input::Persisted { id },
                        Err(error) => Input::PersistFailed {
                            id,
                            why: error.to_string(),
                        },
                    }
                }
                Some(Output::Read { id, request }) => match state.store.borrow_mut().read(&request)
                {
                    Ok(chunks) => Input::ReadDone { id, chunks },
                    Err(error) => Input::ReadFailed {
                        id,
                        why: error.to_string(),
                    },
                },
                Some(Output::Trim { log, below }) => {
                    // It will be asked again.
                    let _ = state.store.borrow_mut().trim(log, below);
                    continue;
                }
                Some(Output::Event(_)) => continue,
            };
            state
                .cluster
                .borrow_mut()
                .handle_input(state.clock.now(), answer);
        }
    }
}

/// Leads `localhost` and its ports to a cluster, if there is one.
pub struct LocalTransport(pub Option<LocalCluster>);

impl Transport for LocalTransport {
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        let result = if !is_this_machine(host) {
            Err(ConnectError::UnknownHost)
        } else {
            let found = self.0.as_ref().and_then(|local| {
                let endpoint = local.0.endpoints.iter().find(|e| e.port == port)?;
                Some(connect(local.clone(), endpoint))
            });
            found.ok_or(ConnectError::Refused)
        };
        Box::pin(std::future::ready(result))
    }

    fn resolve(&self, host: &str) -> LocalBoxFuture<'static, Option<String>> {
        let address = is_this_machine(host).then(|| "127.0.0.1".to_owned());
        Box::pin(std::future::ready(address))
    }
}

fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1")
}

fn connect(local: LocalCluster, endpoint: &Endpoint) -> Link {
    let conn = ConnId(local.0.next_conn.get());
    local.0.next_conn.set(conn.0 + 1);
    let (to_client, rx) = unbounded();
    let (tx, mut from_client) = unbounded::<Bytes>();
    local.0.links.borrow_mut().insert(conn, to_client);
    local.input(Input::Connect {
        conn,
        broker: endpoint.broker,
        endpoints: local.0.endpoints.clone(),
        client_host: "127.0.0.1".to_owned(),
    });
    tokio::task::spawn_local(async move {
        while let Some(bytes) = from_client.next().await {
            if !local.0.links.borrow().contains_key(&conn) {
                return;
            }
            local.input(Input::Frame { conn, bytes });
        }
        if local.0.links.borrow_mut().remove(&conn).is_some() {
            local.input(Input::Disconnect { conn });
        }
    });
    Link { tx, rx }
}
