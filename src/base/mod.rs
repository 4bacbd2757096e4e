//! Ids, time, randomness, and small containers that every layer uses.
//!
//! Nothing here knows Kafka's protocol. The core reads no clock and draws no randomness of its own:
//! [`Now`] and [`Rng`] are handed in.

mod rng;
pub mod sort;
pub mod sorted_map;
mod sorted_set;

pub use rng::Rng;
pub use sort::{repeats, sort, sort_by, sort_by_key};
pub use sorted_map::SortedMap;
pub use sorted_set::SortedSet;

/// The moment at which an input is handled, as the driver saw it.
///
/// Timers run on `mono_ms`, record timestamps come from `wall_ms`; the two may drift apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Milliseconds since an arbitrary start; never goes back.
    pub mono_ms: u64,
    /// Milliseconds since 1970-01-01 UTC; may jump either way.
    pub wall_ms: i64,
}

/// `node.id` of a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BrokerId(pub i32);

/// One connection of a client to one broker. Never reused within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// The storage's number of one log. Given out once by the metadata log, never reused:
/// a topic that is deleted and created again has new logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub u32);

/// The log of the cluster's own metadata (`__cluster_metadata`).
pub const METADATA_LOG: LogId = LogId(0);

/// The address of one broker as a client shall see it (`advertised.listeners`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub broker: BrokerId,
    pub host: String,
    pub port: u16,
}
