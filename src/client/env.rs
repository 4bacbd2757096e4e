//! What a client needs from where it runs: connections, a clock, a place for background tasks.
//!
//! In the page it is a MessagePort to the cluster and the browser's timers, natively tokio's
//! current-thread runtime, in tests a seeded executor. Futures here are never `Send`.

use bytes::Bytes;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender};
use futures_util::future::LocalBoxFuture;
use std::rc::Rc;

/// An open connection: whole Kafka frames in both directions, without their length prefixes.
/// Dropping `tx` closes it; `rx` ends when the other side has closed it.
pub struct Link {
    pub tx: UnboundedSender<Bytes>,
    pub rx: UnboundedReceiver<Bytes>,
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectError {
    /// The host name has no address.
    UnknownHost,
    /// Nobody listens there.
    Refused,
}

/// Opens connections to brokers by name.
pub trait Transport {
    fn connect(&self, host: &str, port: u16)
    -> LocalBoxFuture<'static, Result<Link, ConnectError>>;

    /// The address of a host as text, for log lines (`localhost/127.0.0.1`); `None` if it has none. Where all
    /// names lead to the same cluster, they have the address of this machine.
    fn resolve(&self, _host: &str) -> LocalBoxFuture<'static, Option<String>> {
        Box::pin(std::future::ready(Some("127.0.0.1".to_owned())))
    }
}

/// Time and tasks.
pub trait Runtime {
    /// Monotonic milliseconds.
    fn mono_ms(&self) -> u64;
    /// Milliseconds since 1970-01-01 UTC.
    fn wall_ms(&self) -> i64;
    fn sleep(&self, duration_ms: u64) -> LocalBoxFuture<'static, ()>;
    /// Runs a task in the background until it ends.
    fn spawn(&self, task: LocalBoxFuture<'static, ()>);
    /// Random bits; seeded in tests.
    fn random_u64(&self) -> u64;
}

/// A compression codec of record batches, by its number in the batch attributes (1 gzip, 2 snappy, 3 lz4, 4 zstd).
pub trait Codecs {
    /// Must have ended well before `compress` or `decompress` are called: in the page it fetches the codec module.
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>>;
    fn compress(&self, codec: u8, input: &[u8]) -> Result<Vec<u8>, String>;
    /// Fails rather than produce more than `limit_bytes`.
    fn decompress(&self, codec: u8, input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, String>;
}

/// Everything together, cheap to clone.
#[derive(Clone)]
pub struct Env {
    pub transport: Rc<dyn Transport>,
    pub runtime: Rc<dyn Runtime>,
    pub codecs: Rc<dyn Codecs>,
}
