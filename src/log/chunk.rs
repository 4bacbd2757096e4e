//! The stored form of what one commit added to one log.
//!
//! A chunk is a header and the batches themselves. The header carries all that is needed to go on
//! from it: recovery reads the last chunk, and at most the few back to the last snapshot. It does
//! not look into batches; `run.rs` checks those.
//!
//! Layout, big endian: magic `KSLC` · version u16 · flags u16 · header length u32 · CRC-32C of the
//! header without this field u32 · log u32 · payload length u32 · base offset i64 · end offset i64 ·
//! log size before u64 · segment: base offset i64, start size u64, greatest timestamp i64, offset of
//! its batch i64, first timestamp i64 · base offset of the chunk with the last snapshot i64 ·
//! leader epoch of all batches i32 · sections (tag u16, length u32, bytes).

use super::epochs::EpochEntry;
use super::producer_state::{ProducerEntry, decode_producers, encode_producers};
use super::types::Segment;
use crate::base::LogId;
use crate::protocol::record_batch::crc32c::{crc32c, crc32c_append};
use bytes::Bytes;

const MAGIC: [u8; 4] = *b"KSLC";
const VERSION: u16 = 1;
const CRC_AT: usize = 12;
const FIXED: usize = 100;
const SECTION_HEAD: usize = 6;

const PRODUCERS: u16 = 1;
const EPOCHS: u16 = 2;
const SEGMENTS: u16 = 3;

/// Producers and epochs as they are at the end of the chunk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Snapshot {
    pub producers: Vec<ProducerEntry>,
    pub epochs: Vec<EpochEntry>,
}

/// Everything in a chunk but its batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChunkHeader {
    pub log: LogId,
    pub base_offset: i64,
    /// The offset after the last record.
    pub end_offset: i64,
    /// Bytes that the log had taken in before this chunk.
    pub size_before: u64,
    pub payload_len: u32,
    /// The epoch of all its batches.
    pub leader_epoch: i32,
    /// The segment of the chunk, as it is at the chunk's end.
    pub segment: Segment,
    /// This chunk's base offset if it has a snapshot itself.
    pub snapshot_base: i64,
    pub snapshot: Option<Snapshot>,
    /// In the first chunk of a segment: the segments before.
    pub earlier_segments: Option<Vec<Segment>>,
}

/// Why bytes are not a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChunkError {
    /// Damaged; the text says how.
    Broken(&'static str),
    /// Written by a later version of this program.
    UnknownVersion(u16),
}

impl ChunkHeader {
    pub fn encode(&self) -> Bytes {
        let mut out = Vec::with_capacity(FIXED + 64);
        out.extend(MAGIC);
        out.extend(VERSION.to_be_bytes());
        out.extend(0u16.to_be_bytes());
        out.extend([0; 8]);
        out.extend(self.log.0.to_be_bytes());
        out.extend(self.payload_len.to_be_bytes());
        out.extend(self.base_offset.to_be_bytes());
        out.extend(self.end_offset.to_be_bytes());
        out.extend(self.size_before.to_be_bytes());
        put_segment(&mut out, &self.segment);
        out.extend(self.snapshot_base.to_be_bytes());
        out.extend(self.leader_epoch.to_be_bytes());
        if let Some(snapshot) = &self.snapshot {
            section(&mut out, PRODUCERS, |out| {
                encode_producers(&snapshot.producers, out)
            });
            section(&mut out, EPOCHS, |out| {
                for entry in &snapshot.epochs {
                    out.extend(entry.epoch.to_be_bytes());
                    out.extend(entry.start_offset.to_be_bytes());
                }
            });
        }
        if let Some(segments) = &self.earlier_segments {
            section(&mut out, SEGMENTS, |out| {
                segments.iter().for_each(|s| put_segment(out, s))
            });
        }
        let len = (out.len() as u32).to_be_bytes();
        out[8..CRC_AT].copy_from_slice(&len);
        let crc = header_crc(&out).to_be_bytes();
        out[CRC_AT..CRC_AT + 4].copy_from_slice(&crc);
        Bytes::from(out)
    }

    /// Reads and checks a header; returns it with the payload's bytes, which are not checked.
    pub fn decode(chunk: &Bytes) -> Result<(Self, Bytes), ChunkError> {
        let fixed: &[u8; FIXED] = chunk
            .first_chunk()
            .ok_or(ChunkError::Broken("it is shorter than a header"))?;
        if fixed[..4] != MAGIC {
            return Err(ChunkError::Broken("it does not begin like a chunk"));
        }
        let header_len = u32_at(fixed, 8) as usize;
        let header = chunk
            .get(..header_len)
            .filter(|header| header.len() >= FIXED)
            .ok_or(ChunkError::Broken("its header is cut off"))?;
        if header_crc(header) != u32_at(fixed, CRC_AT) {
            return Err(ChunkError::Broken("the checksum of its header is wrong"));
        }
        let version = u16::from_be_bytes([fixed[4], fixed[5]]);
        if version != VERSION {
            return Err(ChunkError::UnknownVersion(version));
        }
        let mut decoded = ChunkHeader {
            log: LogId(u32_at(fixed, 16)),
            payload_len: u32_at(fixed, 20),
            base_offset: i64_at(fixed, 24),
            end_offset: i64_at(fixed, 32),
            size_before: i64_at(fixed, 40) as u64,
            segment: segment_at(&fixed[48..88]),
            snapshot_base: i64_at(fixed, 88),
            leader_epoch: u32_at(fixed, 96) as i32,
            snapshot: None,
            earlier_segments: None,
        };
        decoded.read_sections(&header[FIXED..])?;
        if !decoded.is_plausible() {
            return Err(ChunkError::Broken("its offsets or sizes are impossible"));
        }
        Ok((decoded, chunk.slice(header_len..)))
    }

    /// Whether the numbers can be those of a chunk; whoever goes on with them need not fear overflow.
    fn is_plausible(&self) -> bool {
        let segment = &self.segment;
        let earlier = self.earlier_segments.iter().flatten();
        (0..self.end_offset).contains(&self.base_offset)
            && (0..=self.base_offset).contains(&self.snapshot_base)
            && (0..=self.base_offset).contains(&segment.base_offset)
            && segment.start_size <= self.size_before
            && self.size_before <= i64::MAX as u64
            && self.end_offset < i64::MAX
            && earlier.into_iter().all(|earlier| {
                (0..segment.base_offset).contains(&earlier.base_offset)
                    && earlier.start_size <= segment.start_size
            })
    }

    fn read_sections(&mut self, mut rest: &[u8]) -> Result<(), ChunkError> {
        let broken = ChunkError::Broken("a section of its header is malformed");
        while !rest.is_empty() {
            let (head, after) = rest.split_at_checked(SECTION_HEAD).ok_or(broken.clone())?;
            let tag = u16::from_be_bytes([head[0], head[1]]);
            let (body, after) = after
                .split_at_checked(u32_at(head, 2) as usize)
                .ok_or(broken.clone())?;
            match tag {
                PRODUCERS => {
                    let producers = decode_producers(body).ok_or(broken.clone())?;
                    self.snapshot.get_or_insert_default().producers = producers;
                }
                EPOCHS => {
                    let (entries, []) = body.as_chunks::<12>() else {
                        return Err(broken);
                    };
                    let entries = entries.iter().map(|entry| EpochEntry {
                        epoch: u32_at(entry, 0) as i32,
                        start_offset: i64_at(entry, 4),
                    });
                    self.snapshot.get_or_insert_default().epochs = entries.collect();
                }
                SEGMENTS => {
                    let (entries, []) = body.as_chunks::<SEGMENT>() else {
                        return Err(broken);
                    };
                    let entries = entries.iter().map(|entry| segment_at(entry));
                    self.earlier_segments = Some(entries.collect());
                }
                // A section that a later version added beside these; it can be done without.
                _ => {}
            }
            rest = after;
        }
        Ok(())
    }
}

const SEGMENT: usize = 40;

fn put_segment(out: &mut Vec<u8>, segment: &Segment) {
    out.extend(segment.base_offset.to_be_bytes());
    out.extend(segment.start_size.to_be_bytes());
    out.extend(segment.max_timestamp.to_be_bytes());
    out.extend(segment.max_timestamp_offset.to_be_bytes());
    out.extend(segment.first_timestamp.to_be_bytes());
}

fn segment_at(bytes: &[u8]) -> Segment {
    Segment {
        base_offset: i64_at(bytes, 0),
        start_size: i64_at(bytes, 8) as u64,
        max_timestamp: i64_at(bytes, 16),
        max_timestamp_offset: i64_at(bytes, 24),
        first_timestamp: i64_at(bytes, 32),
    }
}

fn section(out: &mut Vec<u8>, tag: u16, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend(tag.to_be_bytes());
    let len_at = out.len();
    out.extend([0; 4]);
    write(out);
    let len = ((out.len() - len_at - 4) as u32).to_be_bytes();
    out[len_at..len_at + 4].copy_from_slice(&len);
}

fn header_crc(header: &[u8]) -> u32 {
    crc32c_append(crc32c(&header[..CRC_AT]), &header[CRC_AT + 4..])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(
        *bytes[at..]
            .first_chunk()
            .expect("the caller has checked the length"),
    )
}

fn i64_at(bytes: &[u8], at: usize) -> i64 {
    i64::from_be_bytes(
        *bytes[at..]
            .first_chunk()
            .expect("the caller has checked the length"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::producer_state::BatchEntry;

    fn segment(base_offset: i64) -> Segment {
        Segment {
            base_offset,
            start_size: 10 * base_offset as u64,
            max_timestamp: 1_700_000_000_000,
            max_timestamp_offset: base_offset + 3,
            first_timestamp: 1_600_000_000_000,
        }
    }

    fn example() -> ChunkHeader {
        let batch = BatchEntry {
            first_sequence: 4,
            last_sequence: 6,
            first_offset: 10,
            last_offset: 12,
            timestamp: 5,
        };
        let producer = ProducerEntry {
            producer_id: 1000,
            producer_epoch: 2,
            last_timestamp: 5,
            batches: [batch].into_iter().collect(),
        };
        ChunkHeader {
            log: LogId(7),
            base_offset: 10,
            end_offset: 13,
            size_before: 4096,
            payload_len: 5,
            leader_epoch: 3,
            segment: segment(8),
            snapshot_base: 10,
            snapshot: Some(Snapshot {
                producers: vec![producer],
                epochs: vec![EpochEntry {
                    epoch: 3,
                    start_offset: 0,
                }],
            }),
            earlier_segments: Some(vec![segment(0), segment(4)]),
        }
    }

    fn stored(header: &ChunkHeader) -> Vec<u8> {
        [&header.encode()[..], b"12345"].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        let header = example();
        let (decoded, payload) = ChunkHeader::decode(&stored(&header).into()).unwrap();
        assert_eq!(decoded, header);
        assert_eq!(&payload[..], b"12345");
    }

    #[test]
    fn every_flipped_bit_of_a_header_is_found() {
        let good = stored(&example());
        for bit in 0..(good.len() - 5) * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(ChunkHeader::decode(&bad.into()), Err(ChunkError::Broken(_))),
                "{bit}"
            );
        }
    }

    #[test]
    fn a_later_version_is_told_from_damage() {
        let mut later = stored(&example());
        later[5] = 9;
        let len = u32_at(&later, 8) as usize;
        let crc = header_crc(&later[..len]).to_be_bytes();
        later[CRC_AT..CRC_AT + 4].copy_from_slice(&crc);
        assert_eq!(
            ChunkHeader::decode(&later.into()),
            Err(ChunkError::UnknownVersion(9))
        );
    }

    #[test]
    fn every_cut_is_found() {
        let header = example();
        let good = stored(&header);
        for len in 0..good.len() - 5 {
            assert!(
                ChunkHeader::decode(&Bytes::copy_from_slice(&good[..len])).is_err(),
                "{len}"
            );
        }
    }
}
