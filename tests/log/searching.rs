//! Offsets by time, in memory and in storage.

use crate::rig::{NOW_MS, Rig, batch_at};
use kafka_sandbox::log::{FoundOffset, LogConfig};
use kafka_sandbox::protocol::record_batch::{
    BatchBuilder, BatchOptions, Compression, TimestampType,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn batch_of(times: &[i64]) -> bytes::Bytes {
    let mut builder = BatchBuilder::new();
    for &time in times {
        builder.append(NOW_MS + time, None, Some(b"0123456789"), &[]);
    }
    builder.finish(&BatchOptions::default())
}

fn at(rig: &mut Rig, time: i64) -> Option<(i64, i64)> {
    let search = rig.log.search_timestamp(NOW_MS + time);
    rig.search(search, None)
        .map(|found| (found.offset, found.timestamp - NOW_MS))
}

proptest! {
    /// A log of many chunks and segments against the plain definition: the first record at or after
    /// the time.
    #[test]
    fn the_first_record_at_or_after_a_time(
        groups in vec(vec(vec(0i64..50, 1..4), 1..3), 1..20),
        start in 0i64..10,
        evict in any::<bool>(),
        restart in any::<bool>(),
    ) {
        let config = LogConfig { segment_bytes: 400, segment_ms: 30, ..LogConfig::default() };
        let mut rig = Rig::new(config);
        let mut times = Vec::new();
        for group in &groups {
            for batch in group {
                rig.append(&batch_of(batch)).unwrap();
                times.extend(batch);
            }
            rig.commit();
        }
        let start = start.min(times.len() as i64);
        let (_, write) = rig.log.delete_records(start).unwrap();
        kafka_sandbox::log::storage::Store::commit(&mut rig.store, &Vec::from_iter(write)).unwrap();
        rig.log.set_log_start_offset(start);
        if evict {
            rig.log.evict_to(0);
        }
        if restart {
            rig.restart();
        }
        for time in 0..51 {
            let expected = times.iter().enumerate().skip(start as usize).find(|(_, t)| **t >= time);
            let expected = expected.map(|(offset, t)| (offset as i64, *t));
            prop_assert_eq!(at(&mut rig, time), expected, "{}", time);
        }
        if start == 0 {
            let greatest = times.iter().max().unwrap();
            let first = times.iter().position(|t| t == greatest).unwrap() as i64;
            let search = rig.log.search_max_timestamp();
            let found = rig.search(search, None).unwrap();
            prop_assert_eq!((found.offset, found.timestamp - NOW_MS), (first, *greatest));
        }
        prop_assert_eq!(&rig.findings, &[]);
    }
}

#[test]
fn an_empty_log_has_nothing_at_any_time() {
    let mut rig = Rig::new(LogConfig::default());
    assert_eq!(at(&mut rig, 0), None);
    let search = rig.log.search_max_timestamp();
    assert_eq!(rig.search(search, None), None);
    assert_eq!(
        rig.log.latest(),
        FoundOffset {
            offset: 0,
            timestamp: -1,
            leader_epoch: -1
        }
    );
}

#[test]
fn what_is_not_durable_is_not_found() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append(&batch_at(NOW_MS, &["a"])).unwrap();
    assert_eq!(at(&mut rig, 0), None);
    rig.commit();
    assert_eq!(at(&mut rig, 0), Some((0, 0)));
}

#[test]
fn all_records_of_a_log_append_time_batch_have_its_time() {
    let config = LogConfig {
        timestamp_type: TimestampType::LogAppendTime,
        ..LogConfig::default()
    };
    let mut rig = Rig::new(config);
    rig.append(&batch_of(&[1, 2, 3])).unwrap();
    rig.commit();
    assert_eq!(at(&mut rig, 0), Some((0, 0)));
    rig.log.set_log_start_offset(1);
    assert_eq!(at(&mut rig, 0), Some((1, 0)));
}

#[test]
fn a_compressed_batch_is_searched_with_a_codec_else_by_its_header() {
    let mut builder = BatchBuilder::new();
    for time in [10, 20, 30] {
        builder.append(NOW_MS + time, None, Some(b"v"), &[]);
    }
    let section: Vec<u8> = builder.records_section().iter().rev().copied().collect();
    let batch = builder.finish_compressed(&BatchOptions::default(), Compression::Gzip, &section);
    let mut rig = Rig::new(LogConfig::default());
    rig.append(&batch).unwrap();
    rig.commit();
    let reverse = |_: u8, bytes: &[u8], _: usize| Some(bytes.iter().rev().copied().collect());
    let search = rig.log.search_timestamp(NOW_MS + 15);
    let found = rig.search(search, Some(&reverse)).unwrap();
    assert_eq!((found.offset, found.timestamp), (1, NOW_MS + 20));
    assert_eq!(
        at(&mut rig, 15),
        Some((0, 30)),
        "no codec: the batch as a whole"
    );
    assert_eq!(
        at(&mut rig, 10),
        Some((0, 10)),
        "the header tells the first record's time"
    );
}
