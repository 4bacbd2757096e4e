//! Zstandard (RFC 8878) in pure Rust: all of it is read, the fastest level is written.
//!
//! A frame declares the window that its decoder must keep, and encoders that stream declare windows far larger
//! than the data (128 MB at the highest level). As no match can reach back further than the data, a window
//! beyond the caller's limit is cut to the limit before decoding, so that a small hostile frame cannot ask for
//! much memory.

use crate::{CodecError, read_bounded};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

const FRAME_MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
const SKIPPABLE_MAGIC: u32 = 0x184D_2A50;
const SINGLE_SEGMENT: u8 = 1 << 5;
const MIN_WINDOW_BYTES: u64 = 1024;

pub(crate) fn compress(input: &[u8]) -> Vec<u8> {
    compress_to_vec(input, CompressionLevel::Fastest)
}

pub(crate) fn decompress(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    let mut rest = input;
    while !rest.is_empty() {
        rest = match skippable_frame_bytes(rest) {
            Some(n) => rest
                .get(n..)
                .ok_or_else(|| corrupt("a skippable frame is cut short"))?,
            None => append_frame(rest, &mut out, limit_bytes)?,
        };
    }
    Ok(out)
}

/// Decodes the frame at the start of `input`; what follows it is returned.
fn append_frame<'a>(
    input: &'a [u8],
    out: &mut Vec<u8>,
    limit_bytes: usize,
) -> Result<&'a [u8], CodecError> {
    if !input.starts_with(&FRAME_MAGIC) || input.len() < 6 {
        return Err(corrupt("there is no frame"));
    }
    let mut head = [0; 6];
    head.copy_from_slice(&input[..6]);
    if head[4] & SINGLE_SEGMENT == 0 {
        head[5] = bounded_window(head[5], limit_bytes as u64);
    }
    let mut tail = &input[6..];
    let source = std::io::Read::chain(&head[..], &mut tail);
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size((limit_bytes as u64).max(MIN_WINDOW_BYTES) * 2);
    let stream = StreamingDecoder::new_with_decoder(source, decoder).map_err(corrupt)?;
    read_bounded("zstd", stream, out, limit_bytes)?;
    Ok(tail)
}

/// The descriptor of the smallest window that holds `limit_bytes`, or `declared` if that is smaller.
fn bounded_window(declared: u8, limit_bytes: u64) -> u8 {
    let window_bytes = |descriptor: u8| {
        let base = MIN_WINDOW_BYTES << (descriptor >> 3);
        base + base / 8 * u64::from(descriptor & 7)
    };
    (0..declared)
        .find(|&d| window_bytes(d) >= limit_bytes)
        .unwrap_or(declared)
}

fn skippable_frame_bytes(input: &[u8]) -> Option<usize> {
    let (magic, rest) = input.split_first_chunk::<4>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    (u32::from_le_bytes(*magic) & !0xf == SKIPPABLE_MAGIC)
        .then(|| 8usize.saturating_add(u32::from_le_bytes(*length) as usize))
}

fn corrupt(e: impl std::fmt::Display) -> CodecError {
    CodecError::Corrupt {
        codec: "zstd",
        why: e.to_string(),
    }
}
