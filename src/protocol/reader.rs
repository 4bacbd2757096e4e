//! Reads Kafka's primitive types from a frame.
//!
//! Byte fields come out as slices of the frame, not copies. Every declared length is checked against the
//! bytes that are left before anything is allocated. It knows no message; generated code does.

use super::error::DecodeError;
use super::types::{Rope, TaggedFields, Uuid};
use bytes::Bytes;

type Result<T> = std::result::Result<T, DecodeError>;

/// The longest string that Kafka accepts, in bytes.
pub(super) const MAX_STRING: usize = i16::MAX as usize;

/// Elements to reserve room for before the first one is read: a declared length is a claim, so the rest
/// of a vector grows only as elements arrive.
pub(super) const MAX_RESERVED: usize = 64;

/// A cursor over one frame (or one value of a log).
#[derive(Debug, Clone)]
pub struct Reader {
    bytes: Bytes,
    pos: usize,
    /// Flexible versions (KIP-482): compact lengths and tagged fields.
    flexible: bool,
}

impl Reader {
    pub fn new(bytes: Bytes) -> Self {
        Reader {
            bytes,
            pos: 0,
            flexible: false,
        }
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.pos
    }

    /// Sets whether lengths are compact and tagged fields are there. Messages set it themselves.
    pub fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    pub fn is_flexible(&self) -> bool {
        self.flexible
    }

    /// Fails if there are bytes left. Kafka's broker ignores such bytes behind a request; logs must not.
    pub fn expect_end(&self) -> Result<()> {
        match self.remaining() {
            0 => Ok(()),
            n => Err(DecodeError::TrailingBytes(n)),
        }
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
            return Err(DecodeError::UnsupportedVersion { message, version });
        }
        self.flexible = version >= flexible;
        Ok(())
    }

    #[inline(never)]
    fn advance(&mut self, n: usize) -> Result<usize> {
        let left = self.remaining();
        if n > left {
            return Err(DecodeError::UnexpectedEnd { needed: n, left });
        }
        let at = self.pos;
        self.pos += n;
        Ok(at)
    }

    fn array_of<const N: usize>(&mut self) -> Result<[u8; N]> {
        let at = self.advance(N)?;
        let mut out = [0; N];
        out.copy_from_slice(&self.bytes[at..at + N]);
        Ok(out)
    }

    /// The next `n` bytes as a slice of the frame.
    #[inline(never)]
    pub fn take(&mut self, n: usize) -> Result<Bytes> {
        let at = self.advance(n)?;
        Ok(self.bytes.slice(at..at + n))
    }

    /// All that is left.
    pub fn take_rest(&mut self) -> Bytes {
        let rest = self.bytes.slice(self.pos..);
        self.pos = self.bytes.len();
        rest
    }

    pub(super) fn skip_rest(&mut self) {
        self.pos = self.bytes.len();
    }

    /// Kafka reads any byte but 0 as true.
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.i8()? != 0)
    }

    #[inline(never)]
    pub fn i8(&mut self) -> Result<i8> {
        Ok(self.array_of::<1>()?[0] as i8)
    }

    #[inline(never)]
    pub fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(self.array_of()?))
    }

    pub fn u16(&mut self) -> Result<u16> {
        Ok(self.i16()? as u16)
    }

    #[inline(never)]
    pub fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.array_of()?))
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(self.i32()? as u32)
    }

    #[inline(never)]
    pub fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.array_of()?))
    }

    pub fn f64(&mut self) -> Result<f64> {
        Ok(f64::from_bits(self.i64()? as u64))
    }

    pub fn uuid(&mut self) -> Result<Uuid> {
        Ok(Uuid(self.array_of()?))
    }

    /// An unsigned varint of at most five bytes.
    #[inline(never)]
    pub fn unsigned_varint(&mut self) -> Result<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.array_of::<1>()?[0];
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::VarintTooLong)
    }

    /// A zigzag varint, as record batches have them.
    pub fn varint(&mut self) -> Result<i32> {
        let raw = self.unsigned_varint()?;
        Ok((raw >> 1) as i32 ^ -((raw & 1) as i32))
    }

    /// A zigzag varint of at most ten bytes.
    #[inline(never)]
    pub fn varlong(&mut self) -> Result<i64> {
        let mut raw = 0u64;
        for i in 0..10 {
            let byte = self.array_of::<1>()?[0];
            raw |= u64::from(byte & 0x7f).wrapping_shl(7 * i);
            if byte < 0x80 {
                return Ok((raw >> 1) as i64 ^ -((raw & 1) as i64));
            }
        }
        Err(DecodeError::VarintTooLong)
    }

    /// The length in front of an array or a blob; `None` is null. Not more than the bytes left, because
    /// an element of any type takes at least one byte.
    #[inline(never)]
    pub(super) fn length(&mut self, nullable: bool) -> Result<Option<usize>> {
        let declared = if self.flexible {
            i64::from(self.unsigned_varint()?) - 1
        } else {
            i64::from(self.i32()?)
        };
        self.check_length(declared, nullable)
    }

    fn check_length(&self, declared: i64, nullable: bool) -> Result<Option<usize>> {
        let left = self.remaining();
        match usize::try_from(declared) {
            Ok(n) if n <= left => Ok(Some(n)),
            Ok(n) => Err(DecodeError::LengthTooLarge {
                declared: n as u64,
                left,
            }),
            Err(_) if nullable => Ok(None),
            Err(_) => Err(DecodeError::UnexpectedNull),
        }
    }

    #[inline(never)]
    pub fn string_opt(&mut self, nullable: bool) -> Result<Option<String>> {
        let length = if self.flexible {
            self.length(nullable)?
        } else {
            let declared = i64::from(self.i16()?);
            self.check_length(declared, nullable)?
        };
        let Some(n) = length else { return Ok(None) };
        if n > MAX_STRING {
            return Err(DecodeError::StringTooLong(n));
        }
        let at = self.advance(n)?;
        let text = std::str::from_utf8(&self.bytes[at..at + n]);
        Ok(Some(text.map_err(|_| DecodeError::InvalidUtf8)?.to_owned()))
    }

    pub fn string(&mut self) -> Result<String> {
        self.string_opt(false)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// A nullable string with a two-byte length in every version (client id in request headers).
    pub fn legacy_string_opt(&mut self) -> Result<Option<String>> {
        let flexible = std::mem::replace(&mut self.flexible, false);
        let text = self.string_opt(true);
        self.flexible = flexible;
        text
    }

    #[inline(never)]
    pub fn bytes_opt(&mut self, nullable: bool) -> Result<Option<Bytes>> {
        match self.length(nullable)? {
            None => Ok(None),
            Some(n) => self.take(n).map(Some),
        }
    }

    pub fn bytes(&mut self) -> Result<Bytes> {
        self.bytes_opt(false)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// Record batches, as one slice of the frame.
    pub fn records_opt(&mut self, nullable: bool) -> Result<Option<Rope>> {
        Ok(self.bytes_opt(nullable)?.map(Rope::from))
    }

    pub fn records(&mut self) -> Result<Rope> {
        Ok(Rope::from(self.bytes()?))
    }

    /// An array whose elements `element` reads.
    pub fn array_opt<T>(
        &mut self,
        nullable: bool,
        mut element: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(n) = self.length(nullable)? else {
            return Ok(None);
        };
        let mut out = Vec::with_capacity(n.min(MAX_RESERVED));
        for _ in 0..n {
            out.push(element(self)?);
        }
        Ok(Some(out))
    }

    pub fn array<T>(&mut self, element: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.array_opt(false, element)?
            .ok_or(DecodeError::UnexpectedNull)
    }

    /// Whether a nullable struct is there (one byte in front of it, negative for null).
    pub fn present(&mut self, nullable: bool) -> Result<bool> {
        match self.i8()? {
            0.. => Ok(true),
            _ if nullable => Ok(false),
            _ => Err(DecodeError::UnexpectedNull),
        }
    }

    /// Reads the tagged fields at the end of a struct, if the version is flexible. `known` reads the
    /// value of a tag and says so, or leaves it alone; what it leaves is returned as it came.
    #[inline(never)]
    pub fn tagged_fields(
        &mut self,
        known: &mut dyn FnMut(u32, &mut Reader) -> Result<bool>,
    ) -> Result<TaggedFields> {
        let mut unknown = TaggedFields::new();
        if !self.flexible {
            return Ok(unknown);
        }
        for _ in 0..self.unsigned_varint()? {
            let tag = self.unsigned_varint()?;
            let size = self.unsigned_varint()? as usize;
            let value = self.take(size)?;
            let mut inner = Reader {
                bytes: value,
                pos: 0,
                flexible: true,
            };
            if !known(tag, &mut inner)? {
                unknown.push((tag, inner.bytes));
            } else if inner.remaining() > 0 {
                return Err(DecodeError::InvalidTag(tag));
            }
        }
        Ok(unknown)
    }

    /// Tagged fields of a struct that has none of its own.
    pub fn unknown_tagged_fields(&mut self) -> Result<TaggedFields> {
        self.tagged_fields(&mut |_, _| Ok(false))
    }
}
