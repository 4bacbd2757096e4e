//! The client against a cluster over TCP: against any one named by `KAFKA_BOOTSTRAP`.

mod admin;
mod consumer;
mod producer;
mod support;
