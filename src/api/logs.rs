//! The partition logs that the cluster hosts, by number, and which of them have something to make durable.
//!
//! All replicas of a partition share one log for now. Who leads it, and who is in sync, is the metadata
//! image's to say.

use crate::base::LogId;
use crate::log::PartitionLog;
use std::collections::BTreeSet;
use std::rc::Rc;

/// One partition's log and the partition's name.
#[derive(Debug)]
pub struct Hosted {
    pub log: PartitionLog,
    pub topic: Rc<str>,
    pub partition: i32,
    /// `topic-partition`, as Kafka's messages have it.
    pub name: Rc<str>,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Logs {
    /// Numbers are given out in order and never reused, so a vector is the index.
    slots: Vec<Option<Box<Hosted>>>,
    pending: BTreeSet<LogId>,
}

impl Logs {
    pub fn insert(&mut self, topic: &str, partition: i32, log: PartitionLog) {
        let id = log.id();
        let index = id.0 as usize;
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        if log.has_pending() {
            self.pending.insert(id);
        }
        let name = Rc::from(format!("{topic}-{partition}"));
        let hosted = Hosted {
            log,
            topic: Rc::from(topic),
            partition,
            name,
        };
        self.slots[index] = Some(Box::new(hosted));
    }

    pub fn remove(&mut self, id: LogId) -> Option<Box<Hosted>> {
        self.pending.remove(&id);
        self.slots.get_mut(id.0 as usize)?.take()
    }

    pub fn get(&self, id: LogId) -> Option<&Hosted> {
        self.slots.get(id.0 as usize)?.as_deref()
    }

    pub fn get_mut(&mut self, id: LogId) -> Option<&mut Hosted> {
        self.slots.get_mut(id.0 as usize)?.as_deref_mut()
    }

    /// All logs, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Hosted> {
        self.slots.iter().filter_map(|slot| slot.as_deref())
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Hosted> {
        self.slots.iter_mut().filter_map(|slot| slot.as_deref_mut())
    }

    /// Notes that the log has appended something.
    pub fn mark_pending(&mut self, id: LogId) {
        self.pending.insert(id);
    }

    /// Logs that may have something for the next commit.
    pub fn pending(&self) -> &BTreeSet<LogId> {
        &self.pending
    }

    pub fn clear_pending(&mut self, id: LogId) {
        self.pending.remove(&id);
    }
}
