//! Group commit: what waits to become durable, in one group at a time, and who waits for it.
//!
//! Appends collect in the logs while a group is in flight. The next group takes what all logs have,
//! up to a bound. Who waits is told once the log is durable up to the offset that it named, or that
//! it never will be.

use super::io::PersistId;
use super::requests::RequestId;
use crate::api::k00_produce::Wait;
use crate::api::logs::Logs;
use crate::base::{LogId, SortedMap};
use crate::coordinator::group::AppendId;
use crate::log::storage::Write;
use std::collections::VecDeque;

/// Bytes in one group: large transactions block others for long and gain nothing.
pub const MAX_GROUP_BYTES: usize = 4 << 20;

/// Who waits for durability.
#[derive(Debug, Clone, Copy)]
pub enum Waiter {
    Produce(RequestId, Wait),
    /// The controller's mutation in flight.
    Controller,
    /// Records of the group coordinator.
    Group(AppendId),
    /// A log start that moves, for the DeleteRecords request.
    LogStart {
        request: RequestId,
        log: LogId,
        log_start_offset: i64,
    },
}

/// A waiter whose wait is over.
pub type Released = (Waiter, Result<(), String>);

#[derive(Debug)]
struct Flight {
    id: PersistId,
    logs: Vec<LogId>,
    facts: Vec<Waiter>,
    in_passing: Vec<Write>,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Commit {
    next_id: u64,
    flight: Option<Flight>,
    /// Small values that go with the next group.
    facts: Vec<(Write, Waiter)>,
    /// Small values that nobody waits for: they go along with whatever group comes next, however
    /// often it has to be tried, and cause none of their own.
    in_passing: Vec<Write>,
    waiters: SortedMap<LogId, VecDeque<(i64, Waiter)>>,
    /// Where the last group stopped, so that a busy log does not starve those behind it.
    last_log: Option<LogId>,
}

impl Commit {
    /// Notes who waits for `log` to be durable up to `end_offset`. Waiters of one log come in order
    /// of their offsets, except duplicates, whose original is at most as far.
    pub fn wait(&mut self, log: LogId, end_offset: i64, waiter: Waiter) {
        let queue = self.waiters.entry(log).or_default();
        let at = queue
            .iter()
            .rposition(|(end, _)| *end <= end_offset)
            .map_or(0, |at| at + 1);
        queue.insert(at, (end_offset, waiter));
    }

    /// Queues a small value for the next group.
    pub fn put(&mut self, write: Write, waiter: Waiter) {
        self.facts.push((write, waiter));
    }

    /// Adds a small value that nobody waits for to the next group that there is a reason for.
    pub fn put_in_passing(&mut self, write: Write) {
        self.in_passing.push(write);
    }

    /// The next group, if none is in flight and something waits.
    pub fn next_group(&mut self, logs: &mut Logs) -> Option<(PersistId, Vec<Write>)> {
        if self.flight.is_some() || (self.facts.is_empty() && logs.is_durable()) {
            return None;
        }
        let mut writes = self.in_passing.clone();
        let mut facts = Vec::new();
        for (write, waiter) in self.facts.drain(..) {
            writes.push(write);
            facts.push(waiter);
        }
        let taken = self.take_logs(logs, &mut writes);
        if writes.len() == self.in_passing.len() {
            return None;
        }
        let id = PersistId(self.next_id);
        self.next_id += 1;
        self.flight = Some(Flight {
            id,
            logs: taken,
            facts,
            in_passing: std::mem::take(&mut self.in_passing),
        });
        Some((id, writes))
    }

    fn take_logs(&mut self, logs: &mut Logs, writes: &mut Vec<Write>) -> Vec<LogId> {
        let first = self.last_log.map_or(0, |log| log.0.saturating_add(1));
        let order = logs.pending_from(LogId(first));
        let mut room = MAX_GROUP_BYTES;
        let mut taken = Vec::with_capacity(order.len());
        for id in order {
            if room == 0 {
                break;
            }
            let Some(hosted) = logs.get_mut(id) else {
                continue;
            };
            let new = hosted.log.take_pending(room);
            if hosted.log.has_pending() {
                logs.mark_pending(id);
            } else {
                logs.clear_pending(id);
            }
            if new.is_empty() {
                continue;
            }
            room = room.saturating_sub(new.iter().map(size_of).sum());
            writes.extend(new);
            taken.push(id);
            self.last_log = Some(id);
        }
        taken
    }

    /// The group is durable. Returns who may go on and which logs' high watermarks have moved;
    /// `None` if there is no such group.
    pub fn persisted(
        &mut self,
        id: PersistId,
        logs: &mut Logs,
    ) -> Option<(Vec<Released>, Vec<LogId>)> {
        let flight = self.flight.take_if(|flight| flight.id == id)?;
        let mut released: Vec<Released> = flight
            .facts
            .into_iter()
            .map(|waiter| (waiter, Ok(())))
            .collect();
        for log in &flight.logs {
            let Some(hosted) = logs.get_mut(*log) else {
                continue;
            };
            let durable = hosted.log.persisted();
            let has_pending = hosted.log.has_pending();
            if has_pending {
                logs.mark_pending(*log);
            }
            let Some(queue) = self.waiters.get_mut(log) else {
                continue;
            };
            while let Some((_, waiter)) = queue.pop_front_if(|(end, _)| *end <= durable) {
                released.push((waiter, Ok(())));
            }
        }
        Some((released, flight.logs))
    }

    /// Nothing of the group is stored: all that is not durable is rolled back, and everybody who
    /// waits is told. Returns `None` if there is no such group.
    pub fn failed(&mut self, id: PersistId, why: &str, logs: &mut Logs) -> Option<Vec<Released>> {
        let flight = self.flight.take_if(|flight| flight.id == id)?;
        let mut released = Vec::new();
        // In their order, before those that have come since.
        self.in_passing.splice(..0, flight.in_passing);
        let facts = flight
            .facts
            .into_iter()
            .chain(self.facts.drain(..).map(|(_, waiter)| waiter));
        released.extend(facts.map(|waiter| (waiter, Err(why.to_owned()))));
        let mut undone = flight.logs;
        undone.extend(logs.pending_from(LogId(0)));
        for log in undone {
            if let Some(hosted) = logs.get_mut(log) {
                hosted.log.rollback();
            }
            logs.clear_pending(log);
        }
        for (_, waiter) in std::mem::take(&mut self.waiters).into_values().flatten() {
            released.push((waiter, Err(why.to_owned())));
        }
        Some(released)
    }

    /// The log is gone with its topic. Returns who waited for it.
    pub fn forget_log(&mut self, log: LogId) -> Vec<Waiter> {
        let gone = self.waiters.remove(&log).into_iter().flatten();
        gone.map(|(_, waiter)| waiter).collect()
    }
}

fn size_of(write: &Write) -> usize {
    match write {
        Write::Append { bytes, .. } => bytes.iter().map(bytes::Bytes::len).sum(),
        Write::PutMeta { key, value } => key.len() + value.len(),
        Write::DeleteMeta { key } => key.len(),
        Write::Truncate { .. } => 0,
    }
}
