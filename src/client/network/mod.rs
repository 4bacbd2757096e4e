//! Connections to brokers: one per node, opened when needed, with the handshake of API versions, backoff after
//! failures, and the log lines of Java's `NetworkClient`.
//!
//! Requests to a node go out in the order of the calls, several in flight. What to send where, and whether to
//! try again, is the callers' business.

mod connection;

use super::ClientError;
use super::config::ConnectionConfig;
use super::env::{ConnectError, Env};
use super::logger::{Log, class};
use super::sync::{Signal, backoff_ms, until};
use super::types::Node;
use crate::base::SortedMap;
use crate::protocol::frame::encode_request;
use crate::protocol::{ApiKey, EncodeError, Request};
use bytes::Bytes;
pub(crate) use connection::Connection;
use futures_channel::oneshot;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

type Result<T> = std::result::Result<T, ClientError>;

/// The connections of one client. Clones share them.
#[derive(Clone)]
pub(crate) struct Network(Rc<Inner>);

struct Inner {
    env: Env,
    config: ConnectionConfig,
    log: Log,
    nodes: RefCell<SortedMap<i32, Rc<NodeState>>>,
    next_correlation_id: Rc<Cell<i32>>,
    closed: Cell<bool>,
    /// Told of every node that could not be reached or went away.
    on_disconnect: RefCell<Option<DisconnectHook>>,
}

/// Called with the node's id.
type DisconnectHook = Box<dyn Fn(i32)>;

struct NodeState {
    link: RefCell<LinkState>,
    /// Attempts that failed since the last success.
    failures: Cell<u32>,
    /// No attempt before this moment.
    retry_at_ms: Cell<u64>,
    changed: Signal,
}

enum LinkState {
    Idle,
    Connecting,
    Ready(Rc<Connection>),
}

/// A response with what its handler may need besides.
pub(crate) struct Reply<T> {
    pub response: T,
    pub correlation_id: i32,
}

/// A request that is on its way.
pub(crate) struct InFlight<R: Request> {
    reply: oneshot::Receiver<Result<Bytes>>,
    pub version: i16,
    pub correlation_id: i32,
    request: std::marker::PhantomData<R>,
}

impl<R: Request> InFlight<R> {
    pub async fn response(self) -> Result<Reply<R::Response>> {
        let frame = self.reply.await.unwrap_or(Err(ClientError::Disconnected))?;
        let (version, correlation_id) = (self.version, self.correlation_id);
        let answer = Answer {
            frame,
            version,
            correlation_id,
        };
        answer.decode::<R>()
    }
}

/// What came back for a request that was sent in this version.
pub(crate) struct Answer {
    frame: Bytes,
    version: i16,
    correlation_id: i32,
}

impl Answer {
    pub fn decode<R: Request>(self) -> Result<Reply<R::Response>> {
        let (_, response) = crate::protocol::frame::decode_response::<R>(self.frame, self.version)
            .map_err(|e| ClientError::Corrupt(format!("{} response: {e}", R::NAME)))?;
        Ok(Reply {
            response,
            correlation_id: self.correlation_id,
        })
    }
}

/// What is asked, without the type of the request: whatever awaits is there once and not for each of them.
pub(crate) struct Question<'a> {
    api: ApiKey,
    name: &'static str,
    min_version: i16,
    max_version: i16,
    timeout_ms: u64,
    encode: Encode<'a>,
}

/// Makes the frame of a request in a version, with the correlation id and the client's name.
type Encode<'a> = &'a mut dyn FnMut(i16, i32, &str) -> std::result::Result<Vec<Bytes>, EncodeError>;

impl<'a> Question<'a> {
    /// A request `R` in no newer version than `max_version`.
    pub fn of<R: Request>(max_version: i16, timeout_ms: u64, encode: Encode<'a>) -> Question<'a> {
        Question {
            api: R::API_KEY,
            name: R::NAME,
            min_version: R::MIN_VERSION,
            max_version: max_version.min(R::MAX_VERSION),
            timeout_ms,
            encode,
        }
    }
}

impl Network {
    pub fn new(env: Env, config: ConnectionConfig, log: Log) -> Network {
        Network(Rc::new(Inner {
            env,
            config,
            log,
            nodes: RefCell::default(),
            next_correlation_id: Rc::new(Cell::new(0)),
            closed: Cell::new(false),
            on_disconnect: RefCell::new(None),
        }))
    }

    pub fn on_disconnect(&self, hook: Box<dyn Fn(i32)>) {
        *self.0.on_disconnect.borrow_mut() = Some(hook);
    }

    /// Sends a request in the newest version that both sides know and awaits the response, connecting first if
    /// need be. `request.timeout.ms` counts from the moment of sending.
    pub async fn call<R: Request>(
        &self,
        node: &Node,
        build: impl FnOnce(i16) -> R,
    ) -> Result<Reply<R::Response>> {
        let timeout_ms = self.0.config.request_timeout_ms;
        self.call_with(node, R::MAX_VERSION, timeout_ms, build)
            .await
    }

    /// As `call`, in no newer version than `max_version`, with a timeout of its own.
    pub async fn call_with<R: Request>(
        &self,
        node: &Node,
        max_version: i16,
        timeout_ms: u64,
        build: impl FnOnce(i16) -> R,
    ) -> Result<Reply<R::Response>> {
        let mut build = Some(build);
        let mut encode = |version: i16, correlation_id: i32, client_id: &str| {
            let build = build.take().expect("a question is asked once");
            encode_request(version, correlation_id, Some(client_id), &build(version))
        };
        self.ask(
            node,
            Question::of::<R>(max_version, timeout_ms, &mut encode),
        )
        .await?
        .decode::<R>()
    }

    /// As `call`, for who decodes the answer later. `request.timeout.ms` counts from the moment of sending.
    pub async fn ask(&self, node: &Node, question: Question<'_>) -> Result<Answer> {
        let connection = self.connection(node).await?;
        let Question {
            api,
            name,
            min_version,
            max_version,
            ..
        } = question;
        let version = connection.version_between(api, min_version, max_version)?;
        let deadline_ms = self
            .0
            .env
            .runtime
            .mono_ms()
            .saturating_add(question.timeout_ms);
        let mut encode =
            |correlation_id, client_id: &str| (question.encode)(version, correlation_id, client_id);
        let (correlation_id, reply) =
            connection.send_frame(name, Some(deadline_ms), &mut encode)?;
        let reply = reply.expect("a request with a deadline has a reply");
        let frame = reply.await.unwrap_or(Err(ClientError::Disconnected))?;
        Ok(Answer {
            frame,
            version,
            correlation_id,
        })
    }

    /// Sends at once on a connection that is open.
    pub fn send<R: Request>(
        &self,
        connection: &Rc<Connection>,
        version: i16,
        timeout_ms: u64,
        request: &R,
    ) -> Result<InFlight<R>> {
        let deadline_ms = self.0.env.runtime.mono_ms().saturating_add(timeout_ms);
        let (correlation_id, reply) = connection.send(version, Some(deadline_ms), request)?;
        let reply = reply.expect("a request with a deadline has a reply");
        Ok(InFlight {
            reply,
            version,
            correlation_id,
            request: std::marker::PhantomData,
        })
    }

    /// The node's connection if it is open.
    pub fn open_connection(&self, node: &Node) -> Option<Rc<Connection>> {
        match &*self.state(node.id).link.borrow() {
            LinkState::Ready(connection) => Some(connection.clone()),
            _ => None,
        }
    }

    /// The node's connection; waits for backoff and one attempt if there is none.
    pub async fn connection(&self, node: &Node) -> Result<Rc<Connection>> {
        let state = self.state(node.id);
        if let LinkState::Ready(connection) = &*state.link.borrow() {
            return Ok(connection.clone());
        }
        let now_ms = self.0.env.runtime.mono_ms();
        if state.retry_at_ms.get() > now_ms && matches!(*state.link.borrow(), LinkState::Idle) {
            self.0
                .env
                .runtime
                .sleep(state.retry_at_ms.get() - now_ms)
                .await;
        }
        loop {
            if self.0.closed.get() {
                return Err(ClientError::Disconnected);
            }
            let attempt_ended = state.changed.wait();
            if matches!(*state.link.borrow(), LinkState::Idle) {
                *state.link.borrow_mut() = LinkState::Connecting;
                let connecting = connect(Rc::downgrade(&self.0), state.clone(), node.clone());
                self.0.env.runtime.spawn(Box::pin(connecting));
            }
            attempt_ended.await;
            match &*state.link.borrow() {
                LinkState::Ready(connection) => return Ok(connection.clone()),
                LinkState::Idle => return Err(ClientError::Disconnected),
                LinkState::Connecting => {}
            }
        }
    }

    /// The node to ask what any node can answer: an open connection with the fewest requests in flight, else
    /// one that may be tried now. `Err`: all are in backoff, the first one for so many milliseconds.
    pub fn least_loaded(&self, nodes: &[Node]) -> std::result::Result<Node, u64> {
        let runtime = &self.0.env.runtime;
        let now_ms = runtime.mono_ms();
        let start = runtime.random_u64() as usize;
        let mut best: Option<(usize, &Node)> = None;
        let mut wait_ms = self.0.config.reconnect_backoff_max_ms.max(1);
        for i in 0..nodes.len() {
            let node = &nodes[(start.wrapping_add(i)) % nodes.len()];
            let state = self.state(node.id);
            let load = match &*state.link.borrow() {
                LinkState::Ready(connection) => connection.in_flight(),
                LinkState::Connecting => 1000,
                LinkState::Idle if state.retry_at_ms.get() <= now_ms => 2000,
                LinkState::Idle => {
                    wait_ms = wait_ms.min(state.retry_at_ms.get() - now_ms);
                    continue;
                }
            };
            if best.is_none_or(|(least, _)| load < least) {
                best = Some((load, node));
            }
        }
        best.map(|(_, node)| node.clone()).ok_or(wait_ms)
    }

    /// Whether the last attempt to reach the node failed and the next must wait.
    pub fn in_backoff(&self, node: &Node) -> bool {
        let state = self.state(node.id);
        let idle = matches!(*state.link.borrow(), LinkState::Idle);
        idle && state.retry_at_ms.get() > self.0.env.runtime.mono_ms()
    }

    /// Closes everything. Calls that wait fail.
    pub fn close(&self) {
        self.0.closed.set(true);
        self.0.on_disconnect.borrow_mut().take();
        let nodes = std::mem::take(&mut *self.0.nodes.borrow_mut());
        for state in nodes.into_values() {
            let old = std::mem::replace(&mut *state.link.borrow_mut(), LinkState::Idle);
            if let LinkState::Ready(connection) = old {
                connection.close(&ClientError::Disconnected);
            }
            state.changed.notify();
        }
    }

    fn state(&self, node_id: i32) -> Rc<NodeState> {
        let mut nodes = self.0.nodes.borrow_mut();
        let new = || {
            Rc::new(NodeState {
                link: RefCell::new(LinkState::Idle),
                failures: Cell::new(0),
                retry_at_ms: Cell::new(0),
                changed: Signal::default(),
            })
        };
        nodes.entry(node_id).or_insert_with(new).clone()
    }
}

/// One attempt, in the background, so that who asked for it may go away.
async fn connect(inner: Weak<Inner>, state: Rc<NodeState>, node: Node) {
    let Some(strong) = inner.upgrade() else {
        return;
    };
    let runtime = strong.env.runtime.clone();
    let deadline_ms = runtime.mono_ms() + strong.config.connection_setup_timeout_ms.max(1);
    let port = u16::try_from(node.port).unwrap_or(0);
    let link = strong.env.transport.connect(&node.host, port);
    drop(strong);
    let link = until(&*runtime, deadline_ms, link)
        .await
        .unwrap_or(Err(ConnectError::Refused));
    let Some(strong) = inner.upgrade() else {
        return;
    };
    let link = match link {
        Ok(link) => link,
        Err(error) => {
            log_failure(&strong, &node, error).await;
            return fail(&strong, &state, node.id);
        }
    };
    let weak = inner.clone();
    let (weak_state, node_id) = (Rc::downgrade(&state), node.id);
    let gone = move || {
        if let (Some(inner), Some(state)) = (weak.upgrade(), weak_state.upgrade())
            && matches!(*state.link.borrow(), LinkState::Ready(_))
        {
            fail(&inner, &state, node_id);
        }
    };
    let ids = strong.next_correlation_id.clone();
    let client_id = strong.config.client_id.clone();
    let connection = Connection::start(link, runtime, ids, client_id, Box::new(gone));
    let request_timeout_ms = strong.config.request_timeout_ms;
    drop(strong);
    let handshake = connection.handshake(request_timeout_ms).await;
    let Some(strong) = inner.upgrade() else {
        return;
    };
    if handshake.is_err() || strong.closed.get() {
        connection.close(&ClientError::Disconnected);
        return fail(&strong, &state, node.id);
    }
    state.failures.set(0);
    *state.link.borrow_mut() = LinkState::Ready(connection);
    state.changed.notify();
}

/// Notes that the node is not there, and for how long it is left in peace.
fn fail(inner: &Inner, state: &NodeState, node_id: i32) {
    let config = &inner.config;
    let runtime = &*inner.env.runtime;
    let attempt = state.failures.get();
    let pause_ms = backoff_ms(
        runtime,
        config.reconnect_backoff_ms,
        config.reconnect_backoff_max_ms,
        attempt,
    );
    state.failures.set(attempt + 1);
    state.retry_at_ms.set(runtime.mono_ms() + pause_ms);
    *state.link.borrow_mut() = LinkState::Idle;
    if let Some(hook) = &*inner.on_disconnect.borrow() {
        hook(node_id);
    }
    state.changed.notify();
}

async fn log_failure(inner: &Inner, node: &Node, error: ConnectError) {
    if inner.closed.get() {
        return;
    }
    let Node { id, host, port, .. } = node;
    let text = match (error, inner.env.transport.resolve(host).await) {
        (ConnectError::Refused, Some(address)) => {
            let address = if address == *host {
                format!("/{host}")
            } else {
                format!("{host}/{address}")
            };
            format!(
                "Connection to node {id} ({address}:{port}) could not be established. \
                 Node may not be available."
            )
        }
        _ => format!("Error connecting to node {node}\njava.net.UnknownHostException: {host}"),
    };
    inner.log.warn(class::NETWORK_CLIENT, &text);
}
