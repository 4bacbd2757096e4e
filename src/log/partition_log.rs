//! One partition's log: what it holds, how appends become durable, where it begins and ends.
//!
//! It does no I/O and reads no clock. `read.rs`, `search.rs` and `recovery.rs` add to it how stored
//! bytes come back. Followers, transactions and compaction are not here yet.

use super::append;
use super::chunk::{ChunkHeader, Snapshot};
use super::config::LogConfig;
use super::epochs::Epochs;
use super::producer_state::{ProducerInfo, Producers, SequenceCheck};
use super::read::ReadCache;
use super::run::Run;
use super::storage::Write;
use super::tail::Tail;
use super::types::{
    AppendContext, AppendError, Appended, FoundOffset, OffsetOutOfRange, Origin, Segment,
};
use crate::base::LogId;
use crate::protocol::record_batch::{
    BatchHeader, TimestampType, assign_offset, set_log_append_time, set_max_timestamp,
};
use bytes::Bytes;

/// A producer snapshot is stored at most every so many bytes …
const SNAPSHOT_INTERVAL: u64 = 256 << 10;
/// … and seldom enough that snapshots are a small part of what is stored.
const SNAPSHOT_SHARE: u64 = 16;
/// Bytes that one producer takes in a snapshot, at most.
const SNAPSHOT_ENTRY: u64 = 180;

/// The state of the log at some end of it, besides the batches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub end_offset: i64,
    /// Bytes that the log has taken in.
    pub size: u64,
    /// How many segments there were, and the last of them as it was.
    pub segments: usize,
    pub segment: Segment,
    /// The chunk with the last snapshot, and the bytes stored since.
    pub snapshot_base: i64,
    pub since_snapshot: u64,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct PartitionLog {
    pub(super) id: LogId,
    pub(super) config: LogConfig,
    pub(super) log_start_offset: i64,
    /// Oldest first, at least one; the last is active.
    pub(super) segments: Vec<Segment>,
    pub(super) epochs: Epochs,
    pub(super) producers: Producers,
    pub(super) tail: Tail,
    pub(super) cache: ReadCache,
    pub(super) durable: Mark,
    /// The state once the group in flight is durable.
    pub(super) in_flight: Option<Mark>,
    /// Storage must be cut here before anything is appended to it, because its end is broken.
    pub(super) repair: Option<i64>,
    /// A rollback never cuts below this: what recovery saved from a broken end was acknowledged.
    pub(super) saved: Option<Mark>,
}

/// The meta key of a log's start offset. The value is the offset, eight bytes big endian.
pub fn log_start_key(id: LogId) -> String {
    format!("log-start/{}", id.0)
}

/// Reads the value of [`log_start_key`]; `None` if it is malformed.
pub fn decode_log_start(value: &[u8]) -> Option<i64> {
    value.try_into().ok().map(i64::from_be_bytes)
}

impl PartitionLog {
    /// A new, empty log. (One that may have chunks in storage comes from [`super::Recovery`].)
    pub fn new(id: LogId, config: LogConfig) -> Self {
        PartitionLog::empty_at(id, config, 0)
    }

    /// A log without batches whose next record gets the offset `start`.
    pub(super) fn empty_at(id: LogId, config: LogConfig, start: i64) -> Self {
        let segment = Segment::starting(start, 0);
        PartitionLog {
            id,
            config,
            log_start_offset: start,
            segments: vec![segment],
            epochs: Epochs::default(),
            producers: Producers::default(),
            tail: Tail::new(start, 0, segment),
            cache: ReadCache::default(),
            durable: Mark {
                end_offset: start,
                size: 0,
                segments: 1,
                segment,
                snapshot_base: start,
                since_snapshot: 0,
            },
            in_flight: None,
            repair: None,
            saved: None,
        }
    }

    pub fn id(&self) -> LogId {
        self.id
    }

    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Applies from the next append on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    pub fn log_start_offset(&self) -> i64 {
        self.log_start_offset
    }

    /// The durable end: fetches never see beyond it. Never below the log start, not even while what
    /// recovery saved from a broken end waits to be stored again.
    pub fn high_watermark(&self) -> i64 {
        self.durable.end_offset.max(self.log_start_offset)
    }

    /// Where the next record goes, durable or not.
    pub fn log_end_offset(&self) -> i64 {
        self.tail.end_offset()
    }

    /// Bytes of the segments that are not wholly below the log start (DescribeLogDirs).
    pub fn size_in_bytes(&self) -> u64 {
        self.tail.end_size() - self.segments[0].start_size
    }

    /// Oldest first; the last one is active.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Appends exactly one batch. It is visible and may be acknowledged once it is durable.
    pub fn append(
        &mut self,
        batch: &[u8],
        ctx: &AppendContext<'_>,
    ) -> Result<Appended, AppendError> {
        let checked = append::check(batch, &self.config, ctx)?;
        let mut header = checked.batch.header;
        let base_offset = self.log_end_offset();
        if header.has_producer_id() {
            let check = match ctx.origin {
                Origin::Client => self.producers.check(&header, base_offset, ctx.partition)?,
                Origin::Coordinator | Origin::Controller => {
                    self.producers
                        .check_epoch_only(&header, base_offset, ctx.partition)?;
                    SequenceCheck::Fresh
                }
            };
            if let SequenceCheck::Duplicate(original) = check {
                return Ok(Appended {
                    base_offset: original.first_offset,
                    last_offset: original.last_offset,
                    log_append_time_ms: original.timestamp,
                    log_start_offset: self.log_start_offset,
                    duplicate: true,
                });
            }
        }
        header.base_offset = base_offset;
        header.partition_leader_epoch = ctx.leader_epoch;
        let kind = self.config.timestamp_type;
        let max_timestamp = checked.max_timestamp;
        let restamp =
            header.attributes.timestamp_type() != kind || header.max_timestamp != max_timestamp;
        header.max_timestamp = max_timestamp;
        let segment = self.roll_and_note(&header);
        self.epochs.assign(ctx.leader_epoch, base_offset);
        self.tail
            .push(checked.batch.bytes, ctx.leader_epoch, segment, |bytes| {
                assign_offset(bytes, base_offset, ctx.leader_epoch);
                if restamp {
                    match kind {
                        TimestampType::CreateTime => set_max_timestamp(bytes, max_timestamp),
                        TimestampType::LogAppendTime => set_log_append_time(bytes, max_timestamp),
                    }
                }
                header
            });
        if header.has_producer_id() {
            self.producers.appended(&header);
        }
        Ok(Appended {
            base_offset,
            last_offset: header.last_offset(),
            log_append_time_ms: match kind {
                TimestampType::CreateTime => -1,
                TimestampType::LogAppendTime => ctx.now_ms,
            },
            log_start_offset: self.log_start_offset,
            duplicate: false,
        })
    }

    /// Begins a new segment if the active one is full or too old for the batch (`LogSegment.shouldRoll`),
    /// and counts the batch in. Returns the segment as it is then.
    fn roll_and_note(&mut self, header: &BatchHeader) -> Segment {
        let size = self.tail.end_size();
        let active = self
            .segments
            .last()
            .expect("there is always an active segment");
        let used = size - active.start_size;
        let room =
            u64::from(self.config.segment_bytes).saturating_sub(header.size_in_bytes() as u64);
        let waited = if active.first_timestamp >= 0 {
            header
                .max_timestamp
                .max(0)
                .saturating_sub(active.first_timestamp)
        } else {
            0
        };
        let offsets = header.last_offset().saturating_sub(active.base_offset);
        let due = waited > self.config.segment_ms || offsets > i64::from(i32::MAX);
        if used > room || used > 0 && due {
            self.segments
                .push(Segment::starting(header.base_offset, size));
        }
        let active = self
            .segments
            .last_mut()
            .expect("there is always an active segment");
        active.note(header);
        *active
    }

    /// Bytes that wait to be taken by [`PartitionLog::take_pending`].
    pub fn pending_bytes(&self) -> usize {
        self.tail
            .bytes_from(self.in_flight.unwrap_or(self.durable).end_offset)
    }

    /// Whether [`PartitionLog::take_pending`] would give something.
    pub fn has_pending(&self) -> bool {
        self.in_flight.is_none()
            && (self.repair.is_some() || self.durable.end_offset < self.log_end_offset())
    }

    /// Takes what waits for the next group: about `max_bytes`, at least one chunk, nothing if nothing
    /// waits. `persisted` or `rollback` must follow before more can be taken.
    pub fn take_pending(&mut self, max_bytes: usize) -> Vec<Write> {
        let mut writes = Vec::new();
        if !self.has_pending() {
            return writes;
        }
        if let Some(from) = self.repair {
            writes.push(Write::Truncate { log: self.id, from });
        }
        self.tail.seal();
        let mut mark = self.durable;
        let mut bytes = 0;
        for run in self.tail.runs_from(mark.end_offset) {
            if bytes > 0 && bytes + run.bytes > max_bytes {
                break;
            }
            bytes += run.bytes;
            let header = self.chunk_header(run, &mut mark);
            let pieces = std::iter::once(header.encode()).chain(run.pieces().iter().cloned());
            let (log, base_offset) = (self.id, run.base_offset);
            writes.push(Write::Append {
                log,
                base_offset,
                bytes: pieces.collect(),
            });
        }
        self.in_flight = Some(mark);
        writes
    }

    /// The header of the chunk that a run becomes, and the mark moved to the run's end.
    fn chunk_header(&self, run: &Run, mark: &mut Mark) -> ChunkHeader {
        let new_segment = run.segment.base_offset != mark.segment.base_offset;
        if new_segment {
            mark.segments += 1;
        }
        mark.segment = run.segment;
        mark.end_offset = run.end_offset;
        mark.size = run.size_before + run.bytes as u64;
        mark.since_snapshot += run.bytes as u64;
        let entries = self.producers.len() as u64;
        let interval = SNAPSHOT_INTERVAL.max(entries * SNAPSHOT_ENTRY * SNAPSHOT_SHARE);
        let snapshot = (entries == 0 || mark.since_snapshot >= interval).then(|| {
            mark.snapshot_base = run.base_offset;
            mark.since_snapshot = 0;
            let epochs = self.epochs.entries().iter().copied();
            Snapshot {
                producers: self.producers.snapshot_at(run.end_offset),
                epochs: epochs
                    .filter(|entry| entry.start_offset < run.end_offset)
                    .collect(),
            }
        });
        ChunkHeader {
            log: self.id,
            base_offset: run.base_offset,
            end_offset: run.end_offset,
            size_before: run.size_before,
            payload_len: run.bytes as u32,
            leader_epoch: run.leader_epoch,
            segment: run.segment,
            snapshot_base: mark.snapshot_base,
            snapshot,
            earlier_segments: new_segment.then(|| self.earlier_segments(run.segment.base_offset)),
        }
    }

    fn earlier_segments(&self, base_offset: i64) -> Vec<Segment> {
        self.segments
            .iter()
            .filter(|s| s.base_offset < base_offset)
            .copied()
            .collect()
    }

    /// What was taken is durable. Returns the new high watermark.
    pub fn persisted(&mut self) -> i64 {
        let Some(mark) = self.in_flight.take() else {
            debug_assert!(false, "nothing was taken");
            return self.high_watermark();
        };
        self.durable = mark;
        self.repair = None;
        self.saved = self
            .saved
            .filter(|saved| saved.end_offset > mark.end_offset);
        self.producers.durable_to(mark.end_offset);
        self.high_watermark()
    }

    /// Cuts everything that is not durable, taken or not, and restores the state that goes with it.
    pub fn rollback(&mut self) {
        self.in_flight = None;
        let mark = self.saved.unwrap_or(self.durable);
        self.tail.cut(mark.end_offset, mark.size, mark.segment);
        self.segments.truncate(mark.segments);
        *self
            .segments
            .last_mut()
            .expect("the active segment is never removed") = mark.segment;
        self.producers.rollback_to(mark.end_offset);
        // The leader stays, even if nothing that it wrote does.
        let leader = self.epochs.latest();
        self.epochs.truncate_from_end(mark.end_offset);
        if let Some(leader) = leader {
            self.epochs
                .assign(leader.epoch, leader.start_offset.min(mark.end_offset));
        }
    }

    /// The durable write for DeleteRecords up to `offset` (-1: the high watermark), and the log start
    /// that it leads to; no write if it is there already. Call `set_log_start_offset` once durable.
    pub fn delete_records(&self, offset: i64) -> Result<(i64, Option<Write>), OffsetOutOfRange> {
        let target = if offset == -1 {
            self.high_watermark()
        } else {
            offset
        };
        if target < 0 || target > self.high_watermark() {
            return Err(OffsetOutOfRange);
        }
        if target <= self.log_start_offset {
            return Ok((self.log_start_offset, None));
        }
        let value = Bytes::copy_from_slice(&target.to_be_bytes());
        Ok((
            target,
            Some(Write::PutMeta {
                key: log_start_key(self.id),
                value,
            }),
        ))
    }

    /// Raises the log start; it never goes back. Segments that are wholly below it are gone.
    pub fn set_log_start_offset(&mut self, offset: i64) {
        if offset <= self.log_start_offset {
            return;
        }
        self.log_start_offset = offset;
        self.epochs.truncate_from_start(offset);
        // A segment that is not durable yet may still be taken back, so the durable one stays.
        let last = self.durable.segment.base_offset;
        let gone = self
            .segments
            .windows(2)
            .take_while(|pair| pair[1].base_offset <= offset && pair[0].base_offset < last)
            .count();
        self.segments.drain(..gone);
        self.durable.segments -= gone;
        for mark in [&mut self.in_flight, &mut self.saved].into_iter().flatten() {
            mark.segments -= gone;
        }
        self.cache.forget_below(offset);
    }

    /// Chunks that end at or below this offset may be trimmed. The last one, and those back to the
    /// last producer snapshot, are kept whatever the log start.
    pub fn trim_below(&self) -> i64 {
        self.log_start_offset.min(self.durable.snapshot_base)
    }

    /// A new leader begins at the log end (KIP-101).
    pub fn begin_epoch(&mut self, leader_epoch: i32) {
        self.epochs.assign(leader_epoch, self.log_end_offset());
    }

    /// The newest epoch, -1 if there is none.
    pub fn latest_epoch(&self) -> i32 {
        self.epochs.latest().map_or(-1, |entry| entry.epoch)
    }

    /// OffsetForLeaderEpoch: the greatest epoch not above this one and its end offset;
    /// `(-1, -1)` if unknown.
    pub fn end_offset_for_epoch(&self, leader_epoch: i32) -> (i32, i64) {
        let (epoch, end) = self
            .epochs
            .end_offset_for(leader_epoch, self.log_end_offset());
        (epoch, end.min(self.high_watermark()))
    }

    /// ListOffsets -2 and -4: the first offset.
    pub fn earliest(&self) -> FoundOffset {
        let leader_epoch = self.epochs.epoch_at(self.log_start_offset).unwrap_or(-1);
        FoundOffset {
            offset: self.log_start_offset,
            timestamp: -1,
            leader_epoch,
        }
    }

    /// ListOffsets -1: the high watermark.
    pub fn latest(&self) -> FoundOffset {
        FoundOffset {
            offset: self.high_watermark(),
            timestamp: -1,
            leader_epoch: self.latest_epoch(),
        }
    }

    /// Producers that have written here, by id (DescribeProducers).
    pub fn active_producers(&self) -> impl Iterator<Item = ProducerInfo> + '_ {
        self.producers.infos()
    }

    /// Forgets producers whose last batch is older than `producer.id.expiration.ms`.
    pub fn expire_producers(&mut self, now_ms: i64, expiration_ms: i64) {
        self.producers.expire(now_ms, expiration_ms);
    }

    /// Bytes of memory that this log holds for batches.
    pub fn bytes_held(&self) -> usize {
        self.tail.bytes_held() + self.cache.bytes_held()
    }

    /// Lets go of the oldest durable bytes until at most `bytes` are held, as far as that is possible.
    pub fn evict_to(&mut self, bytes: usize) {
        while self.bytes_held() > bytes && self.cache.evict_one() {}
        while self.bytes_held() > bytes && self.tail.evict_one(self.durable.end_offset) {}
    }
}
