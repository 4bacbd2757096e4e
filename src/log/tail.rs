//! The end of a log in memory: durable runs that nobody has evicted yet, runs on their way to
//! storage, and the open run that takes appends.
//!
//! A batch is copied once, into a buffer that grows to 1 MiB and is shared with readers and with
//! storage as slices. A run becomes one chunk, so it ends where a chunk must end: at 1 MiB, at a new
//! segment, at a new leader epoch, and when storage takes it.

use super::run::Run;
use super::types::Segment;
use crate::protocol::record_batch::BatchHeader;
use bytes::BytesMut;
use std::collections::VecDeque;

/// Values of this size and more are cheap in IndexedDB again, and no group is much larger.
const RUN_BYTES: usize = 1 << 20;
const FIRST_BUFFER: usize = 4 << 10;
const LARGEST_BUFFER: usize = 1 << 20;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Tail {
    /// Finished runs without a gap between them, oldest first.
    runs: VecDeque<Run>,
    open: Run,
    buffer: BytesMut,
    next_buffer: usize,
    /// Bytes of finished runs, and of buffer space that was left over when they were made.
    held: usize,
}

impl Tail {
    /// Nothing in memory yet of a log that ends here, having taken in `size` bytes.
    pub fn new(end_offset: i64, size: u64, segment: Segment) -> Self {
        Tail {
            runs: VecDeque::new(),
            open: Run::new(end_offset, -1, size, segment),
            buffer: BytesMut::new(),
            next_buffer: FIRST_BUFFER,
            held: 0,
        }
    }

    /// The first offset in memory.
    pub fn start_offset(&self) -> i64 {
        self.runs.front().unwrap_or(&self.open).base_offset
    }

    /// The log end offset.
    pub fn end_offset(&self) -> i64 {
        self.open.end_offset
    }

    /// The bytes that the log has taken in up to its end.
    pub fn end_size(&self) -> u64 {
        self.open.size_before + self.open.bytes as u64
    }

    /// Copies a batch to the end. `finish` sets what the log decides in it and returns its header.
    pub fn push(
        &mut self,
        batch: &[u8],
        leader_epoch: i32,
        segment: Segment,
        finish: impl FnOnce(&mut [u8]) -> BatchHeader,
    ) {
        let new_segment = self.open.segment.base_offset != segment.base_offset;
        if new_segment || self.open.leader_epoch != leader_epoch {
            self.seal();
            self.open.leader_epoch = leader_epoch;
        }
        self.make_room(batch.len());
        let at = self.buffer.len();
        self.buffer.extend_from_slice(batch);
        let header = finish(&mut self.buffer[at..]);
        debug_assert_eq!(
            header.base_offset, self.open.end_offset,
            "offsets have no holes"
        );
        self.open.note(&header, at, segment);
        if self.open.bytes >= RUN_BYTES {
            self.seal();
        }
    }

    fn make_room(&mut self, len: usize) {
        let spare = self.buffer.capacity() - self.buffer.len();
        if spare >= len {
            return;
        }
        self.freeze();
        self.open.spare += spare;
        self.buffer = BytesMut::with_capacity(self.next_buffer.max(len));
        self.next_buffer = (self.next_buffer * 2).min(LARGEST_BUFFER);
    }

    fn freeze(&mut self) {
        if !self.buffer.is_empty() {
            self.open.push_piece(self.buffer.split().freeze());
        }
    }

    /// Ends the open run, if there is anything in it.
    pub fn seal(&mut self) {
        if self.open.is_empty() {
            return;
        }
        self.freeze();
        let (end, epoch) = (self.open.end_offset, self.open.leader_epoch);
        let next = Run::new(end, epoch, self.end_size(), self.open.segment);
        let mut run = std::mem::replace(&mut self.open, next);
        run.finish();
        self.held += run.held();
        self.runs.push_back(run);
    }

    /// Finished runs from `offset` on, where a run begins.
    pub fn runs_from(&self, offset: i64) -> impl Iterator<Item = &Run> {
        let first = self.runs.partition_point(|run| run.base_offset < offset);
        self.runs.range(first..)
    }

    /// The finished run that `offset` belongs to.
    pub fn run_at(&self, offset: i64) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.base_offset <= offset);
        let run = &self.runs[after.checked_sub(1)?];
        (offset < run.end_offset).then_some(run)
    }

    /// Bytes at and above `offset`, where a run begins.
    pub fn bytes_from(&self, offset: i64) -> usize {
        let sealed: usize = self
            .runs
            .iter()
            .rev()
            .take_while(|r| r.base_offset >= offset)
            .map(|r| r.bytes)
            .sum();
        sealed + self.open.bytes
    }

    /// Drops everything at and above `end`, where a run begins; `size` and `segment` as they were
    /// there.
    pub fn cut(&mut self, end: i64, size: u64, segment: Segment) {
        self.buffer.clear();
        while let Some(run) = self.runs.pop_back_if(|run| run.base_offset >= end) {
            self.held -= run.held();
        }
        self.open = Run::new(end, self.open.leader_epoch, size, segment);
    }

    /// Bytes of memory for batches, free buffer space included.
    pub fn bytes_held(&self) -> usize {
        let frozen = self.open.bytes - self.buffer.len() + self.open.spare;
        self.held + frozen + self.buffer.capacity()
    }

    /// Drops the oldest run if it ends at or below `durable_end`; else the empty buffer. Returns
    /// whether anything was dropped.
    pub fn evict_one(&mut self, durable_end: i64) -> bool {
        if let Some(run) = self.runs.pop_front_if(|run| run.end_offset <= durable_end) {
            self.held -= run.held();
            return true;
        }
        let unused = self.runs.is_empty() && self.open.is_empty() && self.buffer.capacity() > 0;
        if unused {
            self.buffer = BytesMut::new();
            self.next_buffer = FIRST_BUFFER;
        }
        unused
    }
}
