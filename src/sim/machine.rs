//! A whole cluster on a simulated disk, with clients that are functions: requests in, responses
//! out.
//!
//! Time stands still unless it is told to go on. Storage answers at once unless it is held back.
//! The same calls give the same outputs, so a run can be repeated from its seed.

use super::disk::{Faults, SimDisk};
use crate::base::{BrokerId, ConnId, Endpoint, Now};
use crate::cluster::events::Event;
use crate::cluster::io::{Input, Output, PersistId, ReadId};
use crate::cluster::{Cluster, ClusterConfig};
use crate::log::storage::{ReadRequest, Store, Write};
use crate::protocol::frame::{decode_response, encode_request};
use crate::protocol::{Request, Rope};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// The wall clock at the start of every machine: 2026-01-01.
pub const START_MS: i64 = 1_767_225_600_000;

/// See the module's documentation.
pub struct Machine {
    pub cluster: Cluster,
    pub disk: SimDisk,
    config: ClusterConfig,
    now: Now,
    next_conn: u64,
    next_correlation: i32,
    inboxes: BTreeMap<ConnId, VecDeque<Bytes>>,
    closed: BTreeMap<ConnId, String>,
    /// Events that were put out, oldest first.
    pub events: Vec<Event>,
    hold: bool,
    persist: Option<(PersistId, Vec<Write>)>,
    reads: VecDeque<(ReadId, ReadRequest)>,
    /// A running checksum of all outputs, to compare runs by; costs time, so it is taken only on
    /// demand.
    digest: Option<u64>,
}

impl Machine {
    /// Three brokers, ids 1 to 3, on an empty disk that keeps its contract; ready.
    pub fn new() -> Machine {
        Machine::with(ClusterConfig::default(), 1, Faults::default())
    }

    /// A machine with these brokers and faults, ready to serve.
    pub fn with(config: ClusterConfig, seed: u64, faults: Faults) -> Machine {
        let disk = SimDisk::new(seed, faults);
        let now = Now {
            mono_ms: 1,
            wall_ms: START_MS,
        };
        let mut machine = Machine {
            cluster: Cluster::new(config.clone(), seed),
            disk,
            config,
            now,
            next_conn: 1,
            next_correlation: 1,
            inboxes: BTreeMap::new(),
            closed: BTreeMap::new(),
            events: Vec::new(),
            hold: false,
            persist: None,
            reads: VecDeque::new(),
            digest: None,
        };
        machine.open();
        machine
    }

    fn open(&mut self) {
        let meta = self.disk.meta();
        self.input(Input::Opened { meta });
    }

    /// The process dies with all connections, and is started again on what the disk has kept.
    pub fn crash(&mut self, seed: u64) {
        self.disk.crash();
        self.restart(seed);
    }

    /// Like [`Machine::crash`], for a disk that was left in peace.
    pub fn restart(&mut self, seed: u64) {
        self.persist = None;
        self.reads.clear();
        self.inboxes.clear();
        self.closed.clear();
        self.cluster = Cluster::new(self.config.clone(), seed);
        self.open();
    }

    /// The configuration that the next restart uses.
    pub fn config_mut(&mut self) -> &mut ClusterConfig {
        &mut self.config
    }

    pub fn now(&self) -> Now {
        self.now
    }

    /// Lets time pass; timers fire when they are due, one moment after the other.
    pub fn advance(&mut self, by_ms: u64) {
        let end_ms = self.now.mono_ms + by_ms;
        while let Some(due_ms) = self
            .cluster
            .poll_timeout()
            .filter(|due_ms| *due_ms <= end_ms)
        {
            self.move_clock(due_ms.max(self.now.mono_ms));
            self.cluster.handle_timeout(self.now);
            self.carry();
        }
        self.move_clock(end_ms);
        self.carry();
    }

    fn move_clock(&mut self, mono_ms: u64) {
        self.now.wall_ms += (mono_ms - self.now.mono_ms) as i64;
        self.now.mono_ms = mono_ms;
    }

    /// Holds back what storage has to do, or lets it answer at once again.
    pub fn hold_storage(&mut self, hold: bool) {
        self.hold = hold;
        if !hold {
            self.carry();
        }
    }

    /// Whether a group of writes waits to be ended by [`Machine::complete`] or [`Machine::fail`].
    pub fn has_persist(&self) -> bool {
        self.persist.is_some()
    }

    /// Whether a read waits to be answered by [`Machine::answer_read`].
    pub fn has_read(&self) -> bool {
        !self.reads.is_empty()
    }

    /// Ends the group of writes that is held back, as the disk's faults will have it.
    pub fn complete(&mut self) {
        if let Some((id, writes)) = self.persist.take() {
            self.disk.submit(writes);
            self.end_commit(id);
            self.carry();
        }
    }

    /// Fails the group of writes that is held back.
    pub fn fail(&mut self, why: &str) {
        if let Some((id, _)) = self.persist.take() {
            let why = why.to_owned();
            self.cluster
                .handle_input(self.now, Input::PersistFailed { id, why });
            self.carry();
        }
    }

    /// Hands the group in flight to the disk without ending it: what a crash then leaves is the
    /// disk's choice.
    pub fn submit(&mut self) {
        if let Some((_, writes)) = self.persist.take() {
            self.disk.submit(writes);
        }
    }

    fn end_commit(&mut self, id: PersistId) {
        let input = match self.disk.complete() {
            Ok(()) => Input::Persisted { id },
            Err(error) => Input::PersistFailed { id, why: error.0 },
        };
        self.cluster.handle_input(self.now, input);
    }

    /// Answers one read that is held back: the one with this number, modulo how many there are.
    pub fn answer_read(&mut self, which: usize, ok: bool) {
        let count = self.reads.len();
        if count > 0
            && let Some((id, request)) = self.reads.remove(which % count)
        {
            self.end_read(id, &request, ok);
            self.carry();
        }
    }

    fn end_read(&mut self, id: ReadId, request: &ReadRequest, ok: bool) {
        let chunks = if ok {
            self.disk.read(request).map_err(|error| error.0)
        } else {
            Err("simulated: the disk cannot be read".to_owned())
        };
        let input = match chunks {
            Ok(chunks) => Input::ReadDone { id, chunks },
            Err(why) => Input::ReadFailed { id, why },
        };
        self.cluster.handle_input(self.now, input);
    }

    /// Opens a connection to a broker.
    pub fn connect(&mut self, broker: i32) -> ConnId {
        self.connect_as(broker, Rc::from(Vec::new()))
    }

    /// Opens a connection to which these endpoints are advertised.
    pub fn connect_as(&mut self, broker: i32, endpoints: Rc<[Endpoint]>) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        self.inboxes.insert(conn, VecDeque::new());
        let client_host = "127.0.0.1".to_owned();
        let broker = BrokerId(broker);
        self.input(Input::Connect {
            conn,
            broker,
            endpoints,
            client_host,
        });
        conn
    }

    pub fn disconnect(&mut self, conn: ConnId) {
        self.inboxes.remove(&conn);
        self.input(Input::Disconnect { conn });
    }

    /// Hands in raw bytes as one frame.
    pub fn send_bytes(&mut self, conn: ConnId, bytes: Bytes) {
        self.input(Input::Frame { conn, bytes });
    }

    /// Sends a request and does not wait.
    pub fn send<R: Request>(&mut self, conn: ConnId, version: i16, request: &R) {
        self.send_as(conn, version, Some("test"), request);
    }

    /// Sends a request with this client id.
    pub fn send_as<R: Request>(
        &mut self,
        conn: ConnId,
        version: i16,
        client_id: Option<&str>,
        request: &R,
    ) {
        let correlation = self.next_correlation;
        self.next_correlation += 1;
        let frame = encode_request(version, correlation, client_id, request);
        let frame = frame.expect("tests send what the version can carry");
        self.send_bytes(conn, Rope(frame).to_bytes());
    }

    /// The next response of this connection, if it is there.
    pub fn receive<R: Request>(&mut self, conn: ConnId, version: i16) -> Option<R::Response> {
        let frame = self.receive_bytes(conn)?;
        let (_, response) = decode_response::<R>(frame, version).expect("a response that decodes");
        Some(response)
    }

    /// The next response of this connection as it came.
    pub fn receive_bytes(&mut self, conn: ConnId) -> Option<Bytes> {
        self.inboxes.get_mut(&conn)?.pop_front()
    }

    /// Sends a request and expects the answer, letting up to five minutes pass if it has to wait.
    pub fn call<R: Request>(&mut self, conn: ConnId, version: i16, request: &R) -> R::Response {
        self.send(conn, version, request);
        for _ in 0..3_000 {
            if let Some(response) = self.receive::<R>(conn, version) {
                return response;
            }
            if let Some(why) = self.closed.get(&conn) {
                panic_closed::<R>(why);
            }
            self.advance(100);
        }
        panic_closed::<R>("nothing was answered")
    }

    /// Why the cluster has closed this connection.
    pub fn closed(&self, conn: ConnId) -> Option<&str> {
        self.closed.get(&conn).map(String::as_str)
    }

    /// Texts of all warnings so far.
    pub fn warnings(&self) -> Vec<&str> {
        let texts = self.events.iter().filter_map(|event| match event {
            Event::Warning { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// Begins to take the checksum.
    pub fn take_digest(&mut self) {
        self.digest = Some(0);
    }

    /// A number that follows from every output since [`Machine::take_digest`].
    pub fn digest(&self) -> Option<u64> {
        self.digest
    }

    fn input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
        self.carry();
    }

    fn carry(&mut self) {
        loop {
            while let Some(output) = self.cluster.poll_output() {
                self.note(&output);
                self.take(output);
            }
            if self.hold {
                return;
            }
            if let Some((id, writes)) = self.persist.take() {
                self.disk.submit(writes);
                self.end_commit(id);
            } else if let Some((id, request)) = self.reads.pop_front() {
                self.end_read(id, &request, true);
            } else {
                return;
            }
        }
    }

    fn take(&mut self, output: Output) {
        match output {
            Output::Send { conn, slices } => {
                if let Some(inbox) = self.inboxes.get_mut(&conn) {
                    inbox.push_back(Rope(slices).to_bytes());
                }
            }
            Output::Close { conn, why } => {
                self.closed.insert(conn, why);
            }
            Output::Persist { id, writes } => {
                assert!(self.persist.is_none(), "one group is in flight at a time");
                self.persist = Some((id, writes));
            }
            Output::Read { id, request } => self.reads.push_back((id, request)),
            Output::Trim { log, below } => {
                self.disk
                    .trim(log, below)
                    .expect("the simulated disk takes every trim");
            }
            Output::Event(event) => self.events.push(event),
        }
    }

    fn note(&mut self, output: &Output) {
        let Some(digest) = &mut self.digest else {
            return;
        };
        // FNV-1a over the debug form: slow, and the same on every platform.
        for byte in format!("{output:?}").bytes() {
            *digest = (*digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Default for Machine {
    fn default() -> Self {
        Machine::new()
    }
}

fn panic_closed<R: Request>(why: &str) -> ! {
    std::panic::panic_any(format!("{}: {why}", R::NAME))
}
