//! Kafka's tools and the notebook's own commands, in our shell on our cluster.
//!
//! What Kafka's tools print is compared with recordings of Apache Kafka in `tests/transcripts`; here is what
//! recordings cannot show: options of old courses, Ctrl-C and closed pipes, and our own commands.

#![allow(
    clippy::disallowed_methods,
    reason = "tests at the native shell run on real time"
)]

mod notebook;
mod old_options;
#[path = "../own_cluster/mod.rs"]
mod own_cluster;
mod streams;
mod support;
