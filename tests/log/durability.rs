//! Pending, durable, rolled back; segments, log start, epochs, memory.

use crate::rig::{NOW_MS, Rig, batch, batch_at, context, idempotent};
use kafka_sandbox::log::storage::{Store, Write};
use kafka_sandbox::log::{LogConfig, OffsetOutOfRange};
use kafka_sandbox::protocol::record_batch::error_code;

#[test]
fn the_high_watermark_follows_storage() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append(&batch(&["a", "b"])).unwrap();
    assert_eq!(rig.records(0), "");
    let writes = rig.log.take_pending(1 << 20);
    rig.append(&batch(&["c"])).unwrap();
    assert!(
        rig.log.take_pending(1 << 20).is_empty(),
        "one group at a time"
    );
    rig.store.commit(&writes).unwrap();
    assert_eq!(rig.log.persisted(), 2);
    assert_eq!(rig.records(0), "0=a 1=b");
    rig.commit();
    assert_eq!(rig.records(0), "0=a 1=b 2=c");
    assert!(!rig.log.has_pending());
}

#[test]
fn a_failed_group_leaves_no_trace() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append(&idempotent(1, 0, 0, 2)).unwrap();
    rig.commit();
    rig.append(&idempotent(1, 0, 2, 2)).unwrap();
    let lost = rig.log.take_pending(1 << 20);
    assert_eq!(lost.len(), 1);
    rig.append(&idempotent(2, 0, 0, 1)).unwrap();
    rig.log.rollback();
    assert_eq!((rig.log.log_end_offset(), rig.log.high_watermark()), (2, 2));
    assert_eq!((rig.log.has_pending(), rig.log.pending_bytes()), (false, 0));
    assert_eq!(rig.log.active_producers().count(), 1);
    let again = rig.append(&idempotent(1, 0, 2, 2)).unwrap();
    assert_eq!((again.base_offset, again.duplicate), (2, false));
    rig.commit();
    assert_eq!(rig.records(0), "0=1/0 1=1/1 2=1/2 3=1/3");
}

#[test]
fn small_appends_of_one_group_become_one_chunk_and_large_ones_several() {
    let mut rig = Rig::new(LogConfig::default());
    for _ in 0..100 {
        rig.append(&batch(&["a"])).unwrap();
    }
    assert_eq!(rig.log.take_pending(4 << 20).len(), 1);
    rig.log.persisted();
    let large = "x".repeat(900_000);
    for _ in 0..8 {
        rig.append(&batch(&[&large])).unwrap();
    }
    assert_eq!(rig.log.pending_bytes() / 900_000, 8);
    assert_eq!(
        rig.log.take_pending(4 << 20).len(),
        2,
        "two batches a chunk, two chunks a group"
    );
}

#[test]
fn segments_roll_by_size_and_by_the_records_time() {
    let config = LogConfig {
        segment_bytes: 300,
        segment_ms: 1000,
        ..LogConfig::default()
    };
    let mut rig = Rig::new(config);
    for i in 0..8 {
        rig.append(&batch_at(NOW_MS + i, &["0123456789"])).unwrap();
    }
    let bases: Vec<i64> = rig.log.segments().iter().map(|s| s.base_offset).collect();
    assert_eq!(bases, [0, 3, 6]);
    rig.append(&batch_at(NOW_MS + 2000, &["late"])).unwrap();
    let last = *rig.log.segments().last().unwrap();
    assert_eq!((last.base_offset, last.max_timestamp), (8, NOW_MS + 2000));
    rig.log.rollback();
    assert_eq!(rig.log.segments().len(), 1);
    assert_eq!(
        (rig.log.segments()[0].max_timestamp, rig.log.size_in_bytes()),
        (-1, 0)
    );
}

#[test]
fn deleted_records_are_out_of_range_and_their_segments_are_gone() {
    let config = LogConfig {
        segment_bytes: 300,
        ..LogConfig::default()
    };
    let mut rig = Rig::new(config);
    for _ in 0..9 {
        rig.produce(&["0123456789"]);
    }
    assert_eq!(rig.log.delete_records(10), Err(OffsetOutOfRange));
    let (start, write) = rig.log.delete_records(5).unwrap();
    assert_eq!(start, 5);
    let write = write.expect("it moves");
    assert!(matches!(&write, Write::PutMeta { key, .. } if key == "log-start/3"));
    rig.store.commit(&[write]).unwrap();
    let before = rig.log.size_in_bytes();
    rig.log.set_log_start_offset(5);
    assert_eq!(rig.log.size_in_bytes() * 3, before * 2);
    assert_eq!(rig.log.earliest().offset, 5);
    assert!(rig.log.read(4, 100, true, 9).is_err());
    assert_eq!(rig.log.trim_below(), 5);
    assert_eq!(rig.log.delete_records(3).unwrap(), (5, None));
    assert_eq!(rig.log.delete_records(-1).unwrap().0, 9);
    rig.store
        .trim(rig.log.id(), Some(rig.log.trim_below()))
        .unwrap();
    rig.restart();
    assert_eq!(
        (rig.log.log_start_offset(), rig.log.high_watermark()),
        (5, 9)
    );
    assert_eq!(rig.log.segments().len(), 2);
    assert_eq!(rig.findings, []);
}

#[test]
fn epochs_tell_where_they_ended() {
    let mut rig = Rig::new(LogConfig::default());
    rig.log.begin_epoch(0);
    rig.produce(&["a", "b"]);
    rig.log.begin_epoch(1);
    assert_eq!(
        rig.log.end_offset_for_epoch(1),
        (1, 2),
        "a leader that wrote nothing yet"
    );
    let mut ctx = context(NOW_MS);
    ctx.leader_epoch = 1;
    rig.log.append(&batch(&["c"]), &ctx).unwrap();
    rig.commit();
    rig.restart();
    assert_eq!(rig.log.latest_epoch(), 1);
    assert_eq!(rig.log.end_offset_for_epoch(0), (0, 2));
    assert_eq!(rig.log.end_offset_for_epoch(1), (1, 3));
    assert_eq!(rig.log.end_offset_for_epoch(2), (-1, -1));
    assert_eq!(rig.log.latest().leader_epoch, 1);
}

#[test]
fn a_rollback_keeps_the_leader() {
    let mut rig = Rig::new(LogConfig::default());
    rig.produce(&["a"]);
    rig.append(&batch(&["b"])).unwrap();
    rig.log.begin_epoch(4);
    rig.log.rollback();
    assert_eq!(rig.log.latest_epoch(), 4);
    assert_eq!(rig.log.end_offset_for_epoch(0), (0, 1));
}

#[test]
fn memory_is_given_back_and_only_what_is_durable() {
    let mut rig = Rig::new(LogConfig::default());
    let value = "x".repeat(10_000);
    for _ in 0..500 {
        rig.append(&batch(&[&value])).unwrap();
    }
    let all = rig.log.bytes_held();
    rig.log.evict_to(0);
    assert!(rig.log.bytes_held() >= 5_000_000, "nothing is durable yet");
    assert!(all < 8_000_000, "{all}");
    rig.commit();
    rig.log.evict_to(2_000_000);
    assert!(rig.log.bytes_held() <= 2_000_000);
    assert_eq!(rig.reads, 0);
    let bytes: usize = rig.read_all(0, 1 << 20).iter().map(bytes::Bytes::len).sum();
    assert!(bytes > 5_000_000 && rig.reads > 0);
    rig.log.evict_to(0);
    assert_eq!(rig.log.bytes_held(), 0);
    assert_eq!(rig.produce(&["more"]), 500);
}

#[test]
fn a_new_producer_may_start_over_after_it_was_forgotten() {
    let mut rig = Rig::new(LogConfig::default());
    rig.append(&idempotent(1, 0, 0, 2)).unwrap();
    rig.commit();
    rig.log.expire_producers(NOW_MS + 86_400_000, 86_400_000);
    let gap = rig.append(&idempotent(1, 0, 17, 1)).unwrap();
    assert_eq!(gap.base_offset, 2);
    let wrong = rig.append(&idempotent(1, 0, 17 + 5, 1)).unwrap_err();
    assert_eq!(wrong.code, error_code::OUT_OF_ORDER_SEQUENCE_NUMBER);
}
