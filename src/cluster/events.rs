//! What the cluster tells an observer, for pictures and logs. Events never carry authority: an
//! observer that misses some asks for a snapshot.

use crate::base::{BrokerId, ConnId, SortedMap, SortedSet};
use std::collections::VecDeque;
use std::rc::Rc;

/// Names the thing that changed; its new state is read from the cluster's view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The cluster has read its logs back and serves requests.
    Ready,
    TopicChanged {
        topic: String,
    },
    TopicDeleted {
        topic: String,
    },
    /// Offsets of a partition moved: appended, made durable, or deleted.
    PartitionMoved {
        topic: String,
        partition: i32,
    },
    GroupChanged {
        group: String,
    },
    GroupDeleted {
        group: String,
    },
    /// A member's or stand-alone consumer's fetch position moved. Consumers are told apart by their
    /// connections: many programs leave the client id at its default.
    FetchPosition {
        conn: ConnId,
        client_id: String,
        topic: String,
        partition: i32,
        offset: i64,
    },
    /// A connection on which a consumer fetched has ended, and with it the positions told of it.
    FetcherGone {
        conn: ConnId,
    },
    BrokerChanged {
        broker: BrokerId,
    },
    /// A request was answered, for the protocol log.
    Request {
        conn: ConnId,
        broker: BrokerId,
        client_id: String,
        api_key: i16,
        api_version: i16,
        request_bytes: u32,
        response_bytes: u32,
        latency_ms: u32,
    },
    /// Something worth a person's attention: a broken record cut, a malformed frame, storage
    /// refused.
    Warning {
        text: String,
    },
}

/// Positions to remember; an observer that is told one twice takes no harm.
const MAX_POSITIONS: usize = 10_000;

/// Collects what has changed until outputs are polled, each thing once.
#[derive(Debug, Default)]
pub struct Changes {
    /// Without an observer only warnings and readiness are kept.
    observed: bool,
    events: VecDeque<Event>,
    topics: SortedSet<Rc<str>>,
    moved: SortedSet<(Rc<str>, i32)>,
    groups: SortedSet<String>,
    /// Where consumers stood when they were last heard of.
    positions: SortedMap<(ConnId, String, i32), i64>,
}

impl Changes {
    pub(super) fn new(observed: bool) -> Self {
        Changes {
            observed,
            ..Changes::default()
        }
    }

    pub(super) fn ready(&mut self) {
        self.events.push_back(Event::Ready);
    }

    pub(super) fn warn(&mut self, text: String) {
        self.events.push_back(Event::Warning { text });
    }

    pub(super) fn topic(&mut self, topic: &str) {
        if self.observed && !self.topics.contains(topic) {
            self.topics.insert(Rc::from(topic));
        }
    }

    pub(super) fn topic_deleted(&mut self, topic: &str) {
        if self.observed {
            self.topics.remove(topic);
            self.moved.retain(|(name, _)| **name != *topic);
            self.push(Event::TopicDeleted {
                topic: topic.to_owned(),
            });
        }
    }

    pub(super) fn moved(&mut self, topic: &Rc<str>, partition: i32) {
        if self.observed {
            self.moved.insert((topic.clone(), partition));
        }
    }

    pub(super) fn group(&mut self, group: String) {
        if self.observed {
            self.groups.insert(group);
        }
    }

    pub(super) fn group_deleted(&mut self, group: String) {
        self.groups.remove(&group);
        self.push(Event::GroupDeleted { group });
    }

    pub(super) fn broker(&mut self, broker: BrokerId) {
        self.push(Event::BrokerChanged { broker });
    }

    /// A consumer asks for this offset. Only moves are events: long polls ask for the same again
    /// and again.
    pub(super) fn position(
        &mut self,
        (conn, client_id): (ConnId, &str),
        topic: &str,
        partition: i32,
        offset: i64,
    ) {
        let key = (conn, topic.to_owned(), partition);
        if self.positions.len() >= MAX_POSITIONS && !self.positions.contains_key(&key) {
            self.positions.clear();
        }
        let before = self.positions.insert(key, offset);
        if before != Some(offset) {
            self.push(Event::FetchPosition {
                conn,
                client_id: client_id.to_owned(),
                topic: topic.to_owned(),
                partition,
                offset,
            });
        }
    }

    /// The connection has ended.
    pub(super) fn disconnected(&mut self, conn: ConnId) {
        let before = self.positions.len();
        self.positions.retain(|(fetcher, _, _), _| *fetcher != conn);
        if self.positions.len() < before {
            self.push(Event::FetcherGone { conn });
        }
    }

    /// Anything else that is only for observers.
    pub(super) fn push(&mut self, event: Event) {
        if self.observed {
            self.events.push_back(event);
        }
    }

    /// The next event.
    pub(super) fn pop(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        if let Some(topic) = self.topics.pop_first() {
            let topic = topic.to_string();
            return Some(Event::TopicChanged { topic });
        }
        if let Some((topic, partition)) = self.moved.pop_first() {
            let topic = topic.to_string();
            return Some(Event::PartitionMoved { topic, partition });
        }
        let group = self.groups.pop_first()?;
        Some(Event::GroupChanged { group })
    }
}
