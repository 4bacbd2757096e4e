//! Writes Kafka's primitive types.
//!
//! Small values are copied into the current buffer; large blobs (record batches) are referenced as
//! pieces of their own, so that they travel from the log to the socket without a copy here.

use super::error::EncodeError;
use super::reader::MAX_STRING;
use super::types::{Rope, TaggedFields, Uuid};
use crate::base::sort_by_key;
use bytes::Bytes;

type Result<T> = std::result::Result<T, EncodeError>;

/// Blobs of at least this many bytes become pieces of their own.
const REFERENCE_FROM: usize = 4096;

/// Collects a message as a list of byte pieces.
#[derive(Debug, Default)]
pub struct Writer {
    pieces: Vec<Bytes>,
    current: Vec<u8>,
    flexible: bool,
}

impl Writer {
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer whose first buffer has room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Writer {
            current: Vec::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// A writer for the value of a tagged field.
    pub fn for_tag() -> Self {
        Writer {
            flexible: true,
            ..Self::default()
        }
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum::<usize>() + self.current.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was written, in pieces; no piece is empty.
    pub fn finish(mut self) -> Vec<Bytes> {
        self.flush();
        self.pieces
    }

    /// What was written, as one buffer; copies if there are several pieces.
    pub fn finish_flat(self) -> Bytes {
        Rope(self.finish()).to_bytes()
    }

    /// Takes out what was written so far, as one buffer.
    pub fn take_flat(&mut self) -> Bytes {
        std::mem::take(self).finish_flat()
    }

    /// Sets whether lengths are compact and tagged fields are written. Messages set it themselves.
    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    /// Checks that `message` has this version, and switches to flexible encoding from `flexible` on.
    #[inline(never)]
    pub fn begin(
        &mut self,
        message: &'static str,
        version: i16,
        valid: (i16, i16),
        flexible: i16,
    ) -> Result<()> {
        if version < valid.0 || version > valid.1 {
            return Err(EncodeError::UnsupportedVersion { message, version });
        }
        self.flexible = version >= flexible;
        Ok(())
    }

    fn flush(&mut self) {
        if !self.current.is_empty() {
            self.pieces
                .push(Bytes::from(std::mem::take(&mut self.current)));
        }
    }

    /// Bytes as they are, without a length; copied.
    #[inline(never)]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.current.extend_from_slice(bytes);
    }

    /// Bytes as they are, without a length; referenced if they are many.
    #[inline(never)]
    pub fn raw_bytes(&mut self, bytes: &Bytes) {
        if bytes.len() < REFERENCE_FROM {
            self.raw(bytes);
        } else {
            self.flush();
            self.pieces.push(bytes.clone());
        }
    }

    pub fn bool(&mut self, value: bool) {
        self.i8(i8::from(value));
    }

    #[inline(never)]
    pub fn i8(&mut self, value: i8) {
        self.current.push(value as u8);
    }

    #[inline(never)]
    pub fn i16(&mut self, value: i16) {
        self.raw(&value.to_be_bytes());
    }

    pub fn u16(&mut self, value: u16) {
        self.i16(value as i16);
    }

    #[inline(never)]
    pub fn i32(&mut self, value: i32) {
        self.raw(&value.to_be_bytes());
    }

    pub fn u32(&mut self, value: u32) {
        self.i32(value as i32);
    }

    #[inline(never)]
    pub fn i64(&mut self, value: i64) {
        self.raw(&value.to_be_bytes());
    }

    pub fn f64(&mut self, value: f64) {
        self.i64(value.to_bits() as i64);
    }

    pub fn uuid(&mut self, value: Uuid) {
        self.raw(&value.0);
    }

    #[inline(never)]
    pub fn unsigned_varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.current.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.current.push(value as u8);
    }

    /// A zigzag varint, as record batches have them.
    pub fn varint(&mut self, value: i32) {
        self.unsigned_varint(((value << 1) ^ (value >> 31)) as u32);
    }

    /// A zigzag varint of up to ten bytes.
    #[inline(never)]
    pub fn varlong(&mut self, value: i64) {
        let mut raw = ((value << 1) ^ (value >> 63)) as u64;
        while raw >= 0x80 {
            self.current.push(raw as u8 | 0x80);
            raw >>= 7;
        }
        self.current.push(raw as u8);
    }

    /// The length in front of an array or a blob.
    #[inline(never)]
    pub fn array_len(&mut self, n: usize) -> Result<()> {
        let n = i32::try_from(n).map_err(|_| EncodeError::TooLong)?;
        if self.flexible {
            self.unsigned_varint(n as u32 + 1)
        } else {
            self.i32(n)
        }
        Ok(())
    }

    /// Null in place of an array or a blob.
    fn null(&mut self) {
        if self.flexible {
            self.unsigned_varint(0)
        } else {
            self.i32(-1)
        }
    }

    #[inline(never)]
    pub fn string(&mut self, value: &str) -> Result<()> {
        if value.len() > MAX_STRING {
            return Err(EncodeError::TooLong);
        }
        if self.flexible {
            self.unsigned_varint(value.len() as u32 + 1);
        } else {
            self.i16(value.len() as i16);
        }
        self.raw(value.as_bytes());
        Ok(())
    }

    /// `null` is the error if the value is null and may not be: `Err` in versions that refuse null.
    #[inline(never)]
    pub fn string_opt(&mut self, value: Option<&str>, null: Result<()>) -> Result<()> {
        match value {
            Some(value) => self.string(value)?,
            None => {
                null?;
                if self.flexible {
                    self.unsigned_varint(0)
                } else {
                    self.i16(-1)
                }
            }
        }
        Ok(())
    }

    /// A nullable string with a two-byte length in every version (client id in request headers).
    pub fn legacy_string_opt(&mut self, value: Option<&str>) -> Result<()> {
        let flexible = std::mem::replace(&mut self.flexible, false);
        let done = self.string_opt(value, Ok(()));
        self.flexible = flexible;
        done
    }

    #[inline(never)]
    pub fn bytes(&mut self, value: &Bytes) -> Result<()> {
        self.array_len(value.len())?;
        self.raw_bytes(value);
        Ok(())
    }

    #[inline(never)]
    pub fn bytes_opt(&mut self, value: Option<&Bytes>, null: Result<()>) -> Result<()> {
        match value {
            Some(value) => self.bytes(value),
            None => null.map(|()| self.null()),
        }
    }

    #[inline(never)]
    pub fn records(&mut self, value: &Rope) -> Result<()> {
        self.array_len(value.len())?;
        for piece in &value.0 {
            self.raw_bytes(piece);
        }
        Ok(())
    }

    #[inline(never)]
    pub fn records_opt(&mut self, value: Option<&Rope>, null: Result<()>) -> Result<()> {
        match value {
            Some(value) => self.records(value),
            None => null.map(|()| self.null()),
        }
    }

    /// Null in place of an array.
    pub fn null_array(&mut self, null: Result<()>) -> Result<()> {
        null.map(|()| self.null())
    }

    /// The byte in front of a nullable struct that is there.
    pub fn present(&mut self) {
        self.i8(1);
    }

    /// Null in place of a struct.
    pub fn null_struct(&mut self, null: Result<()>) -> Result<()> {
        null.map(|()| self.i8(-1))
    }

    /// The tagged fields at the end of a struct: `known`, in the order of their tags, and those that came
    /// with a decoded message and are handed on.
    #[inline(never)]
    pub fn tagged_fields(&mut self, known: TaggedFields, unknown: &TaggedFields) -> Result<()> {
        if !self.flexible {
            let none = known.is_empty() && unknown.is_empty();
            return if none {
                Ok(())
            } else {
                Err(EncodeError::TagsNotSupported)
            };
        }
        if unknown.is_empty() {
            return self.write_tags(&known);
        }
        let mut all = known;
        all.extend(unknown.iter().cloned());
        sort_by_key(&mut all, |(tag, _)| *tag);
        for pair in all.windows(2) {
            if pair[0].0 == pair[1].0 {
                return Err(EncodeError::DuplicateTag(pair[0].0));
            }
        }
        self.write_tags(&all)
    }

    fn write_tags(&mut self, tags: &TaggedFields) -> Result<()> {
        self.unsigned_varint(tags.len() as u32);
        for (tag, value) in tags {
            self.unsigned_varint(*tag);
            let size = i32::try_from(value.len()).map_err(|_| EncodeError::TooLong)?;
            self.unsigned_varint(size as u32);
            self.raw_bytes(value);
        }
        Ok(())
    }
}
