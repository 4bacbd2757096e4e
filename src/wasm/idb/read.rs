//! Reads consecutive chunks of a log. Never scans: it seeks to the first chunk, then takes ranges whose size
//! it estimates from what came before.

use super::sys::{self, Store};
use super::{Idb, LOG, Mode, offset_of, range};
use crate::base::LogId;
use crate::log::storage::{ReadFrom, ReadRequest, StoredChunk};
use bytes::Bytes;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

/// Never ask for more chunks at once: their sizes are only guessed.
const MOST_AT_ONCE: u32 = 128;

impl Idb {
    /// What the request asks for; empty when the log has no chunk there.
    pub async fn read(&self, request: ReadRequest) -> Result<Vec<StoredChunk>, String> {
        self.read_chunks(request)
            .await
            .map_err(|error| sys::error_text(&error))
    }

    async fn read_chunks(&self, request: ReadRequest) -> Result<Vec<StoredChunk>, JsValue> {
        let store = self.transaction(&[LOG], Mode::Read)?.object_store(LOG)?;
        let Some(first) = first(&store, request).await? else {
            return Ok(Vec::new());
        };
        let mut bytes = first.bytes.len();
        let mut chunks = vec![first];
        let mut at_once = 2;
        let limit = request.max_bytes as usize;
        while bytes < limit && request.from != ReadFrom::Last {
            let average = (bytes / chunks.len()).max(1);
            let wanted = ((limit - bytes) / average + 1).min(at_once as usize) as u32;
            let after = chunks.last().expect("there is a first").base_offset;
            let more = following(&store, request.log, after, wanted).await?;
            let end = (more.len() as u32) < wanted;
            for chunk in more {
                if bytes >= limit {
                    break;
                }
                bytes += chunk.bytes.len();
                chunks.push(chunk);
            }
            if end {
                break;
            }
            at_once = (at_once * 4).min(MOST_AT_ONCE);
        }
        Ok(chunks)
    }
}

/// The chunk where the request begins.
async fn first(store: &Store, request: ReadRequest) -> Result<Option<StoredChunk>, JsValue> {
    let up_to = match request.from {
        ReadFrom::Offset(offset) => offset as f64,
        ReadFrom::Last => f64::INFINITY,
    };
    let found = nearest(store, &range(request.log, 0.0, up_to.max(0.0))?, "prev").await?;
    match (found, request.from) {
        (None, ReadFrom::Offset(_)) => {
            nearest(store, &range(request.log, 0.0, f64::INFINITY)?, "next").await
        }
        (found, _) => Ok(found),
    }
}

async fn nearest(
    store: &Store,
    range: &JsValue,
    way: &str,
) -> Result<Option<StoredChunk>, JsValue> {
    let cursor = sys::done(&store.open_cursor(range, way)?).await?;
    if cursor.is_null() {
        return Ok(None);
    }
    Ok(chunk(
        &sys::field(&cursor, "key"),
        &sys::field(&cursor, "value"),
    ))
}

/// At most `count` chunks behind the one at `after`.
async fn following(
    store: &Store,
    log: LogId,
    after: i64,
    count: u32,
) -> Result<Vec<StoredChunk>, JsValue> {
    let range = range(log, after as f64 + 1.0, f64::INFINITY)?;
    if Reflect::has(store, &"getAllRecords".into())? {
        let options = Object::new();
        Reflect::set(&options, &"query".into(), &range)?;
        Reflect::set(&options, &"count".into(), &count.into())?;
        let records = Array::from(&sys::done(&store.get_all_records(&options)?).await?);
        let read =
            |record: JsValue| chunk(&sys::field(&record, "key"), &sys::field(&record, "value"));
        return Ok(records.iter().filter_map(read).collect());
    }
    let (keys, values) = (
        store.get_all_keys(&range, count)?,
        store.get_all(&range, count)?,
    );
    let keys = Array::from(&sys::done(&keys).await?);
    let values = Array::from(&sys::done(&values).await?);
    Ok(keys
        .iter()
        .zip(values.iter())
        .filter_map(|(key, value)| chunk(&key, &value))
        .collect())
}

fn chunk(key: &JsValue, value: &JsValue) -> Option<StoredChunk> {
    let base_offset = offset_of(key)?;
    let bytes = Bytes::from(Uint8Array::new(value).to_vec());
    Some(StoredChunk { base_offset, bytes })
}
