//! Speed of the core alone: frames in, frames out, storage in memory.
//!
//! `cargo bench --bench core` prints one line per case. Each case runs several times; the best counts, because
//! the machine is shared.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod harness;

use harness::{Bench, fetch_all, produce, produce_frame};
use std::time::Instant;

const ROUNDS: usize = 5;

/// Seconds of the best round.
fn best(mut case: impl FnMut()) -> f64 {
    let mut round = || {
        let start = Instant::now();
        case();
        start.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn main() {
    for (name, records, together) in [
        ("1 record, one at a time", 1, 1),
        ("1 record, 100 in flight", 1, 100),
        ("150 records (16 KB), one at a time", 150, 1),
        ("150 records (16 KB), 10 in flight", 150, 10),
    ] {
        let frame = produce_frame(records, 1);
        let requests = 200_000 / records.min(20);
        let seconds = best(|| produce(&mut Bench::new(), &frame, requests, together));
        let rate = requests as f64 / seconds;
        println!(
            "produce {name}: {:.0} requests/s, {:.2} M records/s, {:.0} MB/s",
            rate,
            rate * records as f64 / 1e6,
            rate * frame.len() as f64 / 1e6
        );
    }
    let mut bench = Bench::new();
    produce(&mut bench, &produce_frame(150, 1), 10_000, 10);
    let mut bytes = 0;
    let seconds = best(|| {
        bytes = fetch_all(&mut bench);
    });
    println!(
        "fetch 16 KB batches in 1 MB answers: {:.0} MB/s",
        bytes as f64 / seconds / 1e6
    );
}
