//! What goes into the cluster and what comes out: its whole contract with the world.
//!
//! A driver (web worker, TCP server, simulator) calls `handle_input` for all that has arrived, then
//! `poll_output` until it is empty, then waits until the next input or until `poll_timeout`.

use crate::base::{BrokerId, ConnId, LogId};
use crate::log::storage::{ReadRequest, StoredChunk, Write};
use bytes::Bytes;
use std::rc::Rc;

use super::events::Event;

pub use crate::base::Endpoint;

/// Identifies a group of writes in flight. At most one group is in flight at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersistId(pub u64);

/// Identifies a read in flight. Several may be in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadId(pub u64);

#[derive(Debug)]
pub enum Input {
    /// Storage is open; everything in `meta` is known. Comes once, first. The cluster then reads
    /// its logs back; connections may arrive meanwhile and wait.
    Opened {
        meta: Vec<(String, Bytes)>,
    },
    /// A client connected to `broker`. `endpoints` is what metadata responses on this connection
    /// advertise; brokers missing there have the cluster's default. `client_host` is the peer's
    /// address as Kafka prints it, without the slash.
    Connect {
        conn: ConnId,
        broker: BrokerId,
        endpoints: Rc<[Endpoint]>,
        client_host: String,
    },
    /// One whole request, without its length prefix.
    Frame {
        conn: ConnId,
        bytes: Bytes,
    },
    Disconnect {
        conn: ConnId,
    },
    Persisted {
        id: PersistId,
    },
    /// Nothing of the group is stored. `why` goes to clients as the error message.
    PersistFailed {
        id: PersistId,
        why: String,
    },
    ReadDone {
        id: ReadId,
        chunks: Vec<StoredChunk>,
    },
    ReadFailed {
        id: ReadId,
        why: String,
    },
}

#[derive(Debug)]
pub enum Output {
    /// One whole response, without its length prefix, in pieces.
    Send {
        conn: ConnId,
        slices: Vec<Bytes>,
    },
    Close {
        conn: ConnId,
        why: String,
    },
    /// Make these writes durable as one atomic group, then answer `Persisted` or `PersistFailed`.
    Persist {
        id: PersistId,
        writes: Vec<Write>,
    },
    Read {
        id: ReadId,
        request: ReadRequest,
    },
    /// Chunks of `log` that end at or below this offset are no longer needed (`None`: the whole
    /// log). No answer; may be done late and in small steps. Asked again after a restart if need
    /// be.
    Trim {
        log: LogId,
        below: Option<i64>,
    },
    Event(Event),
}
