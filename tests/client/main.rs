//! The client against a cluster over TCP: against any one named by `KAFKA_BOOTSTRAP`.

mod admin;
mod producer;
mod support;
