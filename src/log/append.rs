//! The checks of an append, by the rules of Kafka's `UnifiedLog` and `LogValidator`, with their texts.
//!
//! Compressed batches pass unopened unless the caller has a codec: then, and for uncompressed ones
//! always, each record is checked. Batches are never recompressed, whatever `compression.type` says.

use super::config::LogConfig;
use super::types::{AppendContext, AppendError, Origin, RecordError};
use crate::protocol::record_batch::{
    BatchError, BatchHeader, BatchView, NO_TIMESTAMP, Record, Records, TimestampType, batches,
    error_code,
};

/// How large a record section may become when it is opened for checks.
const DECOMPRESSED_LIMIT: usize = 64 << 20;

/// A batch that may be appended, and the greatest timestamp that its header shall have.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    pub batch: BatchView<'a>,
    pub max_timestamp: i64,
}

/// Checks the bytes of an append: exactly one batch, whole and within the limits of the topic.
pub(super) fn check<'a>(
    bytes: &'a [u8],
    config: &LogConfig,
    ctx: &AppendContext<'_>,
) -> Result<Checked<'a>, AppendError> {
    let mut all = batches(bytes);
    let Some(batch) = all.next() else {
        return Err(invalid("Record batch has no batches at all"));
    };
    let batch = batch?;
    let header = &batch.header;
    if ctx.origin == Origin::Client && header.base_offset != 0 {
        return Err(invalid(format!(
            "The baseOffset of the record batch in the append to {} should be 0, but it is {}",
            ctx.partition, header.base_offset
        )));
    }
    check_size(batch.bytes.len(), config, ctx)?;
    if !batch.crc_is_valid() {
        return Err(AppendError::new(
            error_code::CORRUPT_MESSAGE,
            format!(
                "Record is corrupt (stored crc = {}) in topic partition {}.",
                header.crc, ctx.partition
            ),
        ));
    }
    if all.next().is_some() {
        return Err(invalid("Compressed outer record has more than one batch"));
    }
    check_header(header, ctx)?;
    let seen = match ctx.origin {
        Origin::Client => check_records(&batch, config, ctx)?,
        Origin::Coordinator | Origin::Controller => header.max_timestamp,
    };
    let max_timestamp = match config.timestamp_type {
        TimestampType::CreateTime => seen,
        TimestampType::LogAppendTime => ctx.now_ms,
    };
    Ok(Checked {
        batch,
        max_timestamp,
    })
}

fn invalid(why: impl Into<String>) -> AppendError {
    AppendError::new(error_code::INVALID_RECORD, why)
}

fn check_size(size: usize, config: &LogConfig, ctx: &AppendContext<'_>) -> Result<(), AppendError> {
    let max = config.max_message_bytes;
    if size > max as usize {
        return Err(AppendError::new(
            error_code::MESSAGE_TOO_LARGE,
            format!(
                "The record batch size in the append to {} is {size} bytes which exceeds the \
                 maximum configured value of {max}.",
                ctx.partition
            ),
        ));
    }
    if size > config.segment_bytes as usize {
        return Err(AppendError::new(
            error_code::RECORD_LIST_TOO_LARGE,
            format!(
                "Message batch size is {size} bytes in append to partition {}, which exceeds the \
                 maximum configured segment size of {}.",
                ctx.partition, config.segment_bytes
            ),
        ));
    }
    Ok(())
}

fn check_header(header: &BatchHeader, ctx: &AppendContext<'_>) -> Result<(), AppendError> {
    let partition = ctx.partition;
    let (first, last) = (header.base_offset, header.last_offset());
    let count = i64::from(header.record_count);
    let range = i64::from(header.last_offset_delta) + 1;
    if range <= 0 {
        return Err(invalid(format!(
            "Batch has an invalid offset range: [{first}, {last}] in topic partition {partition}"
        )));
    }
    if count <= 0 {
        return Err(invalid(format!(
            "Invalid reported count for record batch: {count} in topic partition {partition}"
        )));
    }
    if range != count {
        return Err(invalid(format!(
            "Inconsistent batch offset range [{first}, {last}] and count of records {count} in \
             topic partition {partition}"
        )));
    }
    if ctx.origin != Origin::Client {
        return Ok(());
    }
    if header.attributes.is_control() {
        return Err(invalid(format!(
            "Clients are not allowed to write control records in topic partition {partition}"
        )));
    }
    if header.has_producer_id() && header.base_sequence < 0 {
        return Err(invalid(format!(
            "Invalid sequence number {} in record batch with producerId {} in topic partition \
             {partition}",
            header.base_sequence, header.producer_id
        )));
    }
    if header.attributes.is_transactional() {
        let why = "Record was not part of an ongoing transaction";
        return Err(AppendError::new(error_code::INVALID_TXN_STATE, why));
    }
    Ok(())
}

/// Checks each record and returns the greatest timestamp among them.
fn check_records(
    batch: &BatchView<'_>,
    config: &LogConfig,
    ctx: &AppendContext<'_>,
) -> Result<i64, AppendError> {
    let header = &batch.header;
    let Some(codec) = header.attributes.compression() else {
        let id = header.attributes.compression_id();
        return Err(BatchError::UnknownCompression { id }.into());
    };
    if !header.is_compressed() {
        return check_each(header, batch.records(), config, ctx);
    }
    let Some(decompress) = ctx.decompress else {
        return check_unopened(header, config, ctx);
    };
    let section = decompress(codec as u8, batch.records_section(), DECOMPRESSED_LIMIT)
        .ok_or(BatchError::Undecodable)?;
    check_each(header, Records::new(header, &section), config, ctx)
}

fn check_each(
    header: &BatchHeader,
    records: Records<'_>,
    config: &LogConfig,
    ctx: &AppendContext<'_>,
) -> Result<i64, AppendError> {
    let mut max_timestamp = NO_TIMESTAMP;
    let mut errors = Vec::new();
    let mut timestamps_wrong = false;
    for (index, record) in records.enumerate() {
        let record = record?;
        max_timestamp = max_timestamp.max(record.timestamp);
        let message = if config.compact && record.key.is_none() {
            Some(format!(
                "Compacted topic cannot accept message without key in topic partition {}",
                ctx.partition
            ))
        } else {
            let message = timestamp_error(header, &record, config, ctx);
            timestamps_wrong |= message.is_some();
            message
        };
        if let Some(message) = message {
            errors.push(RecordError {
                batch_index: index as i32,
                message,
            });
        }
    }
    if errors.is_empty() {
        Ok(max_timestamp)
    } else {
        Err(rejected(errors, timestamps_wrong))
    }
}

fn timestamp_error(
    header: &BatchHeader,
    record: &Record<'_>,
    config: &LogConfig,
    ctx: &AppendContext<'_>,
) -> Option<String> {
    let timestamp = record.timestamp;
    if config.timestamp_type == TimestampType::CreateTime && timestamp != NO_TIMESTAMP {
        return out_of_range(timestamp, record.offset, config, ctx);
    }
    if header.attributes.timestamp_type() == TimestampType::CreateTime {
        return None;
    }
    let size = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
    Some(format!(
        "Invalid timestamp type in message DefaultRecord(offset={}, timestamp={timestamp}, key={} \
         bytes, value={} bytes). Producer should not set timestamp type to LogAppendTime.",
        record.offset,
        size(record.key),
        size(record.value)
    ))
}

fn out_of_range(
    timestamp: i64,
    offset: i64,
    config: &LogConfig,
    ctx: &AppendContext<'_>,
) -> Option<String> {
    let (before, after) = (
        config.timestamp_before_max_ms,
        config.timestamp_after_max_ms,
    );
    let age = ctx.now_ms.saturating_sub(timestamp);
    if age <= before && age.saturating_neg() <= after {
        return None;
    }
    // Kafka lets the bounds of the text wrap around; so do we.
    Some(format!(
        "Timestamp {timestamp} of message with offset {offset} is out of range. The timestamp \
         should be within [{}, {}]",
        ctx.now_ms.wrapping_sub(before),
        ctx.now_ms.wrapping_add(after)
    ))
}

/// A compressed batch that nobody here can open: its header must do.
fn check_unopened(
    header: &BatchHeader,
    config: &LogConfig,
    ctx: &AppendContext<'_>,
) -> Result<i64, AppendError> {
    if config.timestamp_type == TimestampType::CreateTime {
        let last = header.record_count - 1;
        let ends = [(0, header.base_timestamp), (last, header.max_timestamp)];
        for (index, timestamp) in ends {
            let checked = (timestamp != NO_TIMESTAMP).then_some(timestamp);
            let offset = header.base_offset + i64::from(index);
            if let Some(message) = checked.and_then(|t| out_of_range(t, offset, config, ctx)) {
                return Err(rejected(
                    vec![RecordError {
                        batch_index: index,
                        message,
                    }],
                    true,
                ));
            }
        }
    }
    Ok(header.max_timestamp)
}

fn rejected(errors: Vec<RecordError>, timestamps_wrong: bool) -> AppendError {
    let (code, why) = if timestamps_wrong {
        let why = "One or more records have been rejected due to invalid timestamp".to_owned();
        (error_code::INVALID_TIMESTAMP, why)
    } else {
        let shown: Vec<String> = errors
            .iter()
            .take(3)
            .map(|e| {
                format!(
                    "RecordError(batchIndex={}, message='{}')",
                    e.batch_index, e.message
                )
            })
            .collect();
        let why = format!(
            "One or more records have been rejected due to {} record errors in total, and only \
             showing the first three errors at most: [{}]",
            errors.len(),
            shown.join(", ")
        );
        (error_code::INVALID_RECORD, why)
    };
    AppendError {
        code,
        why,
        record_errors: errors,
    }
}
