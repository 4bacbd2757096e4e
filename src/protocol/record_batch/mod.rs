//! Record batches of magic 2, the only format that current Kafka stores: reading, checking, building.
//!
//! A batch is opaque to the broker but for its 61 byte header; records are walked where they stand.
//! Nothing here compresses or decompresses: callers hand in the codec, because the broker in the page
//! has none. Message sets of magic 0 and 1 are recognised and refused, as Kafka 4 does (KIP-724).

mod attributes;
mod builder;
pub mod crc32c;
mod error;
mod patch;
mod records;
mod varint;
mod view;

pub use attributes::{Attributes, Compression, TimestampType};
pub use builder::{BatchBuilder, BatchOptions, record_size, record_size_upper_bound};
pub use error::BatchError;
pub use patch::{assign_offset, set_log_append_time, set_max_timestamp, set_producer};
pub use records::{Header, Headers, Record, Records};
pub use view::{
    BatchHeader, BatchView, Batches, batches, check_produce_records, has_compressed,
    increment_sequence,
};

/// Bytes before the first record of a batch.
pub const BATCH_OVERHEAD: usize = 61;
/// Bytes of base offset and length, which `batch_length` does not count.
pub const LOG_OVERHEAD: usize = 12;
/// The producer id of a batch without one.
pub const NO_PRODUCER_ID: i64 = -1;
/// The producer epoch of a batch without one.
pub const NO_PRODUCER_EPOCH: i16 = -1;
/// The sequence of a batch without one.
pub const NO_SEQUENCE: i32 = -1;
/// "No timestamp".
pub const NO_TIMESTAMP: i64 = -1;

/// Decompresses one record section: compression id, compressed bytes, greatest allowed size.
/// `None`: the bytes are broken or there is no such codec.
pub type Decompress<'a> = dyn Fn(u8, &[u8], usize) -> Option<Vec<u8>> + 'a;

/// The Kafka error codes that this area answers with.
pub mod error_code {
    pub const UNKNOWN_SERVER_ERROR: i16 = -1;
    pub const OFFSET_OUT_OF_RANGE: i16 = 1;
    pub const CORRUPT_MESSAGE: i16 = 2;
    pub const MESSAGE_TOO_LARGE: i16 = 10;
    pub const RECORD_LIST_TOO_LARGE: i16 = 18;
    pub const INVALID_TIMESTAMP: i16 = 32;
    pub const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
    pub const INVALID_PRODUCER_EPOCH: i16 = 47;
    pub const INVALID_TXN_STATE: i16 = 48;
    pub const UNSUPPORTED_COMPRESSION_TYPE: i16 = 76;
    pub const INVALID_RECORD: i16 = 87;
}
