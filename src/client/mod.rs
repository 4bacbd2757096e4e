//! Producer, consumer and admin client over a [`env::Transport`]: what the shell's tools use.
//!
//! They behave as Java's clients of Apache Kafka 4.3.1 do: names, defaults and checks of settings, batching,
//! partitioning, retries, group membership, log lines and the words of errors. They know nothing of where they
//! run: connections, clock, tasks and codecs come in as an [`env::Env`]. Nothing here is `Send`.
//!
//! Not here: transactions, the consumer protocol of KIP-848, share groups, TLS and SASL, metrics.

pub mod admin;
mod bootstrap;
pub mod config;
pub mod consumer;
mod core;
pub mod env;
mod error;
pub mod logger;
mod metadata;
mod network;
pub mod producer;
mod sync;
mod types;

pub use admin::Admin;
pub use config::Properties;
pub use consumer::{Consumer, ConsumerRecord};
pub use error::ClientError;
pub use logger::{Level, Logger, NoLog};
pub use producer::{Delivery, Producer, ProducerRecord, RecordMetadata};
pub use types::{
    Header, Node, OffsetAndMetadata, OffsetAndTimestamp, PartitionInfo, TopicPartition,
};

use env::Env;
use std::rc::Rc;

/// Where a client runs and where its log lines go. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub env: Env,
    pub logger: Rc<dyn Logger>,
}

impl Context {
    pub fn new(env: Env, logger: Rc<dyn Logger>) -> Self {
        Context { env, logger }
    }
}
