//! The clients of the cluster, one MessagePort each, and their connections.

use crate::base::{ConnId, SortedMap};
use crate::wasm::addresses::Addresses;
use crate::wasm::door::{self, Conn};
use bytes::Bytes;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, MessagePort};

/// Names a client among all that were ever attached.
pub type ClientId = u32;

pub struct Client {
    pub port: MessagePort,
    pub addresses: Addresses,
    /// What brokers see as its address.
    pub host: String,
    /// Its connections, by its own numbers.
    pub conns: SortedMap<Conn, ConnId>,
    /// It takes several frames in one message.
    pub together: bool,
    /// Answers that go out in one message at the end of this turn.
    pub answers: Vec<(Conn, Vec<Bytes>)>,
    /// Kept alive as long as the port.
    pub _on_message: Closure<dyn FnMut(MessageEvent)>,
}

#[derive(Default)]
pub struct Clients {
    clients: SortedMap<ClientId, Client>,
    owners: SortedMap<ConnId, (ClientId, Conn)>,
    /// Those that have answers waiting.
    answered: Vec<ClientId>,
    last_client: ClientId,
    last_conn: u64,
}

impl Clients {
    /// The number that the next client will have.
    pub fn next_id(&mut self) -> ClientId {
        self.last_client += 1;
        self.last_client
    }

    pub fn add(&mut self, id: ClientId, client: Client) {
        self.clients.insert(id, client);
    }

    /// Forgets a client; its connections, for the cluster to end them.
    pub fn remove(&mut self, id: ClientId) -> Option<(Client, Vec<ConnId>)> {
        let client = self.clients.remove(&id)?;
        let conns: Vec<ConnId> = client.conns.values().copied().collect();
        for conn in &conns {
            self.owners.remove(conn);
        }
        Some((client, conns))
    }

    pub fn get(&self, id: ClientId) -> Option<&Client> {
        self.clients.get(&id)
    }

    /// A new connection of that client.
    pub fn open(&mut self, id: ClientId, conn: Conn) -> Option<ConnId> {
        let client = self.clients.get_mut(&id)?;
        self.last_conn += 1;
        let own = ConnId(self.last_conn);
        client.conns.insert(conn, own);
        self.owners.insert(own, (id, conn));
        Some(own)
    }

    pub fn conn(&self, id: ClientId, conn: Conn) -> Option<ConnId> {
        self.clients.get(&id)?.conns.get(&conn).copied()
    }

    /// What the client has said of how it takes frames.
    pub fn set_together(&mut self, id: ClientId, together: bool) {
        if let Some(client) = self.clients.get_mut(&id) {
            client.together = together;
        }
    }

    /// An answer on a connection, which goes out with [`Clients::flush`] or before.
    pub fn answer(&mut self, own: ConnId, pieces: Vec<Bytes>) {
        let Some(&(id, conn)) = self.owners.get(&own) else {
            return;
        };
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        if !client.together {
            return door::post_frame(&client.port, conn, &pieces);
        }
        if client.answers.is_empty() {
            self.answered.push(id);
        }
        client.answers.push((conn, pieces));
    }

    /// Sends the answers that wait.
    pub fn flush(&mut self) {
        for id in std::mem::take(&mut self.answered) {
            let Some(client) = self.clients.get_mut(&id) else {
                continue;
            };
            let answers = std::mem::take(&mut client.answers);
            door::post_frames(&client.port, &answers);
        }
    }

    /// Forgets a connection.
    pub fn close(&mut self, own: ConnId) -> Option<(MessagePort, Conn)> {
        let (id, conn) = self.owners.remove(&own)?;
        let client = self.clients.get_mut(&id)?;
        client.conns.remove(&conn);
        Some((client.port.clone(), conn))
    }

    /// Forgets all connections; the clients stay.
    pub fn close_all(&mut self) -> Vec<(MessagePort, Conn)> {
        let conns: Vec<ConnId> = self.owners.keys().copied().collect();
        conns
            .into_iter()
            .filter_map(|conn| self.close(conn))
            .collect()
    }
}
