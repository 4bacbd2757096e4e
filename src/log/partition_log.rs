//! One partition's log: appends, reads, durability, all without doing any I/O itself.

use super::config::LogConfig;
use super::producer_state::ProducerInfo;
use super::storage::{ReadRequest, StoredChunk, Write};
use super::types::{
    AppendContext, AppendError, Appended, Finding, FoundOffset, OffsetOutOfRange, ReadOutcome,
    SearchStep, Segment,
};
use crate::base::LogId;
use crate::protocol::record_batch::Decompress;

/// See the module's documentation.
#[derive(Debug)]
pub struct PartitionLog {
    id: LogId,
    config: LogConfig,
}

/// A search by timestamp under way.
#[derive(Debug, Clone)]
pub struct OffsetSearch {}

/// Reading a log back when the cluster starts. First ask storage for [`Recovery::request`], hand
/// each answer to [`Recovery::step`].
#[derive(Debug)]
pub struct Recovery {}

/// How recovery goes on.
#[derive(Debug)]
pub enum RecoveryStep {
    /// Ask storage for `Recovery::request` and step again.
    More(Recovery),
    /// Ready. `findings` is what was cut. What the log has to mend in storage it hands out with its
    /// next `take_pending`.
    Ready {
        log: PartitionLog,
        findings: Vec<Finding>,
    },
    /// Storage was written by a later version; nothing may be touched.
    Refused { why: String },
}

impl Recovery {
    /// `log_start_offset` is what `meta` has under [`log_start_key`], else 0.
    pub fn new(id: LogId, config: LogConfig, log_start_offset: i64) -> Self {
        let _ = (id, config, log_start_offset);
        todo!()
    }
    pub fn request(&self) -> ReadRequest {
        todo!()
    }
    pub fn step(self, chunks: Vec<StoredChunk>) -> RecoveryStep {
        let _ = chunks;
        todo!()
    }
}

/// The meta key of a log's start offset; its value is [`encode_log_start`]'s.
pub fn log_start_key(id: LogId) -> String {
    format!("log-start/{}", id.0)
}

impl PartitionLog {
    /// A new, empty log. (One that may have chunks in storage comes from [`Recovery`].)
    pub fn new(id: LogId, config: LogConfig) -> Self {
        PartitionLog { id, config }
    }
    pub fn id(&self) -> LogId {
        self.id
    }
    pub fn config(&self) -> &LogConfig {
        &self.config
    }
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }
    pub fn log_start_offset(&self) -> i64 {
        todo!()
    }
    /// The durable end: fetches never see beyond it.
    pub fn high_watermark(&self) -> i64 {
        todo!()
    }
    /// Where the next record goes, durable or not.
    pub fn log_end_offset(&self) -> i64 {
        todo!()
    }
    /// Bytes of the segments that are not wholly below the log start (DescribeLogDirs).
    pub fn size_in_bytes(&self) -> u64 {
        todo!()
    }
    /// Oldest first; the last one is active.
    pub fn segments(&self) -> &[Segment] {
        todo!()
    }

    /// Appends exactly one batch.
    pub fn append(
        &mut self,
        batch: &[u8],
        ctx: &AppendContext<'_>,
    ) -> Result<Appended, AppendError> {
        let _ = (batch, ctx);
        todo!()
    }

    /// Bytes that wait to be taken by [`PartitionLog::take_pending`].
    pub fn pending_bytes(&self) -> usize {
        todo!()
    }
    /// Whether [`PartitionLog::take_pending`] has something to give.
    pub fn has_pending(&self) -> bool {
        todo!()
    }
    /// Takes what waits, about `max_bytes` of it but at least one buffer, as one chunk for the next
    /// group; empty if nothing waits. Then `persisted` or `rollback` must follow before the next.
    pub fn take_pending(&mut self, max_bytes: usize) -> Vec<Write> {
        let _ = max_bytes;
        todo!()
    }
    /// What was taken is durable. Returns the new high watermark.
    pub fn persisted(&mut self) -> i64 {
        todo!()
    }
    /// Cuts everything above the durable end, taken or not, and restores the producers' state.
    pub fn rollback(&mut self) {
        todo!()
    }

    /// Reads whole batches from `offset` on, up to `max_bytes`, below `up_to` (at most the high
    /// watermark). With `min_one_batch` the first is given even if it is larger.
    pub fn read(
        &mut self,
        offset: i64,
        max_bytes: usize,
        min_one_batch: bool,
        up_to: i64,
    ) -> Result<ReadOutcome, OffsetOutOfRange> {
        let _ = (offset, max_bytes, min_one_batch, up_to);
        todo!()
    }
    /// Takes the answer to a request that `read` or a search gave. What is broken is reported once,
    /// and never served.
    pub fn accept_read(&mut self, request: &ReadRequest, chunks: Vec<StoredChunk>) -> Vec<Finding> {
        let _ = (request, chunks);
        todo!()
    }

    /// ListOffsets -2 and -4: the first offset.
    pub fn earliest(&self) -> FoundOffset {
        todo!()
    }
    /// ListOffsets -1: the high watermark.
    pub fn latest(&self) -> FoundOffset {
        todo!()
    }
    /// ListOffsets with a time: the first record at or after `timestamp`.
    pub fn search_timestamp(&self, timestamp: i64) -> OffsetSearch {
        let _ = timestamp;
        todo!()
    }
    /// ListOffsets -3: the record with the greatest timestamp.
    pub fn search_max_timestamp(&self) -> OffsetSearch {
        todo!()
    }
    /// Goes on with a search. Without a codec a compressed batch answers with its first offset.
    pub fn step_search(
        &mut self,
        search: &mut OffsetSearch,
        decompress: Option<&Decompress<'_>>,
    ) -> SearchStep {
        let _ = (search, decompress);
        todo!()
    }

    /// A new leader starts at the log end (KIP-101).
    pub fn begin_epoch(&mut self, leader_epoch: i32) {
        let _ = leader_epoch;
        todo!()
    }
    /// The newest epoch, -1 if there is none.
    pub fn latest_epoch(&self) -> i32 {
        todo!()
    }
    /// OffsetForLeaderEpoch: the greatest epoch not above this one and its end offset;
    /// `(-1, -1)` if unknown.
    pub fn end_offset_for_epoch(&self, leader_epoch: i32) -> (i32, i64) {
        let _ = leader_epoch;
        todo!()
    }

    /// The durable write for DeleteRecords up to `offset` (-1: the high watermark) and the new log
    /// start. Nothing to write: the start is already there. Call `set_log_start_offset` once durable.
    pub fn delete_records(&self, offset: i64) -> Result<(i64, Option<Write>), OffsetOutOfRange> {
        let _ = offset;
        todo!()
    }
    /// Raises the log start; it never goes back.
    pub fn set_log_start_offset(&mut self, offset: i64) {
        let _ = offset;
        todo!()
    }
    /// Chunks that end at or below this offset may be trimmed; 0 means none.
    pub fn trim_below(&self) -> i64 {
        todo!()
    }

    /// Producers that have written here, by id (DescribeProducers).
    pub fn active_producers(&self) -> impl Iterator<Item = ProducerInfo> + '_ {
        [].into_iter()
    }
    /// Forgets producers whose last batch is older than `producer.id.expiration.ms`.
    pub fn expire_producers(&mut self, now_ms: i64, expiration_ms: i64) {
        let _ = (now_ms, expiration_ms);
        todo!()
    }

    /// Bytes of memory that this log holds for records.
    pub fn bytes_held(&self) -> usize {
        todo!()
    }
    /// Lets go of the oldest durable bytes until at most `bytes` are held, as far as that is possible.
    pub fn evict_to(&mut self, bytes: usize) {
        let _ = bytes;
        todo!()
    }
}
