//! The sans-IO cluster: brokers, controller, group coordinator, connections, timers.
//!
//! Call order: [`Cluster::handle_input`] for all that has arrived, [`Cluster::poll_output`] until
//! it is empty, then wait until the next input or until [`Cluster::poll_timeout`], when
//! [`Cluster::handle_timeout`] is due. A commit is put together when outputs are polled, so that
//! all inputs handed in before share it. It reads no clock, draws no randomness of its own and does
//! no I/O.

mod admin;
mod commit;
mod config;
mod connections;
mod controller;
mod dispatch;
pub mod events;
mod group_requests;
mod groups;
pub mod io;
mod memory;
mod parked;
mod recovery;
mod requests;
mod timers;
mod topics;
pub mod view;

pub use config::ClusterConfig;

use crate::api::Broker;
use crate::api::logs::Logs;
use crate::base::{BrokerId, ConnId, Now, Rng, SortedMap};
use crate::metadata::config::settings::BrokerSettings;
use commit::Commit;
use connections::{Connection, Reply};
use controller::Controller;
use events::Event;
use groups::Groups;
use io::{Input, Output};
use memory::Memory;
use parked::Parking;
use recovery::Phase;
use requests::{Call, RequestId};
use std::collections::VecDeque;
use std::rc::Rc;
use timers::{Timer, Timers};

/// Bytes that may wait for storage before produce requests have to wait as well.
const MAX_BACKLOG_BYTES: usize = 64 << 20;

/// How often producers that have gone are looked for (Kafka's
/// `producer.id.expiration.check.interval.ms`).
const HOUSEKEEPING_MS: u64 = 600_000;

/// See the module's documentation.
pub struct Cluster {
    config: ClusterConfig,
    rng: Rng,
    now: Now,
    phase: Phase,
    logs: Logs,
    controller: Controller,
    groups: Groups,
    conns: SortedMap<ConnId, Connection>,
    parking: Parking,
    commit: Commit,
    timers: Timers,
    next_request: u64,
    /// Connections whose next request may start.
    runnable: VecDeque<ConnId>,
    outputs: VecDeque<Output>,
    changes: events::Changes,
    memory: Memory,
    /// Broker configs that act, as they stand.
    settings: BrokerSettings,
    cluster_id: String,
    /// A produce request was kept waiting because too much waits for storage.
    produce_held: bool,
}

impl Cluster {
    /// A cluster that waits for `Input::Opened`. Everything random in it follows from `seed`.
    pub fn new(config: ClusterConfig, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let controller = Controller::new(&config, Rng::new(rng.next_u64()));
        let partitions = groups::configured_partitions(&config);
        let groups = Groups::new(partitions, Rng::new(rng.next_u64()));
        let settings = controller
            .image()
            .broker_settings(BrokerId(config.first_id));
        Cluster {
            rng,
            now: Now::default(),
            phase: Phase::Closed,
            logs: Logs::default(),
            controller,
            groups,
            conns: SortedMap::new(),
            parking: Parking::default(),
            commit: Commit::default(),
            timers: Timers::default(),
            next_request: 1,
            runnable: VecDeque::new(),
            outputs: VecDeque::new(),
            changes: events::Changes::new(config.observe),
            memory: Memory::default(),
            settings,
            cluster_id: String::new(),
            produce_held: false,
            config,
        }
    }

    /// Takes in one thing that has happened.
    pub fn handle_input(&mut self, now: Now, input: Input) {
        self.set_now(now);
        match input {
            Input::Opened { meta } => self.open(meta),
            Input::Connect {
                conn,
                broker,
                endpoints,
                client_host,
            } => {
                self.connect(conn, broker, endpoints, &client_host);
            }
            Input::Frame { conn, bytes } => self.frame(conn, bytes),
            Input::Disconnect { conn } => self.disconnect(conn),
            Input::Persisted { id } => self.persisted(id),
            Input::PersistFailed { id, why } => self.persist_failed(id, &why),
            Input::ReadDone { id, chunks } => self.read_done(id, Ok(chunks)),
            Input::ReadFailed { id, why } => self.read_done(id, Err(why)),
        }
        self.run();
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        self.set_now(now);
        while let Some(timer) = self.timers.pop_due(self.now.mono_ms) {
            match timer {
                Timer::Request(request) => self.request_expired(request),
                Timer::Coordinator => self.groups_due(),
                Timer::Housekeeping => self.keep_house(),
            }
        }
        self.run();
    }

    /// The next effect. Call until it returns `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        if let Some(output) = self.outputs.pop_front() {
            return Some(output);
        }
        if let Some((id, writes)) = self.commit.next_group(&mut self.logs) {
            return Some(Output::Persist { id, writes });
        }
        self.changes.pop().map(Output::Event)
    }

    /// When [`Cluster::handle_timeout`] wants to be called, in monotonic milliseconds.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.timers.next()
    }

    /// Frames of this connection that wait for their turn: a driver that can push back shall read
    /// no more while there are many.
    pub fn queued_frames(&self, conn: ConnId) -> usize {
        self.conns.get(&conn).map_or(0, Connection::queued_frames)
    }

    /// `socket.request.max.bytes`: the largest frame that a driver shall read.
    pub fn max_request_bytes(&self) -> usize {
        usize::try_from(self.settings.socket_request_max_bytes).unwrap_or(0)
    }

    /// Whether all logs are read back and requests are served.
    pub fn is_ready(&self) -> bool {
        matches!(self.phase, Phase::Ready)
    }

    fn set_now(&mut self, now: Now) {
        // A driver's clock may come from several places; timers must never see it go back.
        self.now = Now {
            mono_ms: self.now.mono_ms.max(now.mono_ms),
            wall_ms: now.wall_ms,
        };
    }

    fn connect(
        &mut self,
        conn: ConnId,
        broker: BrokerId,
        endpoints: Rc<[io::Endpoint]>,
        client_host: &str,
    ) {
        if !self.config.has_broker(broker) {
            self.close(conn, format!("there is no broker {}", broker.0));
            return;
        }
        if let Phase::Refused(why) = &self.phase {
            let why = why.clone();
            self.close(conn, why);
            return;
        }
        self.conns.insert(
            conn,
            Connection::new(broker, endpoints, Rc::from(client_host)),
        );
    }

    fn frame(&mut self, conn: ConnId, bytes: bytes::Bytes) {
        let Some(connection) = self.conns.get_mut(&conn) else {
            return;
        };
        match connection.push_frame(bytes) {
            Ok(()) => self.runnable.push_back(conn),
            Err(why) => self.close(conn, why.to_owned()),
        }
    }

    fn disconnect(&mut self, conn: ConnId) {
        let Some(connection) = self.conns.remove(&conn) else {
            return;
        };
        for request in connection.requests() {
            self.forget_request(request);
        }
        self.changes.disconnected(conn);
    }

    /// Closes a connection from our side.
    fn close(&mut self, conn: ConnId, why: String) {
        self.disconnect(conn);
        self.outputs.push_back(Output::Close { conn, why });
    }

    /// Starts whatever may start until nothing may.
    fn run(&mut self) {
        loop {
            self.drain_groups();
            if let Some(conn) = self.runnable.pop_front() {
                self.serve(conn);
            } else if !self.controller_step() {
                break;
            }
        }
    }

    fn serve(&mut self, conn: ConnId) {
        if !self.is_ready() {
            return;
        }
        loop {
            let accept_produce = self.logs.pending_bytes() < MAX_BACKLOG_BYTES;
            let Some(connection) = self.conns.get_mut(&conn) else {
                return;
            };
            let Some(frame) = connection.take_frame(accept_produce) else {
                self.produce_held |= !accept_produce;
                return;
            };
            self.dispatch(conn, frame);
        }
    }

    /// Lends handlers what they work on.
    fn broker(&mut self) -> Broker<'_> {
        Broker {
            now: self.now,
            image: self.controller.image(),
            logs: &mut self.logs,
            endpoints: &self.config.endpoints,
            decompressor: self.config.decompressor.as_ref(),
            check_compressed: self.config.check_compressed,
        }
    }

    /// Sends a reply once its turn has come, and starts what waited behind it.
    fn finish(&mut self, request: RequestId, call: &Call, reply: Reply) {
        let Some(connection) = self.conns.get_mut(&call.conn) else {
            return;
        };
        if self.config.observe {
            let response_bytes = reply.iter().flatten().map(bytes::Bytes::len).sum::<usize>();
            self.changes.push(Event::Request {
                conn: call.conn,
                broker: call.broker,
                client_id: call.client_id.to_string(),
                api_key: call.api_key.0,
                api_version: call.api_version,
                request_bytes: call.request_bytes,
                response_bytes: response_bytes as u32,
                latency_ms: (self.now.mono_ms - call.started_ms) as u32,
            });
        }
        connection.finish(request, reply);
        while let Some(reply) = connection.pop_reply() {
            if let Some(slices) = reply {
                self.outputs.push_back(Output::Send {
                    conn: call.conn,
                    slices,
                });
            }
        }
        if connection.queued_frames() > 0 {
            self.runnable.push_back(call.conn);
        }
    }

    fn warn(&mut self, text: String) {
        self.changes.warn(text);
    }

    /// Takes over what the broker configs say now.
    fn refresh_settings(&mut self) {
        let image = self.controller.image();
        self.settings = image.broker_settings(BrokerId(self.config.first_id));
        self.groups_configs_changed();
    }

    /// Does what is done now and then.
    fn keep_house(&mut self) {
        self.start();
        let (now_ms, expiration_ms) = (
            self.now.wall_ms,
            i64::from(self.settings.producer_id_expiration_ms),
        );
        for hosted in self.logs.iter_mut() {
            hosted.log.expire_producers(now_ms, expiration_ms);
        }
        if self.is_ready() {
            self.arm_housekeeping();
        }
    }

    fn arm_housekeeping(&mut self) {
        self.timers
            .arm(self.now.mono_ms + HOUSEKEEPING_MS, Timer::Housekeeping);
    }
}
