//! The edge to a web page: the only code that knows wasm-bindgen, workers' ports and IndexedDB.

pub mod idb;
