//! Kafka's wire protocol.

pub mod record_batch;
