//! Seeded faults for tests.
