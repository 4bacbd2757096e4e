//! Serves the cluster over TCP: sockets in, frames to the core, responses out.
//!
//! One thread. Each connection has a task that reads; one task, the pump, carries the core's
//! outputs to sockets and storage, so that all frames that arrived meanwhile share a commit. Knows
//! nothing of Kafka but the length prefix.

use super::frames::{FrameReader, WriteQueue};
use super::storage::{Done, StorageDriver};
use crate::base::{BrokerId, ConnId, Now};
use crate::cluster::Cluster;
use crate::cluster::events::Event;
use crate::cluster::io::{Endpoint, Input, Output};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Frames of one connection that may wait in the core before we stop reading its socket.
const MAX_QUEUED_FRAMES: usize = 256;
/// Bytes of responses that may wait for one socket before we stop reading it.
const MAX_QUEUED_RESPONSE_BYTES: usize = 64 << 20;

/// A client's socket, as the pump sees it.
struct Peer {
    queue: RefCell<WriteQueue>,
    socket: OwnedWriteHalf,
    /// Wakes the writer when the socket was full, and the reader when there is room again.
    more: Notify,
    room: Notify,
    closed: Cell<bool>,
    reader: RefCell<Option<JoinHandle<()>>>,
}

/// What all tasks share.
pub struct Server {
    cluster: RefCell<Cluster>,
    storage: RefCell<StorageDriver>,
    peers: RefCell<BTreeMap<ConnId, Rc<Peer>>>,
    kick: Notify,
    started: Instant,
    next_conn: Cell<u64>,
    ready: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Server {
    pub fn new(cluster: Cluster, storage: StorageDriver) -> Rc<Server> {
        Rc::new(Server {
            cluster: RefCell::new(cluster),
            storage: RefCell::new(storage),
            peers: RefCell::default(),
            kick: Notify::new(),
            started: Instant::now(),
            next_conn: Cell::new(1),
            ready: RefCell::default(),
        })
    }

    /// Calls `then` once, when requests are served.
    pub fn on_ready(&self, then: Box<dyn FnOnce()>) {
        *self.ready.borrow_mut() = Some(then);
    }

    fn now(&self) -> Now {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            mono_ms: self.started.elapsed().as_millis() as u64,
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
        }
    }

    fn input(&self, input: Input) {
        self.cluster.borrow_mut().handle_input(self.now(), input);
        self.kick.notify_one();
    }

    /// Opens storage and carries outputs until the task is dropped.
    pub async fn pump(self: Rc<Self>) {
        let meta = self.storage.borrow_mut().take_meta();
        self.input(Input::Opened { meta });
        loop {
            self.drain();
            let timeout = self.cluster.borrow().poll_timeout();
            let done = self.storage.borrow().done_signal();
            tokio::select! {
                () = self.kick.notified() => {}
                () = done.notified() => self.storage_done(),
                () = sleep_until(self.started, timeout) => {
                    self.cluster.borrow_mut().handle_timeout(self.now());
                }
            }
        }
    }

    fn storage_done(&self) {
        while let Some(done) = self.storage.borrow_mut().next_done() {
            self.cluster
                .borrow_mut()
                .handle_input(self.now(), input_of(done));
        }
    }

    /// Carries all outputs; storage that answers at once is answered at once.
    fn drain(&self) {
        let mut touched: Vec<ConnId> = Vec::new();
        loop {
            let Some(output) = self.cluster.borrow_mut().poll_output() else {
                break;
            };
            match output {
                Output::Send { conn, slices } => {
                    if let Some(peer) = self.peers.borrow().get(&conn) {
                        peer.queue.borrow_mut().push_frame(slices);
                        touched.push(conn);
                    }
                }
                Output::Close { conn, why } => {
                    self.flush(&touched);
                    touched.clear();
                    self.close(conn, &why);
                }
                Output::Persist { id, writes } => {
                    let done = self.storage.borrow_mut().persist(id, writes);
                    self.answer(done);
                }
                Output::Read { id, request } => {
                    let done = self.storage.borrow_mut().read(id, request);
                    self.answer(done);
                }
                Output::Trim { log, below } => self.storage.borrow_mut().trim(log, below),
                Output::Event(event) => self.observe(event),
            }
        }
        self.flush(&touched);
        self.wake_readers();
    }

    fn observe(&self, event: Event) {
        match event {
            Event::Warning { text } => eprintln!("{text}"),
            Event::Ready => {
                if let Some(ready) = self.ready.borrow_mut().take() {
                    ready();
                }
            }
            _ => {}
        }
    }

    fn answer(&self, done: Option<Done>) {
        if let Some(done) = done {
            self.cluster
                .borrow_mut()
                .handle_input(self.now(), input_of(done));
        }
    }

    fn flush(&self, touched: &[ConnId]) {
        for conn in touched {
            let peer = self.peers.borrow().get(conn).cloned();
            if let Some(peer) = peer {
                match peer.write_some() {
                    Ok(true) => {}
                    Ok(false) => peer.more.notify_one(),
                    Err(_) => self.forget(*conn),
                }
            }
        }
    }

    fn wake_readers(&self) {
        for peer in self.peers.borrow().values() {
            peer.room.notify_waiters();
        }
    }

    /// Closes from our side. What was queued before has been offered to the socket.
    fn close(&self, conn: ConnId, why: &str) {
        eprintln!("connection {} is closed: {why}", conn.0);
        self.drop_peer(conn);
    }

    /// The peer has gone.
    fn forget(&self, conn: ConnId) {
        if self.drop_peer(conn) {
            self.input(Input::Disconnect { conn });
        }
    }

    fn drop_peer(&self, conn: ConnId) -> bool {
        let Some(peer) = self.peers.borrow_mut().remove(&conn) else {
            return false;
        };
        peer.closed.set(true);
        peer.more.notify_one();
        if let Some(reader) = peer.reader.borrow_mut().take() {
            reader.abort();
        }
        true
    }

    /// Accepts clients of one broker until the task is dropped. `endpoints` is where all brokers
    /// listen; a client that came to another of our addresses is told that address for all.
    pub async fn accept(
        self: Rc<Self>,
        broker: BrokerId,
        listener: TcpListener,
        endpoints: Rc<[Endpoint]>,
    ) {
        loop {
            match listener.accept().await {
                Ok((socket, peer)) => self.clone().connected(broker, socket, peer, &endpoints),
                // Out of file descriptors, or the peer gave up: neither may end the server or spin.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    fn connected(
        self: Rc<Self>,
        broker: BrokerId,
        socket: TcpStream,
        peer: SocketAddr,
        endpoints: &Rc<[Endpoint]>,
    ) {
        // Without it small responses wait for the peer's delayed acknowledgement.
        let _ = socket.set_nodelay(true);
        let endpoints = advertised(endpoints, socket.local_addr().ok());
        let conn = ConnId(self.next_conn.get());
        self.next_conn.set(conn.0 + 1);
        let (read, write) = socket.into_split();
        let peer_state = Rc::new(Peer {
            queue: RefCell::default(),
            socket: write,
            more: Notify::new(),
            room: Notify::new(),
            closed: Cell::new(false),
            reader: RefCell::default(),
        });
        self.peers.borrow_mut().insert(conn, peer_state.clone());
        let client_host = peer.ip().to_canonical().to_string();
        self.input(Input::Connect {
            conn,
            broker,
            endpoints,
            client_host,
        });
        tokio::task::spawn_local(self.clone().write_late(conn, peer_state.clone()));
        let reader = tokio::task::spawn_local(self.read(conn, peer_state.clone(), read));
        *peer_state.reader.borrow_mut() = Some(reader);
    }

    async fn read(self: Rc<Self>, conn: ConnId, peer: Rc<Peer>, mut socket: OwnedReadHalf) {
        let max_bytes = self.cluster.borrow().max_request_bytes();
        let mut frames = FrameReader::new(max_bytes);
        loop {
            match tokio::io::AsyncReadExt::read_buf(&mut socket, frames.buffer()).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            loop {
                match frames.next_frame() {
                    Ok(Some(bytes)) => self.input(Input::Frame { conn, bytes }),
                    Ok(None) => break,
                    Err(error) => {
                        eprintln!("connection {} is closed: {error}", conn.0);
                        peer.reader.borrow_mut().take();
                        self.forget(conn);
                        return;
                    }
                }
            }
            self.wait_for_room(conn, &peer).await;
        }
        // The reader ends by itself here and must not be aborted by forget().
        peer.reader.borrow_mut().take();
        self.forget(conn);
    }

    async fn wait_for_room(&self, conn: ConnId, peer: &Peer) {
        loop {
            let room = peer.room.notified();
            let waiting = self.cluster.borrow().queued_frames(conn);
            let unsent = peer.queue.borrow().len();
            if waiting < MAX_QUEUED_FRAMES && unsent < MAX_QUEUED_RESPONSE_BYTES {
                return;
            }
            room.await;
        }
    }

    /// Sends what the pump could not send at once.
    async fn write_late(self: Rc<Self>, conn: ConnId, peer: Rc<Peer>) {
        loop {
            peer.more.notified().await;
            loop {
                if peer.closed.get() {
                    return;
                }
                match peer.write_some() {
                    Ok(true) => break,
                    Ok(false) => {
                        if peer.socket.writable().await.is_err() {
                            return self.forget(conn);
                        }
                    }
                    Err(_) => return self.forget(conn),
                }
            }
            peer.room.notify_waiters();
        }
    }
}

impl Peer {
    /// Offers the queue to the socket. `Ok(true)` when all is sent, `Ok(false)` when the socket is
    /// full.
    fn write_some(&self) -> std::io::Result<bool> {
        let mut queue = self.queue.borrow_mut();
        while !queue.is_empty() {
            let sent = match self.socket.try_write_vectored(&queue.slices()) {
                Ok(sent) => sent,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            };
            queue.written(sent);
        }
        Ok(true)
    }
}

fn input_of(done: Done) -> Input {
    match done {
        Done::Persisted(id) => Input::Persisted { id },
        Done::PersistFailed(id, why) => Input::PersistFailed { id, why },
        Done::Read(id, chunks) => Input::ReadDone { id, chunks },
        Done::ReadFailed(id, why) => Input::ReadFailed { id, why },
    }
}

/// A listener on all addresses has no name of its own: clients are told the address that they came
/// to.
fn advertised(endpoints: &Rc<[Endpoint]>, local: Option<SocketAddr>) -> Rc<[Endpoint]> {
    let unspecified = |host: &str| host == "0.0.0.0" || host == "::";
    let Some(local) = local else {
        return endpoints.clone();
    };
    if !endpoints.iter().any(|e| unspecified(&e.host)) {
        return endpoints.clone();
    }
    let host = local.ip().to_canonical().to_string();
    endpoints
        .iter()
        .map(|e| Endpoint {
            host: host.clone(),
            ..e.clone()
        })
        .collect()
}

async fn sleep_until(started: Instant, deadline_ms: Option<u64>) {
    match deadline_ms {
        Some(ms) => {
            let at = started + Duration::from_millis(ms);
            tokio::time::sleep_until(tokio::time::Instant::from_std(at)).await;
        }
        None => std::future::pending().await,
    }
}
