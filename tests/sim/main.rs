//! Seeded runs of the whole cluster on a disk that fails, tears and crashes, with a history
//! checker.
//!
//! `SIM_RUNS` says how many seeds to run (default 60), `SIM_SEED` runs one. A failure prints its
//! seed; the same seed gives the same run.

mod clients;
mod history;
mod run;

use run::{Report, run};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn acknowledged_records_survive_whatever_happens() {
    if let Some(seed) = number("SIM_SEED") {
        println!("{:?}", run(seed, false));
        return;
    }
    let mut total = Report::default();
    for seed in 0..number("SIM_RUNS").unwrap_or(60) {
        let report = std::panic::catch_unwind(|| run(seed, false));
        match report {
            Ok(report) => total.add(&report),
            Err(_) => panic!("the run of seed {seed} failed: SIM_SEED={seed} repeats it"),
        }
    }
    println!("{total:?}");
    // The runs must have met what they are for, or they show nothing.
    assert!(
        total.acknowledged > 0 && total.crashes > 0 && total.failed_writes > 0,
        "{total:?}"
    );
    assert!(
        total.read > 0 && total.topics_deleted > 0 && total.offsets > 0,
        "{total:?}"
    );
    assert!(
        total.duplicates_refused > 0 && total.storage_reads > 0,
        "{total:?}"
    );
}

#[test]
fn one_seed_gives_one_run() {
    for seed in [1, 2, 3, 4, 5] {
        let (first, second) = (run(seed, true), run(seed, true));
        assert!(first.digest.is_some());
        assert_eq!(first, second, "seed {seed}");
    }
    assert_ne!(run(1, true).digest, run(2, true).digest);
}
