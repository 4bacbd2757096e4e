//! Which leader epoch began at which offset (KIP-101), for OffsetForLeaderEpoch and ListOffsets.

/// A leader epoch and the first offset that it wrote, or would have written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EpochEntry {
    pub epoch: i32,
    pub start_offset: i64,
}

/// Epochs and their start offsets, both strictly or weakly rising.
#[derive(Debug, Clone, Default)]
pub(super) struct Epochs {
    entries: Vec<EpochEntry>,
}

impl Epochs {
    pub fn from_entries(entries: Vec<EpochEntry>) -> Self {
        let mut epochs = Epochs::default();
        entries
            .iter()
            .for_each(|entry| epochs.assign(entry.epoch, entry.start_offset));
        epochs
    }

    pub fn entries(&self) -> &[EpochEntry] {
        &self.entries
    }

    /// `epoch` writes at `start_offset`. An epoch keeps its first offset; later entries that this
    /// one contradicts are dropped, as Kafka's cache does.
    pub fn assign(&mut self, epoch: i32, start_offset: i64) {
        let Some(last) = self.entries.last() else {
            if epoch >= 0 {
                self.entries.push(EpochEntry {
                    epoch,
                    start_offset,
                });
            }
            return;
        };
        if epoch < 0 || last.epoch == epoch && last.start_offset <= start_offset {
            return;
        }
        self.entries
            .retain(|entry| entry.epoch < epoch && entry.start_offset < start_offset);
        self.entries.push(EpochEntry {
            epoch,
            start_offset,
        });
    }

    pub fn latest(&self) -> Option<EpochEntry> {
        self.entries.last().copied()
    }

    /// The epoch that wrote `offset`.
    pub fn epoch_at(&self, offset: i64) -> Option<i32> {
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.start_offset <= offset)
            .map(|e| e.epoch)
    }

    /// The greatest epoch not above `epoch` and the offset where it ended, by the rules of Kafka's
    /// `LeaderEpochFileCache.endOffsetFor`; `(-1, -1)` if that is unknown.
    pub fn end_offset_for(&self, epoch: i32, log_end_offset: i64) -> (i32, i64) {
        const UNKNOWN: (i32, i64) = (-1, -1);
        let Some(last) = self.latest() else {
            return UNKNOWN;
        };
        if epoch < 0 || epoch > last.epoch {
            return UNKNOWN;
        }
        if epoch == last.epoch {
            return (epoch, log_end_offset);
        }
        let next = self.entries.partition_point(|entry| entry.epoch <= epoch);
        let end = self.entries[next].start_offset;
        match next.checked_sub(1) {
            None => (epoch, end),
            Some(floor) => (self.entries[floor].epoch, end),
        }
    }

    /// Forgets epochs that began at or above `end`.
    pub fn truncate_from_end(&mut self, end: i64) {
        self.entries.retain(|entry| entry.start_offset < end);
    }

    /// Forgets epochs that ended at or below `start`; the one that wrote it begins there now.
    pub fn truncate_from_start(&mut self, start: i64) {
        let keep = self
            .entries
            .partition_point(|entry| entry.start_offset <= start);
        if let Some(first) = keep.checked_sub(1) {
            self.entries.drain(..first);
            self.entries[0].start_offset = start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(entries: &[(i32, i64)]) -> Epochs {
        let mut epochs = Epochs::default();
        entries
            .iter()
            .for_each(|&(epoch, start)| epochs.assign(epoch, start));
        epochs
    }

    #[test]
    fn the_end_of_an_epoch_is_where_the_next_begins() {
        let epochs = epochs(&[(2, 0), (5, 10), (7, 30)]);
        assert_eq!(epochs.end_offset_for(1, 40), (1, 0));
        assert_eq!(epochs.end_offset_for(2, 40), (2, 10));
        assert_eq!(epochs.end_offset_for(4, 40), (2, 10));
        assert_eq!(epochs.end_offset_for(5, 40), (5, 30));
        assert_eq!(epochs.end_offset_for(7, 40), (7, 40));
        assert_eq!(epochs.end_offset_for(8, 40), (-1, -1));
    }

    #[test]
    fn an_epoch_without_records_gives_way_to_the_next_at_the_same_offset() {
        let epochs = epochs(&[(0, 0), (1, 5), (2, 5), (2, 9)]);
        let pairs: Vec<_> = epochs
            .entries()
            .iter()
            .map(|e| (e.epoch, e.start_offset))
            .collect();
        assert_eq!(pairs, [(0, 0), (2, 5)]);
    }

    #[test]
    fn cut_from_both_ends() {
        let mut epochs = epochs(&[(0, 0), (1, 10), (2, 20)]);
        epochs.truncate_from_end(20);
        epochs.truncate_from_start(15);
        assert_eq!(
            epochs.entries(),
            [EpochEntry {
                epoch: 1,
                start_offset: 15
            }]
        );
        assert_eq!(epochs.epoch_at(14), None);
        assert_eq!(epochs.epoch_at(15), Some(1));
    }
}
