//! Seeded faults for tests.

pub mod disk;
