//! One open connection: requests out in order, responses matched to them, the versions that the broker serves.

use super::Result;
use crate::base::SortedMap;
use crate::client::ClientError;
use crate::client::env::{Link, Runtime};
use crate::protocol::frame::{decode_response, encode_request};
use crate::protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use crate::protocol::{ApiKey, EncodeError, ErrorCode, Message, Request, Rope};
use bytes::Bytes;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender};
use futures_channel::oneshot;
use futures_util::StreamExt;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

pub(crate) struct Connection {
    tx: RefCell<Option<UnboundedSender<Bytes>>>,
    runtime: Rc<dyn Runtime>,
    next_correlation_id: Rc<Cell<i32>>,
    client_id: String,
    /// First and last version per API.
    versions: RefCell<SortedMap<i16, (i16, i16)>>,
    pending: RefCell<VecDeque<Pending>>,
    watching: Cell<bool>,
    /// Called once when the connection ends, whoever ended it.
    gone: RefCell<Option<Box<dyn FnOnce()>>>,
}

/// A request may be sent whose deadline is nearer than that of the ones before it, so the watch looks again
/// after so long at most.
const WATCH_MS: u64 = 5000;

struct Pending {
    correlation_id: i32,
    deadline_ms: u64,
    reply: oneshot::Sender<Result<Bytes>>,
}

impl Connection {
    /// Takes over a link. `gone` is called when it ends.
    pub(super) fn start(
        link: Link,
        runtime: Rc<dyn Runtime>,
        next_correlation_id: Rc<Cell<i32>>,
        client_id: String,
        gone: Box<dyn FnOnce()>,
    ) -> Rc<Connection> {
        let connection = Rc::new(Connection {
            tx: RefCell::new(Some(link.tx)),
            runtime: runtime.clone(),
            next_correlation_id,
            client_id,
            versions: RefCell::default(),
            pending: RefCell::default(),
            watching: Cell::new(false),
            gone: RefCell::new(Some(gone)),
        });
        runtime.spawn(Box::pin(read(link.rx, Rc::downgrade(&connection))));
        connection
    }

    /// Asks for the API versions, in an older form if the broker does not know ours.
    pub(super) async fn handshake(self: &Rc<Self>, timeout_ms: u64) -> Result<()> {
        let request = ApiVersionsRequest {
            client_software_name: "kafka-sandbox".into(),
            client_software_version: env!("CARGO_PKG_VERSION").into(),
            ..Default::default()
        };
        let mut version = ApiVersionsRequest::MAX_VERSION;
        loop {
            let response = self.api_versions(version, timeout_ms, &request).await?;
            let code = ErrorCode(response.error_code);
            let range = (response.api_keys.iter())
                .find(|api| api.api_key == ApiVersionsRequest::API_KEY.0)
                .map_or(0, |api| api.max_version);
            if code == ErrorCode::UNSUPPORTED_VERSION && version > 0 {
                version = if range < version { range.max(0) } else { 0 };
                continue;
            }
            if !code.is_none() {
                return Err(ClientError::broker(code, None));
            }
            *self.versions.borrow_mut() = (response.api_keys.iter())
                .map(|api| (api.api_key, (api.min_version, api.max_version)))
                .collect();
            return Ok(());
        }
    }

    async fn api_versions(
        self: &Rc<Self>,
        version: i16,
        timeout_ms: u64,
        request: &ApiVersionsRequest,
    ) -> Result<ApiVersionsResponse> {
        let request = match version {
            ..3 => &ApiVersionsRequest::default(),
            _ => request,
        };
        let deadline_ms = self.runtime.mono_ms() + timeout_ms;
        let (_, reply) = self.send(version, Some(deadline_ms), request)?;
        let reply = reply.expect("a request with a deadline has a reply");
        let frame = reply.await.unwrap_or(Err(ClientError::Disconnected))?;
        let decoded = decode_response::<ApiVersionsRequest>(frame, version);
        decoded
            .map(|(_, response)| response)
            .map_err(|e| ClientError::Corrupt(e.to_string()))
    }

    /// The newest version of a request that both sides know, up to `max_version`.
    pub fn version_of<R: Request>(&self, max_version: i16) -> Result<i16> {
        let max = max_version.min(R::MAX_VERSION);
        self.version_between(R::API_KEY, R::MIN_VERSION, max)
    }

    /// The newest version of an API that the broker serves, from `min` to `max`.
    pub(super) fn version_between(&self, api: ApiKey, min: i16, max: i16) -> Result<i16> {
        let Some((first, last)) = self.versions.borrow().get(&api.0).copied() else {
            let name = java_api_name(api);
            return Err(ClientError::UnsupportedVersion(format!(
                "The node does not support {name}"
            )));
        };
        if last < min || first > max {
            let name = java_api_name(api);
            return Err(ClientError::UnsupportedVersion(format!(
                "The node does not support {name} with version in range [{min},{max}]. \
                 The supported range is [{first},{last}]."
            )));
        }
        Ok(last.min(max))
    }

    /// API key, first and last version.
    pub fn versions(&self) -> Vec<(i16, i16, i16)> {
        self.versions
            .borrow()
            .iter()
            .map(|(key, (first, last))| (*key, *first, *last))
            .collect()
    }

    pub fn in_flight(&self) -> usize {
        self.pending.borrow().len()
    }

    /// Sends a request. Without a deadline no response is expected.
    pub(super) fn send<R: Request>(
        self: &Rc<Self>,
        version: i16,
        deadline_ms: Option<u64>,
        request: &R,
    ) -> Result<(i32, Option<oneshot::Receiver<Result<Bytes>>>)> {
        self.send_frame(R::NAME, deadline_ms, &mut |correlation_id, client_id| {
            encode_request(version, correlation_id, Some(client_id), request)
        })
    }

    /// Sends the frame that `encode` makes of a correlation id and the client's name.
    pub(super) fn send_frame(
        self: &Rc<Self>,
        name: &str,
        deadline_ms: Option<u64>,
        encode: &mut dyn FnMut(i32, &str) -> std::result::Result<Vec<Bytes>, EncodeError>,
    ) -> Result<(i32, Option<oneshot::Receiver<Result<Bytes>>>)> {
        let correlation_id = self.next_correlation_id.get();
        self.next_correlation_id
            .set(correlation_id.wrapping_add(1) & i32::MAX);
        let frame = encode(correlation_id, &self.client_id)
            .map_err(|e| ClientError::UnsupportedVersion(format!("{name}: {e}")))?;
        let tx = self.tx.borrow();
        let tx = tx.as_ref().ok_or(ClientError::Disconnected)?;
        tx.unbounded_send(Rope(frame).to_bytes())
            .map_err(|_| ClientError::Disconnected)?;
        let reply = deadline_ms.map(|deadline_ms| {
            let (reply, receiver) = oneshot::channel();
            self.pending.borrow_mut().push_back(Pending {
                correlation_id,
                deadline_ms,
                reply,
            });
            self.watch();
            receiver
        });
        Ok((correlation_id, reply))
    }

    /// Sends a request that has no response (`acks=0`).
    pub fn send_one_way<R: Request>(self: &Rc<Self>, version: i16, request: &R) -> Result<()> {
        self.send(version, None, request).map(|_| ())
    }

    /// Makes sure that requests in flight are given up in time.
    fn watch(self: &Rc<Self>) {
        if !self.watching.replace(true) {
            self.runtime
                .spawn(Box::pin(watch(self.runtime.clone(), Rc::downgrade(self))));
        }
    }

    /// Ends the connection; requests in flight fail with `why`.
    pub fn close(&self, why: &ClientError) {
        self.tx.borrow_mut().take();
        let pending = std::mem::take(&mut *self.pending.borrow_mut());
        for request in pending {
            let _ = request.reply.send(Err(why.clone()));
        }
        let gone = self.gone.borrow_mut().take();
        if let Some(gone) = gone {
            gone();
        }
    }

    fn receive(&self, frame: Bytes) -> bool {
        let id = frame.first_chunk::<4>().map(|id| i32::from_be_bytes(*id));
        let front = self.pending.borrow_mut().pop_front();
        match front {
            Some(request) if Some(request.correlation_id) == id => {
                let _ = request.reply.send(Ok(frame));
                true
            }
            _ => false,
        }
    }
}

/// Hands responses to who waits for them, until either side closes.
async fn read(mut rx: UnboundedReceiver<Bytes>, connection: Weak<Connection>) {
    while let Some(frame) = rx.next().await {
        match connection.upgrade() {
            Some(connection) if connection.receive(frame) => {}
            Some(connection) => return connection.close(&ClientError::Disconnected),
            None => return,
        }
    }
    if let Some(connection) = connection.upgrade() {
        connection.close(&ClientError::Disconnected);
    }
}

/// Closes the connection when its oldest request is overdue, as Java does: what a broker does not answer in time
/// blocks everything behind it. Ends when nothing is in flight.
async fn watch(runtime: Rc<dyn Runtime>, connection: Weak<Connection>) {
    loop {
        let Some(strong) = connection.upgrade() else {
            return;
        };
        let oldest = strong.pending.borrow().iter().map(|p| p.deadline_ms).min();
        let Some(deadline_ms) = oldest else {
            strong.watching.set(false);
            return;
        };
        let now_ms = runtime.mono_ms();
        if deadline_ms <= now_ms {
            return strong.close(&ClientError::Disconnected);
        }
        drop(strong);
        runtime.sleep((deadline_ms - now_ms).min(WATCH_MS)).await;
    }
}

/// As Java's `ApiKeys` spells it: `LIST_GROUPS`.
fn java_api_name(api: ApiKey) -> String {
    let mut out = String::new();
    for c in api.name().chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
