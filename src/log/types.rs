//! What goes into a partition log and comes out of it, apart from bytes.

use super::storage::ReadRequest;
use crate::protocol::record_batch::{BatchError, BatchHeader, Decompress, error_code};
use bytes::Bytes;

/// Who appends. It decides which checks apply, as Kafka's `AppendOrigin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A produce request: everything is checked.
    Client,
    /// A coordinator: records without sequences, control batches allowed.
    Coordinator,
    /// The controller writing cluster metadata.
    Controller,
}

/// The circumstances of an append.
#[derive(Clone, Copy)]
pub struct AppendContext<'a> {
    /// Wall clock, milliseconds.
    pub now_ms: i64,
    pub leader_epoch: i32,
    pub origin: Origin,
    /// `topic-partition`, for the texts of errors.
    pub partition: &'a str,
    /// With a codec the records inside compressed batches are checked too.
    pub decompress: Option<&'a Decompress<'a>>,
}

/// An accepted append. It is durable, and may be acknowledged, once the high watermark is above
/// `last_offset`; that holds for duplicates too, whose original may still be on its way to storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub base_offset: i64,
    pub last_offset: i64,
    /// -1 when the topic has `CreateTime`.
    pub log_append_time_ms: i64,
    pub log_start_offset: i64,
    /// The same batch was appended before; these are its original offsets and nothing was added.
    pub duplicate: bool,
}

/// One record of a batch that was refused (KIP-467).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    pub batch_index: i32,
    pub message: String,
}

/// Why an append was refused; nothing was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendError {
    /// Kafka's error code.
    pub code: i16,
    /// Kafka's words, for logs and events.
    pub why: String,
    /// What a produce response carries from version 8 on; Kafka sends a text only for these.
    pub record_errors: Vec<RecordError>,
}

impl AppendError {
    pub(super) fn new(code: i16, why: impl Into<String>) -> Self {
        AppendError {
            code,
            why: why.into(),
            record_errors: Vec::new(),
        }
    }

    /// The `error_message` of a produce response: Kafka sends it only along with record errors.
    pub fn response_message(&self) -> Option<&str> {
        (!self.record_errors.is_empty()).then_some(self.why.as_str())
    }
}

impl From<BatchError> for AppendError {
    fn from(error: BatchError) -> Self {
        AppendError::new(error.code(), error.to_string())
    }
}

/// The offset is below the log start or above the log end (`OFFSET_OUT_OF_RANGE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetOutOfRange;

impl OffsetOutOfRange {
    pub const CODE: i16 = error_code::OFFSET_OUT_OF_RANGE;
}

/// What a read found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadOutcome {
    /// Whole batches in order, possibly none. The first may begin below the offset that was asked
    /// for, as Kafka's does. `next_offset` is where the next read goes on.
    Data {
        slices: Vec<Bytes>,
        bytes: usize,
        next_offset: i64,
    },
    /// The bytes are not in memory: ask storage for this, hand the answer to `accept_read`, read again.
    NeedsStorage(ReadRequest),
}

/// Something in storage that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// First offset that is lost.
    pub from: i64,
    /// The offset after the last one that is lost; `None` if it cannot be known.
    pub to: Option<i64>,
    /// One sentence for people.
    pub why: String,
}

impl Finding {
    pub(super) fn lost(from: i64, to: i64, why: impl Into<String>) -> Self {
        Finding {
            from,
            to: Some(to),
            why: why.into(),
        }
    }
}

/// The answer to a search by timestamp (ListOffsets).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundOffset {
    pub offset: i64,
    /// -1 where Kafka gives none (earliest, latest).
    pub timestamp: i64,
    /// -1 if unknown.
    pub leader_epoch: i32,
}

/// One step of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchStep {
    /// Found, or there is no such record.
    Done(Option<FoundOffset>),
    /// Ask storage for this, hand the answer to `accept_read`, step again.
    NeedsStorage(ReadRequest),
}

/// One segment, as retention and the log view see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub base_offset: i64,
    /// Bytes that the log had taken in before this segment.
    pub start_size: u64,
    /// -1 if no record has a timestamp.
    pub max_timestamp: i64,
    /// Base offset of the batch that has it.
    pub max_timestamp_offset: i64,
    /// Of the first batch; `segment.ms` counts from it.
    pub first_timestamp: i64,
}

impl Segment {
    pub(super) fn starting(base_offset: i64, start_size: u64) -> Self {
        Segment {
            base_offset,
            start_size,
            max_timestamp: -1,
            max_timestamp_offset: -1,
            first_timestamp: -1,
        }
    }

    /// Counts a batch in.
    pub(super) fn note(&mut self, header: &BatchHeader) {
        if header.base_offset == self.base_offset {
            self.first_timestamp = header.max_timestamp;
        }
        if header.max_timestamp > self.max_timestamp {
            self.max_timestamp = header.max_timestamp;
            self.max_timestamp_offset = header.base_offset;
        }
    }
}
