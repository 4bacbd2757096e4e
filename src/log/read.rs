//! Reading a log: from the tail in memory, else from chunks that storage handed back.
//!
//! Chunks are checked when they come back. What is broken is reported and left out: a reader goes on
//! at the next whole batch, as it would after compaction, and the log stays usable.

use super::chunk::{ChunkError, ChunkHeader};
use super::partition_log::PartitionLog;
use super::run::{Run, Slices};
use super::storage::{ReadFrom, ReadRequest, StoredChunk};
use super::types::{Finding, OffsetOutOfRange, ReadOutcome};
use crate::base::{LogId, SortedMap};
use std::collections::VecDeque;

/// Storage is asked for at least and at most this much at once.
const MIN_READ: usize = 64 << 10;
const MAX_READ: usize = 1 << 20;
/// What one log keeps of chunks that were read back, unless the owner evicts it earlier.
const CACHE_BYTES: usize = 4 << 20;

/// Chunks that were read back and checked, for readers that go on from there.
#[derive(Debug, Default)]
pub(super) struct ReadCache {
    runs: SortedMap<i64, Run>,
    /// Base offsets, in the order in which they came.
    order: VecDeque<i64>,
    held: usize,
    /// A damaged chunk hides where the next begins: ask for at least so many bytes from here.
    read_more: Option<(i64, u32)>,
}

impl ReadCache {
    pub fn bytes_held(&self) -> usize {
        self.held
    }

    /// The run that `offset` belongs to.
    pub fn run_at(&self, offset: i64) -> Option<&Run> {
        let (_, run) = self.runs.range(..=offset).next_back()?;
        (offset < run.end_offset).then_some(run)
    }

    pub fn insert(&mut self, run: Run) {
        self.order.retain(|&base| base != run.base_offset);
        self.order.push_back(run.base_offset);
        self.held += run.held();
        if let Some(old) = self.runs.insert(run.base_offset, run) {
            self.held -= old.held();
        }
    }

    /// Drops what came first. Returns whether there was anything.
    pub fn evict_one(&mut self) -> bool {
        let Some(base) = self.order.pop_front() else {
            return false;
        };
        if let Some(run) = self.runs.remove(&base) {
            self.held -= run.held();
        }
        true
    }

    pub fn forget_below(&mut self, offset: i64) {
        let ended: Vec<i64> = self
            .runs
            .values()
            .filter(|r| r.end_offset <= offset)
            .map(|r| r.base_offset)
            .collect();
        for base in ended {
            self.held -= self.runs.remove(&base).map_or(0, |run| run.held());
            self.order.retain(|&other| other != base);
        }
    }
}

/// A stored chunk after its checks.
pub(super) enum Opened {
    /// The batches that are whole, and what is lost.
    Chunk(Box<ChunkHeader>, Run, Vec<Finding>),
    /// Not even the header can be trusted.
    Broken(&'static str),
    UnknownVersion(u16),
}

/// Checks one chunk of a log.
pub(super) fn open_chunk(log: LogId, chunk: &StoredChunk) -> Opened {
    match ChunkHeader::decode(&chunk.bytes) {
        Err(ChunkError::Broken(why)) => Opened::Broken(why),
        Err(ChunkError::UnknownVersion(version)) => Opened::UnknownVersion(version),
        Ok((header, _)) if header.log != log || header.base_offset != chunk.base_offset => {
            Opened::Broken("it belongs elsewhere")
        }
        Ok((header, payload)) => {
            let payload = payload.slice(..payload.len().min(header.payload_len as usize));
            let (run, findings) = Run::from_stored(&header, &payload);
            Opened::Chunk(Box::new(header), run, findings)
        }
    }
}

impl PartitionLog {
    /// Reads whole batches from `offset` on, up to `max_bytes`, below `up_to` (at most the high
    /// watermark). With `min_one_batch` the first is given even if it is larger.
    pub fn read(
        &mut self,
        offset: i64,
        max_bytes: usize,
        min_one_batch: bool,
        up_to: i64,
    ) -> Result<ReadOutcome, OffsetOutOfRange> {
        if offset < self.log_start_offset || offset > self.log_end_offset() {
            return Err(OffsetOutOfRange);
        }
        let up_to = up_to.min(self.high_watermark());
        let mut out = Slices::new(max_bytes, min_one_batch);
        let mut cursor = offset;
        while cursor < up_to {
            let Some(run) = self.run_at(cursor) else {
                if out.bytes() > 0 || max_bytes == 0 && !min_one_batch {
                    break;
                }
                return Ok(ReadOutcome::NeedsStorage(
                    self.storage_request(cursor, max_bytes),
                ));
            };
            let end = run.end_offset;
            cursor = run.read(cursor, up_to, &mut out);
            if cursor < end {
                break;
            }
        }
        let bytes = out.bytes();
        Ok(ReadOutcome::Data {
            slices: out.finish(),
            bytes,
            next_offset: cursor,
        })
    }

    /// The run in memory that `offset` belongs to.
    pub(super) fn run_at(&self, offset: i64) -> Option<&Run> {
        if offset >= self.tail.start_offset() {
            self.tail.run_at(offset)
        } else {
            self.cache.run_at(offset)
        }
    }

    pub(super) fn storage_request(&self, offset: i64, bytes: usize) -> ReadRequest {
        let mut max_bytes = bytes.clamp(MIN_READ, MAX_READ) as u32;
        if let Some((from, more)) = self.cache.read_more
            && from == offset
        {
            max_bytes = max_bytes.max(more);
        }
        ReadRequest {
            log: self.id,
            from: ReadFrom::Offset(offset),
            max_bytes,
        }
    }

    /// Takes the answer to a request that `read` or a search gave; then ask again. What is broken is
    /// reported and never served.
    pub fn accept_read(&mut self, request: &ReadRequest, chunks: Vec<StoredChunk>) -> Vec<Finding> {
        let ReadFrom::Offset(asked) = request.from else {
            return Vec::new();
        };
        while self.cache.held > CACHE_BYTES && self.cache.evict_one() {}
        self.cache.read_more = None;
        let limit = self.tail.start_offset();
        let size: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        let mut findings = Vec::new();
        // All offsets below are accounted for.
        let mut covered = asked.min(chunks.first().map_or(asked, |chunk| chunk.base_offset));
        let mut why = "chunks are missing in storage";
        for chunk in chunks.iter().take_while(|chunk| chunk.base_offset < limit) {
            if chunk.base_offset > covered {
                self.add_hole(covered, chunk.base_offset, why, &mut findings);
                covered = chunk.base_offset;
            }
            match open_chunk(self.id, chunk) {
                Opened::Chunk(header, run, found) => {
                    covered = header.end_offset;
                    findings.extend(found);
                    self.cache.insert(run);
                    why = "chunks are missing in storage";
                }
                Opened::Broken(what) => why = what,
                Opened::UnknownVersion(_) => why = "a later version of this program wrote it",
            }
        }
        if covered <= asked && asked < limit {
            // Either storage ends here, or it stopped before the chunk that tells where the hole ends.
            let last = chunks.last().map_or(asked, |chunk| chunk.base_offset);
            if size < request.max_bytes as usize || last >= limit {
                self.add_hole(covered, limit, why, &mut findings);
            } else {
                self.cache.read_more = Some((asked, size as u32 + 1));
            }
        }
        let start = self.log_start_offset;
        findings.retain(|finding| finding.to.is_none_or(|to| to > start));
        findings
    }

    fn add_hole(&mut self, from: i64, to: i64, why: &str, findings: &mut Vec<Finding>) {
        findings.push(Finding::lost(
            from,
            to,
            format!("a chunk in storage cannot be read: {why}"),
        ));
        self.cache.insert(Run::hole(from, to));
    }
}
