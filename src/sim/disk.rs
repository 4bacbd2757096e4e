//! A simulated disk: commits that fail, tear, get lost or overtake one another, bits that rot.
//!
//! It keeps to the contract of `log::storage` only as far as its [`Faults`] say. All that happens
//! follows from the seed. It simulates what a back end may do to the core, not how disks work.

use crate::base::{LogId, Rng};
use crate::log::memory::{MemoryStore, keys_are_free};
use crate::log::storage::{ReadRequest, Store, StoreError, StoredChunk, Write};
use bytes::Bytes;

/// What may go wrong. The default is a disk that keeps the contract through any crash.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// One commit in so many fails cleanly; 0: none.
    pub fail_one_in: u64,
    /// A crash may leave part of the group that was in flight, its chunks cut short.
    pub torn: bool,
    /// A crash may lose groups that were acknowledged since the last [`SimDisk::sync`], as a power
    /// cut does with `relaxed` durability: always the newest ones.
    pub lose_acknowledged: bool,
    /// With `lose_acknowledged`: any of them, not just the newest.
    pub reorder: bool,
}

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct SimDisk {
    rng: Rng,
    faults: Faults,
    /// What survives any crash.
    synced: MemoryStore,
    /// What a reader sees: `synced` and the groups since.
    seen: MemoryStore,
    unsynced: Vec<Vec<Write>>,
    in_flight: Option<Vec<Write>>,
    /// Trims wait here: they may be done late, and are forgotten by a crash.
    trims: Vec<(LogId, Option<i64>)>,
}

/// Where a bit was flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rot {
    pub log: LogId,
    pub base_offset: i64,
    /// Position in the chunk.
    pub byte: usize,
}

impl SimDisk {
    pub fn new(seed: u64, faults: Faults) -> Self {
        SimDisk {
            rng: Rng::new(seed),
            faults,
            synced: MemoryStore::new(),
            seen: MemoryStore::new(),
            unsynced: Vec::new(),
            in_flight: None,
            trims: Vec::new(),
        }
    }

    /// Changes what may go wrong from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Hands in a group; [`SimDisk::complete`] or [`SimDisk::crash`] decides what becomes of it.
    pub fn submit(&mut self, writes: Vec<Write>) {
        assert!(self.in_flight.is_none(), "one group is in flight at a time");
        self.in_flight = Some(writes);
    }

    /// Ends the group in flight.
    pub fn complete(&mut self) -> Result<(), StoreError> {
        let writes = self.in_flight.take().expect("a group was submitted");
        let fails = self.faults.fail_one_in > 0 && self.rng.below(self.faults.fail_one_in) == 0;
        if fails {
            return Err(StoreError("simulated: the disk is full".to_owned()));
        }
        let own = writes.iter().map(detached).collect::<Vec<_>>();
        self.seen.commit(&own)?;
        // A removal that is overtaken would let the dead rise; no back end does that.
        let removes = own
            .iter()
            .any(|write| matches!(write, Write::Truncate { .. }));
        self.unsynced.push(own);
        if removes || !self.faults.lose_acknowledged {
            self.sync();
        }
        if self.rng.below(4) == 0 {
            self.do_trims();
        }
        Ok(())
    }

    /// Makes all that was acknowledged safe from any crash.
    pub fn sync(&mut self) {
        for group in std::mem::take(&mut self.unsynced) {
            self.synced
                .commit(&group)
                .expect("it was committed to what is seen");
        }
    }

    /// The process or the machine dies, and the disk is opened again.
    pub fn crash(&mut self) {
        let groups = std::mem::take(&mut self.unsynced);
        let kept = if self.faults.reorder {
            groups.len()
        } else {
            self.rng.below(groups.len() as u64 + 1) as usize
        };
        for group in groups.into_iter().take(kept) {
            if !self.faults.reorder || self.rng.below(2) == 0 {
                // An append may have lost the group that cut what stood at its key.
                let _ = self.synced.commit(&group);
            }
        }
        if let Some(group) = self.in_flight.take() {
            self.crash_in_flight(group);
        }
        self.trims.clear();
        self.seen = self.synced.clone();
    }

    fn crash_in_flight(&mut self, group: Vec<Write>) {
        let free = keys_are_free(&group, |log, base| self.synced.has_chunk(log, base)).is_ok();
        let outcome = self.rng.below(if self.faults.torn { 4 } else { 2 });
        if !free || outcome == 0 {
            return;
        }
        let mut own: Vec<Write> = group.iter().map(detached).collect();
        if outcome >= 2 {
            let whole = self.rng.below(own.len() as u64) as usize;
            own.truncate(whole + 1);
            if let Some(Write::Append { bytes, .. }) = own.last_mut() {
                let len = bytes[0].len();
                *bytes = vec![bytes[0].slice(..self.rng.below(len as u64) as usize)];
            }
        }
        self.synced.commit(&own).expect("its keys are free");
    }

    /// Flips one bit of one chunk, chosen among all. `None` if there is no chunk.
    pub fn rot(&mut self) -> Option<Rot> {
        // What rots is on the disk: it does not come back whole from anywhere.
        self.sync();
        let keys = self.seen.keys();
        if keys.is_empty() {
            return None;
        }
        let (log, base_offset) = keys[self.rng.below(keys.len() as u64) as usize];
        let bit = self.rng.next_u64();
        let mut byte = 0;
        for store in [&mut self.synced, &mut self.seen] {
            store.edit(log, base_offset, |bytes| {
                if !bytes.is_empty() {
                    byte = (bit >> 3) as usize % bytes.len();
                    bytes[byte] ^= 1 << (bit & 7);
                }
            });
        }
        Some(Rot {
            log,
            base_offset,
            byte,
        })
    }

    fn do_trims(&mut self) {
        for (log, below) in std::mem::take(&mut self.trims) {
            // Trims are never ahead of the groups that allow them.
            self.sync();
            self.seen.trim(log, below).expect("memory does not fail");
            self.synced.trim(log, below).expect("memory does not fail");
        }
    }
}

/// A copy that shares no memory with the log, as on a real disk.
fn detached(write: &Write) -> Write {
    match write {
        Write::Append {
            log,
            base_offset,
            bytes,
        } => {
            let bytes = vec![Bytes::from(bytes.concat())];
            Write::Append {
                log: *log,
                base_offset: *base_offset,
                bytes,
            }
        }
        other => other.clone(),
    }
}

impl Store for SimDisk {
    fn meta(&self) -> Vec<(String, Bytes)> {
        self.seen.meta()
    }

    fn commit(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        self.submit(writes.to_vec());
        self.complete()
    }

    fn read(&mut self, request: &ReadRequest) -> Result<Vec<StoredChunk>, StoreError> {
        self.seen.read(request)
    }

    fn trim(&mut self, log: LogId, below: Option<i64>) -> Result<(), StoreError> {
        self.trims.push((log, below));
        Ok(())
    }
}
