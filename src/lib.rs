//! An Apache Kafka cluster that runs inside a web page, and natively over TCP.
//!
//! Layers, each may import only what stands to its left:
//! `base ← protocol ← log ← metadata ← coordinator ← api ← cluster ← client ← shell ← {sim, wasm, native}`.
//! `docs/ARCHITECTURE.md` is the map of the house.

pub mod api;
pub mod base;
pub mod client;
pub mod cluster;
pub mod coordinator;
pub mod log;
pub mod metadata;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub mod native;
pub mod protocol;
pub mod shell;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
