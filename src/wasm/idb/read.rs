//! Reads consecutive chunks of a log. Never scans: it seeks to the first chunk and takes ranges whose size it
//! estimates from what came before.

use super::sys::{self, Record, Store};
use super::{Idb, LOG, Mode, offset_of, range};
use crate::base::LogId;
use crate::log::storage::{ReadFrom, ReadRequest, StoredChunk};
use bytes::Bytes;
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
        let store = self.transaction(&[LOG], Mode::Read)?.object_store(LOG)?;
        let (log, limit) = (request.log, request.max_bytes as usize);
        let ReadFrom::Offset(offset) = request.from else {
            let last = nearest(&store, log, f64::INFINITY)?.await?;
            return Ok(last.into_iter().collect());
        };
        // Both are asked for at once: a question costs the browser more than a chunk does.
        let at = offset.max(0) as f64;
        let first = nearest(&store, log, at)?;
        let wanted = self.guess(log, limit);
        let more = Some((self.following(&store, log, at + 1.0, wanted)?, wanted));
        let mut chunks: Vec<StoredChunk> = first.await?.into_iter().collect();
        let mut bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        let mut next = more;
        while let Some((found, wanted)) = next.take() {
            let found = found.await?;
            let ends = found.len() < wanted;
            for chunk in found {
                if bytes >= limit && !chunks.is_empty() {
                    break;
                }
                bytes += chunk.bytes.len();
                chunks.push(chunk);
            }
            let Some(last) = chunks.last().filter(|_| !ends && bytes < limit) else {
                break;
            };
            let average = (bytes / chunks.len()).max(1);
            let wanted = ((limit - bytes) / average + 1).min(MOST_AT_ONCE);
            let after = last.base_offset as f64 + 1.0;
            next = Some((self.following(&store, log, after, wanted)?, wanted));
        }
        if let Some(average) = bytes.checked_div(chunks.len()) {
            self.last_read.set((log, average));
        }
        Ok(chunks)
    }

    /// How many chunks behind the first one a read will take; at least one, for there may be no first one.
    fn guess(&self, log: LogId, limit: usize) -> usize {
        let (last, average) = self.last_read.get();
        let average = if last == log { average } else { GUESS_BYTES };
        (limit / average.max(1)).clamp(1, MOST_AT_ONCE)
    }

    /// At most `count` chunks from this offset on.
    fn following(
        &self,
        store: &Store,
        log: LogId,
        from: f64,
        count: usize,
    ) -> Result<impl Future<Output = Result<Vec<StoredChunk>, JsValue>> + use<>, JsValue> {
        let range = range(log, from, f64::INFINITY)?;
        let count = count as u32;
        let (keys, values) = if self.gets_records {
            let options = Object::new();
            Reflect::set(&options, &"query".into(), &range)?;
            Reflect::set(&options, &"count".into(), &count.into())?;
            (None, store.get_all_records(&options)?)
        } else {
            let keys = store.get_all_keys(&range, count)?;
            (Some(sys::done(&keys)), store.get_all(&range, count)?)
        };
        let values = sys::done(&values);
        Ok(async move {
            let keys = match keys {
                Some(keys) => Some(Array::from(&keys.await?)),
                None => None,
            };
            let values: Array = values.await?.unchecked_into();
            let chunks = values
                .iter()
                .zip(0..)
                .filter_map(|(value, at)| match &keys {
                    Some(keys) => chunk(&keys.get(at), &value),
                    None => chunk_of(value.unchecked_ref()),
                });
            Ok(chunks.collect())
        })
    }
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
