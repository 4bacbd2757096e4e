//! Carries the cluster's outputs to where they belong, and the answers back.

use super::clients::ClientId;
use super::{Host, State};
use crate::base::ConnId;
use crate::cluster::io::{Input, Output, PersistId, ReadId};
use crate::log::storage::{ReadRequest, Write};
use crate::wasm::door::{self, Conn, Frames, FromClient};
use crate::wasm::runtime::{Timer, mono_ms, now};
use crate::wasm::storage::used_bytes;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Between two steps of a deletion, so that commits come through.
const TRIM_PAUSE_MS: u64 = 20;

/// Between two questions to the browser for the bytes that are stored.
const ESTIMATE_EVERY_MS: u64 = 5000;

impl Host {
    /// A client has said something.
    pub(super) fn message(self: &Rc<Host>, client: ClientId, message: &JsValue) {
        let Some(message) = door::read_from_client(message) else {
            return;
        };
        let input = match message {
            FromClient::Open { conn, host, port } => {
                self.state.borrow_mut().open(client, conn, &host, port)
            }
            FromClient::Frames { frames, together } => {
                self.frames(client, frames, together);
                None
            }
            FromClient::Close { conn } => self.state.borrow_mut().close(client, conn),
            FromClient::End => {
                self.detach(client);
                None
            }
        };
        if let Some(input) = input {
            self.input(input);
        }
    }

    /// All frames of a message are handled before anything is carried: what they write shares a commit.
    fn frames(self: &Rc<Host>, client: ClientId, frames: Frames, together: bool) {
        let mut state = self.state.borrow_mut();
        state.clients.set_together(client, together);
        for (conn, bytes) in frames {
            let Some(conn) = state.known(client, conn) else {
                continue;
            };
            if !state.gate.hold(conn, &bytes) {
                let input = Input::Frame { conn, bytes };
                state.cluster.handle_input(now(), input);
            }
        }
        let loading = state.gate.must_load();
        drop(state);
        if let Some(loading) = loading {
            let host = self.clone();
            spawn_local(async move { host.release(loading.await.err()) });
        }
        self.pump();
    }

    pub(super) fn detach(self: &Rc<Host>, client: ClientId) {
        let Some((client, conns)) = self.state.borrow_mut().clients.remove(client) else {
            return;
        };
        client.port.set_onmessage(None);
        for conn in conns {
            self.state.borrow_mut().gate.forget(conn);
            self.input(Input::Disconnect { conn });
        }
    }

    /// Does what the cluster wants done, until it wants nothing more.
    pub(super) fn pump(self: &Rc<Host>) {
        let mut state = self.state.borrow_mut();
        while let Some(output) = state.cluster.poll_output() {
            match output {
                Output::Send { conn, slices } => {
                    state.clients.answer(conn, slices);
                }
                Output::Close { conn, why } => {
                    state.clients.flush();
                    if let Some((port, number)) = state.clients.close(conn) {
                        door::post_closed(&port, number, &why);
                    }
                }
                Output::Persist { id, writes } => self.persist(&mut state, id, &writes),
                Output::Read { id, request } => self.read(&state, id, request),
                Output::Trim { log, below } => {
                    state.trims.push_back((log, below));
                    self.trim(&mut state);
                }
                Output::Event(event) => {
                    if matches!(event, crate::cluster::events::Event::Ready)
                        && let Some(ready) = state.ready.take()
                    {
                        // Nobody waits when the start was given up.
                        let _ = ready.send(());
                    }
                    state.changes.note(event);
                }
            }
        }
        state.clients.flush();
        let due = state.cluster.poll_timeout();
        if let (Some(at_ms), Some(alarm)) = (due, &mut state.alarm) {
            alarm.set(at_ms);
        }
        let tell = state.changes.must_tell();
        drop(state);
        self.tell(tell);
    }

    fn tell(&self, tell: bool) {
        if tell {
            // What the page does with it is not our concern.
            let _ = self.on_dirty.call0(&JsValue::NULL);
        }
    }

    fn persist(self: &Rc<Host>, state: &mut State, id: PersistId, writes: &[Write]) {
        let (host, generation) = (self.clone(), state.generation);
        state.changes.storage.begun();
        let written = state.storage.persist(writes);
        spawn_local(async move {
            let result = written.await;
            if !host.is_current(generation) {
                return;
            }
            let why = host.state.borrow_mut().changes.storage.ended(result);
            host.estimate();
            host.input(match why {
                None => Input::Persisted { id },
                Some(why) => Input::PersistFailed { id, why },
            });
        });
    }

    /// Asks the browser how much is stored, now and then: it is slow to say, and only a person reads it.
    fn estimate(self: &Rc<Host>) {
        let due = {
            let mut state = self.state.borrow_mut();
            let now_ms = mono_ms();
            let due = !state.storage.is_memory() && now_ms >= state.estimate_at_ms;
            if due {
                state.estimate_at_ms = now_ms + ESTIMATE_EVERY_MS;
            }
            due
        };
        if due {
            let host = self.clone();
            spawn_local(async move {
                let Some(bytes) = used_bytes().await else {
                    return;
                };
                host.state.borrow_mut().changes.storage.used_bytes = bytes;
                host.pump();
            });
        }
    }

    fn read(self: &Rc<Host>, state: &State, id: ReadId, request: ReadRequest) {
        let (host, generation, storage) = (self.clone(), state.generation, state.storage.clone());
        spawn_local(async move {
            let result = storage.read(request).await;
            if host.is_current(generation) {
                host.input(match result {
                    Ok(chunks) => Input::ReadDone { id, chunks },
                    Err(why) => Input::ReadFailed { id, why },
                });
            }
        });
    }

    /// Deletes what waits, one small step after the other.
    fn trim(self: &Rc<Host>, state: &mut State) {
        if std::mem::replace(&mut state.trimming, true) {
            return;
        }
        let (host, generation, storage) = (self.clone(), state.generation, state.storage.clone());
        spawn_local(async move {
            while host.is_current(generation) {
                let next = host.state.borrow().trims.front().copied();
                let Some((log, below)) = next else { break };
                // What fails now is asked for again after a restart.
                let more = storage.trim_step(log, below).await.unwrap_or(false);
                if !host.is_current(generation) {
                    return;
                }
                if !more {
                    host.state.borrow_mut().trims.pop_front();
                }
                Timer::after(TRIM_PAUSE_MS).await;
            }
            if host.is_current(generation) {
                host.state.borrow_mut().trimming = false;
            }
        });
    }

    fn is_current(&self, generation: u64) -> bool {
        self.state.borrow().generation == generation
    }
}

impl State {
    fn open(&mut self, id: ClientId, number: Conn, host: &str, port: u16) -> Option<Input> {
        let client = self.clients.get(id)?;
        let (broker, endpoints) = match client.addresses.resolve(host, port) {
            Ok(found) => found,
            Err(why) => {
                door::post_refused(&client.port, number, why);
                return None;
            }
        };
        let client_host = client.host.clone();
        door::post_opened(&client.port, number);
        let conn = self.clients.open(id, number)?;
        Some(Input::Connect {
            conn,
            broker,
            endpoints,
            client_host,
        })
    }

    fn known(&self, id: ClientId, number: Conn) -> Option<ConnId> {
        let known = self.clients.conn(id, number);
        if known.is_none() {
            // It was opened with a cluster before a restart, or closed while this was under way.
            let port = &self.clients.get(id)?.port;
            door::post_closed(port, number, "there is no such connection");
        }
        known
    }

    fn close(&mut self, id: ClientId, number: Conn) -> Option<Input> {
        let conn = self.clients.conn(id, number)?;
        self.clients.close(conn);
        self.gate.forget(conn);
        Some(Input::Disconnect { conn })
    }
}
