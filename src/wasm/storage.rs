//! The cluster's storage, whichever the page has: one face for IndexedDB and memory.

use super::idb::{Idb, OpenError, WriteError, field};
use crate::base::LogId;
use crate::log::memory::MemoryStore;
use crate::log::storage::{ReadRequest, Store, StoredChunk, Write};
use bytes::Bytes;
use futures_util::future::{LocalBoxFuture, ready};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;

/// Clones are the same storage.
#[derive(Clone)]
pub enum Storage {
    Idb(Rc<Idb>),
    Memory(Rc<RefCell<MemoryStore>>),
}

impl Storage {
    /// The database of that name, or memory without one; and what the cluster keeps in `meta`.
    pub async fn open(
        database: Option<&str>,
    ) -> Result<(Storage, Vec<(String, Bytes)>), OpenError> {
        match database {
            None => Ok((Storage::Memory(Rc::default()), Vec::new())),
            Some(name) => {
                let (idb, meta) = Idb::open(name).await?;
                Ok((Storage::Idb(Rc::new(idb)), meta))
            }
        }
    }

    pub fn is_memory(&self) -> bool {
        matches!(self, Storage::Memory(_))
    }

    /// What was stored before is gone, by the browser's doing.
    pub fn was_dropped(&self) -> bool {
        matches!(self, Storage::Idb(idb) if idb.was_dropped())
    }

    /// Hands the whole group over before it returns; the future ends when it is durable.
    pub fn persist(&self, writes: &[Write]) -> LocalBoxFuture<'static, Result<(), WriteError>> {
        match self {
            Storage::Idb(idb) => Box::pin(idb.persist(writes)),
            Storage::Memory(memory) => {
                let written = memory.borrow_mut().commit(writes);
                Box::pin(ready(written.map_err(|error| WriteError::Failed(error.0))))
            }
        }
    }

    pub async fn read(&self, request: ReadRequest) -> Result<Vec<StoredChunk>, String> {
        match self {
            Storage::Idb(idb) => idb.read(request).await,
            Storage::Memory(memory) => memory.borrow_mut().read(&request).map_err(|error| error.0),
        }
    }

    /// One small step of a deletion. Whether there is more to do.
    pub async fn trim_step(&self, log: LogId, below: Option<i64>) -> Result<bool, String> {
        match self {
            Storage::Idb(idb) => idb.trim_step(log, below).await,
            Storage::Memory(memory) => {
                let trimmed = memory.borrow_mut().trim(log, below);
                trimmed.map(|()| false).map_err(|error| error.0)
            }
        }
    }

    /// Lets go of it, so that it can be deleted.
    pub fn close(&self) {
        if let Storage::Idb(idb) = self {
            idb.close();
        }
    }
}

/// Bytes that the site keeps in this browser, as the browser estimates them.
pub async fn used_bytes() -> Option<f64> {
    let navigator = field(&js_sys::global(), "navigator");
    let manager = field(&navigator, "storage");
    let estimate: js_sys::Function = field(&manager, "estimate").dyn_into().ok()?;
    let promise: js_sys::Promise = estimate.call0(&manager).ok()?.dyn_into().ok()?;
    let found = wasm_bindgen_futures::JsFuture::from(promise).await.ok()?;
    field(&found, "usage").as_f64()
}
