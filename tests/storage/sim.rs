//! The simulated disk breaks the contract as far as it is told to, and always in the same way.

use crate::contract::{LOG, all, append};
use kafka_sandbox::base::LogId;
use kafka_sandbox::log::storage::Store;
use kafka_sandbox::sim::disk::{Faults, SimDisk};
use std::collections::BTreeSet;

/// All that can be left after a crash in the middle of the second of two groups.
fn after_crashes(faults: Faults) -> BTreeSet<String> {
    let outcome = |seed| {
        let mut disk = SimDisk::new(seed, faults);
        disk.submit(vec![append(LOG, 0, b"aa")]);
        disk.complete().unwrap();
        disk.submit(vec![append(LOG, 2, b"bb"), append(LogId(8), 0, b"cc")]);
        disk.crash();
        format!("{} | {}", all(&mut disk, LOG), all(&mut disk, LogId(8)))
    };
    (0..200).map(outcome).collect()
}

#[test]
fn a_crash_leaves_the_group_in_flight_whole_or_absent() {
    let left = after_crashes(Faults::default());
    assert_eq!(
        left,
        BTreeSet::from(["0=aa | ".to_owned(), "0=aa 2=bb | 0=cc".to_owned()])
    );
}

#[test]
fn a_torn_group_is_there_in_part() {
    let left = after_crashes(Faults {
        torn: true,
        ..Faults::default()
    });
    assert!(left.contains("0=aa 2=b | "), "{left:?}");
    assert!(left.contains("0=aa 2=bb | 0=c"), "{left:?}");
}

#[test]
fn acknowledged_groups_are_lost_only_if_allowed() {
    let lost = after_crashes(Faults {
        lose_acknowledged: true,
        ..Faults::default()
    });
    assert!(lost.contains(" | "), "{lost:?}");
}

#[test]
fn one_seed_gives_one_history() {
    let history = |seed| {
        let faults = Faults {
            fail_one_in: 3,
            torn: true,
            lose_acknowledged: true,
            ..Faults::default()
        };
        let mut disk = SimDisk::new(seed, faults);
        let mut out = Vec::new();
        for i in 0..50 {
            out.push(disk.commit(&[append(LOG, i, b"x")]).is_ok().to_string());
            if i % 7 == 0 {
                disk.crash();
            }
            out.push(all(&mut disk, LOG));
        }
        out
    };
    assert_eq!(history(5), history(5));
    assert_ne!(history(5), history(6));
}
