//! Record batches: what is built is read, what is wrong is told with Kafka's code.

use bytes::Bytes;
use kafka_sandbox::protocol::record_batch::{
    BatchBuilder, BatchError, BatchOptions, BatchView, Compression, Records, TimestampType,
    assign_offset, batches, check_produce_records, error_code, record_size_upper_bound,
    set_log_append_time, set_producer,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

type Field = Option<Vec<u8>>;
type Plain = (i64, Field, Field, Vec<(Vec<u8>, Field)>);

fn build(records: &[Plain], options: &BatchOptions) -> Bytes {
    builder(records).finish(options)
}

fn builder(records: &[Plain]) -> BatchBuilder {
    let mut builder = BatchBuilder::new();
    for (timestamp, key, value, headers) in records {
        let headers: Vec<(&[u8], Option<&[u8]>)> = headers
            .iter()
            .map(|(key, value)| (&key[..], value.as_deref()))
            .collect();
        let (key, value) = (key.as_deref(), value.as_deref());
        let size = builder.size_of_next(*timestamp, key, value, &headers);
        let before = builder.size_in_bytes();
        builder.append(*timestamp, key, value, &headers);
        assert_eq!(builder.size_in_bytes(), before + size);
        assert!(61 + size <= record_size_upper_bound(key, value, &headers));
    }
    builder
}

fn plain(records: Records<'_>) -> Vec<Plain> {
    let owned = |field: Option<&[u8]>| field.map(<[u8]>::to_vec);
    records
        .map(|record| {
            let record = record.expect("whole records");
            let headers = record
                .headers
                .iter()
                .map(|h| (h.key.to_vec(), owned(h.value)));
            (
                record.timestamp,
                owned(record.key),
                owned(record.value),
                headers.collect(),
            )
        })
        .collect()
}

fn records() -> impl Strategy<Value = Vec<Plain>> {
    let field = || option::of(vec(any::<u8>(), 0..40));
    let header = (vec(any::<u8>(), 0..6), field());
    let timestamp = prop_oneof![0..i64::MAX / 4, Just(-1)];
    vec((timestamp, field(), field(), vec(header, 0..4)), 1..20)
}

proptest! {
    #[test]
    fn what_is_built_is_read(records in records(), base in 0..i64::MAX / 2, id in any::<i64>()) {
        let options = BatchOptions {
            base_offset: base,
            producer_id: id,
            producer_epoch: 3,
            base_sequence: i32::MAX - 2,
            transactional: true,
            ..BatchOptions::default()
        };
        let batch = build(&records, &options);
        let view = BatchView::first(&batch).unwrap();
        prop_assert!(view.crc_is_valid());
        prop_assert_eq!(view.bytes.len(), batch.len());
        let header = view.header;
        prop_assert_eq!(header.base_offset, base);
        prop_assert_eq!(header.last_offset(), base + records.len() as i64 - 1);
        prop_assert_eq!(header.record_count as usize, records.len());
        prop_assert_eq!(header.max_timestamp, records.iter().map(|r| r.0).max().unwrap());
        prop_assert_eq!((header.producer_id, header.producer_epoch), (id, 3));
        prop_assert!(header.attributes.is_transactional() && !header.attributes.is_control());
        let offsets: Vec<i64> = view.records().map(|record| record.unwrap().offset).collect();
        prop_assert_eq!(offsets, (base..base + records.len() as i64).collect::<Vec<_>>());
        prop_assert_eq!(plain(view.records()), records);
    }

    /// An independent crate agrees on the bytes. It wants header keys to be UTF-8.
    #[test]
    fn an_independent_decoder_reads_the_same(records in records()) {
        let mut records = records;
        for (i, (key, _)) in records.iter_mut().flat_map(|record| &mut record.3).enumerate() {
            *key = format!("header{i}").into_bytes();
        }
        let mut bytes = build(&records, &BatchOptions::default());
        let decoded = kafka_protocol::records::RecordBatchDecoder::decode(&mut bytes).unwrap();
        prop_assert_eq!(decoded.records.len(), records.len());
        for (theirs, (timestamp, key, value, headers)) in decoded.records.iter().zip(&records) {
            prop_assert_eq!(theirs.headers.len(), headers.len());
            prop_assert_eq!(theirs.timestamp, *timestamp);
            prop_assert_eq!(theirs.key.as_deref(), key.as_deref());
            prop_assert_eq!(theirs.value.as_deref(), value.as_deref());
        }
    }

    #[test]
    fn damaged_records_never_panic_and_end(records in records(), at in any::<usize>(), with in any::<u8>()) {
        let batch = build(&records, &BatchOptions::default());
        let mut damaged = batch.to_vec();
        let at = 61 + at % (damaged.len() - 61);
        damaged[at] = with;
        let view = BatchView::first(&damaged).unwrap();
        prop_assert_eq!(view.crc_is_valid(), damaged == batch);
        prop_assert!(view.records().count() <= records.len());
    }
}

fn one(value: &str) -> Vec<Plain> {
    vec![(7, None, Some(value.as_bytes().to_vec()), Vec::new())]
}

#[test]
fn patches_leave_a_valid_batch() {
    let mut batch = build(&one("a"), &BatchOptions::default()).to_vec();
    assign_offset(&mut batch, 42, 5);
    let view = BatchView::first(&batch).unwrap();
    assert!(
        view.crc_is_valid(),
        "offset and epoch stand outside the checksum"
    );
    assert_eq!(
        (view.header.base_offset, view.header.partition_leader_epoch),
        (42, 5)
    );
    set_log_append_time(&mut batch, 99);
    set_producer(&mut batch, 1000, 1, 17);
    let view = BatchView::first(&batch).unwrap();
    assert!(view.crc_is_valid());
    assert_eq!(
        view.header.attributes.timestamp_type(),
        TimestampType::LogAppendTime
    );
    assert_eq!(view.header.base_sequence, 17);
    assert_eq!(view.records().next().unwrap().unwrap().timestamp, 99);
}

#[test]
fn a_compressed_section_is_kept_as_it_is() {
    let builder = builder(&one("aaaaaaaaaa"));
    let section: Vec<u8> = builder.records_section().iter().rev().copied().collect();
    let batch = builder.finish_compressed(&BatchOptions::default(), Compression::Lz4, &section);
    let view = BatchView::first(&batch).unwrap();
    assert!(view.crc_is_valid());
    assert_eq!(view.header.attributes.compression(), Some(Compression::Lz4));
    assert_eq!(view.records_section(), section);
}

#[test]
fn iteration_passes_over_a_batch_that_is_cut_off() {
    let both = [
        build(&one("a"), &BatchOptions::default()),
        build(&one("b"), &BatchOptions::default()),
    ];
    let bytes = both.concat();
    for len in 0..=bytes.len() {
        let whole = batches(&bytes[..len]).filter(Result::is_ok).count();
        assert_eq!(whole, len / both[0].len(), "{len}");
    }
}

#[test]
fn a_produce_request_has_exactly_one_batch_of_magic_2() {
    let good = build(&one("a"), &BatchOptions::default());
    assert!(check_produce_records(9, &good).is_ok());
    let why = |bytes: &[u8]| {
        let error = check_produce_records(9, bytes).map(|_| ()).unwrap_err();
        (error.code(), error.to_string())
    };
    let prefix = "Produce requests with version 9";
    let none = format!("{prefix} must have at least one record batch per partition");
    assert_eq!(why(b""), (error_code::INVALID_RECORD, none));
    let two =
        format!("{prefix} are only allowed to contain exactly one record batch per partition");
    assert_eq!(
        why(&[&good[..], &good[..]].concat()),
        (error_code::INVALID_RECORD, two)
    );
    for magic in [0, 1] {
        let mut old = good.to_vec();
        old[16] = magic;
        let text =
            format!("{prefix} are only allowed to contain record batches with magic version 2");
        assert_eq!(why(&old), (error_code::INVALID_RECORD, text));
    }
    let mut never = good.to_vec();
    never[16] = 3;
    assert_eq!(why(&never).0, error_code::CORRUPT_MESSAGE);
    let mut small = good.to_vec();
    small[8..12].copy_from_slice(&13i32.to_be_bytes());
    assert_eq!(why(&small).0, error_code::CORRUPT_MESSAGE);
}

#[test]
fn zstd_needs_version_7() {
    let batch =
        builder(&one("a")).finish_compressed(&BatchOptions::default(), Compression::Zstd, b"x");
    let error = check_produce_records(6, &batch).map(|_| ()).unwrap_err();
    assert_eq!(error, BatchError::UnsupportedCompression { version: 6 });
    assert_eq!(error.code(), error_code::UNSUPPORTED_COMPRESSION_TYPE);
    assert!(check_produce_records(7, &batch).is_ok());
}
