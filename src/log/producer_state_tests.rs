//! What a partition accepts from idempotent producers, by Kafka's rules.

use super::*;
use crate::protocol::record_batch::{BatchBuilder, BatchOptions, BatchView};

fn header(producer_id: i64, epoch: i16, sequence: i32, count: i32, offset: i64) -> BatchHeader {
    let mut builder = BatchBuilder::new();
    for _ in 0..count {
        builder.append(5, None, None, &[]);
    }
    let options = BatchOptions {
        base_offset: offset,
        producer_id,
        producer_epoch: epoch,
        base_sequence: sequence,
        ..BatchOptions::default()
    };
    BatchView::first(&builder.finish(&options))
        .expect("just built")
        .header
}

fn code(producers: &Producers, header: &BatchHeader) -> Option<i16> {
    producers
        .check(header, 0, "t-0")
        .err()
        .map(|error| error.code)
}

#[test]
fn an_unknown_producer_may_begin_anywhere_and_then_goes_on_in_order() {
    let mut producers = Producers::default();
    assert_eq!(code(&producers, &header(1, 0, 17, 3, 0)), None);
    producers.appended(&header(1, 0, 17, 3, 0));
    assert_eq!(code(&producers, &header(1, 0, 20, 1, 3)), None);
    for wrong in [0, 18, 19, 21] {
        let found = code(&producers, &header(1, 0, wrong, 1, 3));
        assert_eq!(
            found,
            Some(error_code::OUT_OF_ORDER_SEQUENCE_NUMBER),
            "{wrong}"
        );
    }
}

#[test]
fn one_of_the_last_five_batches_is_a_duplicate_an_older_one_is_not() {
    let mut producers = Producers::default();
    for i in 0..6 {
        producers.appended(&header(1, 0, i * 2, 2, i64::from(i) * 2));
    }
    let again = producers
        .check(&header(1, 0, 2, 2, 12), 12, "t-0")
        .expect("known");
    let SequenceCheck::Duplicate(original) = again else {
        panic!("{again:?}")
    };
    assert_eq!((original.first_offset, original.last_offset), (2, 3));
    let oldest = code(&producers, &header(1, 0, 0, 2, 12));
    assert_eq!(oldest, Some(error_code::OUT_OF_ORDER_SEQUENCE_NUMBER));
}

#[test]
fn sequences_wrap_to_zero() {
    let mut producers = Producers::default();
    producers.appended(&header(1, 0, i32::MAX - 1, 2, 0));
    assert_eq!(code(&producers, &header(1, 0, 0, 1, 2)), None);
    let mut producers = Producers::default();
    producers.appended(&header(1, 0, i32::MAX, 3, 0));
    assert_eq!(code(&producers, &header(1, 0, 2, 1, 3)), None);
}

#[test]
fn a_new_epoch_begins_at_zero_and_fences_the_old_one() {
    let mut producers = Producers::default();
    producers.appended(&header(1, 3, 0, 1, 0));
    let wrong = code(&producers, &header(1, 4, 1, 1, 1));
    assert_eq!(wrong, Some(error_code::OUT_OF_ORDER_SEQUENCE_NUMBER));
    assert_eq!(code(&producers, &header(1, 4, 0, 1, 1)), None);
    producers.appended(&header(1, 4, 0, 1, 1));
    let fenced = code(&producers, &header(1, 3, 1, 1, 2));
    assert_eq!(fenced, Some(error_code::INVALID_PRODUCER_EPOCH));
}

#[test]
fn a_rollback_restores_what_was_durable() {
    let mut producers = Producers::default();
    producers.appended(&header(1, 0, 0, 2, 0));
    producers.durable_to(2);
    let before = producers.snapshot_at(2);
    producers.appended(&header(1, 0, 2, 2, 2));
    producers.appended(&header(9, 0, 0, 1, 4));
    assert_eq!(producers.snapshot_at(2), before);
    assert_eq!(producers.snapshot_at(4).len(), 1);
    producers.rollback_to(2);
    assert_eq!(producers.snapshot_at(2), before);
    assert_eq!(code(&producers, &header(1, 0, 2, 2, 2)), None);
}

#[test]
fn idle_producers_are_forgotten() {
    let mut producers = Producers::default();
    producers.appended(&header(1, 0, 7, 1, 0));
    producers.durable_to(1);
    producers.expire(1_000, 10_000);
    assert_eq!(producers.len(), 1);
    producers.expire(10_005, 10_000);
    assert_eq!(producers.len(), 0);
}

#[test]
fn snapshots_round_trip_and_refuse_what_is_malformed() {
    let mut producers = Producers::default();
    for i in 0..7 {
        producers.appended(&header(1000 + i64::from(i % 3), 1, i, 1, i64::from(i)));
    }
    let entries = producers.snapshot_at(100);
    let mut bytes = Vec::new();
    encode_producers(&entries, &mut bytes);
    assert_eq!(decode_producers(&bytes), Some(entries));
    bytes.pop();
    assert_eq!(decode_producers(&bytes), None);
}
