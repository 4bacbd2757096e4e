//! The partition log: record batches in order, their offsets, and how they become durable.
//!
//! It does no I/O: writes are taken from it, reads are asked for, answers are handed in.

mod config;
mod partition_log;
mod producer_state;
pub mod storage;
mod types;

pub use config::LogConfig;
pub use partition_log::{OffsetSearch, PartitionLog, Recovery, RecoveryStep, log_start_key};
pub use producer_state::ProducerInfo;
pub use types::{
    AppendContext, AppendError, Appended, Finding, FoundOffset, OffsetOutOfRange, Origin,
    ReadOutcome, RecordError, SearchStep, Segment,
};
