//! The edge to a web page: the only code that knows wasm-bindgen, workers' ports and IndexedDB.

pub mod addresses;
pub mod codecs;
pub mod door;
pub mod host;
pub mod idb;
pub mod kernel;
pub mod runtime;
pub mod storage;
mod texts;
pub mod transport;
pub mod viewer;
