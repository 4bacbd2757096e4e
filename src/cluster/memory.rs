//! Keeps the bytes that all logs hold in memory below a bound: the logs that were used least
//! recently let go of durable bytes first, which are read back from storage when somebody wants
//! them.

use super::Cluster;
use crate::api::logs::Logs;
use crate::base::{LogId, SortedMap, SortedSet};

/// How much each log holds, and when it was used last.
#[derive(Debug, Default)]
pub struct Memory {
    held: SortedMap<LogId, (usize, u64)>,
    by_use: SortedSet<(u64, LogId)>,
    total: usize,
    uses: u64,
}

impl Memory {
    /// Notes that a log was used, and how much it holds now.
    fn touch(&mut self, log: LogId, bytes: usize) {
        self.forget(log);
        self.uses += 1;
        self.held.insert(log, (bytes, self.uses));
        self.by_use.insert((self.uses, log));
        self.total += bytes;
    }

    /// The log is gone.
    pub fn forget(&mut self, log: LogId) {
        if let Some((bytes, used)) = self.held.remove(&log) {
            self.by_use.remove(&(used, log));
            self.total -= bytes;
        }
    }

    /// Lets go of durable bytes until the bound is kept, or nothing is left to let go of.
    fn bound(&mut self, limit: usize, logs: &mut Logs) {
        let order: Vec<LogId> = self.by_use.iter().map(|(_, log)| *log).collect();
        for log in order {
            if self.total <= limit {
                return;
            }
            let Some(hosted) = logs.get_mut(log) else {
                continue;
            };
            let excess = self.total - limit;
            let before = hosted.log.bytes_held();
            hosted.log.evict_to(before.saturating_sub(excess));
            let now = hosted.log.bytes_held();
            if let Some((bytes, _)) = self.held.get_mut(&log) {
                self.total = self.total - *bytes + now;
                *bytes = now;
            }
        }
    }
}

impl Cluster {
    /// These logs have grown, or have read something back.
    pub(super) fn bound_memory(&mut self, logs: &[LogId]) {
        for log in logs {
            if let Some(hosted) = self.logs.get(*log) {
                self.memory.touch(*log, hosted.log.bytes_held());
            }
        }
        if self.memory.total > self.config.tail_bytes {
            self.memory.bound(self.config.tail_bytes, &mut self.logs);
        }
    }
}
