//! Seeded fuzzers. Each prints its seed and the input when it fails; the same seed gives the same run.
//!
//! `FUZZ_SECONDS` (default 2) is how long each runs, `FUZZ_SEED` (default 1) where it starts. In a release
//! build one minute is more than ten million frames.

#[path = "../wire/generated/arbitrary.rs"]
mod arbitrary;
mod decode;
mod memory;
mod mutate;
#[path = "../wire/random.rs"]
mod random;
