//! Seeded fuzzers. Each prints its seed and the input when it fails; the same seed gives the same run.
//!
//! `FUZZ_SECONDS` (default 2) is how long each runs, `FUZZ_SEED` (default 1) where it starts. In a release
//! build one minute is more than ten million frames.

// A fuzzer runs for a time that is given; what it does within it comes from the seed alone.
#![allow(clippy::disallowed_methods)]

#[path = "../wire/generated/arbitrary.rs"]
mod arbitrary;
mod batches;
#[path = "../wire/captured.rs"]
mod captured;
mod decode;
mod frames;
mod memory;
mod mutate;
#[path = "../wire/random.rs"]
mod random;

use std::time::{Duration, Instant};

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Calls `step` in rounds of a thousand for `FUZZ_SECONDS` / `share`.
fn run_for(share: u64, mut step: impl FnMut(&mut random::Random)) {
    let seed = from_env("FUZZ_SEED", 1);
    let end = Instant::now() + Duration::from_millis(from_env("FUZZ_SECONDS", 2) * 1000 / share);
    let mut r = random::Random::new(seed);
    let mut count = 0u64;
    while Instant::now() < end {
        for _ in 0..1000 {
            step(&mut r);
        }
        count += 1000;
    }
    println!("{count} inputs, seed {seed}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Memory that one input may take for each of its bytes: an empty string is one byte there and three
/// words here, and a growing vector may hold twice what it needs.
const MEMORY_PER_BYTE: usize = 160;
/// Room reserved for the first elements of nested arrays.
const MEMORY_BASE: usize = 128 * 1024;

/// Decodes an input: no panic, and memory only in the order of its size.
fn guarded<T>(
    name: &dyn std::fmt::Display,
    bytes: &[u8],
    decode: impl FnOnce() -> T + std::panic::UnwindSafe,
) -> T {
    let Ok((result, peak)) = std::panic::catch_unwind(|| memory::peak_of(decode)) else {
        panic!("{name} panicked on {}", hex(bytes));
    };
    let limit = MEMORY_BASE + MEMORY_PER_BYTE * bytes.len();
    assert!(
        peak <= limit,
        "{name} held {peak} bytes, {limit} are allowed: {}",
        hex(bytes)
    );
    result
}
