//! The messages between a client and the cluster: Kafka frames of many connections over one MessagePort.
//!
//! Their shapes are `DoorMessage` in `www/src/client/types.ts`. A peer that sends nonsense is not answered.
//!
//! Frames that are said in one turn go in one message: a producer's five requests then arrive together and share a
//! commit, where one message each would let the first of them begin a commit of its own.

use bytes::Bytes;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessagePort;

use super::idb::array_of;

/// A connection's number, chosen by the client, used once on its port.
pub type Conn = u32;

/// Frames of one message, in order, each with its connection.
pub type Frames = Vec<(Conn, Bytes)>;

/// What a client says to the cluster.
#[derive(Debug, PartialEq, Eq)]
pub enum FromClient {
    Open {
        conn: Conn,
        host: String,
        port: u16,
    },
    /// `together`: the client takes several frames in one message, for it sends them so itself.
    Frames {
        frames: Frames,
        together: bool,
    },
    Close {
        conn: Conn,
    },
    /// The client is leaving; nothing follows.
    End,
}

/// What the cluster says to a client.
#[derive(Debug, PartialEq, Eq)]
pub enum FromCluster {
    Opened { conn: Conn },
    Refused { conn: Conn, why: Refusal },
    Frames(Frames),
    Closed { conn: Conn },
}

/// Why no connection was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    UnknownHost,
    Refused,
}

impl Refusal {
    fn name(self) -> &'static str {
        match self {
            Refusal::UnknownHost => "UnknownHost",
            Refusal::Refused => "Refused",
        }
    }
}

pub fn read_from_client(message: &JsValue) -> Option<FromClient> {
    let fields: &Array = message.dyn_ref()?;
    let conn = || conn_of(fields);
    match fields.get(0).as_string()?.as_str() {
        "open" => {
            let port = fields
                .get(3)
                .as_f64()
                .filter(|port| (1.0..=65535.0).contains(port));
            // A port that cannot be is one where nobody listens.
            let port = port.map_or(0, |port| port as u16);
            Some(FromClient::Open {
                conn: conn()?,
                host: fields.get(2).as_string()?,
                port,
            })
        }
        "frames" => Some(FromClient::Frames {
            frames: frames_of(fields)?,
            together: true,
        }),
        "frame" => Some(FromClient::Frames {
            frames: frames_of(fields)?,
            together: false,
        }),
        "close" => Some(FromClient::Close { conn: conn()? }),
        "end" => Some(FromClient::End),
        _ => None,
    }
}

pub fn read_from_cluster(message: &JsValue) -> Option<FromCluster> {
    let fields: &Array = message.dyn_ref()?;
    let conn = conn_of(fields)?;
    match fields.get(0).as_string()?.as_str() {
        "frames" => Some(FromCluster::Frames(frames_of(fields)?)),
        "opened" => Some(FromCluster::Opened { conn }),
        "refused" => {
            let unknown = fields
                .get(2)
                .as_string()
                .is_some_and(|why| why == "UnknownHost");
            let why = if unknown {
                Refusal::UnknownHost
            } else {
                Refusal::Refused
            };
            Some(FromCluster::Refused { conn, why })
        }
        "closed" => Some(FromCluster::Closed { conn }),
        _ => None,
    }
}

pub fn post_open(to: &MessagePort, conn: Conn, host: &str, port: u16) {
    post(
        to,
        &Array::of4(&"open".into(), &conn.into(), &host.into(), &port.into()),
    );
}

pub fn post_close(to: &MessagePort, conn: Conn) {
    post(to, &Array::of2(&"close".into(), &conn.into()));
}

pub fn post_opened(to: &MessagePort, conn: Conn) {
    post(to, &Array::of2(&"opened".into(), &conn.into()));
}

pub fn post_refused(to: &MessagePort, conn: Conn, why: Refusal) {
    post(
        to,
        &Array::of3(&"refused".into(), &conn.into(), &why.name().into()),
    );
}

pub fn post_closed(to: &MessagePort, conn: Conn, why: &str) {
    post(to, &Array::of3(&"closed".into(), &conn.into(), &why.into()));
}

/// Sends frames that are in pieces. Their bytes are copied once, out of the module's memory, and then belong to
/// the other side.
pub fn post_frames(to: &MessagePort, frames: &[(Conn, Vec<Bytes>)]) {
    let message = Array::of1(&"frames".into());
    let buffers = Array::new();
    for (conn, pieces) in frames {
        let buffer = array_of(pieces).buffer();
        message.push(&(*conn).into());
        message.push(&buffer);
        buffers.push(&buffer);
    }
    // Fails only for values that cannot be cloned, and an ArrayBuffer of our own can.
    let _ = to.post_message_with_transferable(&message, &buffers);
}

/// Sends one frame to a client that takes them one by one.
pub fn post_frame(to: &MessagePort, conn: Conn, pieces: &[Bytes]) {
    let buffer = array_of(pieces).buffer();
    let message = Array::of3(&"frame".into(), &conn.into(), &buffer);
    // As above.
    let _ = to.post_message_with_transferable(&message, &Array::of1(&buffer));
}

fn post(to: &MessagePort, message: &Array) {
    // Texts and numbers can always be cloned; a closed port swallows them.
    let _ = to.post_message(message);
}

fn conn_of(fields: &Array) -> Option<Conn> {
    number_of(&fields.get(1))
}

fn number_of(value: &JsValue) -> Option<Conn> {
    let number = value.as_f64()?;
    (number >= 0.0 && number <= f64::from(Conn::MAX)).then_some(number as Conn)
}

/// Connection and bytes in turn, from the second field on; all of them or nothing.
fn frames_of(fields: &Array) -> Option<Frames> {
    let frame = |at| {
        let buffer: ArrayBuffer = fields.get(at + 1).dyn_into().ok()?;
        let bytes = Bytes::from(Uint8Array::new(&buffer).to_vec());
        Some((number_of(&fields.get(at))?, bytes))
    };
    (1..fields.length()).step_by(2).map(frame).collect()
}
