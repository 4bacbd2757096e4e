//! What clients were told, and whether the logs still say the same.

use std::collections::{BTreeMap, BTreeSet};

/// Topic and partition.
pub type Tp = (String, i32);

/// Everything that was acknowledged or read, until its topic is deleted.
#[derive(Debug, Default)]
pub struct History {
    /// Values that were acknowledged at, or read from, an offset.
    known: BTreeMap<Tp, BTreeMap<i64, String>>,
    /// Values that may be there at most once.
    once: BTreeSet<String>,
    /// Lowest offset that may be gone by DeleteRecords: everything below it may.
    deleted_below: BTreeMap<Tp, i64>,
}

impl History {
    /// `value` stands at this offset for ever.
    pub fn stands(&mut self, tp: &Tp, offset: i64, value: &str) {
        let at = self.known.entry(tp.clone()).or_default();
        if let Some(before) = at.insert(offset, value.to_owned()) {
            assert_eq!(before, value, "{tp:?} at {offset} has changed");
        }
    }

    /// An idempotent producer sends this value.
    pub fn at_most_once(&mut self, value: &str) {
        self.once.insert(value.to_owned());
    }

    /// Records below this offset may be deleted, for a client has asked for it.
    pub fn may_delete_below(&mut self, tp: &Tp, offset: i64) {
        let low = self.deleted_below.entry(tp.clone()).or_insert(0);
        *low = (*low).max(offset);
    }

    /// The topic is, or may be, gone.
    pub fn forget_topic(&mut self, topic: &str) {
        self.known.retain(|(name, _), _| name != topic);
        self.deleted_below.retain(|(name, _), _| name != topic);
    }

    /// Holds the history against a whole partition as it is read in the end.
    pub fn check(&self, tp: &Tp, log_start: i64, records: &[(i64, String)]) {
        for (index, (offset, _)) in records.iter().enumerate() {
            assert_eq!(*offset, log_start + index as i64, "{tp:?} has a hole");
        }
        let low = self.deleted_below.get(tp).copied().unwrap_or(0);
        assert!(
            log_start <= low,
            "{tp:?} begins at {log_start}, asked for was {low}"
        );
        let there: BTreeMap<i64, &str> = records
            .iter()
            .map(|(offset, value)| (*offset, value.as_str()))
            .collect();
        for (offset, value) in self.known.get(tp).into_iter().flatten() {
            if *offset >= log_start {
                let found = there.get(offset).copied();
                assert_eq!(found, Some(value.as_str()), "{tp:?} at {offset}");
            }
        }
        let mut seen = BTreeSet::new();
        for (offset, value) in records
            .iter()
            .filter(|(_, value)| self.once.contains(value))
        {
            assert!(seen.insert(value), "{tp:?} has {value} again at {offset}");
        }
    }
}
