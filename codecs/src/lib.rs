//! Compression codecs of Kafka record batches: gzip, snappy, lz4 and zstd in the frames that Kafka's clients
//! write and read.
//!
//! Linked natively; in the page it is a second wasm module that is fetched when a compressed batch is first
//! met. It knows payloads only: what a record batch is stays with the protocol layer.
//!
//! Codecs go by their number in the batch attributes: 1 gzip, 2 snappy, 3 lz4, 4 zstd.

mod gzip;
mod lz4;
mod snappy;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod zstd;

use std::fmt;
use std::io::{self, Read};

/// Why a payload was not compressed or decompressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodecError {
    /// There is no codec of this number.
    UnknownCodec(u8),
    /// The payload is larger than the caller's limit once decompressed.
    TooLarge { limit_bytes: usize },
    /// The payload is not what the codec writes.
    Corrupt { codec: &'static str, why: String },
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodecError::UnknownCodec(codec) => write!(f, "Unknown compression type id: {codec}"),
            CodecError::TooLarge { limit_bytes } => {
                write!(f, "decompressed data is larger than {limit_bytes} bytes")
            }
            CodecError::Corrupt { codec, why } => write!(f, "invalid {codec} data: {why}"),
        }
    }
}

impl std::error::Error for CodecError {}

/// Compresses one payload as Kafka's Java client would frame it.
pub fn compress(codec: u8, input: &[u8]) -> Result<Vec<u8>, CodecError> {
    match codec {
        1 => gzip::compress(input),
        2 => snappy::compress(input),
        3 => lz4::compress(input),
        4 => Ok(zstd::compress(input)),
        other => Err(CodecError::UnknownCodec(other)),
    }
}

/// Decompresses one payload; refuses to produce more than `limit_bytes`.
pub fn decompress(codec: u8, input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, CodecError> {
    match codec {
        1 => gzip::decompress(input, limit_bytes),
        2 => snappy::decompress(input, limit_bytes),
        3 => lz4::decompress(input, limit_bytes),
        4 => zstd::decompress(input, limit_bytes),
        other => Err(CodecError::UnknownCodec(other)),
    }
}

/// Appends what `source` yields to `out`, which may not grow beyond `limit_bytes`.
fn read_bounded(
    codec: &'static str,
    mut source: impl Read,
    out: &mut Vec<u8>,
    limit_bytes: usize,
) -> Result<(), CodecError> {
    let mut chunk = [0; 16 * 1024];
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(n) if out.len() + n > limit_bytes => {
                return Err(CodecError::TooLarge { limit_bytes });
            }
            Ok(n) => out.extend_from_slice(&chunk[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                return Err(CodecError::Corrupt {
                    codec,
                    why: e.to_string(),
                });
            }
        }
    }
}
