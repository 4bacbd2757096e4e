//! Deletes chunks that nobody needs, a few at a time: one large deletion would block appends for long.

use super::sys;
use super::{Idb, LOG, Mode, range};
use crate::base::LogId;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

/// Chunks that one step deletes at most.
pub const TRIM_STEP: u32 = 50;

impl Idb {
    /// Deletes up to [`TRIM_STEP`] chunks of `log` that end at or below the offset (`None`: any), oldest first.
    /// Whether there may be more of them.
    pub async fn trim_step(&self, log: LogId, below: Option<i64>) -> Result<bool, String> {
        self.delete_some(log, below)
            .await
            .map_err(|error| sys::error_text(&error))
    }

    async fn delete_some(&self, log: LogId, below: Option<i64>) -> Result<bool, JsValue> {
        let transaction = self.transaction(&[LOG], Mode::Trim)?;
        let ended = sys::ended(&transaction);
        let store = transaction.object_store(LOG)?;
        let up_to = below.map_or(f64::INFINITY, |offset| offset as f64);
        if up_to < 0.0 {
            return Ok(false);
        }
        let keys = store.get_all_keys(&range(log, 0.0, up_to)?, TRIM_STEP + 1)?;
        let keys: Array = sys::done(&keys).await?.unchecked_into();
        // A chunk ends where the next one begins, so the last one that begins below the limit stays.
        let found = keys.length();
        let doomed = match below {
            Some(_) => found.saturating_sub(1),
            None => found.min(TRIM_STEP),
        };
        if doomed > 0 {
            let (first, last) = (keys.get(0), keys.get(doomed - 1));
            store.delete(&sys::KeyRange::bound(&first, &last, false, false)?)?;
        }
        ended.await?;
        Ok(found > TRIM_STEP)
    }
}
