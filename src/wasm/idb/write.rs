//! Writes one group of changes as one strict transaction.

use super::sys::{self, Transaction};
use super::{Idb, LOG, META, Mode, key, range};
use crate::log::storage::Write;
use wasm_bindgen::JsValue;

/// Why a group was not written. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The browser's quota or the disk is full. Works again when something was deleted.
    Full(String),
    Failed(String),
}

impl Idb {
    /// Writes all or nothing. The group is handed to the browser before this returns; the future ends when it
    /// is durable. No request is awaited in between: that would halve the speed.
    pub fn persist(
        &self,
        writes: &[Write],
    ) -> impl Future<Output = Result<(), WriteError>> + use<> {
        let begun = self.begin(writes);
        async move {
            match begun {
                Ok(ended) => ended.await.map_err(|error| failed(&error)),
                Err(error) => Err(failed(&error)),
            }
        }
    }

    fn begin(
        &self,
        writes: &[Write],
    ) -> Result<impl Future<Output = Result<(), JsValue>> + use<>, JsValue> {
        if writes.iter().any(|w| matches!(w, Write::Truncate { .. })) {
            // What was read ahead may be what is cut.
            self.ahead.take();
        }
        let transaction = self.transaction(stores(writes), Mode::Write)?;
        let ended = sys::ended(&transaction);
        let issued = issue(&transaction, writes).and_then(|()| match self.commits_early {
            true => transaction.commit(),
            false => Ok(()),
        });
        if let Err(error) = issued {
            // It may have aborted by itself, for the same reason; then this fails, and nothing is stored either way.
            let _ = transaction.abort();
            return Err(error);
        }
        Ok(ended)
    }
}

/// Only the stores that are needed, so that a transaction over one does not wait for the other.
fn stores(writes: &[Write]) -> &'static [&'static str] {
    let is_meta = |write: &Write| matches!(write, Write::PutMeta { .. } | Write::DeleteMeta { .. });
    let logs = writes.iter().any(|write| !is_meta(write));
    let metas = writes.iter().any(is_meta);
    match (logs, metas) {
        (true, true) => &[LOG, META],
        (false, true) => &[META],
        (_, false) => &[LOG],
    }
}

fn issue(transaction: &Transaction, writes: &[Write]) -> Result<(), JsValue> {
    let mut log = None;
    let mut meta = None;
    for write in writes {
        match write {
            Write::Append {
                log: id,
                base_offset,
                bytes,
            } => {
                let store = open_once(&mut log, transaction, LOG)?;
                // Not `put`: a second writer must collide, not overwrite.
                store.add(&sys::array_of(bytes), &key(*id, *base_offset))?;
            }
            Write::Truncate { log: id, from } => {
                let store = open_once(&mut log, transaction, LOG)?;
                store.delete(&range(*id, *from as f64, f64::INFINITY)?)?;
            }
            Write::PutMeta { key, value } => {
                let store = open_once(&mut meta, transaction, META)?;
                store.put(&sys::array_of(std::slice::from_ref(value)), &key.into())?;
            }
            Write::DeleteMeta { key } => {
                open_once(&mut meta, transaction, META)?.delete(&key.into())?;
            }
        }
    }
    Ok(())
}

fn open_once<'a>(
    slot: &'a mut Option<sys::Store>,
    transaction: &Transaction,
    name: &str,
) -> Result<&'a sys::Store, JsValue> {
    if slot.is_none() {
        *slot = Some(transaction.object_store(name)?);
    }
    Ok(slot.as_ref().expect("was just filled"))
}

/// By the error's name: its class differs among browsers. Firefox may say `InvalidStateError` on the put that
/// follows the one for which there was no room.
fn failed(error: &JsValue) -> WriteError {
    let text = sys::error_text(error);
    match sys::error_name(error).as_str() {
        "QuotaExceededError" => WriteError::Full(text),
        _ => WriteError::Failed(text),
    }
}
