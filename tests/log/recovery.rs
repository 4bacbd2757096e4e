//! A log comes back as it was; what is broken is reported, cut at the end, and never served.

use crate::rig::{LOG, NOW_MS, Rig, batch, batch_at, idempotent};
use kafka_sandbox::log::memory::MemoryStore;
use kafka_sandbox::log::storage::{Store, Write};
use kafka_sandbox::log::{LogConfig, Recovery, RecoveryStep};

/// Chunks of two batches of one record each.
fn filled(chunks: i64) -> Rig {
    let mut rig = Rig::new(LogConfig::default());
    for i in 0..chunks * 2 {
        rig.append(&batch(&[&format!("r{i}")])).unwrap();
        if i % 2 == 1 {
            rig.commit();
        }
    }
    rig
}

fn damage(rig: &mut Rig, base_offset: i64, at: usize) {
    rig.store.edit(LOG, base_offset, |bytes| bytes[at] ^= 0x10);
}

fn chunk_len(rig: &mut Rig, base_offset: i64) -> usize {
    let mut len = 0;
    rig.store.edit(LOG, base_offset, |bytes| len = bytes.len());
    len
}

#[test]
fn an_empty_store_is_an_empty_log() {
    let mut rig = Rig::new(LogConfig::default());
    rig.restart();
    assert_eq!(
        (rig.log.log_start_offset(), rig.log.log_end_offset()),
        (0, 0)
    );
    assert_eq!(rig.produce(&["a"]), 0);
}

#[test]
fn a_log_goes_on_where_it_ended() {
    let mut rig = filled(3);
    let before = (rig.log.size_in_bytes(), rig.log.segments().to_vec());
    rig.restart();
    assert_eq!(rig.log.high_watermark(), 6);
    assert_eq!(
        (rig.log.size_in_bytes(), rig.log.segments().to_vec()),
        before
    );
    assert_eq!(rig.produce(&["next"]), 6);
    assert_eq!(rig.records(4), "4=r4 5=r5 6=next");
    assert_eq!(rig.findings, []);
}

#[test]
fn recovery_reads_few_chunks_of_a_long_log() {
    let mut rig = filled(500);
    rig.reads = 0;
    rig.restart();
    assert_eq!(rig.reads, 1, "without producers the last chunk says it all");
    let mut rig = Rig::new(LogConfig::default());
    let value = "x".repeat(5000);
    for i in 0..500 {
        rig.append(&idempotent(i % 7, 0, (i / 7 * 2) as i32, 2))
            .unwrap();
        rig.append(&batch(&[&value])).unwrap();
        rig.commit();
    }
    rig.reads = 0;
    let before: Vec<_> = rig.log.active_producers().collect();
    rig.restart();
    assert_eq!(rig.reads, 2, "with producers those since the last snapshot");
    assert_eq!(rig.log.active_producers().collect::<Vec<_>>(), before);
    let again = rig.append(&idempotent(3, 0, 144, 2)).unwrap_err();
    assert_eq!(again.code, 45);
    assert!(rig.append(&idempotent(3, 0, 140, 2)).unwrap().duplicate);
}

#[test]
fn segments_come_back() {
    let config = LogConfig {
        segment_bytes: 300,
        ..LogConfig::default()
    };
    let mut rig = Rig::new(config);
    for i in 0..20 {
        rig.append(&batch_at(NOW_MS + i, &["0123456789"])).unwrap();
        if i % 4 == 3 {
            rig.commit();
        }
    }
    let before = rig.log.segments().to_vec();
    assert_eq!(before.len(), 7);
    rig.restart();
    assert_eq!(rig.log.segments(), before);
    assert_eq!(rig.findings, []);
}

#[test]
fn every_bit_of_the_last_chunk_is_watched() {
    let len = chunk_len(&mut filled(2), 2);
    for byte in 0..len {
        let mut rig = filled(2);
        damage(&mut rig, 2, byte);
        rig.restart();
        assert!(
            !rig.findings.is_empty(),
            "damage at {byte} of {len} was found"
        );
        let end = rig.log.log_end_offset();
        assert!((2..=3).contains(&end), "{byte}: {end}");
        let next = rig.produce(&["next"]);
        assert_eq!(next, end);
        let expected = if next == 2 {
            "0=r0 1=r1 2=next"
        } else {
            "0=r0 1=r1 2=r2 3=next"
        };
        assert_eq!(rig.records(0), expected, "{byte}");
        let found = rig.findings.len();
        rig.restart();
        assert_eq!(rig.records(0), expected, "{byte}");
        assert_eq!(rig.findings.len(), found, "mended in storage");
    }
}

#[test]
fn what_was_saved_from_a_broken_end_survives_a_failed_group() {
    let mut rig = filled(2);
    let len = chunk_len(&mut rig, 2);
    damage(&mut rig, 2, len - 1);
    rig.restart();
    assert_eq!((rig.log.high_watermark(), rig.log.log_end_offset()), (2, 3));
    rig.append(&batch(&["lost"])).unwrap();
    rig.log.take_pending(1 << 20);
    rig.log.rollback();
    assert_eq!(rig.log.log_end_offset(), 3);
    rig.commit();
    assert_eq!(rig.records(0), "0=r0 1=r1 2=r2");
}

#[test]
fn a_chunk_cut_short_at_any_byte_is_found() {
    let len = chunk_len(&mut filled(2), 2);
    for keep in 0..len {
        let mut rig = filled(2);
        rig.store.edit(LOG, 2, |bytes| bytes.truncate(keep));
        rig.restart();
        assert!(!rig.findings.is_empty(), "{keep}");
        rig.produce(&["next"]);
        assert!(rig.records(0).starts_with("0=r0 1=r1 2="), "{keep}");
    }
}

#[test]
fn all_chunks_may_be_broken() {
    let mut rig = filled(3);
    for base in [0, 2, 4] {
        damage(&mut rig, base, 0);
    }
    rig.restart();
    assert_eq!(rig.log.log_end_offset(), 0);
    assert_eq!(rig.findings.len(), 3);
    rig.produce(&["next"]);
    assert_eq!(rig.records(0), "0=next");
}

#[test]
fn damage_in_the_middle_is_passed_over_by_readers() {
    for byte in 0..chunk_len(&mut filled(4), 2) {
        let mut rig = filled(4);
        damage(&mut rig, 2, byte);
        rig.restart();
        assert_eq!(
            rig.findings,
            [],
            "nobody looks at the middle when the log is opened"
        );
        let records = rig.records(0);
        let possible = [
            "0=r0 1=r1 4=r4 5=r5 6=r6 7=r7",
            "0=r0 1=r1 2=r2 4=r4 5=r5 6=r6 7=r7",
            "0=r0 1=r1 3=r3 4=r4 5=r5 6=r6 7=r7",
        ];
        assert!(possible.contains(&records.as_str()), "{byte}: {records}");
        assert_eq!(rig.findings.len(), 1, "{byte}");
        let lost = &rig.findings[0];
        assert!(
            lost.from >= 2 && lost.to.is_some_and(|to| to <= 4),
            "{byte}: {lost:?}"
        );
    }
}

#[test]
fn a_missing_chunk_is_passed_over_too() {
    let mut rig = filled(4);
    let request = kafka_sandbox::log::storage::ReadRequest {
        log: LOG,
        from: kafka_sandbox::log::storage::ReadFrom::Offset(0),
        max_bytes: u32::MAX,
    };
    let mut store = MemoryStore::new();
    for chunk in rig.store.read(&request).unwrap() {
        if chunk.base_offset != 4 {
            let (log, base_offset) = (LOG, chunk.base_offset);
            store
                .commit(&[Write::Append {
                    log,
                    base_offset,
                    bytes: vec![chunk.bytes],
                }])
                .unwrap();
        }
    }
    rig.store = store;
    rig.restart();
    assert_eq!(rig.records(0), "0=r0 1=r1 2=r2 3=r3 6=r6 7=r7");
    assert_eq!(rig.findings.len(), 1);
    assert_eq!((rig.findings[0].from, rig.findings[0].to), (4, Some(6)));
    assert_eq!(rig.records(5), "6=r6 7=r7");
    let search = rig.log.search_timestamp(NOW_MS);
    assert_eq!(rig.search(search, None).unwrap().offset, 0);
}

#[test]
fn a_later_version_is_refused_not_cut() {
    let mut rig = filled(2);
    rig.store.edit(LOG, 2, |bytes| {
        bytes[5] = 2;
        let len = u32::from_be_bytes(bytes[8..12].try_into().unwrap()) as usize;
        let covered = [&bytes[..12], &bytes[16..len]].concat();
        let crc = kafka_sandbox::protocol::record_batch::crc32c::crc32c(&covered);
        bytes[12..16].copy_from_slice(&crc.to_be_bytes());
    });
    let recovery = Recovery::new(LOG, LogConfig::default(), 0);
    let chunks = rig.store.read(&recovery.request()).unwrap();
    let RecoveryStep::Refused { why } = recovery.step(chunks) else {
        panic!("it must be refused")
    };
    assert!(why.contains("format 2"), "{why}");
}

#[test]
fn producers_are_known_again_though_a_chunk_since_the_snapshot_is_gone() {
    let mut rig = Rig::new(LogConfig::default());
    for i in 0..6 {
        rig.append(&idempotent(1, 0, i, 1)).unwrap();
        rig.commit();
    }
    damage(&mut rig, 2, 0);
    rig.restart();
    let producer = rig.log.active_producers().next().unwrap();
    assert_eq!(producer.last_sequence, 5);
    assert_eq!(
        (rig.findings.len(), rig.findings[0].from, rig.findings[0].to),
        (1, 2, Some(3))
    );
    assert_eq!(rig.append(&idempotent(1, 0, 6, 1)).unwrap().base_offset, 6);
}
