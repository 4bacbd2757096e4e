//! Reads batches where they stand and checks them as a broker does.

use super::attributes::{Attributes, Compression};
use super::crc32c::crc32c;
use super::error::BatchError;
use super::records::Records;
use super::{BATCH_OVERHEAD, LOG_OVERHEAD, NO_PRODUCER_ID, NO_SEQUENCE};

pub(super) const LENGTH_AT: usize = 8;
pub(super) const EPOCH_AT: usize = 12;
pub(super) const MAGIC_AT: usize = 16;
pub(super) const CRC_AT: usize = 17;
pub(super) const ATTRIBUTES_AT: usize = 21;
pub(super) const LAST_OFFSET_DELTA_AT: usize = 23;
pub(super) const BASE_TIMESTAMP_AT: usize = 27;
pub(super) const MAX_TIMESTAMP_AT: usize = 35;
pub(super) const PRODUCER_ID_AT: usize = 43;
pub(super) const PRODUCER_EPOCH_AT: usize = 51;
pub(super) const BASE_SEQUENCE_AT: usize = 53;
pub(super) const RECORD_COUNT_AT: usize = 57;

/// The smallest record of magic 0; a declared size below it is nonsense in every format.
const SMALLEST_RECORD: i32 = 14;

/// The header of a batch of magic 2, as it stands in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    pub base_offset: i64,
    /// Bytes after this field; see [`BatchHeader::size_in_bytes`].
    pub batch_length: i32,
    pub partition_leader_epoch: i32,
    pub magic: i8,
    pub crc: u32,
    pub attributes: Attributes,
    pub last_offset_delta: i32,
    /// Of the first record, or the delete horizon of a compacted batch.
    pub base_timestamp: i64,
    pub max_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the header. Nothing is checked but that there are enough bytes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let header: &[u8; BATCH_OVERHEAD] = bytes.first_chunk()?;
        fn at<const N: usize>(header: &[u8; BATCH_OVERHEAD], at: usize) -> [u8; N] {
            *header[at..]
                .first_chunk()
                .expect("every field lies inside the header")
        }
        Some(BatchHeader {
            base_offset: i64::from_be_bytes(at(header, 0)),
            batch_length: i32::from_be_bytes(at(header, LENGTH_AT)),
            partition_leader_epoch: i32::from_be_bytes(at(header, EPOCH_AT)),
            magic: header[MAGIC_AT] as i8,
            crc: u32::from_be_bytes(at(header, CRC_AT)),
            attributes: Attributes(i16::from_be_bytes(at(header, ATTRIBUTES_AT))),
            last_offset_delta: i32::from_be_bytes(at(header, LAST_OFFSET_DELTA_AT)),
            base_timestamp: i64::from_be_bytes(at(header, BASE_TIMESTAMP_AT)),
            max_timestamp: i64::from_be_bytes(at(header, MAX_TIMESTAMP_AT)),
            producer_id: i64::from_be_bytes(at(header, PRODUCER_ID_AT)),
            producer_epoch: i16::from_be_bytes(at(header, PRODUCER_EPOCH_AT)),
            base_sequence: i32::from_be_bytes(at(header, BASE_SEQUENCE_AT)),
            record_count: i32::from_be_bytes(at(header, RECORD_COUNT_AT)),
        })
    }

    /// All bytes of the batch.
    pub fn size_in_bytes(&self) -> usize {
        LOG_OVERHEAD + usize::try_from(self.batch_length).unwrap_or(0)
    }

    pub fn last_offset(&self) -> i64 {
        self.base_offset
            .wrapping_add(i64::from(self.last_offset_delta))
    }

    pub fn next_offset(&self) -> i64 {
        self.last_offset().wrapping_add(1)
    }

    pub fn has_producer_id(&self) -> bool {
        self.producer_id > NO_PRODUCER_ID
    }

    pub fn last_sequence(&self) -> i32 {
        increment_sequence(self.base_sequence, self.last_offset_delta)
    }

    pub fn is_compressed(&self) -> bool {
        self.attributes.compression_id() != 0
    }
}

/// The sequence that comes `delta` after `sequence`: they wrap from 2^31 - 1 to 0. -1 stays -1.
pub fn increment_sequence(sequence: i32, delta: i32) -> i32 {
    if sequence < 0 {
        NO_SEQUENCE
    } else {
        sequence.wrapping_add(delta) & i32::MAX
    }
}

/// One whole batch of magic 2.
#[derive(Debug, Clone, Copy)]
pub struct BatchView<'a> {
    pub header: BatchHeader,
    /// Exactly the bytes of the batch.
    pub bytes: &'a [u8],
}

impl<'a> BatchView<'a> {
    /// The batch at the front of `bytes`, with its size checked but not yet its checksum.
    pub fn first(bytes: &'a [u8]) -> Result<Self, BatchError> {
        match next(bytes)? {
            Some(Next::Batch(batch)) => Ok(batch),
            Some(Next::Legacy { magic }) => Err(BatchError::InvalidMagic { magic }),
            None => Err(BatchError::Truncated),
        }
    }

    /// The record section, compressed as it stands.
    pub fn records_section(&self) -> &'a [u8] {
        &self.bytes[BATCH_OVERHEAD..]
    }

    /// The records of an uncompressed batch.
    pub fn records(&self) -> Records<'a> {
        debug_assert!(!self.header.is_compressed(), "decompress the section first");
        Records::new(&self.header, self.records_section())
    }

    /// Whether the stored checksum is that of the bytes.
    pub fn crc_is_valid(&self) -> bool {
        crc32c(&self.bytes[ATTRIBUTES_AT..]) == self.header.crc
    }

    /// Checks size and checksum.
    pub fn ensure_valid(&self) -> Result<(), BatchError> {
        if self.crc_is_valid() {
            Ok(())
        } else {
            Err(BatchError::Corrupt {
                stored_crc: self.header.crc,
            })
        }
    }
}

enum Next<'a> {
    Batch(BatchView<'a>),
    Legacy { magic: i8 },
}

/// What stands at the front of `bytes`; `None` if it ends before the declared size.
fn next(bytes: &[u8]) -> Result<Option<Next<'_>>, BatchError> {
    let Some(length) = bytes.get(LENGTH_AT..LENGTH_AT + 4) else {
        return Ok(None);
    };
    let length = i32::from_be_bytes(length.try_into().expect("four bytes"));
    if length < SMALLEST_RECORD {
        return Err(BatchError::TooSmall { size: length });
    }
    let Some(&magic) = bytes.get(MAGIC_AT) else {
        return Ok(None);
    };
    let magic = magic as i8;
    if !(0..=2).contains(&magic) {
        return Err(BatchError::InvalidMagic { magic });
    }
    let size = LOG_OVERHEAD + length as usize;
    let Some(bytes) = bytes.get(..size) else {
        return Ok(None);
    };
    if magic < 2 {
        return Ok(Some(Next::Legacy { magic }));
    }
    match BatchHeader::read(bytes) {
        Some(header) => Ok(Some(Next::Batch(BatchView { header, bytes }))),
        None => Err(BatchError::Corrupt { stored_crc: 0 }),
    }
}

/// Iterates the whole batches at the front of `bytes`; what is cut off at the end is passed over,
/// as in a fetch response. Ends after the first error.
pub fn batches(bytes: &[u8]) -> Batches<'_> {
    Batches { rest: bytes }
}

/// Whether any of the whole batches at the front of `bytes` is compressed.
pub fn has_compressed(bytes: &[u8]) -> bool {
    let mut readable = batches(bytes).map_while(Result::ok);
    readable.any(|batch| batch.header.is_compressed())
}

/// See [`batches`].
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    rest: &'a [u8],
}

impl<'a> Batches<'a> {
    /// What has not been iterated yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<BatchView<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        match next(self.rest) {
            Ok(None) => None,
            Ok(Some(Next::Batch(batch))) => {
                self.rest = &self.rest[batch.bytes.len()..];
                Some(Ok(batch))
            }
            Ok(Some(Next::Legacy { magic })) => {
                self.rest = &[];
                Some(Err(BatchError::InvalidMagic { magic }))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

/// The rules for the records of one partition in a produce request of this version: exactly one
/// batch, of magic 2. Message sets of magic 0 and 1 are refused here with Kafka's texts.
pub fn check_produce_records(version: i16, bytes: &[u8]) -> Result<BatchView<'_>, BatchError> {
    let wrong =
        |what: &str| BatchError::invalid(format!("Produce requests with version {version} {what}"));
    let batch = match next(bytes)? {
        None => return Err(wrong("must have at least one record batch per partition")),
        Some(Next::Legacy { .. }) => {
            return Err(wrong(
                "are only allowed to contain record batches with magic version 2",
            ));
        }
        Some(Next::Batch(batch)) => batch,
    };
    if version < 7 && batch.header.attributes.compression() == Some(Compression::Zstd) {
        return Err(BatchError::UnsupportedCompression { version });
    }
    match next(&bytes[batch.bytes.len()..])? {
        None => Ok(batch),
        Some(_) => Err(wrong(
            "are only allowed to contain exactly one record batch per partition",
        )),
    }
}
