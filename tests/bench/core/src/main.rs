//! Prints how long rounds take: `core-bench COLD_BATCHES WARM_BATCHES ROUNDS`, seconds of the first round and of the
//! best of the later ones.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::Instant;

fn main() {
    let mut counts = std::env::args().skip(1).map_while(|word| word.parse().ok());
    let (Some(cold), Some(warm), Some(rounds)) = (counts.next(), counts.next(), counts.next())
    else {
        eprintln!("usage: core-bench COLD_BATCHES WARM_BATCHES ROUNDS");
        std::process::exit(2);
    };
    let first = timed(cold);
    let best = (0..rounds)
        .map(|_| timed(warm))
        .fold(f64::INFINITY, f64::min);
    println!("{first} {best}");
}

fn timed(batches: usize) -> f64 {
    let start = Instant::now();
    core_bench::round(batches);
    start.elapsed().as_secs_f64()
}
