//! The partition log: record batches in order, their offsets, and how they become durable.
//!
//! It does no I/O: writes are taken from it, reads are asked for, answers are handed in.

mod append;
mod chunk;
mod config;
mod epochs;
pub mod memory;
mod partition_log;
mod producer_state;
mod read;
mod recovery;
mod run;
mod search;
pub mod storage;
mod tail;
mod types;

pub use config::LogConfig;
pub use partition_log::{PartitionLog, decode_log_start, log_start_key};
pub use producer_state::ProducerInfo;
pub use recovery::{Recovery, RecoveryStep};
pub use search::OffsetSearch;
pub use types::{
    AppendContext, AppendError, Appended, Finding, FoundOffset, OffsetOutOfRange, Origin,
    ReadOutcome, RecordError, SearchStep, Segment,
};
