//! The client against a cluster over TCP: one of our own per test, or the one that `KAFKA_BOOTSTRAP` names.

#![allow(
    clippy::disallowed_methods,
    reason = "tests at real sockets run on real time and threads"
)]

mod admin;
mod consumer;
mod faults;
mod old_brokers;
#[path = "../own_cluster/mod.rs"]
mod own_cluster;
mod producer;
mod support;
