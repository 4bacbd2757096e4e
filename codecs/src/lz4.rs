//! The LZ4 frame format as Kafka writes it since message format 2: 64 KB blocks that do not depend on each
//! other, no checksum but the header's. Java's reader refuses dependent blocks.

use crate::{CodecError, read_bounded};
use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};
use std::io::Write;

const MAGIC: [u8; 4] = 0x184D_2204_u32.to_le_bytes();
/// In the byte of flags that follows the magic number.
const INDEPENDENT_BLOCKS: u8 = 0x20;

pub(crate) fn compress(input: &[u8]) -> Result<Vec<u8>, CodecError> {
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .block_mode(BlockMode::Independent)
        .block_checksums(false)
        .content_checksum(false);
    let out = Vec::with_capacity(input.len() / 2 + 32);
    let mut encoder = FrameEncoder::with_frame_info(info, out);
    encoder.write_all(input).map_err(corrupt)?;
    encoder.finish().map_err(corrupt)
}

pub(crate) fn decompress(input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, CodecError> {
    let Some(flags) = input.get(MAGIC.len()) else {
        return Err(corrupt("it ends within its header"));
    };
    if input.starts_with(&MAGIC) && flags & INDEPENDENT_BLOCKS == 0 {
        return Err(corrupt("its blocks depend on each other"));
    }
    let mut out = Vec::new();
    read_bounded("lz4", FrameDecoder::new(input), &mut out, limit_bytes)?;
    Ok(out)
}

fn corrupt(e: impl std::fmt::Display) -> CodecError {
    CodecError::Corrupt {
        codec: "lz4",
        why: e.to_string(),
    }
}
