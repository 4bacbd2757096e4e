//! gzip (RFC 1952) at zlib's default level. Several members in a row are read as one payload, as Java does.

use crate::{CodecError, read_bounded};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::Write;

pub(crate) fn compress(input: &[u8]) -> Result<Vec<u8>, CodecError> {
    let out = Vec::with_capacity(input.len() / 2 + 32);
    let mut encoder = GzEncoder::new(out, Compression::default());
    encoder
        .write_all(input)
        .and_then(|()| encoder.finish())
        .map_err(corrupt)
}

pub(crate) fn decompress(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    read_bounded("gzip", MultiGzDecoder::new(input), &mut out, limit_bytes)?;
    Ok(out)
}

fn corrupt(e: std::io::Error) -> CodecError {
    CodecError::Corrupt {
        codec: "gzip",
        why: e.to_string(),
    }
}
