//! A partition log on a simulated disk against a plain list, many thousand seeded runs.
//!
//! Each run appends, commits, fails, crashes, reads, deletes and evicts as its seed says. It prints
//! the seed when it fails; `SIM_SEED=n` runs that one alone, `SIM_RUNS=n` sets how many there are.

use crate::rig::{LOG, NOW_MS, Rig, context, texts};
use bytes::Bytes;
use kafka_sandbox::base::Rng;
use kafka_sandbox::log::LogConfig;
use kafka_sandbox::log::storage::{Store, Write};
use kafka_sandbox::protocol::record_batch::{BatchBuilder, BatchOptions, BatchView};
use kafka_sandbox::sim::disk::{Faults, SimDisk};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a batch was when it was appended, and whether that was acknowledged.
struct Entry {
    base_offset: i64,
    next_offset: i64,
    /// From the attributes on: what the log must not change.
    bytes: Bytes,
    /// As the client sent it.
    sent: Bytes,
    acknowledged: bool,
}

struct Run {
    rng: Rng,
    rig: Rig<SimDisk>,
    /// In order of offsets, without holes.
    expected: Vec<Entry>,
    log_start: i64,
    sequences: [i32; 3],
    serial: u32,
    /// Bits that were flipped; with any, what was acknowledged may be lost, but not in silence.
    rotten: u32,
    /// Whether the disk forgets what it acknowledged: then log starts come back too.
    forgetful: bool,
    /// What happened, for the digest that shows that a seed gives one history.
    digest: u64,
}

impl Run {
    fn new(seed: u64, forgetful: bool) -> Self {
        let mut rng = Rng::new(seed);
        let faults = Faults {
            fail_one_in: [0, 3, 10][rng.below(3) as usize],
            torn: rng.below(2) == 0,
            lose_acknowledged: forgetful,
            reorder: forgetful && rng.below(2) == 0,
        };
        let config = LogConfig {
            segment_bytes: [200, 600, 1 << 30][rng.below(3) as usize],
            ..LogConfig::default()
        };
        let disk = SimDisk::new(rng.next_u64(), faults);
        Run {
            rig: Rig::with_store(config, disk),
            rng,
            expected: Vec::new(),
            log_start: 0,
            sequences: [0; 3],
            serial: 0,
            rotten: u32::from(forgetful),
            forgetful,
            digest: 0,
        }
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.rng.below(n) == 0
    }

    fn note(&mut self, what: u64) {
        self.digest = (self.digest ^ what)
            .wrapping_mul(0x0100_0000_01b3)
            .rotate_left(7);
    }

    fn append(&mut self) {
        let producer = self.rng.below(4) as usize;
        let count = self.rng.below(3) as i32 + 1;
        let mut builder = BatchBuilder::new();
        for _ in 0..count {
            self.serial += 1;
            let value = format!("v{}", self.serial);
            let time = NOW_MS + self.rng.below(1000) as i64;
            builder.append(time, None, Some(value.as_bytes()), &[]);
        }
        let mut options = BatchOptions::default();
        if let Some(sequence) = self.sequences.get_mut(producer) {
            options.producer_id = producer as i64;
            options.producer_epoch = 0;
            options.base_sequence = *sequence;
        }
        let batch = builder.finish(&options);
        let appended = self
            .rig
            .log
            .append(&batch, &context(NOW_MS))
            .expect("a good batch");
        assert!(!appended.duplicate);
        assert_eq!(appended.base_offset, self.end(), "offsets have no holes");
        if let Some(sequence) = self.sequences.get_mut(producer) {
            *sequence += count;
        }
        self.expected.push(Entry {
            base_offset: appended.base_offset,
            next_offset: appended.last_offset + 1,
            bytes: batch.slice(21..),
            sent: batch.clone(),
            acknowledged: false,
        });
        if self.one_in(5) {
            let again = self.rig.log.append(&batch, &context(NOW_MS));
            if producer < 3 {
                let again = again.expect("a duplicate is acknowledged");
                assert!(again.duplicate);
                assert_eq!(again.base_offset, appended.base_offset);
            } else {
                let again = again.expect("without a producer id it is another batch");
                self.expected.push(Entry {
                    base_offset: again.base_offset,
                    next_offset: again.last_offset + 1,
                    bytes: batch.slice(21..),
                    sent: batch,
                    acknowledged: false,
                });
            }
        }
    }

    fn end(&self) -> i64 {
        self.expected
            .last()
            .map_or(self.log_start, |entry| entry.next_offset)
    }

    /// A group that succeeds, fails, or is in flight when the machine dies.
    fn commit(&mut self) {
        let writes = self.rig.log.take_pending(self.rng.below(400) as usize);
        if writes.is_empty() {
            return;
        }
        self.rig.store.submit(writes);
        if self.one_in(4) {
            self.append();
        }
        if self.one_in(10) {
            self.crash();
            return;
        }
        if self.rig.store.complete().is_ok() {
            let durable = self.rig.log.persisted();
            for entry in self
                .expected
                .iter_mut()
                .filter(|e| e.next_offset <= durable)
            {
                entry.acknowledged = true;
            }
            self.note(durable as u64);
        } else {
            self.rig.log.rollback();
            self.forget_from(self.rig.log.log_end_offset());
        }
    }

    /// What was not acknowledged is gone; its producers send it again under the same sequences.
    fn forget_from(&mut self, end: i64) {
        assert!(
            !self
                .expected
                .iter()
                .any(|e| e.acknowledged && e.next_offset > end)
        );
        self.expected.retain(|entry| entry.next_offset <= end);
        self.resume_sequences();
    }

    fn resume_sequences(&mut self) {
        self.sequences = [0; 3];
        for producer in self.rig.log.active_producers() {
            self.sequences[producer.producer_id as usize] = producer.last_sequence + 1;
        }
    }

    fn crash(&mut self) {
        self.rig.store.crash();
        self.restart();
    }

    fn restart(&mut self) {
        self.rig.restart();
        let end = self.rig.log.log_end_offset();
        if self.rotten == 0 {
            let acknowledged = self.expected.iter().filter(|e| e.acknowledged);
            let durable = acknowledged
                .map(|e| e.next_offset)
                .max()
                .unwrap_or(self.log_start);
            assert!(end >= durable, "{end} is below the acknowledged {durable}");
        }
        self.expected.retain(|entry| entry.next_offset <= end);
        self.resume_sequences();
        if self.rotten == 0 {
            self.send_last_again();
        }
        self.rig.log.evict_to(0);
        self.note(end as u64);
    }

    /// A client that never heard of its batch sends it again: it is there once.
    fn send_last_again(&mut self) {
        let Some(entry) = self.expected.last() else {
            return;
        };
        let producer = BatchView::first(&entry.sent)
            .expect("a batch")
            .header
            .producer_id;
        if producer >= 0 {
            let again = self
                .rig
                .log
                .append(&entry.sent, &context(NOW_MS))
                .expect("a duplicate");
            assert!(again.duplicate);
            assert_eq!(again.base_offset, entry.base_offset);
        }
    }

    fn delete(&mut self) {
        if self.forgetful {
            return;
        }
        let range = self.rig.log.high_watermark() - self.log_start;
        let target = self.log_start + self.rng.below(range as u64 + 1) as i64;
        let (start, write) = self.rig.log.delete_records(target).expect("in range");
        let Some(write) = write else { return };
        if self.rig.store.commit(&[write]).is_ok() {
            self.rig.log.set_log_start_offset(start);
            self.log_start = start;
            self.expected.retain(|entry| entry.next_offset > start);
            let below = self.rig.log.trim_below();
            self.rig
                .store
                .trim(LOG, Some(below))
                .expect("it only waits");
        }
    }

    /// Everything below the high watermark is there, with its offset and bytes, once.
    fn verify(&mut self) {
        let max_bytes = self.rng.below(500) as usize + 1;
        let durable = self.rig.log.high_watermark();
        let read = self.rig.read_all(self.log_start, max_bytes);
        let expected: Vec<&Entry> = self
            .expected
            .iter()
            .filter(|entry| entry.next_offset <= durable)
            .collect();
        if self.rotten == 0 {
            assert_eq!(
                read.len(),
                expected.len(),
                "as many batches as were appended"
            );
        }
        let mut last = -1;
        for batch in &read {
            let view = BatchView::first(batch).expect("a whole batch");
            assert!(
                view.header.base_offset > last,
                "nothing twice, everything in order"
            );
            last = view.header.last_offset();
            let entry = expected
                .iter()
                .find(|e| e.base_offset == view.header.base_offset);
            let entry = entry.unwrap_or_else(|| panic!("{:?} was never appended", texts(batch)));
            assert_eq!(
                entry.bytes,
                batch[21..],
                "the bytes are those that were sent"
            );
        }
        if read.len() < expected.len() {
            assert!(!self.rig.findings.is_empty(), "what is lost was reported");
        }
        self.note(read.len() as u64);
    }

    fn rot(&mut self) {
        self.rotten += u32::from(self.rig.store.rot().is_some());
        self.rig.log.evict_to(0);
        self.restart();
        self.verify();
    }

    fn steps(&mut self) -> u64 {
        for _ in 0..self.rng.below(60) + 5 {
            match self.rng.below(20) {
                0..=7 => self.append(),
                8..=13 => self.commit(),
                14 => self.crash(),
                15 => self.verify(),
                16 => self.delete(),
                17 => self.rig.log.evict_to(self.rng.below(500) as usize),
                18 if self.one_in(4) => self.rot(),
                _ => {}
            }
        }
        self.crash();
        self.verify();
        self.digest
    }
}

fn run(seed: u64, forgetful: bool) -> u64 {
    match catch_unwind(AssertUnwindSafe(|| Run::new(seed, forgetful).steps())) {
        Ok(digest) => digest,
        Err(panic) => {
            eprintln!("the run with SIM_SEED={seed} failed");
            std::panic::resume_unwind(panic)
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().expect("a number"))
}

fn runs(forgetful: bool) {
    if let Some(seed) = number("SIM_SEED") {
        run(seed, forgetful);
        return;
    }
    for seed in 0..number("SIM_RUNS").unwrap_or(2_000) {
        run(seed, forgetful);
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    runs(false);
}

/// `relaxed` durability and a power cut: records may be gone, but what is served was sent, is in
/// order and whole, and the log goes on.
#[test]
fn a_disk_that_forgets_what_it_acknowledged_makes_no_nonsense() {
    runs(true);
}

#[test]
fn one_seed_gives_one_history() {
    for seed in 0..20 {
        assert_eq!(run(seed, false), run(seed, false));
    }
    assert_ne!(run(1, false), run(2, false));
}

#[test]
fn the_simulation_sees_every_kind_of_event() {
    let mut cut = 0;
    let mut asked = 0;
    for seed in 0..300 {
        let mut run = Run::new(seed, false);
        run.steps();
        cut += run.rig.findings.len();
        asked += run.rig.reads;
    }
    assert!(cut > 20 && asked > 1000, "{cut} findings, {asked} reads");
}

#[test]
fn a_write_names_its_log() {
    let mut run = Run::new(1, false);
    run.append();
    let writes = run.rig.log.take_pending(1000);
    assert!(matches!(&writes[..], [Write::Append { log, base_offset: 0, .. }] if *log == LOG));
}
