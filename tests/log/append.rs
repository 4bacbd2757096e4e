//! What an append accepts and refuses, with Kafka's codes and words.

use crate::rig::{NOW_MS, Rig, batch, batch_at, context, idempotent};
use kafka_sandbox::log::{AppendError, LogConfig, Origin};
use kafka_sandbox::protocol::record_batch::{
    BatchBuilder, BatchOptions, BatchView, Compression, TimestampType, error_code,
    set_max_timestamp,
};

fn refused(config: LogConfig, batch: &[u8]) -> AppendError {
    let mut rig = Rig::new(config);
    let error = rig.append(batch).expect_err("it must be refused");
    assert_eq!(rig.log.log_end_offset(), 0, "nothing was added");
    assert!(!rig.log.has_pending());
    error
}

fn with(change: impl FnOnce(&mut LogConfig)) -> LogConfig {
    let mut config = LogConfig::default();
    change(&mut config);
    config
}

#[test]
fn offsets_follow_one_another() {
    let mut rig = Rig::new(LogConfig::default());
    let first = rig.append(&batch(&["a", "b"])).unwrap();
    let second = rig.append(&batch(&["c"])).unwrap();
    assert_eq!((first.base_offset, first.last_offset), (0, 1));
    assert_eq!((second.base_offset, second.last_offset), (2, 2));
    assert_eq!(second.log_append_time_ms, -1);
    assert_eq!((rig.log.high_watermark(), rig.log.log_end_offset()), (0, 3));
}

#[test]
fn a_wrong_checksum_is_corrupt() {
    let mut bad = batch(&["a"]).to_vec();
    *bad.last_mut().unwrap() ^= 1;
    let error = refused(LogConfig::default(), &bad);
    assert_eq!(error.code, error_code::CORRUPT_MESSAGE);
    let crc = u32::from_be_bytes(bad[17..21].try_into().unwrap());
    let why = format!("Record is corrupt (stored crc = {crc}) in topic partition t-0.");
    assert_eq!(error.why, why);
    assert_eq!(error.response_message(), None);
}

#[test]
fn a_batch_may_be_too_large_for_the_topic_or_its_segments() {
    let batch = batch(&["0123456789"]);
    let small = with(|config| config.max_message_bytes = batch.len() as u32 - 1);
    let error = refused(small, &batch);
    assert_eq!(error.code, error_code::MESSAGE_TOO_LARGE);
    let just = with(|config| config.max_message_bytes = batch.len() as u32);
    Rig::new(just).append(&batch).unwrap();
    let segments = with(|config| config.segment_bytes = 50);
    assert_eq!(
        refused(segments, &batch).code,
        error_code::RECORD_LIST_TOO_LARGE
    );
}

#[test]
fn counts_and_offsets_must_agree() {
    let invalid = |at: usize, value: i32, origin: i64| {
        let mut bytes = batch(&["a", "b"]).to_vec();
        bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
        bytes[..8].copy_from_slice(&origin.to_be_bytes());
        let max = BatchView::first(&bytes).unwrap().header.max_timestamp;
        set_max_timestamp(&mut bytes, max);
        let error = refused(LogConfig::default(), &bytes);
        assert_eq!(error.code, error_code::INVALID_RECORD);
        error.why
    };
    let (delta, count) = (23, 57);
    assert_eq!(
        invalid(delta, -1, 0),
        "Batch has an invalid offset range: [0, -1] in topic partition t-0"
    );
    assert_eq!(
        invalid(count, 0, 0),
        "Invalid reported count for record batch: 0 in topic partition t-0"
    );
    let range =
        "Inconsistent batch offset range [0, 2] and count of records 2 in topic partition t-0";
    assert_eq!(invalid(delta, 2, 0), range);
    let base = "The baseOffset of the record batch in the append to t-0 should be 0, but it is 5";
    assert_eq!(invalid(count, 2, 5), base);
}

#[test]
fn a_count_that_the_records_do_not_have_is_refused() {
    let mut bytes = batch(&["a", "b"]).to_vec();
    bytes[23..27].copy_from_slice(&2i32.to_be_bytes());
    bytes[57..61].copy_from_slice(&3i32.to_be_bytes());
    set_max_timestamp(&mut bytes, NOW_MS);
    let error = refused(LogConfig::default(), &bytes);
    assert_eq!(error.code, error_code::INVALID_RECORD);
    assert_eq!(
        error.why,
        "Incorrect declared batch size, premature EOF reached"
    );
}

#[test]
fn one_append_is_one_batch() {
    let two = [batch(&["a"]), batch(&["b"])].concat();
    assert_eq!(
        refused(LogConfig::default(), &two).code,
        error_code::INVALID_RECORD
    );
    assert_eq!(
        refused(LogConfig::default(), b"").code,
        error_code::INVALID_RECORD
    );
}

fn special(options: BatchOptions) -> bytes::Bytes {
    let mut builder = BatchBuilder::new();
    builder.append(NOW_MS, Some(b"k"), Some(b"v"), &[]);
    builder.finish(&options)
}

#[test]
fn clients_may_not_write_control_batches_but_coordinators_may() {
    let control = special(BatchOptions {
        control: true,
        ..BatchOptions::default()
    });
    let error = refused(LogConfig::default(), &control);
    let why = "Clients are not allowed to write control records in topic partition t-0";
    assert_eq!(
        (error.code, error.why.as_str()),
        (error_code::INVALID_RECORD, why)
    );
    let mut rig = Rig::new(LogConfig::default());
    let mut ctx = context(NOW_MS);
    ctx.origin = Origin::Coordinator;
    rig.log.append(&control, &ctx).unwrap();
}

#[test]
fn a_producer_id_needs_a_sequence_and_a_transaction_needs_a_coordinator() {
    let no_sequence = special(BatchOptions {
        producer_id: 1,
        producer_epoch: 0,
        ..BatchOptions::default()
    });
    assert_eq!(
        refused(LogConfig::default(), &no_sequence).code,
        error_code::INVALID_RECORD
    );
    let transactional = special(BatchOptions {
        producer_id: 1,
        producer_epoch: 0,
        base_sequence: 0,
        transactional: true,
        ..BatchOptions::default()
    });
    let error = refused(LogConfig::default(), &transactional);
    assert_eq!(error.code, error_code::INVALID_TXN_STATE);
}

#[test]
fn a_compacted_topic_needs_keys_and_says_which_records_have_none() {
    let mut builder = BatchBuilder::new();
    builder.append(NOW_MS, Some(b"k"), Some(b"v"), &[]);
    builder.append(NOW_MS, None, Some(b"v"), &[]);
    let error = refused(
        with(|config| config.compact = true),
        &builder.finish(&BatchOptions::default()),
    );
    assert_eq!(error.code, error_code::INVALID_RECORD);
    assert_eq!(error.record_errors[0].batch_index, 1);
    let message = "Compacted topic cannot accept message without key in topic partition t-0";
    assert_eq!(error.record_errors[0].message, message);
    let why = format!(
        "One or more records have been rejected due to 1 record errors in total, and only showing \
         the first three errors at most: [RecordError(batchIndex=1, message='{message}')]"
    );
    assert_eq!(error.response_message(), Some(why.as_str()));
}

#[test]
fn timestamps_must_lie_within_the_limits() {
    let config = || {
        with(|config| {
            config.timestamp_before_max_ms = 1000;
            config.timestamp_after_max_ms = 100;
        })
    };
    for good in [NOW_MS - 1000, NOW_MS + 100, -1] {
        Rig::new(config()).append(&batch_at(good, &["a"])).unwrap();
    }
    for bad in [NOW_MS - 1001, NOW_MS + 101] {
        let error = refused(config(), &batch_at(bad, &["a"]));
        assert_eq!(error.code, error_code::INVALID_TIMESTAMP);
        let message = format!(
            "Timestamp {bad} of message with offset 0 is out of range. The timestamp should be \
             within [{}, {}]",
            NOW_MS - 1000,
            NOW_MS + 100
        );
        assert_eq!(error.record_errors[0].message, message);
        let why = "One or more records have been rejected due to invalid timestamp";
        assert_eq!(error.response_message(), Some(why));
    }
}

#[test]
fn log_append_time_replaces_the_clients_times() {
    let config = with(|config| config.timestamp_type = TimestampType::LogAppendTime);
    let mut rig = Rig::new(config);
    let appended = rig.append(&batch_at(5, &["a", "b"])).unwrap();
    assert_eq!(appended.log_append_time_ms, NOW_MS);
    rig.commit();
    let stored = rig.read_all(0, 1000);
    let view = BatchView::first(&stored[0]).unwrap();
    assert_eq!(
        view.header.attributes.timestamp_type(),
        TimestampType::LogAppendTime
    );
    assert!(
        view.records()
            .all(|record| record.unwrap().timestamp == NOW_MS)
    );
}

#[test]
fn a_wrong_greatest_timestamp_is_put_right() {
    let mut bytes = batch_at(NOW_MS - 50, &["a"]).to_vec();
    set_max_timestamp(&mut bytes, NOW_MS - 20);
    let mut rig = Rig::new(LogConfig::default());
    rig.append(&bytes).unwrap();
    rig.commit();
    let stored = rig.read_all(0, 1000);
    assert_eq!(stored[0][21..], batch_at(NOW_MS - 50, &["a"])[21..]);
}

#[test]
fn a_batch_that_is_sent_again_is_acknowledged_with_its_first_offsets() {
    let mut rig = Rig::new(LogConfig::default());
    rig.produce(&["x"]);
    let first = rig.append(&idempotent(9, 0, 0, 3)).unwrap();
    let again = rig.append(&idempotent(9, 0, 0, 3)).unwrap();
    assert!(again.duplicate && !first.duplicate);
    assert_eq!(
        (again.base_offset, again.last_offset),
        (first.base_offset, first.last_offset)
    );
    assert_eq!(rig.log.log_end_offset(), 4);
    let gap = rig.append(&idempotent(9, 0, 5, 1)).unwrap_err();
    assert_eq!(gap.code, error_code::OUT_OF_ORDER_SEQUENCE_NUMBER);
    let producer = rig.log.active_producers().next().unwrap();
    assert_eq!((producer.producer_id, producer.last_sequence), (9, 2));
    assert_eq!(producer.last_timestamp, NOW_MS);
}

#[test]
fn a_compressed_batch_is_opened_only_with_a_codec() {
    let mut builder = BatchBuilder::new();
    builder.append(NOW_MS, None, Some(b"v"), &[]);
    let section: Vec<u8> = builder.records_section().iter().rev().copied().collect();
    let batch = builder.finish_compressed(&BatchOptions::default(), Compression::Gzip, &section);
    let config = with(|config| config.compact = true);
    Rig::new(config.clone())
        .append(&batch)
        .expect("nobody can look inside");
    let reverse = |_: u8, bytes: &[u8], _: usize| Some(bytes.iter().rev().copied().collect());
    let mut ctx = context(NOW_MS);
    ctx.decompress = Some(&reverse);
    let error = Rig::new(config).log.append(&batch, &ctx).unwrap_err();
    assert_eq!(error.record_errors.len(), 1);
}
