//! Turns fetched batches into what the page shows: records in full, or marks for the picture.

use crate::client::env::Codecs;
use crate::client::producer::murmur2::murmur2;
use crate::protocol::record_batch::{
    BatchHeader, Compression, Record, Records, TimestampType, batches,
};
use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::JsValue;

/// No batch that Kafka accepts by default is larger than a few of these once decompressed.
const MAX_SECTION_BYTES: usize = 64 << 20;

/// Bits of `Marks.flags` in `www/src/client/types.ts`.
const MARK_KEY: u8 = 1;
const MARK_TOMBSTONE: u8 = 2;
const MARK_CONTROL: u8 = 4;

/// Whether any batch needs the codec module.
pub fn needs_codecs(bytes: &[u8]) -> bool {
    batches(bytes)
        .flatten()
        .any(|batch| batch.header.is_compressed())
}

/// Calls `each` for the records from `from` on, at most `max` of them. The offset behind the last one, which is
/// behind the last batch when all were seen.
pub fn walk(
    bytes: &[u8],
    from: i64,
    max: usize,
    codecs: &dyn Codecs,
    each: &mut dyn FnMut(&BatchHeader, &Record<'_>),
) -> Result<i64, String> {
    let (mut next, mut seen) = (from, 0);
    for batch in batches(bytes) {
        let batch = batch.map_err(|error| error.to_string())?;
        let header = &batch.header;
        let section = batch.records_section();
        let unpacked = match header.is_compressed() {
            true => Some(codecs.decompress(
                header.attributes.compression_id(),
                section,
                MAX_SECTION_BYTES,
            )?),
            false => None,
        };
        for record in Records::new(header, unpacked.as_deref().unwrap_or(section)) {
            let record = record.map_err(|error| error.to_string())?;
            if record.offset < from {
                continue;
            }
            if seen == max {
                return Ok(next);
            }
            each(header, &record);
            seen += 1;
            next = record.offset + 1;
        }
        next = next.max(header.next_offset());
    }
    Ok(next)
}

/// A `RecordView`.
pub fn record_view(header: &BatchHeader, record: &Record<'_>) -> JsValue {
    let headers = record.headers.iter().map(|header| {
        let key = String::from_utf8_lossy(header.key).into_owned();
        object(&[("key", key.into()), ("value", bytes_or_null(header.value))])
    });
    let time = match header.attributes.timestamp_type() {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    };
    let compression = header
        .attributes
        .compression()
        .map_or("unknown", Compression::name);
    object(&[
        ("offset", number(record.offset)),
        ("timestamp", number(record.timestamp)),
        ("timestampType", time.into()),
        ("key", bytes_or_null(record.key)),
        ("value", bytes_or_null(record.value)),
        ("headers", headers.collect::<Array>().into()),
        ("baseOffset", number(header.base_offset)),
        ("batchRecords", header.record_count.into()),
        ("batchBytes", (header.size_in_bytes() as u32).into()),
        ("compression", compression.into()),
        ("producerId", number(header.producer_id)),
        ("producerEpoch", header.producer_epoch.into()),
        ("sequence", record.sequence.into()),
        ("leaderEpoch", header.partition_leader_epoch.into()),
        ("transactional", header.attributes.is_transactional().into()),
        ("control", header.attributes.is_control().into()),
        ("sizeBytes", (record.size_in_bytes as u32).into()),
    ])
}

/// The columns of `Marks`.
#[derive(Default)]
pub struct Marks {
    offsets: Vec<f64>,
    key_hash: Vec<u32>,
    flags: Vec<u8>,
}

impl Marks {
    pub fn add(&mut self, header: &BatchHeader, record: &Record<'_>) {
        let control = header.attributes.is_control();
        let mut flags = if control { MARK_CONTROL } else { 0 };
        let key = record.key.filter(|_| !control);
        if key.is_some() {
            flags |= MARK_KEY;
        }
        if record.value.is_none() && !control {
            flags |= MARK_TOMBSTONE;
        }
        self.offsets.push(record.offset as f64);
        self.key_hash.push(key.map_or(0, |key| murmur2(key) as u32));
        self.flags.push(flags);
    }

    pub fn to_js(&self, next_offset: i64) -> JsValue {
        object(&[
            ("offsets", Float64Array::from(&self.offsets[..]).into()),
            ("keyHash", Uint32Array::from(&self.key_hash[..]).into()),
            ("flags", Uint8Array::from(&self.flags[..]).into()),
            ("nextOffset", number(next_offset)),
        ])
    }
}

pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a new object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// Offsets and times are exact as numbers up to 2^53.
pub fn number(value: i64) -> JsValue {
    (value as f64).into()
}

fn bytes_or_null(bytes: Option<&[u8]>) -> JsValue {
    bytes.map_or(JsValue::NULL, |bytes| Uint8Array::from(bytes).into())
}
