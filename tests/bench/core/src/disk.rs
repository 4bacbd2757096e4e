//! What the bench of IndexedDB calls in the page: groups of chunks in one strict transaction each, and reading back.

use bytes::Bytes;
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::storage::{ReadFrom, ReadRequest, Write};
use kafka_sandbox::wasm::idb::Idb;
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// An open database of our own layout.
#[wasm_bindgen]
pub struct Disk {
    idb: Idb,
    /// Base offset of the next group.
    next: Cell<i64>,
}

#[wasm_bindgen]
impl Disk {
    pub async fn open(name: String) -> Result<Disk, JsError> {
        let opened = Idb::open(&name).await;
        let (idb, _) = opened.map_err(|error| JsError::new(&error.to_string()))?;
        let next = Cell::new(0);
        Ok(Disk { idb, next })
    }

    /// One group: a chunk of so many bytes to each of so many logs. Resolves when it is durable.
    pub async fn append(&self, logs: u32, chunk_bytes: usize) -> Result<(), JsError> {
        let base_offset = self.next.get();
        self.next.set(base_offset + 1);
        let writes: Vec<Write> = (0..logs)
            .map(|log| Write::Append {
                log: LogId(log),
                base_offset,
                bytes: vec![Bytes::from(vec![7; chunk_bytes])],
            })
            .collect();
        let written = self.idb.persist(&writes).await;
        written.map_err(|error| JsError::new(&format!("{error:?}")))
    }

    /// Reads a log from its beginning in pieces of at least 1 MB. Bytes.
    pub async fn scan(&self, log: u32) -> Result<usize, JsError> {
        let (mut from, mut bytes) = (0, 0);
        loop {
            let request = ReadRequest {
                log: LogId(log),
                from: ReadFrom::Offset(from),
                max_bytes: 1 << 20,
            };
            let read = self.idb.read(request).await;
            let chunks = read.map_err(|why| JsError::new(&why))?;
            bytes += chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>();
            match chunks.last() {
                Some(last) if last.base_offset + 1 < self.next.get() => from = last.base_offset + 1,
                _ => return Ok(bytes),
            }
        }
    }

    pub fn close(&self) {
        self.idb.close();
    }
}
