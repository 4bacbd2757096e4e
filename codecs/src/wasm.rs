//! The module's door in the page. Errors become JavaScript `Error`s with the text of [`crate::CodecError`].

use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Compresses a payload with codec 1 gzip, 2 snappy, 3 lz4 or 4 zstd.
#[wasm_bindgen]
pub fn compress(codec: u8, input: &[u8]) -> Result<Vec<u8>, JsError> {
    Ok(crate::compress(codec, input)?)
}

/// Decompresses a payload; throws rather than produce more than `limit_bytes`.
#[wasm_bindgen]
pub fn decompress(codec: u8, input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, JsError> {
    Ok(crate::decompress(codec, input, limit_bytes)?)
}

/// The version of this module, for the page to compare with its own.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
