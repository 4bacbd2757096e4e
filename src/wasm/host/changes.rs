//! What has changed since the page was last told, and how storage is.

use crate::base::{BrokerId, ConnId, SortedMap, SortedSet};
use crate::cluster::events::Event;
use crate::wasm::idb::WriteError;
use crate::wasm::viewer;

/// A notice that is not read need not be kept for ever.
const MAX_NOTICES: usize = 50;

/// Connection, topic and partition.
pub type Position = (ConnId, String, i32);

/// Where a consumer last fetched.
#[derive(Clone)]
pub struct Fetched {
    pub client_id: String,
    pub offset: i64,
}

/// Names of what the page does not know yet. What it is by now is read when the page asks.
pub struct Changes {
    pub brokers: SortedSet<BrokerId>,
    pub topics: SortedSet<String>,
    pub removed_topics: SortedSet<String>,
    pub groups: SortedSet<String>,
    pub removed_groups: SortedSet<String>,
    /// Where each consumer last fetched.
    pub positions: SortedMap<Position, Fetched>,
    pub moved: SortedSet<Position>,
    /// Connections that have ended, with all their positions.
    pub gone: SortedSet<ConnId>,
    pub warnings: Vec<String>,
    pub storage: StorageHealth,
    dirty: bool,
    /// The page knows that there is something and has not asked yet.
    told: bool,
}

impl Changes {
    pub fn new(storage: StorageHealth) -> Changes {
        Changes {
            brokers: SortedSet::new(),
            topics: SortedSet::new(),
            removed_topics: SortedSet::new(),
            groups: SortedSet::new(),
            removed_groups: SortedSet::new(),
            positions: SortedMap::new(),
            moved: SortedSet::new(),
            gone: SortedSet::new(),
            warnings: Vec::new(),
            storage,
            dirty: false,
            told: false,
        }
    }

    pub fn note(&mut self, event: Event) {
        match event {
            Event::TopicChanged { topic } | Event::PartitionMoved { topic, .. } => {
                self.removed_topics.remove(&topic);
                self.topics.insert(topic);
            }
            Event::TopicDeleted { topic } => {
                self.topics.remove(&topic);
                self.removed_topics.insert(topic);
            }
            Event::GroupChanged { group } => {
                self.removed_groups.remove(&group);
                self.groups.insert(group);
            }
            Event::GroupDeleted { group } => {
                self.groups.remove(&group);
                self.removed_groups.insert(group);
            }
            Event::FetchPosition {
                conn,
                client_id,
                topic,
                partition,
                offset,
            } => {
                if client_id == viewer::CLIENT_ID {
                    return;
                }
                let position = (conn, topic, partition);
                self.moved.insert(position.clone());
                self.positions
                    .insert(position, Fetched { client_id, offset });
            }
            Event::FetcherGone { conn } => {
                self.positions.retain(|(fetcher, _, _), _| *fetcher != conn);
                self.gone.insert(conn);
            }
            Event::BrokerChanged { broker } => {
                self.brokers.insert(broker);
            }
            Event::Warning { text } => {
                self.warnings.push(text);
                let extra = self.warnings.len().saturating_sub(MAX_NOTICES);
                self.warnings.drain(..extra);
            }
            // Not shown by the page; the other events say what it needs.
            Event::Request { .. } | Event::Ready => return,
        }
        self.dirty = true;
    }

    /// Whether the page must be told that there is something new; true once until it has asked.
    pub fn must_tell(&mut self) -> bool {
        let anything = self.dirty || self.storage.has_changed();
        anything && !std::mem::replace(&mut self.told, anything)
    }

    /// The page has asked and gets all of it.
    pub fn asked(&mut self) {
        self.dirty = false;
        self.told = false;
    }

    /// The page gets everything anew: what was to be told is in there.
    pub fn forget(&mut self) {
        self.brokers.clear();
        self.topics.clear();
        self.removed_topics.clear();
        self.groups.clear();
        self.removed_groups.clear();
        self.moved.clear();
        self.gone.clear();
        self.asked();
    }
}

/// How storage is, as the page shows it.
pub struct StorageHealth {
    memory: bool,
    /// Commits that are not durable yet.
    in_flight: u32,
    problem: Option<Problem>,
    pub used_bytes: f64,
    told: Option<(&'static str, String, f64)>,
}

enum Problem {
    Full(String),
    Failing(String),
}

impl StorageHealth {
    pub fn new(memory: bool) -> StorageHealth {
        StorageHealth {
            memory,
            in_flight: 0,
            problem: None,
            used_bytes: 0.0,
            told: None,
        }
    }

    pub fn begun(&mut self) {
        self.in_flight += 1;
    }

    /// A commit has ended. The answer is what clients are told when it failed.
    pub fn ended(&mut self, result: Result<(), WriteError>) -> Option<String> {
        self.in_flight = self.in_flight.saturating_sub(1);
        let (problem, why) = match result {
            Ok(()) => (None, None),
            Err(WriteError::Full(why)) => {
                let text = format!(
                    "The browser's storage is full ({why}). Nothing new is accepted until something is \
                     deleted: a topic, old records, or other sites' data."
                );
                let said = format!("The browser's storage is full: {why}");
                (Some(Problem::Full(text)), Some(said))
            }
            Err(WriteError::Failed(why)) => {
                let text = format!("The browser could not save what was written ({why}).");
                (
                    Some(Problem::Failing(text)),
                    Some(format!("Storage failed: {why}")),
                )
            }
        };
        self.problem = problem;
        why
    }

    /// `StorageState.state` and `.text`
    pub fn state(&self) -> (&'static str, String) {
        match &self.problem {
            Some(Problem::Full(text)) => ("quota", text.clone()),
            Some(Problem::Failing(text)) => ("refused", text.clone()),
            None if self.memory => (
                "memory",
                "Nothing is saved: a reload forgets the cluster.".to_string(),
            ),
            None if self.in_flight > 0 => ("saving", String::new()),
            None => ("saved", String::new()),
        }
    }

    fn now(&self) -> (&'static str, String, f64) {
        let (state, text) = self.state();
        (state, text, self.used_bytes)
    }

    fn has_changed(&self) -> bool {
        self.told.as_ref() != Some(&self.now())
    }

    /// State, text and bytes, if the page does not know them yet or wants all.
    pub fn tell(&mut self, all: bool) -> Option<(&'static str, String, f64)> {
        let now = self.now();
        let news = all || self.told.as_ref() != Some(&now);
        self.told = Some(now.clone());
        news.then_some(now)
    }
}
