//! Runs what the grammar has read.

pub mod jobs;
