//! What benches call: the core's append and fetch, compiled natively and for the page alike, and storage in the page.

#[cfg(target_arch = "wasm32")]
mod disk;
#[path = "../../../../benches/core/harness.rs"]
mod harness;

use harness::{Bench, fetch_all, produce, produce_frame};

/// Records of 100 bytes that make a batch of 16 KB.
const RECORDS: usize = 150;

/// Appends so many batches of 16 KB to a new cluster and fetches them back. Bytes that came.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
pub fn round(batches: usize) -> usize {
    let mut bench = Bench::new();
    produce(&mut bench, &produce_frame(RECORDS, 1), batches, 1);
    fetch_all(&mut bench)
}
