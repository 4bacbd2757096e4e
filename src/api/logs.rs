//! The partition logs that the cluster hosts, by number, and which of them have something to make
//! durable.
//!
//! All replicas of a partition share one log for now. Who leads it, and who is in sync, is the
//! metadata image's to say.

use crate::base::{LogId, SortedMap};
use crate::log::PartitionLog;
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
    /// Logs with something to make durable, and how many bytes it is.
    pending: SortedMap<LogId, usize>,
    pending_bytes: usize,
}

impl Logs {
    pub fn insert(&mut self, topic: &str, partition: i32, log: PartitionLog) {
        let id = log.id();
        let index = id.0 as usize;
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        let has_pending = log.has_pending();
        let name = Rc::from(format!("{topic}-{partition}"));
        let hosted = Hosted {
            log,
            topic: Rc::from(topic),
            partition,
            name,
        };
        self.slots[index] = Some(Box::new(hosted));
        if has_pending {
            self.mark_pending(id);
        }
    }

    pub fn remove(&mut self, id: LogId) -> Option<Box<Hosted>> {
        self.clear_pending(id);
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

    /// Notes that the log has appended something, or still has something after a part was taken.
    pub fn mark_pending(&mut self, id: LogId) {
        let bytes = self.get(id).map_or(0, |hosted| hosted.log.pending_bytes());
        let before = self.pending.insert(id, bytes).unwrap_or(0);
        self.pending_bytes = self.pending_bytes - before + bytes;
    }

    pub fn clear_pending(&mut self, id: LogId) {
        self.pending_bytes -= self.pending.remove(&id).unwrap_or(0);
    }

    /// Whether nothing waits to become durable.
    pub fn is_durable(&self) -> bool {
        self.pending.is_empty()
    }

    /// Bytes that wait for the next commits.
    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// Logs that may have something for the next commit: those from `first` on, then those before
    /// it.
    pub fn pending_from(&self, first: LogId) -> Vec<LogId> {
        let behind = self.pending.range(..first);
        let all = self.pending.range(first..).chain(behind);
        all.map(|(id, _)| *id).collect()
    }
}
