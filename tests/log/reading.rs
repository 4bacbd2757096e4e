//! Reads: limits, whole batches, memory and storage alike.

use crate::rig::{Rig, batch, texts};
use kafka_sandbox::log::{LogConfig, ReadOutcome};
use kafka_sandbox::protocol::record_batch::batches;

/// A log of ten groups of three batches of two records.
fn filled() -> Rig {
    let mut rig = Rig::new(LogConfig::default());
    for group in 0..10 {
        for i in 0..3 {
            let names = [format!("{group}.{i}a"), format!("{group}.{i}b")];
            rig.append(&batch(&[&names[0], &names[1]])).unwrap();
        }
        rig.commit();
    }
    rig
}

fn both(case: impl Fn(&mut Rig)) {
    case(&mut filled());
    let mut rig = filled();
    rig.log.evict_to(0);
    case(&mut rig);
    let mut rig = filled();
    rig.restart();
    case(&mut rig);
}

#[test]
fn a_read_begins_with_the_batch_that_holds_the_offset() {
    both(|rig| {
        for offset in 0..60 {
            let (bytes, next) = rig.read(offset, 1);
            let found: Vec<_> = batches(&bytes)
                .map(|b| b.unwrap().header.base_offset)
                .collect();
            assert_eq!(found, [offset / 2 * 2]);
            assert_eq!(next, offset / 2 * 2 + 2);
        }
    });
}

#[test]
fn every_limit_gives_the_same_records() {
    both(|rig| {
        let size = rig.read(0, 1).0.len();
        for max_bytes in [1, size - 1, size, size + 1, size * 2, size * 5 + 3, 1 << 20] {
            let mut seen = Vec::new();
            for batch in rig.read_all(0, max_bytes) {
                seen.extend(texts(&batch));
            }
            assert_eq!(seen.len(), 60, "{max_bytes}");
            assert_eq!((seen[0].as_str(), seen[59].as_str()), ("0=0.0a", "59=9.2b"));
        }
    });
}

#[test]
fn a_limit_is_kept_but_for_the_first_batch() {
    let mut rig = filled();
    let size = rig.read(0, 1).0.len();
    let read = |rig: &mut Rig, max_bytes, min_one| match rig.log.read(0, max_bytes, min_one, 60) {
        Ok(ReadOutcome::Data {
            bytes, next_offset, ..
        }) => (bytes / size, next_offset),
        other => panic!("{other:?}"),
    };
    assert_eq!(read(&mut rig, size - 1, false), (0, 0));
    assert_eq!(read(&mut rig, size - 1, true), (1, 2));
    assert_eq!(read(&mut rig, size * 4 + 1, false), (4, 8));
    assert_eq!(read(&mut rig, usize::MAX, false), (30, 60));
}

#[test]
fn a_read_stops_where_it_is_told_to() {
    let mut rig = filled();
    for up_to in 0..=60 {
        let Ok(ReadOutcome::Data { next_offset, .. }) = rig.log.read(0, 1 << 20, true, up_to)
        else {
            panic!("it is in memory")
        };
        assert_eq!(next_offset, up_to / 2 * 2);
    }
}

#[test]
fn the_ends_of_the_log_are_the_range() {
    let mut rig = filled();
    assert!(rig.log.read(-1, 100, true, 60).is_err());
    assert!(rig.log.read(61, 100, true, 60).is_err());
    let end = rig.log.read(60, 100, true, 60).unwrap();
    assert_eq!(
        end,
        ReadOutcome::Data {
            slices: Vec::new(),
            bytes: 0,
            next_offset: 60
        }
    );
}

#[test]
fn memory_is_shared_not_copied() {
    let mut rig = Rig::new(LogConfig::default());
    let value = "x".repeat(16_000);
    rig.append(&batch(&[&value])).unwrap();
    rig.commit();
    let slices = |rig: &mut Rig| match rig.log.read(0, 1 << 20, true, 1) {
        Ok(ReadOutcome::Data { slices, .. }) => slices,
        other => panic!("{other:?}"),
    };
    let (first, second) = (slices(&mut rig), slices(&mut rig));
    assert_eq!(first[0].as_ptr(), second[0].as_ptr());
}

#[test]
fn a_reader_that_goes_on_does_not_ask_storage_for_each_batch() {
    let mut rig = filled();
    rig.log.evict_to(0);
    let size = rig.read(0, 1).0.len();
    rig.read_all(0, size);
    assert!(rig.reads < 3, "{} reads", rig.reads);
}
