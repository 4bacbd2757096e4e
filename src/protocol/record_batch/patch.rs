//! The few fields of a batch that change after it was built.

use super::attributes::{Attributes, TimestampType};
use super::crc32c::crc32c;
use super::view::{ATTRIBUTES_AT, BASE_SEQUENCE_AT, CRC_AT, EPOCH_AT, MAX_TIMESTAMP_AT};
use super::view::{PRODUCER_EPOCH_AT, PRODUCER_ID_AT};

/// Sets base offset and partition leader epoch, which stand outside the checksum.
pub fn assign_offset(batch: &mut [u8], base_offset: i64, leader_epoch: i32) {
    batch[..8].copy_from_slice(&base_offset.to_be_bytes());
    batch[EPOCH_AT..EPOCH_AT + 4].copy_from_slice(&leader_epoch.to_be_bytes());
}

/// Makes it a batch of `LogAppendTime`: its records have the time `now_ms`. New checksum.
pub fn set_log_append_time(batch: &mut [u8], now_ms: i64) {
    set_timestamp(batch, TimestampType::LogAppendTime, now_ms);
}

/// Makes it a batch of `CreateTime` whose greatest timestamp is the one given. New checksum.
pub fn set_max_timestamp(batch: &mut [u8], max_timestamp: i64) {
    set_timestamp(batch, TimestampType::CreateTime, max_timestamp);
}

fn set_timestamp(batch: &mut [u8], kind: TimestampType, max_timestamp: i64) {
    let old = Attributes(i16::from_be_bytes([
        batch[ATTRIBUTES_AT],
        batch[ATTRIBUTES_AT + 1],
    ]));
    let new = old.with_timestamp_type(kind).0.to_be_bytes();
    batch[ATTRIBUTES_AT..ATTRIBUTES_AT + 2].copy_from_slice(&new);
    batch[MAX_TIMESTAMP_AT..MAX_TIMESTAMP_AT + 8].copy_from_slice(&max_timestamp.to_be_bytes());
    seal(batch);
}

/// Sets who produced it, for a batch that is sent again under a new epoch. New checksum.
pub fn set_producer(batch: &mut [u8], producer_id: i64, producer_epoch: i16, base_sequence: i32) {
    batch[PRODUCER_ID_AT..PRODUCER_ID_AT + 8].copy_from_slice(&producer_id.to_be_bytes());
    batch[PRODUCER_EPOCH_AT..PRODUCER_EPOCH_AT + 2].copy_from_slice(&producer_epoch.to_be_bytes());
    batch[BASE_SEQUENCE_AT..BASE_SEQUENCE_AT + 4].copy_from_slice(&base_sequence.to_be_bytes());
    seal(batch);
}

/// Computes the checksum of a batch that is otherwise finished.
pub(super) fn seal(batch: &mut [u8]) {
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    batch[CRC_AT..CRC_AT + 4].copy_from_slice(&crc.to_be_bytes());
}
