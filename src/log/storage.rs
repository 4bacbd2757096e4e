//! What the core asks of durable storage, and nothing about how it is done.
//!
//! A back end (IndexedDB, plain files, memory, simulated disk) executes [`Write`]s as one atomic group,
//! answers [`ReadRequest`]s and trims what is no longer needed. There is one kind of durable thing, the
//! log: a sequence of chunks, each what one commit added to one log. Chunks are opaque to the back end.

use crate::base::LogId;
use bytes::Bytes;

/// One durable change. All writes of a group become durable together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Adds a chunk. A chunk at this key must not exist yet: a stray second writer collides and its
    /// whole group fails. `bytes` is one value in several pieces.
    Append {
        log: LogId,
        base_offset: i64,
        bytes: Vec<Bytes>,
    },
    /// Removes the chunks of `log` whose base offset is at or above `from`. Recovery asks for it when
    /// the end of a log is broken; what was whole is appended again in the same group.
    Truncate { log: LogId, from: i64 },
    /// Sets a small value that no log can say (format version, log starts, segment summaries …).
    PutMeta { key: String, value: Bytes },
    /// Removes such a value; absent is fine.
    DeleteMeta { key: String },
}

/// Where a read begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// At the last chunk whose base offset is not above this offset, or at the first chunk if there is none.
    Offset(i64),
    /// At the last chunk.
    Last,
}

/// Asks for consecutive chunks of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRequest {
    pub log: LogId,
    pub from: ReadFrom,
    /// Stop once this many bytes are collected. At least one chunk is returned if there is any.
    pub max_bytes: u32,
}

/// One chunk as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChunk {
    pub base_offset: i64,
    pub bytes: Bytes,
}

/// A back end that works at once, without waiting for anybody: memory, plain files, the simulated
/// disk. IndexedDB answers later and so has the same contract in another shape.
pub trait Store {
    /// All small values, by key.
    fn meta(&self) -> Vec<(String, Bytes)>;
    /// Makes the writes durable, in their order, all or none. On an error nothing of them is stored.
    fn commit(&mut self, writes: &[Write]) -> Result<(), StoreError>;
    /// Consecutive chunks, oldest first; none if the log has none there.
    fn read(&mut self, request: &ReadRequest) -> Result<Vec<StoredChunk>, StoreError>;
    /// Lets go of chunks that end at or below the offset (`None`: of the whole log).
    fn trim(&mut self, log: LogId, below: Option<i64>) -> Result<(), StoreError>;
}

/// Why storage could not do it, in one sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError(pub String);

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}
