//! Why bytes could not be read as, or a message not be written in, Kafka's wire format.
//!
//! These are errors of the codec alone; they are not Kafka error codes (see [`super::ErrorCode`]).

use std::fmt;

/// The bytes of a peer are not what the protocol says. Never a panic, never a large allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// A value needs `needed` bytes and only `left` are there.
    UnexpectedEnd { needed: usize, left: usize },
    /// An array or a size declares more than the bytes left could hold.
    LengthTooLarge { declared: u64, left: usize },
    /// A string is longer than the 32767 bytes that Kafka allows.
    StringTooLong(usize),
    /// A varint has more bytes than its type can have.
    VarintTooLong,
    /// A string is not UTF-8.
    InvalidUtf8,
    /// A field that may not be null in this version is null.
    UnexpectedNull,
    /// The message does not have this version.
    UnsupportedVersion { message: &'static str, version: i16 },
    /// A tagged field that exists only in other versions, or one whose size is wrong.
    InvalidTag(u32),
    /// The value ends before the bytes do.
    TrailingBytes(usize),
    /// A framing byte (record frame version, record type …) has a value that is not known.
    UnknownType { what: &'static str, value: i32 },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            DecodeError::UnexpectedEnd { needed, left } => {
                write!(
                    f,
                    "a value of {needed} bytes is cut off: {left} bytes are left"
                )
            }
            DecodeError::LengthTooLarge { declared, left } => {
                write!(
                    f,
                    "a length of {declared} is declared where {left} bytes are left"
                )
            }
            DecodeError::StringTooLong(length) => {
                write!(f, "a string of {length} bytes is longer than 32767")
            }
            DecodeError::VarintTooLong => f.write_str("a varint does not end"),
            DecodeError::InvalidUtf8 => f.write_str("a string is not UTF-8"),
            DecodeError::UnexpectedNull => f.write_str("a field that must not be null is null"),
            DecodeError::UnsupportedVersion { message, version } => {
                write!(f, "{message} has no version {version}")
            }
            DecodeError::InvalidTag(tag) => {
                write!(
                    f,
                    "tagged field {tag} is not valid in this version or has a wrong size"
                )
            }
            DecodeError::TrailingBytes(n) => write!(f, "{n} bytes follow the end of the message"),
            DecodeError::UnknownType { what, value } => write!(f, "{what} {value} is not known"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A message cannot be written in the wanted version. As in Kafka, a value that the version cannot
/// carry is refused, not dropped, unless the schema calls the field ignorable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeError {
    /// The message does not have this version.
    UnsupportedVersion { message: &'static str, version: i16 },
    /// `field` is set to something else than its default, and `version` does not have it.
    UnsupportedField { field: &'static str, version: i16 },
    /// `field` is null, and may not be null in `version`.
    UnexpectedNull { field: &'static str, version: i16 },
    /// A string is longer than 32767 bytes, or an array or blob longer than 2³¹ − 1.
    TooLong,
    /// Unknown tagged fields are set, and the version is not flexible.
    TagsNotSupported,
    /// An unknown tagged field has the number of a known one, or one number is there twice.
    DuplicateTag(u32),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            EncodeError::UnsupportedVersion { message, version } => {
                write!(f, "{message} has no version {version}")
            }
            EncodeError::UnsupportedField { field, version } => {
                write!(f, "version {version} cannot carry a value of {field}")
            }
            EncodeError::UnexpectedNull { field, version } => {
                write!(f, "{field} may not be null in version {version}")
            }
            EncodeError::TooLong => f.write_str("a value is too long for its length field"),
            EncodeError::TagsNotSupported => {
                f.write_str("tagged fields are set in a version that has none")
            }
            EncodeError::DuplicateTag(tag) => write!(f, "tagged field {tag} is there twice"),
        }
    }
}

impl std::error::Error for EncodeError {}
