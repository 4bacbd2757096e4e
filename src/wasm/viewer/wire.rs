//! Requests to the brokers, for the viewer alone: a connection per broker, answers in order.

use crate::base::SortedMap;
use crate::client::env::{Link, Transport};
use crate::protocol::Request;
use crate::protocol::frame::{decode_response, encode_request};
use crate::wasm::addresses::FIRST_PORT;
use crate::wasm::transport::PortTransport;
use bytes::Bytes;
use futures_channel::{mpsc::UnboundedSender, oneshot};
use futures_util::StreamExt;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// The viewer's name at the brokers. The picture leaves it out.
pub const CLIENT_ID: &str = "sandbox-viewer";

/// Where it first asks.
const BOOTSTRAP: (&str, u16) = ("localhost", FIRST_PORT);

type Answers = Rc<RefCell<VecDeque<oneshot::Sender<Bytes>>>>;

/// An open connection: what is sent is answered in that order.
#[derive(Clone)]
struct Connection {
    tx: UnboundedSender<Bytes>,
    answers: Answers,
}

pub struct Wire {
    transport: RefCell<Rc<PortTransport>>,
    connections: RefCell<SortedMap<(String, u16), Connection>>,
    last_correlation: Cell<i32>,
}

impl Wire {
    pub fn new(transport: PortTransport) -> Wire {
        Wire {
            transport: RefCell::new(Rc::new(transport)),
            connections: RefCell::default(),
            last_correlation: Cell::new(0),
        }
    }

    /// Goes on over another port, after the cluster was restarted.
    pub fn reconnect(&self, transport: PortTransport) {
        *self.transport.borrow_mut() = Rc::new(transport);
        self.connections.borrow_mut().clear();
    }

    /// Asks the broker there, or any broker.
    pub async fn ask<R: Request>(
        &self,
        broker: Option<&(String, u16)>,
        version: i16,
        request: &R,
    ) -> Result<R::Response, String> {
        let bootstrap = (BOOTSTRAP.0.to_string(), BOOTSTRAP.1);
        let address = broker.unwrap_or(&bootstrap);
        let connection = self.connection(address).await?;
        let correlation = self.last_correlation.get().wrapping_add(1);
        self.last_correlation.set(correlation);
        let frame = encode_request::<R>(version, correlation, Some(CLIENT_ID), request)
            .map_err(|error| error.to_string())?;
        let (answer, answered) = oneshot::channel();
        connection.answers.borrow_mut().push_back(answer);
        let sent = connection.tx.unbounded_send(Bytes::from(frame.concat()));
        let bytes = match sent {
            Ok(()) => answered.await.ok(),
            Err(_) => None,
        };
        let Some(bytes) = bytes else {
            self.connections.borrow_mut().remove(address);
            return Err("the connection to the cluster was closed".to_string());
        };
        let (_, response) =
            decode_response::<R>(bytes, version).map_err(|error| error.to_string())?;
        Ok(response)
    }

    async fn connection(&self, address: &(String, u16)) -> Result<Connection, String> {
        if let Some(open) = self.connections.borrow().get(address) {
            return Ok(open.clone());
        }
        let transport = self.transport.borrow().clone();
        let (host, port) = address;
        let link = transport.connect(host, *port).await;
        let link = link.map_err(|error| format!("no connection to {host}:{port}: {error:?}"))?;
        // Somebody else may have opened one meanwhile; then there are two, and the newer is used.
        let connection = serve(link);
        self.connections
            .borrow_mut()
            .insert(address.clone(), connection.clone());
        Ok(connection)
    }
}

/// Hands each frame that comes to who has waited longest. When the link ends nobody is left waiting.
fn serve(link: Link) -> Connection {
    let answers = Answers::default();
    let (waiting, mut rx) = (answers.clone(), link.rx);
    spawn_local(async move {
        while let Some(frame) = rx.next().await {
            let next = waiting.borrow_mut().pop_front();
            // Who asked may have stopped waiting.
            next.map(|answer| answer.send(frame));
        }
        waiting.borrow_mut().clear();
    });
    Connection {
        tx: link.tx,
        answers,
    }
}
