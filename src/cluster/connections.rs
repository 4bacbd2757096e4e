//! One client connection: frames that wait, requests in flight, responses in order.
//!
//! Kafka mutes a connection while it works on a request, so responses leave in order by
//! construction. We do the same with one exception that no client can see: produce requests that
//! follow each other are appended at once and share a commit. Their responses still leave in order.
//! Knows nothing of what the frames mean but their key.

use super::io::Endpoint;
use super::requests::RequestId;
use crate::base::BrokerId;
use bytes::Bytes;
use std::collections::VecDeque;
use std::rc::Rc;

/// Produce requests of one connection that may wait for durability together.
const MAX_PIPELINED: usize = 128;
/// Frames that may wait; a driver that can push back does so long before (see
/// `Cluster::queued_frames`).
const MAX_QUEUED_FRAMES: usize = 10_000;
/// Bytes that may wait: two frames of the greatest size that Kafka takes by default.
const MAX_QUEUED_BYTES: usize = 2 * 104_857_600;

const PRODUCE_KEY: i16 = 0;

/// A response that is ready, in pieces, or that there is none (acks=0).
pub type Reply = Option<Vec<Bytes>>;

struct Slot {
    request: RequestId,
    pipelines: bool,
    reply: Option<Reply>,
}

/// See the module's documentation.
pub struct Connection {
    pub broker: BrokerId,
    pub endpoints: Rc<[Endpoint]>,
    pub client_host: Rc<str>,
    /// As the last request gave it; most clients never change it, so requests share one copy.
    pub client_id: Rc<str>,
    /// Where the next fetch begins to read: moves on when limits have left a partition out.
    pub fetch_turn: usize,
    queue: VecDeque<Bytes>,
    queued_bytes: usize,
    slots: VecDeque<Slot>,
}

impl Connection {
    pub fn new(broker: BrokerId, endpoints: Rc<[Endpoint]>, client_host: Rc<str>) -> Self {
        Connection {
            broker,
            endpoints,
            client_host,
            client_id: Rc::from(""),
            fetch_turn: 0,
            queue: VecDeque::new(),
            queued_bytes: 0,
            slots: VecDeque::new(),
        }
    }

    /// Queues a frame. `Err` names the limit that the peer has broken.
    pub fn push_frame(&mut self, frame: Bytes) -> Result<(), &'static str> {
        if self.queue.len() >= MAX_QUEUED_FRAMES {
            return Err("too many requests wait on this connection");
        }
        if self.queued_bytes.saturating_add(frame.len()) > MAX_QUEUED_BYTES {
            return Err("too many bytes wait on this connection");
        }
        self.queued_bytes += frame.len();
        self.queue.push_back(frame);
        Ok(())
    }

    /// Frames that wait for their turn.
    pub fn queued_frames(&self) -> usize {
        self.queue.len()
    }

    /// Requests that have begun and whose response has not left.
    pub fn requests(&self) -> impl Iterator<Item = RequestId> + '_ {
        self.slots.iter().map(|slot| slot.request)
    }

    /// The next frame, if its turn has come. `accept_produce` is false while too much waits for
    /// storage.
    pub fn take_frame(&mut self, accept_produce: bool) -> Option<Bytes> {
        let produce = starts_with_key(self.queue.front()?, PRODUCE_KEY);
        if produce && !accept_produce {
            return None;
        }
        let may_start = match self.slots.back() {
            None => true,
            Some(_) => {
                produce
                    && self.slots.len() < MAX_PIPELINED
                    && self.slots.iter().all(|slot| slot.pipelines)
            }
        };
        if !may_start {
            return None;
        }
        let frame = self.queue.pop_front()?;
        self.queued_bytes -= frame.len();
        Some(frame)
    }

    /// Notes that the request of the frame just taken is in flight.
    pub fn begin(&mut self, request: RequestId, api_key: i16) {
        let pipelines = api_key == PRODUCE_KEY;
        self.slots.push_back(Slot {
            request,
            pipelines,
            reply: None,
        });
    }

    /// Notes the reply of a request in flight.
    pub fn finish(&mut self, request: RequestId, reply: Reply) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.request == request) {
            slot.reply = Some(reply);
        }
    }

    /// Takes the oldest request's reply once it is there.
    pub fn pop_reply(&mut self) -> Option<Reply> {
        self.slots.front()?.reply.as_ref()?;
        self.slots.pop_front()?.reply
    }
}

fn starts_with_key(frame: &[u8], key: i16) -> bool {
    frame
        .get(..2)
        .is_some_and(|bytes| bytes == key.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        Connection::new(BrokerId(1), Rc::from(Vec::new()), Rc::from("127.0.0.1"))
    }

    fn frame(key: u8) -> Bytes {
        Bytes::copy_from_slice(&[0, key, 0, 1])
    }

    #[test]
    fn one_request_is_in_flight_and_the_rest_queue() {
        let mut conn = connection();
        conn.push_frame(frame(3)).unwrap();
        conn.push_frame(frame(3)).unwrap();
        assert!(conn.take_frame(true).is_some());
        conn.begin(RequestId(1), 3);
        assert!(conn.take_frame(true).is_none());
        conn.finish(RequestId(1), None);
        assert!(conn.pop_reply().is_some());
        assert!(conn.take_frame(true).is_some());
    }

    #[test]
    fn produce_requests_share_a_commit_but_answer_in_order() {
        let mut conn = connection();
        for key in [0, 0, 3] {
            conn.push_frame(frame(key)).unwrap();
        }
        for id in [1, 2] {
            assert!(conn.take_frame(true).is_some());
            conn.begin(RequestId(id), 0);
        }
        assert!(
            conn.take_frame(true).is_none(),
            "a fetch must wait for the produce before it"
        );
        conn.finish(RequestId(2), Some(vec![Bytes::from_static(b"second")]));
        assert!(conn.pop_reply().is_none());
        conn.finish(RequestId(1), Some(vec![Bytes::from_static(b"first")]));
        assert_eq!(
            conn.pop_reply(),
            Some(Some(vec![Bytes::from_static(b"first")]))
        );
        assert_eq!(
            conn.pop_reply(),
            Some(Some(vec![Bytes::from_static(b"second")]))
        );
        assert!(conn.take_frame(true).is_some());
    }

    #[test]
    fn produce_waits_while_storage_is_behind() {
        let mut conn = connection();
        conn.push_frame(frame(0)).unwrap();
        assert!(conn.take_frame(false).is_none());
        assert!(conn.take_frame(true).is_some());
    }

    #[test]
    fn a_flood_of_frames_is_refused() {
        let mut conn = connection();
        let refused = (0..=MAX_QUEUED_FRAMES).any(|_| conn.push_frame(frame(3)).is_err());
        assert!(refused);
    }
}
