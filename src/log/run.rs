//! A run of consecutive batches in memory, shared with readers without copying.
//!
//! Runs come from appends (then their batches were checked when they arrived) or from storage (then
//! [`Run::from_stored`] checks every batch). A run never looks inside a batch but at its header.

use super::chunk::ChunkHeader;
use super::types::{Finding, Segment};
use crate::protocol::record_batch::{BatchHeader, BatchView, batches};
use bytes::{Bytes, BytesMut};

/// Distance of index entries, as `index.interval.bytes`.
const INDEX_INTERVAL: usize = 4096;
/// Reads join smaller neighbouring slices into one: below this, copying is cheaper than carrying.
const SMALL_SLICE: usize = 2048;

const DAMAGED_BATCH: &str = "a batch in storage is damaged";

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    piece: usize,
    at: usize,
}

#[derive(Debug, Clone, Copy)]
struct IndexEntry {
    base_offset: i64,
    /// Bytes of the run before it.
    before: usize,
    position: Position,
}

/// Consecutive batches and where they are. Offsets may be missing where storage was damaged.
#[derive(Debug)]
pub(super) struct Run {
    /// All offsets from here …
    pub base_offset: i64,
    /// … up to here belong to this run, whether or not there are batches for them.
    pub end_offset: i64,
    /// Bytes of the batches.
    pub bytes: usize,
    /// The epoch of all batches.
    pub leader_epoch: i32,
    /// Bytes that the log had taken in before the run.
    pub size_before: u64,
    /// Buffer space that is lost because of this run.
    pub spare: usize,
    /// The segment of the run as it is at the run's end.
    pub segment: Segment,
    pieces: Vec<Bytes>,
    index: Vec<IndexEntry>,
    unindexed: usize,
}

impl Run {
    pub fn new(base_offset: i64, leader_epoch: i32, size_before: u64, segment: Segment) -> Self {
        Run {
            base_offset,
            end_offset: base_offset,
            bytes: 0,
            leader_epoch,
            size_before,
            spare: 0,
            segment,
            pieces: Vec::new(),
            index: Vec::new(),
            unindexed: INDEX_INTERVAL,
        }
    }

    fn of(header: &ChunkHeader) -> Self {
        Run::new(
            header.base_offset,
            header.leader_epoch,
            header.size_before,
            header.segment,
        )
    }

    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Gives back room that nothing will fill any more.
    pub fn finish(&mut self) {
        self.pieces.shrink_to_fit();
        self.index.shrink_to_fit();
    }

    /// Bytes of memory, its own included: a run of one small record is mostly that.
    pub fn held(&self) -> usize {
        let own = size_of::<Run>()
            + self.pieces.capacity() * size_of::<Bytes>()
            + self.index.capacity() * size_of::<IndexEntry>();
        self.bytes + self.spare + own
    }

    /// All pieces, in order.
    pub fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// Takes note of a batch that was just written at `at` of the piece that will be pushed next.
    pub fn note(&mut self, header: &BatchHeader, at: usize, segment: Segment) {
        if self.unindexed >= INDEX_INTERVAL {
            let position = Position {
                piece: self.pieces.len(),
                at,
            };
            let (base_offset, before) = (header.base_offset, self.bytes);
            self.index.push(IndexEntry {
                base_offset,
                before,
                position,
            });
            self.unindexed = 0;
        }
        let size = header.size_in_bytes();
        self.unindexed += size;
        self.bytes += size;
        self.end_offset = header.next_offset();
        self.segment = segment;
    }

    /// The bytes of the batches noted since the last piece.
    pub fn push_piece(&mut self, piece: Bytes) {
        self.pieces.push(piece);
    }

    /// Checks the payload of a chunk and makes a run of its whole batches. Broken ones are left out;
    /// the findings say which offsets are lost.
    ///
    /// Base offset and epoch stand outside a batch's checksum. The chunk header vouches for them:
    /// its batches follow one another without a gap and are all of one epoch.
    pub fn from_stored(header: &ChunkHeader, payload: &Bytes) -> (Run, Vec<Finding>) {
        let mut run = Run::of(header);
        let mut findings = Vec::new();
        let mut expected = header.base_offset;
        let mut damaged = false;
        let mut proven = None;
        let (mut at, mut piece_start) = (0, 0);
        // A damaged length makes the rest unreadable: there is no telling where batches begin.
        for batch in batches(payload).map_while(Result::ok) {
            let found = &batch.header;
            let in_place = match damaged {
                false => found.base_offset == expected,
                true => at >= *proven.get_or_insert_with(|| proven_from(header, payload)),
            };
            let good = in_place
                && found.partition_leader_epoch == header.leader_epoch
                && found.last_offset_delta >= 0
                && found.next_offset() <= header.end_offset
                && batch.crc_is_valid();
            if good {
                if damaged {
                    findings.push(Finding::lost(expected, found.base_offset, DAMAGED_BATCH));
                }
                damaged = false;
                expected = found.next_offset();
                run.note(found, at - piece_start, header.segment);
            } else {
                damaged = true;
                if at > piece_start {
                    run.push_piece(payload.slice(piece_start..at));
                }
                piece_start = at + batch.bytes.len();
            }
            at += batch.bytes.len();
        }
        if at > piece_start {
            run.push_piece(payload.slice(piece_start..at));
        }
        if expected < header.end_offset {
            findings.push(Finding::lost(expected, header.end_offset, DAMAGED_BATCH));
        }
        run.end_offset = header.end_offset;
        (run, findings)
    }

    /// A run without batches: offsets that storage has lost. A search by time must look before it.
    pub fn hole(base_offset: i64, end_offset: i64) -> Run {
        let segment = Segment {
            max_timestamp: i64::MAX,
            ..Segment::starting(base_offset, 0)
        };
        Run {
            end_offset,
            ..Run::new(base_offset, -1, 0, segment)
        }
    }

    /// The batches, oldest first.
    pub fn batches(&self) -> impl Iterator<Item = BatchView<'_>> {
        self.pieces
            .iter()
            .flat_map(|piece| batches(piece).map_while(Result::ok))
    }

    /// The batches from the one that holds `offset` on (or the first after it).
    pub fn batches_from(&self, offset: i64) -> impl Iterator<Item = BatchView<'_>> {
        let end = Position {
            piece: self.pieces.len(),
            at: 0,
        };
        let start = self
            .position_of(offset)
            .map_or(end, |(position, _)| position);
        let pieces = self.pieces.iter().skip(start.piece).enumerate();
        pieces
            .flat_map(move |(i, piece)| batches(&piece[if i == 0 { start.at } else { 0 }..]))
            .map_while(Result::ok)
    }

    /// Where the batch stands that holds `offset`, or the first one after it, and how many bytes of
    /// the run are before it.
    fn position_of(&self, offset: i64) -> Option<(Position, usize)> {
        let after = self
            .index
            .partition_point(|entry| entry.base_offset <= offset);
        let entry = self.index.get(after.saturating_sub(1))?;
        self.walk(entry, |header, _| header.last_offset() >= offset)
    }

    /// Goes from batch to batch until `stop` says so, given a header and the bytes before it; `None`
    /// at the end of the run.
    fn walk(
        &self,
        from: &IndexEntry,
        mut stop: impl FnMut(&BatchHeader, usize) -> bool,
    ) -> Option<(Position, usize)> {
        let (mut position, mut before) = (from.position, from.before);
        loop {
            let piece = self.pieces.get(position.piece)?;
            let Some(header) = BatchHeader::read(&piece[position.at..]) else {
                position = Position {
                    piece: position.piece + 1,
                    at: 0,
                };
                continue;
            };
            if stop(&header, before) {
                return Some((position, before));
            }
            position.at += header.size_in_bytes();
            before += header.size_in_bytes();
        }
    }

    /// Adds to `out` the whole batches from the one with `offset` on that end at or below `up_to`
    /// and fit into what is left of its limit. Returns the offset where reading goes on, which is
    /// this run's end if all was taken.
    pub fn read(&self, offset: i64, up_to: i64, out: &mut Slices) -> i64 {
        let Some((start, before)) = self.position_of(offset) else {
            return self.end_offset;
        };
        let end = self.end_of_read(start, before, up_to, out);
        let last = end.map_or(self.pieces.len(), |(end, _)| end.piece + 1);
        for (i, piece) in self.pieces.iter().enumerate().take(last).skip(start.piece) {
            let from = if i == start.piece { start.at } else { 0 };
            let to = end
                .filter(|(end, _)| end.piece == i)
                .map_or(piece.len(), |(end, _)| end.at);
            if from < to {
                out.push(piece.slice(from..to));
            }
        }
        end.map_or(self.end_offset, |(_, next_offset)| next_offset.max(offset))
    }

    /// The first batch that is not taken any more and its offset. The index leads close to it.
    fn end_of_read(
        &self,
        start: Position,
        before: usize,
        up_to: i64,
        out: &Slices,
    ) -> Option<(Position, i64)> {
        if self.end_offset <= up_to && self.bytes - before <= out.left() {
            return None;
        }
        let fits =
            |entry: &IndexEntry| entry.base_offset <= up_to && entry.before <= before + out.left();
        let near = self
            .index
            .partition_point(fits)
            .checked_sub(1)
            .map(|i| self.index[i]);
        let near = near.filter(|entry| entry.before >= before);
        let from = near.unwrap_or(IndexEntry {
            base_offset: 0,
            before,
            position: start,
        });
        let oversized = out.takes_oversized();
        let mut next_offset = 0;
        let end = self.walk(&from, |header, at| {
            next_offset = header.base_offset;
            let taken = at + header.size_in_bytes() - before;
            let fits = taken <= out.left() || oversized && at == before;
            !fits || header.next_offset() > up_to
        });
        end.map(|(position, _)| (position, next_offset))
    }
}

/// Collects the slices of one read.
#[derive(Debug)]
pub(super) struct Slices {
    slices: Vec<Bytes>,
    joined: BytesMut,
    bytes: usize,
    max_bytes: usize,
    min_one_batch: bool,
}

impl Slices {
    pub fn new(max_bytes: usize, min_one_batch: bool) -> Self {
        Slices {
            slices: Vec::new(),
            joined: BytesMut::new(),
            bytes: 0,
            max_bytes,
            min_one_batch,
        }
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn left(&self) -> usize {
        self.max_bytes.saturating_sub(self.bytes)
    }

    /// Whether the next batch is taken even if it is too large.
    fn takes_oversized(&self) -> bool {
        self.min_one_batch && self.bytes == 0
    }

    fn push(&mut self, slice: Bytes) {
        self.bytes += slice.len();
        if slice.len() < SMALL_SLICE {
            self.joined.extend_from_slice(&slice);
            return;
        }
        self.flush();
        self.slices.push(slice);
    }

    fn flush(&mut self) {
        if !self.joined.is_empty() {
            self.slices.push(self.joined.split().freeze());
        }
    }

    pub fn finish(mut self) -> Vec<Bytes> {
        self.flush();
        self.slices
    }
}

/// Where in the payload begin the batches whose places the chunk's end proves, each by the one behind it. A batch
/// between two broken ones has a base offset that nothing vouches for.
fn proven_from(header: &ChunkHeader, payload: &[u8]) -> usize {
    let mut starts = Vec::new();
    let mut size = 0;
    for batch in batches(payload).map_while(Result::ok) {
        starts.push((size, batch));
        size += batch.bytes.len();
    }
    let (mut from, mut end) = (size, header.end_offset);
    for (start, batch) in starts.into_iter().rev() {
        if batch.header.next_offset() != end || !batch.crc_is_valid() {
            break;
        }
        (from, end) = (start, batch.header.base_offset);
    }
    from
}
