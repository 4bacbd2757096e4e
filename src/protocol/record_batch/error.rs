//! What can be wrong with a batch, and which Kafka error tells the client.

use std::fmt;

/// Why bytes are not a batch, or not one that may be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchError {
    /// The declared size is below the smallest possible record.
    TooSmall { size: i32 },
    /// Fewer bytes than a header, or than the header declares.
    Truncated,
    /// A magic that never existed.
    InvalidMagic { magic: i8 },
    /// A batch of magic 2 that is smaller than its header, or whose checksum differs.
    Corrupt { stored_crc: u32 },
    /// The payload is against a rule of the record format; the text is Kafka's.
    InvalidRecord { why: String },
    /// `zstd` in a produce request before version 7 (KIP-110).
    UnsupportedCompression { version: i16 },
    /// A codec number that is not given out.
    UnknownCompression { id: u8 },
    /// The record section cannot be decompressed.
    Undecodable,
}

impl BatchError {
    pub(super) fn invalid(why: impl Into<String>) -> Self {
        BatchError::InvalidRecord { why: why.into() }
    }

    /// Kafka's error code.
    pub fn code(&self) -> i16 {
        match self {
            BatchError::TooSmall { .. }
            | BatchError::Truncated
            | BatchError::InvalidMagic { .. }
            | BatchError::Corrupt { .. } => super::error_code::CORRUPT_MESSAGE,
            BatchError::InvalidRecord { .. } => super::error_code::INVALID_RECORD,
            BatchError::UnsupportedCompression { .. } => {
                super::error_code::UNSUPPORTED_COMPRESSION_TYPE
            }
            BatchError::UnknownCompression { .. } | BatchError::Undecodable => {
                super::error_code::UNKNOWN_SERVER_ERROR
            }
        }
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchError::TooSmall { size } => {
                write!(
                    f,
                    "Record size {size} is less than the minimum record overhead (14)"
                )
            }
            BatchError::Truncated => f.write_str("The batch ends before its declared size"),
            BatchError::InvalidMagic { magic } => {
                write!(f, "Invalid magic found in record: {magic}")
            }
            BatchError::Corrupt { stored_crc } => {
                write!(f, "Record is corrupt (stored crc = {stored_crc})")
            }
            BatchError::InvalidRecord { why } => f.write_str(why),
            BatchError::UnsupportedCompression { version } => write!(
                f,
                "Produce requests with version {version} are not allowed to use ZStandard compression"
            ),
            BatchError::UnknownCompression { id } => write!(f, "Unknown compression type id: {id}"),
            BatchError::Undecodable => f.write_str("The records cannot be decompressed"),
        }
    }
}

impl std::error::Error for BatchError {}
