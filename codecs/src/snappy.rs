//! Snappy in the framing of `snappy-java` ("xerial"), which Kafka's Java client writes: a 16-byte header, then
//! blocks, each a big-endian length and raw snappy data. librdkafka and others write one raw block with no
//! frame at all; reading accepts both, as Kafka's clients in other languages do.

use crate::CodecError;
use snap::raw::{Decoder, Encoder, decompress_len};

const MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const HEADER_BYTES: usize = 16;
/// snappy-java's default block; Kafka does not change it.
const BLOCK_BYTES: usize = 32 * 1024;
/// A raw copy element makes at most 64 bytes out of 2.
const MAX_EXPANSION: usize = 32;

pub(crate) fn compress(input: &[u8]) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::with_capacity(HEADER_BYTES + input.len() / 2 + 16);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&1i32.to_be_bytes());
    out.extend_from_slice(&1i32.to_be_bytes());
    let mut encoder = Encoder::new();
    for block in input.chunks(BLOCK_BYTES) {
        let length_at = out.len();
        let body_at = length_at + 4;
        out.resize(body_at + snap::raw::max_compress_len(block.len()), 0);
        let n = encoder
            .compress(block, &mut out[body_at..])
            .map_err(corrupt)?;
        out[length_at..body_at].copy_from_slice(&(n as u32).to_be_bytes());
        out.truncate(body_at + n);
    }
    Ok(out)
}

pub(crate) fn decompress(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    if !input.starts_with(&MAGIC) {
        append_block(input, &mut out, limit_bytes)?;
        return Ok(out);
    }
    let mut rest = input
        .get(HEADER_BYTES..)
        .ok_or_else(|| corrupt("the header is cut short"))?;
    while !rest.is_empty() {
        // A stream of streams: snappy-java skips a header that stands between blocks.
        if rest.starts_with(&MAGIC) && rest.len() >= HEADER_BYTES {
            rest = &rest[HEADER_BYTES..];
            continue;
        }
        let (length, body) = rest
            .split_first_chunk::<4>()
            .ok_or_else(|| corrupt("a block's length is cut short"))?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > body.len() {
            return Err(corrupt("a block is cut short"));
        }
        append_block(&body[..length], &mut out, limit_bytes)?;
        rest = &body[length..];
    }
    Ok(out)
}

fn append_block(block: &[u8], out: &mut Vec<u8>, limit_bytes: usize) -> Result<(), CodecError> {
    let declared = decompress_len(block).map_err(corrupt)?;
    if declared > limit_bytes.saturating_sub(out.len()) {
        return Err(CodecError::TooLarge { limit_bytes });
    }
    if declared > block.len().saturating_mul(MAX_EXPANSION) {
        return Err(corrupt("a block declares more than it can hold"));
    }
    let start = out.len();
    out.resize(start + declared, 0);
    let n = Decoder::new()
        .decompress(block, &mut out[start..])
        .map_err(corrupt)?;
    out.truncate(start + n);
    Ok(())
}

fn corrupt(e: impl std::fmt::Display) -> CodecError {
    CodecError::Corrupt {
        codec: "snappy",
        why: e.to_string(),
    }
}
