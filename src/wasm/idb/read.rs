//! Reads consecutive chunks of a log. Never scans: it seeks to the first chunk and takes ranges whose size it
//! estimates from what came before.

use super::sys::{self, Record, Store};
use super::{Idb, LOG, Mode, offset_of, range};
use crate::base::LogId;
use crate::log::storage::{ReadFrom, ReadRequest, StoredChunk};
use bytes::Bytes;
use futures_util::future::{LocalBoxFuture, ready};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// Never ask for more chunks at once: their sizes are only guessed.
const MOST_AT_ONCE: usize = 128;
/// What a chunk is thought to have in a log that was not read yet.
const GUESS_BYTES: usize = 32 << 10;

impl Idb {
    /// What the request asks for; empty when the log has no chunk there.
    pub async fn read(&self, request: ReadRequest) -> Result<Vec<StoredChunk>, String> {
        self.read_chunks(request)
            .await
            .map_err(|error| sys::error_text(&error))
    }

    async fn read_chunks(&self, request: ReadRequest) -> Result<Vec<StoredChunk>, JsValue> {
        let (log, limit) = (request.log, request.max_bytes as usize);
        let ReadFrom::Offset(offset) = request.from else {
            let last = nearest(&self.log_store()?, log, f64::INFINITY)?.await?;
            return Ok(last.into_iter().collect());
        };
        let before = self.last_read.get();
        let (mut chunks, mut bytes) = (Vec::new(), 0);
        let mut found = match self.take_ahead(log, offset).await {
            Some(found) => found,
            None => {
                let (first, found) = self.seek(log, offset, limit).await?;
                bytes += first.as_ref().map_or(0, |chunk| chunk.bytes.len());
                chunks.extend(first);
                found
            }
        };
        loop {
            found.take(&mut chunks, &mut bytes, limit);
            let Some(last) = chunks.last().filter(|_| !found.ends && bytes < limit) else {
                break;
            };
            let average = (bytes / chunks.len()).max(1);
            let wanted = ((limit - bytes) / average + 1).min(MOST_AT_ONCE);
            let after = last.base_offset as f64 + 1.0;
            found = following(&self.log_store()?, log, after, wanted, self.gets_records)?.await?;
        }
        if let (Some(first), Some(last)) = (chunks.first(), chunks.last()) {
            let average = (bytes / chunks.len()).max(1);
            self.last_read.set(LastRead {
                log,
                average,
                base_offset: last.base_offset,
            });
            let goes_on = before.log == log && first.base_offset > before.base_offset;
            if found.is_left() {
                *self.ahead.borrow_mut() = Some((log, Box::pin(ready(Ok(found)))));
            } else if goes_on && bytes >= limit {
                self.look_ahead(log, last.base_offset, limit / average)?;
            }
        }
        Ok(chunks)
    }

    fn log_store(&self) -> Result<Store, JsValue> {
        self.transaction(&[LOG], Mode::Read)?.object_store(LOG)
    }

    /// The chunk that holds the offset, if there is one, and those behind it, about as many as have `limit` bytes.
    async fn seek(
        &self,
        log: LogId,
        offset: i64,
        limit: usize,
    ) -> Result<(Option<StoredChunk>, Found), JsValue> {
        let last = self.last_read.get();
        let average = if last.log == log {
            last.average
        } else {
            GUESS_BYTES
        };
        // At least one, for there may be no chunk that holds the offset.
        let wanted = (limit / average).clamp(1, MOST_AT_ONCE);
        let at = offset.max(0) as f64;
        // Both are asked for at once: a question costs the browser more than a chunk does.
        let store = self.log_store()?;
        let first = nearest(&store, log, at)?;
        let rest = following(&store, log, at + 1.0, wanted, self.gets_records)?;
        Ok((first.await?, rest.await?))
    }

    /// Asks already for what whoever reads a log from end to end will want next.
    fn look_ahead(&self, log: LogId, after: i64, chunks: usize) -> Result<(), JsValue> {
        let wanted = (chunks + chunks / 4 + 1).min(MOST_AT_ONCE);
        let from = after as f64 + 1.0;
        let found = following(&self.log_store()?, log, from, wanted, self.gets_records)?;
        *self.ahead.borrow_mut() = Some((log, Box::pin(found)));
        Ok(())
    }

    /// What was asked for ahead or left over, if it begins where this read does. The log may have grown since, so
    /// that its end is never believed.
    async fn take_ahead(&self, log: LogId, offset: i64) -> Option<Found> {
        let (_, found) = self.ahead.take().filter(|(other, _)| *other == log)?;
        let mut found = found.await.ok()?;
        found.ends = false;
        (found.next_offset()? == offset).then_some(found)
    }
}

/// Chunks that the browser has given, not yet copied into our memory.
pub(super) struct Found {
    /// Beside their values, if these are not records.
    keys: Option<Array>,
    values: Array,
    /// The first that is not taken yet.
    at: u32,
    /// There were fewer than were asked for.
    ends: bool,
}

impl Found {
    fn is_left(&self) -> bool {
        self.at < self.values.length()
    }

    /// Base offset of the next one.
    fn next_offset(&self) -> Option<i64> {
        let key = match &self.keys {
            _ if !self.is_left() => return None,
            Some(keys) => keys.get(self.at),
            None => self.values.get(self.at).unchecked_ref::<Record>().key(),
        };
        offset_of(&key)
    }

    /// Adds chunks until there are `limit` bytes, at least one in all.
    fn take(&mut self, chunks: &mut Vec<StoredChunk>, bytes: &mut usize, limit: usize) {
        while self.is_left() && (*bytes < limit || chunks.is_empty()) {
            let value = self.values.get(self.at);
            let found = match &self.keys {
                Some(keys) => chunk(&keys.get(self.at), &value),
                None => chunk_of(value.unchecked_ref()),
            };
            *bytes += found.as_ref().map_or(0, |chunk| chunk.bytes.len());
            chunks.extend(found);
            self.at += 1;
        }
    }
}

/// What is known of the read before.
#[derive(Clone, Copy)]
pub(super) struct LastRead {
    pub log: LogId,
    /// Bytes of a chunk, not 0.
    pub average: usize,
    /// Of its last chunk.
    pub base_offset: i64,
}

/// A read that is under way for somebody who will ask for it.
pub(super) type Ahead = (LogId, LocalBoxFuture<'static, Result<Found, JsValue>>);

/// At most `count` chunks from this offset on.
fn following(
    store: &Store,
    log: LogId,
    from: f64,
    count: usize,
    gets_records: bool,
) -> Result<impl Future<Output = Result<Found, JsValue>> + use<>, JsValue> {
    let range = range(log, from, f64::INFINITY)?;
    let (keys, values) = if gets_records {
        let options = Object::new();
        Reflect::set(&options, &"query".into(), &range)?;
        Reflect::set(&options, &"count".into(), &(count as u32).into())?;
        (None, store.get_all_records(&options)?)
    } else {
        let keys = store.get_all_keys(&range, count as u32)?;
        (Some(sys::done(&keys)), store.get_all(&range, count as u32)?)
    };
    let values = sys::done(&values);
    Ok(async move {
        let keys = match keys {
            Some(keys) => Some(Array::from(&keys.await?)),
            None => None,
        };
        let values: Array = values.await?.unchecked_into();
        let ends = (values.length() as usize) < count;
        Ok(Found {
            keys,
            values,
            at: 0,
            ends,
        })
    })
}

/// The chunk whose base offset is nearest to this one: the last at or below it.
fn nearest(
    store: &Store,
    log: LogId,
    offset: f64,
) -> Result<impl Future<Output = Result<Option<StoredChunk>, JsValue>> + use<>, JsValue> {
    let cursor = sys::done(&store.open_cursor(&range(log, 0.0, offset)?, "prev")?);
    Ok(async move {
        let cursor = cursor.await?;
        Ok((!cursor.is_null())
            .then(|| chunk_of(cursor.unchecked_ref()))
            .flatten())
    })
}

fn chunk_of(record: &Record) -> Option<StoredChunk> {
    chunk(&record.key(), &record.value())
}

fn chunk(key: &JsValue, value: &JsValue) -> Option<StoredChunk> {
    let base_offset = offset_of(key)?;
    let bytes = Bytes::from(value.unchecked_ref::<Uint8Array>().to_vec());
    Some(StoredChunk { base_offset, bytes })
}
