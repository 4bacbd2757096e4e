//! A client's connections to the cluster, over the MessagePort that leads there.

use super::door::{self, Conn, FromCluster, Refusal};
use crate::base::SortedMap;
use crate::client::env::{ConnectError, Link, Transport};
use bytes::Bytes;
use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_channel::oneshot;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, MessagePort};

/// Opens connections over one port. Dropping it says goodbye.
pub struct PortTransport {
    port: MessagePort,
    links: Rc<RefCell<Links>>,
    outbox: Rc<Outbox>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

#[derive(Default)]
struct Links {
    last: Conn,
    opening: SortedMap<Conn, oneshot::Sender<Result<(), Refusal>>>,
    open: SortedMap<Conn, UnboundedSender<Bytes>>,
}

/// Frames on their way out: what is said in one turn goes in one message.
struct Outbox {
    port: MessagePort,
    frames: RefCell<Vec<(Conn, Vec<Bytes>)>>,
}

impl Outbox {
    fn push(self: &Rc<Outbox>, conn: Conn, frame: Bytes) {
        let mut frames = self.frames.borrow_mut();
        frames.push((conn, vec![frame]));
        if frames.len() == 1 {
            let weak = Rc::downgrade(self);
            // Has its turn when all tasks that are ready now have had theirs.
            spawn_local(async move {
                if let Some(outbox) = Weak::upgrade(&weak) {
                    outbox.flush();
                }
            });
        }
    }

    fn flush(&self) {
        let frames = std::mem::take(&mut *self.frames.borrow_mut());
        if !frames.is_empty() {
            door::post_frames(&self.port, &frames);
        }
    }
}

impl PortTransport {
    pub fn new(port: MessagePort) -> PortTransport {
        let links = Rc::new(RefCell::new(Links::default()));
        let on_message = Closure::new({
            let (links, answers) = (links.clone(), port.clone());
            move |event: MessageEvent| {
                if let Some(message) = door::read_from_cluster(&event.data()) {
                    let unwanted = links.borrow_mut().take(message);
                    if let Some(conn) = unwanted {
                        door::post_close(&answers, conn);
                    }
                }
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let outbox = Rc::new(Outbox {
            port: port.clone(),
            frames: RefCell::default(),
        });
        PortTransport {
            port,
            links,
            outbox,
            _on_message: on_message,
        }
    }
}

impl Drop for PortTransport {
    fn drop(&mut self) {
        self.outbox.flush();
        self.port.set_onmessage(None);
        // A closed port swallows it.
        let _ = self
            .port
            .post_message(&js_sys::Array::of1(&JsValue::from("end")));
        self.port.close();
        // Whoever waits or reads learns that the way is gone.
        *self.links.borrow_mut() = Links::default();
    }
}

impl Links {
    /// The answer is a connection that was opened for somebody who no longer waits.
    fn take(&mut self, message: FromCluster) -> Option<Conn> {
        match message {
            FromCluster::Opened { conn } => {
                let waiting = self.opening.remove(&conn)?;
                if waiting.send(Ok(())).is_err() {
                    self.open.remove(&conn);
                    return Some(conn);
                }
            }
            FromCluster::Refused { conn, why } => {
                self.open.remove(&conn);
                // Whoever has stopped waiting need not know.
                self.opening
                    .remove(&conn)
                    .map(|waiting| waiting.send(Err(why)));
            }
            FromCluster::Frames(frames) => {
                for (conn, bytes) in frames {
                    // A connection that our side has dropped meanwhile may still get frames.
                    self.open
                        .get(&conn)
                        .map(|frames| frames.unbounded_send(bytes));
                }
            }
            FromCluster::Closed { conn } => {
                self.open.remove(&conn);
                self.opening.remove(&conn);
            }
        }
        None
    }
}

impl Transport for PortTransport {
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        let (answer, answered) = oneshot::channel();
        let (received, rx) = unbounded();
        let conn = {
            let mut links = self.links.borrow_mut();
            links.last += 1;
            let conn = links.last;
            links.opening.insert(conn, answer);
            links.open.insert(conn, received);
            conn
        };
        door::post_open(&self.port, conn, host, port);
        let (outbox, links) = (self.outbox.clone(), self.links.clone());
        Box::pin(async move {
            match answered.await {
                Ok(Ok(())) => {}
                Ok(Err(Refusal::UnknownHost)) => return Err(ConnectError::UnknownHost),
                Ok(Err(Refusal::Refused)) | Err(_) => return Err(ConnectError::Refused),
            }
            let (tx, mut sent) = unbounded::<Bytes>();
            spawn_local(async move {
                while let Some(frame) = sent.next().await {
                    outbox.push(conn, frame);
                }
                links.borrow_mut().open.remove(&conn);
                outbox.flush();
                door::post_close(&outbox.port, conn);
            });
            Ok(Link { tx, rx })
        })
    }

    /// The cluster knows which names lead to it: it is asked for a port where nobody listens.
    fn resolve(&self, host: &str) -> LocalBoxFuture<'static, Option<String>> {
        let asked = self.connect(host, 0);
        Box::pin(async move {
            match asked.await {
                Err(ConnectError::UnknownHost) => None,
                _ => Some("127.0.0.1".to_owned()),
            }
        })
    }
}
