//! The wire codec: every message in every version, against itself, against an independent codec, and
//! against frames captured from real clients and brokers; and hostile bytes.

#[path = "generated/arbitrary.rs"]
mod arbitrary;
mod captured;
mod golden;
mod hostile;
mod independent;
mod random;
mod round_trip;
mod rules;
