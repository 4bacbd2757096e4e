//! Walks the records of a batch where they stand: no copies, no allocation, no panic.

use super::error::BatchError;
use super::varint::Reader;
use super::view::BatchHeader;
use super::{TimestampType, increment_sequence};

/// One record. Keys, values and headers are slices of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Always 0 today.
    pub attributes: i8,
    pub offset: i64,
    /// Milliseconds; of a `LogAppendTime` batch the time of the append.
    pub timestamp: i64,
    /// -1 without an idempotent producer.
    pub sequence: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Headers<'a>,
    /// Bytes of the record, its length prefix included.
    pub size_in_bytes: usize,
}

/// One header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// UTF-8 by the rules, but brokers do not check it.
    pub key: &'a [u8],
    pub value: Option<&'a [u8]>,
}

/// The headers of a record, in order; keys may repeat. They were checked when the record was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headers<'a> {
    count: u32,
    bytes: &'a [u8],
}

impl<'a> Headers<'a> {
    pub fn len(&self) -> usize {
        self.count as usize
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let mut reader = Reader { rest: self.bytes };
        (0..self.count).map_while(move |_| header(&mut reader).ok())
    }
}

fn header<'a>(reader: &mut Reader<'a>) -> Result<Header<'a>, BatchError> {
    let len = reader.varint().ok_or_else(malformed)?;
    let len = usize::try_from(len)
        .map_err(|_| BatchError::invalid(format!("Invalid negative header key size {len}")))?;
    let key = reader.bytes(len).ok_or_else(malformed)?;
    let value = reader.nullable_bytes().ok_or_else(malformed)?;
    Ok(Header { key, value })
}

/// Iterates the records of one batch; ends after the first error.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    base_offset: i64,
    base_timestamp: i64,
    log_append_time: Option<i64>,
    base_sequence: i32,
    left: u32,
    reader: Reader<'a>,
}

impl<'a> Records<'a> {
    /// `section` is the record section, decompressed if it was compressed.
    pub fn new(header: &BatchHeader, section: &'a [u8]) -> Self {
        let append_time = header.attributes.timestamp_type() == TimestampType::LogAppendTime;
        Records {
            base_offset: header.base_offset,
            base_timestamp: header.base_timestamp,
            log_append_time: append_time.then_some(header.max_timestamp),
            base_sequence: header.base_sequence,
            left: u32::try_from(header.record_count).unwrap_or(0),
            reader: Reader { rest: section },
        }
    }

    #[inline(always)]
    fn read(&mut self) -> Result<Record<'a>, BatchError> {
        let before = self.reader.rest.len();
        let Some(body) = self.body() else {
            return Err(self.no_body(before));
        };
        let mut r = Reader { rest: body };
        let Some(fields) = Fields::read(&mut r) else {
            return Err(malformed());
        };
        let headers = if *r.rest == [0] {
            Headers {
                count: 0,
                bytes: &[],
            }
        } else {
            headers(&mut r)?
        };
        let timestamp = self.base_timestamp.wrapping_add(fields.timestamp_delta);
        Ok(Record {
            attributes: fields.attributes,
            offset: self
                .base_offset
                .wrapping_add(i64::from(fields.offset_delta)),
            timestamp: self.log_append_time.unwrap_or(timestamp),
            sequence: increment_sequence(self.base_sequence, fields.offset_delta),
            key: fields.key,
            value: fields.value,
            headers,
            size_in_bytes: before - self.reader.rest.len(),
        })
    }

    #[inline(always)]
    fn body(&mut self) -> Option<&'a [u8]> {
        let start = self.reader;
        let size = usize::try_from(self.reader.varint()?).ok();
        let body = size.and_then(|size| self.reader.bytes(size));
        if body.is_none() {
            self.reader = start;
        }
        body
    }

    /// Why there is no whole record where one should be.
    #[cold]
    fn no_body(&mut self, left: usize) -> BatchError {
        if left == 0 {
            return BatchError::invalid("Incorrect declared batch size, premature EOF reached");
        }
        let Some(size) = self.reader.varint() else {
            return malformed();
        };
        BatchError::invalid(format!(
            "Invalid record size: expected {size} bytes in record payload, but instead the buffer \
             has only {} remaining bytes.",
            self.reader.rest.len()
        ))
    }
}

/// A record but for its headers, as it stands.
struct Fields<'a> {
    attributes: i8,
    timestamp_delta: i64,
    offset_delta: i32,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    #[inline(always)]
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        Some(Fields {
            attributes: r.u8()? as i8,
            timestamp_delta: r.varlong()?,
            offset_delta: r.varint()?,
            key: r.nullable_bytes()?,
            value: r.nullable_bytes()?,
        })
    }
}

#[cold]
fn malformed() -> BatchError {
    BatchError::invalid("Found invalid record structure")
}

/// Reads and checks the headers, which end a record.
fn headers<'a>(r: &mut Reader<'a>) -> Result<Headers<'a>, BatchError> {
    let count = r
        .varint()
        .ok_or_else(|| BatchError::invalid("Found invalid record structure"))?;
    let count = u32::try_from(count).map_err(|_| {
        BatchError::invalid(format!("Found invalid number of record headers {count}"))
    })?;
    if count as usize > r.rest.len() {
        return Err(BatchError::invalid(format!(
            "Found invalid number of record headers. {count} is larger than the remaining \
                 size of the buffer"
        )));
    }
    let bytes = r.rest;
    for _ in 0..count {
        header(r)?;
    }
    if !r.rest.is_empty() {
        return Err(BatchError::invalid(format!(
            "Invalid record size: {} bytes are left in record payload",
            r.rest.len()
        )));
    }
    Ok(Headers { count, bytes })
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, BatchError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let mut result = self.read();
        self.left -= 1;
        if self.left == 0 && result.is_ok() && !self.reader.rest.is_empty() {
            result = Err(BatchError::invalid(
                "Incorrect declared batch size, records still remaining in file",
            ));
        }
        if result.is_err() {
            self.left = 0;
        }
        Some(result)
    }
}
