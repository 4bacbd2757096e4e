//! The partition log.

pub mod storage;
