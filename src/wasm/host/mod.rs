//! The cluster's role of the module: drives a [`Cluster`] in a worker.
//!
//! Bytes come and go over the clients' MessagePorts, commits go to storage, time comes from the browser; what
//! changed is told to the page at its own pace. Everything that Kafka decides is decided elsewhere.

mod changes;
mod clients;
mod compressed;
mod facts;
mod options;
mod pump;

use crate::base::BrokerId;
use crate::cluster::Cluster;
use crate::cluster::io::Input;
use crate::log::storage::Write;
use crate::wasm::addresses::Addresses;
use crate::wasm::idb::{Idb, OpenError};
use crate::wasm::runtime::{Alarm, now, random_u64};
use crate::wasm::storage::Storage;
use bytes::Bytes;
use changes::{Changes, StorageHealth};
use clients::{Client, ClientId, Clients};
use futures_channel::oneshot;
use js_sys::{Error, Function, Object, Reflect};
use options::{AttachOptions, ClusterOptions, Shape};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use crate::base::LogId;

/// Where the shape of the cluster stands in `meta`. Not the cluster's own: it must be known before there is one.
const SHAPE_KEY: &str = "host.shape";

/// The running cluster, as the worker holds it: `WasmCluster` in `www/src/client/types.ts`.
#[wasm_bindgen(js_name = WasmCluster)]
pub struct ClusterHost {
    host: Rc<Host>,
}

/// Shared by all that happens: messages, timers, ends of commits and reads.
struct Host {
    state: RefCell<State>,
    on_dirty: Function,
    options: ClusterOptions,
}

struct State {
    cluster: Cluster,
    brokers: Vec<BrokerId>,
    storage: Storage,
    /// Counts up with each reset: what a commit or read of an earlier cluster says no longer matters.
    generation: u64,
    clients: Clients,
    changes: Changes,
    alarm: Option<Alarm>,
    /// When the browser is asked again how much is stored.
    estimate_at_ms: u64,
    gate: compressed::Gate,
    trims: VecDeque<(LogId, Option<i64>)>,
    trimming: bool,
    /// Told when the cluster has read its logs back.
    ready: Option<oneshot::Sender<()>>,
}

/// Opens the storage, reads the cluster back and serves. Rejects with an `Error` whose `cause.kind` names the
/// storage's problem.
#[wasm_bindgen(js_name = startCluster)]
pub async fn start_cluster(options: JsValue, on_dirty: Function) -> Result<ClusterHost, JsValue> {
    console_error_panic_hook::set_once();
    let options: ClusterOptions = serde_wasm_bindgen::from_value(options)?;
    let (state, ready, meta) = fresh_state(&options, 0).await.map_err(storage_problem)?;
    let host = Rc::new(Host {
        state: RefCell::new(state),
        on_dirty,
        options,
    });
    let weak = Rc::downgrade(&host);
    host.state.borrow_mut().alarm = Some(Alarm::new(move || {
        if let Some(host) = weak.upgrade() {
            host.ring();
        }
    }));
    host.input(Input::Opened { meta });
    // The sender lives in the state until the cluster is ready.
    let _ = ready.await;
    Ok(ClusterHost { host })
}

/// Said when the browser has emptied the database.
const DROPPED: &str = "The browser found its own files of this page damaged and deleted them: the topics, records and offsets of before are gone. The cluster is a new one.";

type Meta = Vec<(String, Bytes)>;

async fn fresh_state(
    options: &ClusterOptions,
    generation: u64,
) -> Result<(State, oneshot::Receiver<()>, Meta), OpenError> {
    let (storage, mut meta) = Storage::open(options.database.as_deref()).await?;
    let stored = meta
        .iter()
        .position(|(key, _)| key == SHAPE_KEY)
        .map(|at| meta.remove(at).1);
    let shape = match stored {
        Some(text) => std::str::from_utf8(&text)
            .ok()
            .and_then(Shape::from_text)
            .ok_or_else(|| {
                OpenError::Broken(
                    "What is stored in this browser does not say what cluster it is.".into(),
                )
            })?,
        None => {
            let shape = Shape::of(options);
            let value = Bytes::from(shape.to_text());
            let write = Write::PutMeta {
                key: SHAPE_KEY.to_string(),
                value,
            };
            // When this fails the cluster's own first commit fails as well, and that is reported.
            let _ = storage.persist(&[write]).await;
            shape
        }
    };
    let gate = compressed::Gate::default();
    let config = shape.config(options, &gate.codecs);
    let (sender, ready) = oneshot::channel();
    let mut changes = Changes::new(StorageHealth::new(storage.is_memory()));
    if storage.was_dropped() {
        changes.warnings.push(DROPPED.to_string());
    }
    let state = State {
        brokers: config.broker_ids().collect(),
        cluster: Cluster::new(config, random_u64()),
        changes,
        storage,
        generation,
        clients: Clients::default(),
        alarm: None,
        estimate_at_ms: 0,
        gate,
        trims: VecDeque::new(),
        trimming: false,
        ready: Some(sender),
    };
    Ok((state, ready, meta))
}

fn storage_problem(problem: OpenError) -> JsValue {
    let error = Error::new(&problem.to_string());
    let cause = Object::new();
    // Setting a field of a new object cannot fail.
    let _ = Reflect::set(&cause, &"kind".into(), &problem.kind().into());
    let _ = Reflect::set(&error, &"cause".into(), &cause);
    error.into()
}

#[wasm_bindgen(js_class = WasmCluster)]
impl ClusterHost {
    /// Serves a client on this port; the number is for `detach`.
    pub fn attach(&self, port: MessagePort, options: JsValue) -> Result<ClientId, JsValue> {
        let options: AttachOptions = serde_wasm_bindgen::from_value(options)?;
        let mut state = self.host.state.borrow_mut();
        let id = state.clients.next_id();
        let host = Rc::downgrade(&self.host);
        let on_message = Closure::new(move |event: MessageEvent| {
            if let Some(host) = host.upgrade() {
                host.message(id, &event.data());
            }
        });
        let addresses = Addresses::new(&state.brokers, &options.hosts);
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let client = Client {
            port,
            addresses,
            host: options.client_host,
            conns: Default::default(),
            together: false,
            answers: Vec::new(),
            _on_message: on_message,
        };
        state.clients.add(id, client);
        Ok(id)
    }

    /// The client has gone: its connections end as when a process dies.
    pub fn detach(&self, attachment: ClientId) {
        self.host.detach(attachment);
    }

    /// Everything, with `full: true`.
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let mut state = self.host.state.borrow_mut();
        let state = &mut *state;
        state.changes.forget();
        to_js(&facts::everything(&state.cluster, &mut state.changes))
    }

    /// What has changed since the last call; arms `onDirty` again.
    #[wasm_bindgen(js_name = takeUpdate)]
    pub fn take_update(&self) -> Result<JsValue, JsValue> {
        let mut state = self.host.state.borrow_mut();
        let state = &mut *state;
        to_js(&facts::changed(&state.cluster, &mut state.changes))
    }

    /// Deletes what is stored, drops all connections and begins anew with the same options.
    pub async fn reset(&self) -> Result<(), JsValue> {
        self.host.clone().reset().await.map_err(storage_problem)
    }
}

impl Host {
    async fn reset(self: Rc<Host>) -> Result<(), OpenError> {
        let generation = {
            let mut state = self.state.borrow_mut();
            state.generation += 1;
            state.storage.close();
            for (port, conn) in state.clients.close_all() {
                crate::wasm::door::post_closed(&port, conn, "the cluster was reset");
            }
            state.generation
        };
        if let Some(name) = &self.options.database {
            Idb::delete(name).await.map_err(OpenError::Broken)?;
        }
        let (fresh, ready, meta) = fresh_state(&self.options, generation).await?;
        {
            let mut state = self.state.borrow_mut();
            let old = std::mem::replace(&mut *state, fresh);
            state.clients = old.clients;
            state.alarm = old.alarm;
        }
        self.input(Input::Opened { meta });
        // The sender lives in the state until the cluster is ready.
        let _ = ready.await;
        Ok(())
    }

    fn input(self: &Rc<Host>, input: Input) {
        self.state.borrow_mut().cluster.handle_input(now(), input);
        self.pump();
    }

    fn ring(self: &Rc<Host>) {
        {
            let mut state = self.state.borrow_mut();
            if let Some(alarm) = &mut state.alarm {
                alarm.rung();
            }
            state.cluster.handle_timeout(now());
        }
        self.pump();
    }
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    // Objects, not Maps, and numbers, not BigInts: the shapes of types.ts.
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Ok(value.serialize(&serializer)?)
}
