//! Builds batches: for clients, and for the records that coordinators and the controller write.

use super::attributes::{Attributes, Compression, TimestampType};
use super::patch::seal;
use super::varint;
use super::{BATCH_OVERHEAD, LOG_OVERHEAD, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE};
use bytes::Bytes;

/// Bytes that a record can have besides key, value and headers, at most.
const MAX_RECORD_OVERHEAD: usize = 21;

/// Everything about a batch but its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchOptions {
    pub base_offset: i64,
    pub partition_leader_epoch: i32,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub transactional: bool,
    pub control: bool,
    /// `LogAppendTime` makes the greatest timestamp that of every record.
    pub timestamp_type: TimestampType,
}

impl Default for BatchOptions {
    /// A batch of no producer in particular, as a client sends it.
    fn default() -> Self {
        BatchOptions {
            base_offset: 0,
            partition_leader_epoch: -1,
            producer_id: NO_PRODUCER_ID,
            producer_epoch: NO_PRODUCER_EPOCH,
            base_sequence: NO_SEQUENCE,
            transactional: false,
            control: false,
            timestamp_type: TimestampType::CreateTime,
        }
    }
}

/// Collects records; [`BatchBuilder::finish`] makes the batch of them.
#[derive(Debug, Clone, Default)]
pub struct BatchBuilder {
    /// Room for the header, then the records: an uncompressed batch is never copied.
    bytes: Vec<u8>,
    count: i32,
    base_timestamp: i64,
    max_timestamp: i64,
}

impl BatchBuilder {
    pub fn new() -> Self {
        BatchBuilder::default()
    }

    /// Adds a record. `headers` keep their order and may repeat keys.
    pub fn append(
        &mut self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&[u8], Option<&[u8]>)],
    ) {
        if self.count == 0 {
            self.bytes.resize(BATCH_OVERHEAD, 0);
            self.base_timestamp = timestamp_ms;
            self.max_timestamp = timestamp_ms;
        }
        self.max_timestamp = self.max_timestamp.max(timestamp_ms);
        let timestamp_delta = timestamp_ms.wrapping_sub(self.base_timestamp);
        let body = body_size(self.count, timestamp_delta, key, value, headers);
        let out = &mut self.bytes;
        out.reserve(body + varint::size(body as i64));
        varint::put(out, body as i64);
        out.push(0);
        varint::put(out, timestamp_delta);
        varint::put(out, i64::from(self.count));
        put_nullable(out, key);
        put_nullable(out, value);
        varint::put(out, headers.len() as i64);
        for (key, value) in headers {
            put_nullable(out, Some(key));
            put_nullable(out, *value);
        }
        self.count += 1;
    }

    pub fn record_count(&self) -> i32 {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The greatest timestamp of the records so far.
    pub fn max_timestamp(&self) -> i64 {
        self.max_timestamp
    }

    /// Bytes of the batch if it were finished now without compression.
    pub fn size_in_bytes(&self) -> usize {
        self.bytes.len().max(BATCH_OVERHEAD)
    }

    /// What the batch will take after compression, as Java's producer estimates it: `ratio` is what
    /// earlier batches of the topic came to, with 5 % for safety.
    pub fn estimated_size_in_bytes(&self, compression: Compression, ratio: f32) -> usize {
        if compression == Compression::None {
            return self.size_in_bytes();
        }
        let records = self.size_in_bytes() - BATCH_OVERHEAD;
        BATCH_OVERHEAD + (records as f32 * ratio * 1.05) as usize
    }

    /// Bytes that this record would add, uncompressed.
    pub fn size_of_next(
        &self,
        timestamp_ms: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&[u8], Option<&[u8]>)],
    ) -> usize {
        let base = if self.count == 0 {
            timestamp_ms
        } else {
            self.base_timestamp
        };
        record_size(
            self.count,
            timestamp_ms.wrapping_sub(base),
            key,
            value,
            headers,
        )
    }

    /// The record section so far, as it stands before compression.
    pub fn records_section(&self) -> &[u8] {
        self.bytes.get(BATCH_OVERHEAD..).unwrap_or(&[])
    }

    /// The finished batch, uncompressed.
    pub fn finish(self, options: &BatchOptions) -> Bytes {
        let attributes = Attributes::new(Compression::None, options.transactional);
        let mut bytes = self.bytes;
        bytes.resize(bytes.len().max(BATCH_OVERHEAD), 0);
        Self::seal(
            bytes,
            self.count,
            self.base_timestamp,
            self.max_timestamp,
            attributes,
            options,
        )
    }

    /// The finished batch with its record section replaced by `compressed`, which the caller made of
    /// [`BatchBuilder::records_section`].
    pub fn finish_compressed(
        self,
        options: &BatchOptions,
        compression: Compression,
        compressed: &[u8],
    ) -> Bytes {
        let attributes = Attributes::new(compression, options.transactional);
        let mut bytes = Vec::with_capacity(BATCH_OVERHEAD + compressed.len());
        bytes.resize(BATCH_OVERHEAD, 0);
        bytes.extend_from_slice(compressed);
        Self::seal(
            bytes,
            self.count,
            self.base_timestamp,
            self.max_timestamp,
            attributes,
            options,
        )
    }

    fn seal(
        mut bytes: Vec<u8>,
        count: i32,
        base_timestamp: i64,
        max_timestamp: i64,
        attributes: Attributes,
        options: &BatchOptions,
    ) -> Bytes {
        let attributes = attributes.with_timestamp_type(options.timestamp_type);
        let attributes = if options.control {
            attributes.with_control()
        } else {
            attributes
        };
        let length = (bytes.len() - LOG_OVERHEAD) as i32;
        let mut header = Vec::with_capacity(BATCH_OVERHEAD);
        header.extend(options.base_offset.to_be_bytes());
        header.extend(length.to_be_bytes());
        header.extend(options.partition_leader_epoch.to_be_bytes());
        header.push(2);
        header.extend(0u32.to_be_bytes());
        header.extend(attributes.0.to_be_bytes());
        header.extend((count - 1).to_be_bytes());
        header.extend(base_timestamp.to_be_bytes());
        header.extend(max_timestamp.to_be_bytes());
        header.extend(options.producer_id.to_be_bytes());
        header.extend(options.producer_epoch.to_be_bytes());
        header.extend(options.base_sequence.to_be_bytes());
        header.extend(count.to_be_bytes());
        bytes[..BATCH_OVERHEAD].copy_from_slice(&header);
        seal(&mut bytes);
        Bytes::from(bytes)
    }
}

fn put_nullable(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::put(out, -1),
        Some(bytes) => {
            varint::put(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
    }
}

fn nullable_size(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(1, |bytes| varint::size(bytes.len() as i64) + bytes.len())
}

fn headers_size(headers: &[(&[u8], Option<&[u8]>)]) -> usize {
    let each = headers
        .iter()
        .map(|(key, value)| nullable_size(Some(key)) + nullable_size(*value));
    varint::size(headers.len() as i64) + each.sum::<usize>()
}

fn body_size(
    offset_delta: i32,
    timestamp_delta: i64,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(&[u8], Option<&[u8]>)],
) -> usize {
    1 + varint::size(timestamp_delta)
        + varint::size(i64::from(offset_delta))
        + nullable_size(key)
        + nullable_size(value)
        + headers_size(headers)
}

/// Exact bytes of one record, its length prefix included.
pub fn record_size(
    offset_delta: i32,
    timestamp_delta: i64,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(&[u8], Option<&[u8]>)],
) -> usize {
    let body = body_size(offset_delta, timestamp_delta, key, value, headers);
    varint::size(body as i64) + body
}

/// The most bytes that a batch with this one record can have: what Java's producer holds against
/// `max.request.size` and `buffer.memory`.
pub fn record_size_upper_bound(
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(&[u8], Option<&[u8]>)],
) -> usize {
    BATCH_OVERHEAD
        + MAX_RECORD_OVERHEAD
        + nullable_size(key)
        + nullable_size(value)
        + headers_size(headers)
}
