//! Where a client's log lines go: Java's clients log through slf4j, and Kafka's tools show that on stderr.
//!
//! Time stamps and layout are the receiver's; a client names level, class and text as Java's does.

use super::ClientError;
use std::rc::Rc;

/// Only what Kafka's tools show by default has a level here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    /// `WARN` …
    pub fn name(self) -> &'static str {
        match self {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

/// Receives log lines.
pub trait Logger {
    /// `class` is the Java logger's name, such as `org.apache.kafka.clients.NetworkClient`; `message` has the
    /// client's prefix (`[Producer clientId=console-producer] …`) already.
    fn log(&self, level: Level, class: &str, message: &str);

    /// A line with an exception: Java shows its stack trace below.
    fn log_with(&self, level: Level, class: &str, message: &str, error: &ClientError) {
        let _ = error;
        self.log(level, class, message);
    }
}

/// Drops everything.
pub struct NoLog;

impl Logger for NoLog {
    fn log(&self, _: Level, _: &str, _: &str) {}
}

/// A logger with the prefix of one client.
#[derive(Clone)]
pub(crate) struct Log {
    target: Rc<dyn Logger>,
    prefix: Rc<str>,
}

impl Log {
    pub(crate) fn new(target: Rc<dyn Logger>, prefix: &str) -> Self {
        Log {
            target,
            prefix: prefix.into(),
        }
    }

    pub(crate) fn warn(&self, class: &str, message: &str) {
        self.write(Level::Warn, class, message);
    }

    pub(crate) fn error(&self, class: &str, message: &str) {
        self.write(Level::Error, class, message);
    }

    pub(crate) fn error_with(&self, class: &str, message: &str, error: &ClientError) {
        let message = format!("{}{message}", self.prefix);
        self.target.log_with(Level::Error, class, &message, error);
    }

    fn write(&self, level: Level, class: &str, message: &str) {
        self.target
            .log(level, class, &format!("{}{message}", self.prefix));
    }
}

/// Names of the Java loggers whose lines users see.
pub(crate) mod class {
    pub const NETWORK_CLIENT: &str = "org.apache.kafka.clients.NetworkClient";
    pub const CLIENT_UTILS: &str = "org.apache.kafka.clients.ClientUtils";
    pub const METADATA: &str = "org.apache.kafka.clients.Metadata";
    pub const SENDER: &str = "org.apache.kafka.clients.producer.internals.Sender";
    pub const TRANSACTION_MANAGER: &str =
        "org.apache.kafka.clients.producer.internals.TransactionManager";
    pub const ABSTRACT_COORDINATOR: &str =
        "org.apache.kafka.clients.consumer.internals.AbstractCoordinator";
    pub const CONSUMER_COORDINATOR: &str =
        "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator";
    pub const FETCH_COLLECTOR: &str = "org.apache.kafka.clients.consumer.internals.FetchCollector";
    pub const OFFSET_FETCHER_UTILS: &str =
        "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils";
    pub const ADMIN_INTERNALS: &str = "org.apache.kafka.clients.admin.internals.";
}
