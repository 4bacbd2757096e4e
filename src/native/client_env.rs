//! What the client needs, natively: TCP connections, tokio's clock and tasks, the codecs linked in.
//!
//! For a current-thread runtime inside a `LocalSet`: nothing here is `Send`.

use crate::client::env::{Codecs, ConnectError, Env, Link, Runtime, Transport};
use bytes::{Bytes, BytesMut};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::base::Rng;

/// Responses beyond this are not believed: `fetch.max.bytes` is 50 MB by default, and one batch may exceed it.
const MAX_FRAME_BYTES: usize = 512 * 1024 * 1024;

/// A native environment. Must be made and used inside a `LocalSet`.
pub fn env() -> Env {
    Env {
        transport: Rc::new(TcpTransport),
        runtime: Rc::new(TokioRuntime::new()),
        codecs: Rc::new(LinkedCodecs),
    }
}

/// Real TCP connections.
pub struct TcpTransport;

impl Transport for TcpTransport {
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        let host = host.to_owned();
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((host.as_str(), port)).await;
            let addresses: Vec<_> = addresses.map_err(|_| ConnectError::UnknownHost)?.collect();
            if addresses.is_empty() {
                return Err(ConnectError::UnknownHost);
            }
            let stream = TcpStream::connect(&*addresses)
                .await
                .map_err(|_| ConnectError::Refused)?;
            stream
                .set_nodelay(true)
                .map_err(|_| ConnectError::Refused)?;
            Ok(link(stream))
        })
    }

    fn resolve(&self, host: &str) -> LocalBoxFuture<'static, Option<String>> {
        let host = host.to_owned();
        Box::pin(async move {
            let addresses: Vec<_> = tokio::net::lookup_host((host.as_str(), 0))
                .await
                .ok()?
                .collect();
            let first = addresses
                .iter()
                .find(|a| a.is_ipv4())
                .or(addresses.first())?;
            Some(first.ip().to_string())
        })
    }
}

/// Frames in both directions over a stream, moved by two tasks that end with the stream or the link.
fn link(stream: TcpStream) -> Link {
    let (read_half, write_half) = stream.into_split();
    let (out_tx, out_rx) = unbounded();
    let (in_tx, in_rx) = unbounded();
    let writer = tokio::task::spawn_local(write_frames(write_half, out_rx));
    tokio::task::spawn_local(async move {
        // When the client drops its end, the reader must go with it, or the socket stays open.
        let closed = async {
            let _ = writer.await;
        };
        let read = std::pin::pin!(read_frames(read_half, in_tx));
        futures_util::future::select(read, std::pin::pin!(closed)).await;
    });
    Link {
        tx: out_tx,
        rx: in_rx,
    }
}

async fn write_frames(mut out: OwnedWriteHalf, mut frames: UnboundedReceiver<Bytes>) {
    while let Some(frame) = frames.next().await {
        let Ok(length) = i32::try_from(frame.len()) else {
            return;
        };
        let mut header = &length.to_be_bytes()[..];
        let mut both = bytes::Buf::chain(&mut header, frame);
        if out.write_all_buf(&mut both).await.is_err() {
            return;
        }
    }
    let _ = out.shutdown().await;
}

async fn read_frames(mut stream: OwnedReadHalf, frames: UnboundedSender<Bytes>) {
    let mut buffer = BytesMut::with_capacity(64 * 1024);
    loop {
        while let Some(length) = buffer.first_chunk::<4>() {
            let length = i32::from_be_bytes(*length);
            let Ok(length) = usize::try_from(length) else {
                return;
            };
            if length > MAX_FRAME_BYTES {
                return;
            }
            if buffer.len() < 4 + length {
                // Grows with what arrives, not with what is declared.
                buffer.reserve((4 + length - buffer.len()).min(1024 * 1024));
                break;
            }
            let frame = buffer.split_to(4 + length).freeze().slice(4..);
            if frames.unbounded_send(frame).is_err() {
                return;
            }
        }
        match stream.read_buf(&mut buffer).await {
            Ok(n) if n > 0 => {}
            _ => return,
        }
    }
}

/// Tokio's timers and local tasks.
pub struct TokioRuntime {
    start: Instant,
    rng: RefCell<Rng>,
}

impl TokioRuntime {
    fn new() -> Self {
        let seed = RandomState::new().build_hasher().finish();
        TokioRuntime {
            start: Instant::now(),
            rng: RefCell::new(Rng::new(seed)),
        }
    }
}

impl Runtime for TokioRuntime {
    fn mono_ms(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }

    fn wall_ms(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_millis() as i64)
    }

    fn sleep(&self, duration_ms: u64) -> LocalBoxFuture<'static, ()> {
        // Beyond what tokio's timer wheel takes is for ever, for all that matters here.
        let duration = Duration::from_millis(duration_ms.min(1 << 40));
        Box::pin(async move { tokio::time::sleep(duration).await })
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        tokio::task::spawn_local(task);
    }

    fn random_u64(&self) -> u64 {
        self.rng.borrow_mut().next_u64()
    }
}

/// The codecs crate.
pub struct LinkedCodecs;

impl Codecs for LinkedCodecs {
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn compress(&self, codec: u8, input: &[u8]) -> Result<Vec<u8>, String> {
        kafka_sandbox_codecs::compress(codec, input).map_err(|e| e.to_string())
    }

    fn decompress(&self, codec: u8, input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, String> {
        kafka_sandbox_codecs::decompress(codec, input, limit_bytes).map_err(|e| e.to_string())
    }
}
