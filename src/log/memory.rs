//! A store in memory: for the cluster without `--data`, the page where storage is refused, and tests.
//!
//! Nothing outlives the process, so nothing here can be torn or lost.

use super::storage::{ReadFrom, ReadRequest, Store, StoreError, StoredChunk, Write};
use crate::base::LogId;
use bytes::Bytes;
use std::collections::BTreeMap;

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    meta: BTreeMap<String, Bytes>,
    /// Each value has the pieces that were written: nothing is copied until it is read.
    chunks: BTreeMap<(LogId, i64), Vec<Bytes>>,
}

impl MemoryStore {
    pub fn new() -> Self {
        MemoryStore::default()
    }

    /// Bytes of all chunks.
    pub fn size_in_bytes(&self) -> usize {
        self.chunks.values().flatten().map(Bytes::len).sum()
    }

    /// The keys of all chunks.
    pub fn keys(&self) -> Vec<(LogId, i64)> {
        self.chunks.keys().copied().collect()
    }

    pub fn has_chunk(&self, log: LogId, base_offset: i64) -> bool {
        self.chunks.contains_key(&(log, base_offset))
    }

    /// Changes the bytes of a chunk, for tests of damage. Nothing happens if there is none.
    pub fn edit(&mut self, log: LogId, base_offset: i64, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(pieces) = self.chunks.get_mut(&(log, base_offset)) {
            let mut bytes = pieces.concat();
            change(&mut bytes);
            *pieces = vec![Bytes::from(bytes)];
        }
    }

    fn apply(&mut self, write: &Write) {
        match write {
            Write::Append {
                log,
                base_offset,
                bytes,
            } => {
                self.chunks.insert((*log, *base_offset), bytes.clone());
            }
            Write::Truncate { log, from } => {
                let end = self.chunks.split_off(&(*log, *from));
                self.chunks
                    .extend(end.into_iter().filter(|((other, _), _)| other != log));
            }
            Write::PutMeta { key, value } => {
                self.meta.insert(key.clone(), value.clone());
            }
            Write::DeleteMeta { key } => {
                self.meta.remove(key);
            }
        }
    }
}

/// The chunks that a read begins with, in order: from the one that holds the offset asked for (or else the log's first) on.
/// Empty when the log has none.
pub fn chunks_of<'a, T>(
    chunks: &'a BTreeMap<(LogId, i64), T>,
    request: &ReadRequest,
) -> impl Iterator<Item = (i64, &'a T)> {
    let log = request.log;
    let upto = match request.from {
        ReadFrom::Last => i64::MAX,
        ReadFrom::Offset(at) => at,
    };
    let holder = chunks.range((log, i64::MIN)..=(log, upto)).next_back();
    let first = holder.map_or(i64::MIN, |(&(_, base), _)| base);
    let found = chunks.range((log, first)..=(log, i64::MAX));
    found.map(|(&(_, base), chunk)| (base, chunk))
}

/// Whether every append of a group goes to a key that is free by then.
pub fn keys_are_free(
    writes: &[Write],
    exists: impl Fn(LogId, i64) -> bool,
) -> Result<(), StoreError> {
    let mut cut: BTreeMap<LogId, i64> = BTreeMap::new();
    let mut added = std::collections::BTreeSet::new();
    for write in writes {
        match write {
            Write::Truncate { log, from } => {
                let lowest = cut.entry(*log).or_insert(*from);
                *lowest = (*lowest).min(*from);
                added.retain(|(other, base)| other != log || base < from);
            }
            Write::Append {
                log, base_offset, ..
            } => {
                let removed = cut.get(log).is_some_and(|from| base_offset >= from);
                let taken = exists(*log, *base_offset) && !removed;
                if taken || !added.insert((*log, *base_offset)) {
                    let why = format!("log {} has a chunk at {base_offset} already", log.0);
                    return Err(StoreError(why));
                }
            }
            Write::PutMeta { .. } | Write::DeleteMeta { .. } => {}
        }
    }
    Ok(())
}

impl Store for MemoryStore {
    fn meta(&self) -> Vec<(String, Bytes)> {
        self.meta
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    fn commit(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        keys_are_free(writes, |log, base| self.chunks.contains_key(&(log, base)))?;
        writes.iter().for_each(|write| self.apply(write));
        Ok(())
    }

    fn read(&mut self, request: &ReadRequest) -> Result<Vec<StoredChunk>, StoreError> {
        let mut out = Vec::new();
        let mut size = 0;
        for (base_offset, pieces) in chunks_of(&self.chunks, request) {
            let bytes = match &pieces[..] {
                [one] => one.clone(),
                several => Bytes::from(several.concat()),
            };
            size += bytes.len();
            out.push(StoredChunk { base_offset, bytes });
            if size >= request.max_bytes as usize {
                break;
            }
        }
        Ok(out)
    }

    fn trim(&mut self, log: LogId, below: Option<i64>) -> Result<(), StoreError> {
        let end = below.unwrap_or(i64::MAX);
        let keys: Vec<i64> = self
            .chunks
            .range((log, i64::MIN)..=(log, end))
            .map(|(key, _)| key.1)
            .collect();
        match below {
            None => keys
                .iter()
                .for_each(|&base| drop(self.chunks.remove(&(log, base)))),
            // A chunk ends where the next one begins.
            Some(_) => keys
                .windows(2)
                .for_each(|pair| drop(self.chunks.remove(&(log, pair[0])))),
        }
        Ok(())
    }
}
