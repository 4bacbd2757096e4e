//! Seeded faults for tests.

pub mod disk;
pub mod machine;
