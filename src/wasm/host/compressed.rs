//! Compressed batches are checked when they are produced, and the codecs are a module that is fetched when first needed:
//! the connection that brings the first such batch waits for it, with all that it says meanwhile.

use super::Host;
use crate::base::{ConnId, SortedMap};
use crate::client::env::Codecs;
use crate::cluster::io::Input;
use crate::protocol::ApiKey;
use crate::protocol::frame::RequestFrame;
use crate::protocol::messages::ProduceRequest;
use crate::protocol::record_batch::has_compressed;
use crate::wasm::codecs::LazyCodecs;
use crate::wasm::door;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use std::rc::Rc;

/// The codecs, and the frames that wait for them.
#[derive(Default)]
pub(super) struct Gate {
    pub codecs: LazyCodecs,
    held: SortedMap<ConnId, Vec<Bytes>>,
    loading: bool,
}

impl Gate {
    /// The connection has ended.
    pub fn forget(&mut self, conn: ConnId) {
        self.held.remove(&conn);
    }

    /// What has to end before [`Host::release`], once when there is something to wait for.
    pub fn must_load(&mut self) -> Option<LocalBoxFuture<'static, Result<(), String>>> {
        let begin = !self.held.is_empty() && !self.loading;
        self.loading |= begin;
        begin.then(|| self.codecs.load())
    }

    /// Keeps the frame if it must wait.
    pub fn hold(&mut self, conn: ConnId, frame: &Bytes) -> bool {
        if self.codecs.is_loaded() {
            return false;
        }
        let waits = self.held.contains_key(&conn) || brings_compressed(frame);
        if waits {
            self.held.entry(conn).or_default().push(frame.clone());
        }
        waits
    }
}

fn brings_compressed(frame: &Bytes) -> bool {
    // Most frames are seen to be something else at once.
    if frame.get(..2) != Some(&ApiKey::PRODUCE.0.to_be_bytes()) {
        return false;
    }
    // What cannot be read is the cluster's to refuse.
    let Ok(frame) = RequestFrame::parse(frame.clone()) else {
        return false;
    };
    let Ok(request) = frame.decode::<ProduceRequest>() else {
        return false;
    };
    let partitions = request.topic_data.iter().flat_map(|t| &t.partition_data);
    let mut records = partitions.filter_map(|p| p.records.as_ref());
    records.any(|rope| has_compressed(&rope.to_bytes()))
}

impl Host {
    /// The codecs are there, or cannot be had: then those who waited are cut off, and their clients try again.
    pub(super) fn release(self: &Rc<Host>, problem: Option<String>) {
        let held = {
            let gate = &mut self.state.borrow_mut().gate;
            gate.loading = false;
            std::mem::take(&mut gate.held)
        };
        for (conn, frames) in held {
            match &problem {
                None => {
                    for bytes in frames {
                        self.input(Input::Frame { conn, bytes });
                    }
                }
                Some(why) => {
                    let closed = self.state.borrow_mut().clients.close(conn);
                    if let Some((port, number)) = closed {
                        door::post_closed(&port, number, why);
                    }
                    self.input(Input::Disconnect { conn });
                }
            }
        }
    }
}
