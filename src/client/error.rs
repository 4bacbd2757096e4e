//! What can go wrong in a client, as Java's clients name it.
//!
//! Every error has the class and the text of the Java exception in its place, because Kafka's tools print them.

use super::TopicPartition;
use crate::protocol::ErrorCode;
use std::fmt;

const ERRORS_PACKAGE: &str = "org.apache.kafka.common.errors.";

/// An error of the producer, consumer or admin client. Cheap enough to clone per waiting record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientError {
    /// A broker refused; `message` is the broker's, or Kafka's text for the code.
    Broker {
        code: ErrorCode,
        message: String,
    },
    /// A wrong setting.
    Config(String),
    /// Settings that do not go together.
    InvalidConfiguration(String),
    /// `KafkaException`, mostly around another.
    Kafka {
        message: String,
        cause: Option<Box<ClientError>>,
    },
    /// Nothing came in time. Java gives some of these no text.
    Timeout(Option<String>),
    IllegalState(String),
    IllegalArgument(String),
    InvalidGroupId(String),
    InvalidTopic(String),
    /// `wakeup()` was called.
    Wakeup,
    /// No committed offset and `auto.offset.reset=none`.
    NoOffsetForPartition(Vec<TopicPartition>),
    /// The position is outside the log and `auto.offset.reset=none`.
    OffsetOutOfRange {
        message: String,
        partitions: Vec<(TopicPartition, i64)>,
    },
    /// The group has moved on without this member.
    CommitFailed(String),
    /// A commit that may be tried again.
    RetriableCommitFailed(String),
    /// The record can never be sent.
    RecordTooLarge(String),
    /// `buffer.memory` stayed full for `max.block.ms`.
    BufferExhausted(String),
    UnsupportedVersion(String),
    /// The connection closed while a request was under way.
    Disconnected,
    /// A compressed or damaged batch could not be read.
    Corrupt(String),
    /// A Java exception that has no variant of its own.
    Other {
        class: &'static str,
        message: Option<String>,
    },
}

impl ClientError {
    /// A broker's error code, with its own message if it sent one.
    pub fn broker(code: ErrorCode, message: Option<String>) -> ClientError {
        let message = message.unwrap_or_else(|| code.message().to_owned());
        ClientError::Broker { code, message }
    }

    pub(crate) fn kafka(message: impl Into<String>, cause: Option<ClientError>) -> ClientError {
        ClientError::Kafka {
            message: message.into(),
            cause: cause.map(Box::new),
        }
    }

    pub(crate) fn timeout(message: impl Into<String>) -> ClientError {
        ClientError::Timeout(Some(message.into()))
    }

    /// As the constructors of Java's producer and consumer wrap it.
    pub(crate) fn construct(what: &str, cause: ClientError) -> ClientError {
        Self::kafka(format!("Failed to construct kafka {what}"), Some(cause))
    }

    /// As the admin client's factory wraps it.
    pub(crate) fn create_admin(cause: ClientError) -> ClientError {
        Self::kafka("Failed to create new KafkaAdminClient", Some(cause))
    }

    /// The full name of the Java class.
    pub fn java_class(&self) -> String {
        use ClientError::*;
        match self {
            Broker { code, .. } => code.exception_class(),
            Config(_) => "org.apache.kafka.common.config.ConfigException".into(),
            Kafka { .. } => "org.apache.kafka.common.KafkaException".into(),
            IllegalState(_) => "java.lang.IllegalStateException".into(),
            IllegalArgument(_) => "java.lang.IllegalArgumentException".into(),
            NoOffsetForPartition(_) => {
                "org.apache.kafka.clients.consumer.NoOffsetForPartitionException".into()
            }
            OffsetOutOfRange { .. } => {
                "org.apache.kafka.clients.consumer.OffsetOutOfRangeException".into()
            }
            CommitFailed(_) => "org.apache.kafka.clients.consumer.CommitFailedException".into(),
            RetriableCommitFailed(_) => {
                "org.apache.kafka.clients.consumer.RetriableCommitFailedException".into()
            }
            BufferExhausted(_) => {
                "org.apache.kafka.clients.producer.BufferExhaustedException".into()
            }
            Other { class, .. } => (*class).to_owned(),
            InvalidConfiguration(_) => format!("{ERRORS_PACKAGE}InvalidConfigurationException"),
            Timeout(_) => format!("{ERRORS_PACKAGE}TimeoutException"),
            InvalidGroupId(_) => format!("{ERRORS_PACKAGE}InvalidGroupIdException"),
            InvalidTopic(_) => format!("{ERRORS_PACKAGE}InvalidTopicException"),
            Wakeup => format!("{ERRORS_PACKAGE}WakeupException"),
            RecordTooLarge(_) => format!("{ERRORS_PACKAGE}RecordTooLargeException"),
            UnsupportedVersion(_) => format!("{ERRORS_PACKAGE}UnsupportedVersionException"),
            Disconnected => format!("{ERRORS_PACKAGE}DisconnectException"),
            Corrupt(_) => format!("{ERRORS_PACKAGE}CorruptRecordException"),
        }
    }

    /// The class without its package, as `IllegalStateException`.
    pub fn short_class(&self) -> String {
        let class = self.java_class();
        class.rsplit('.').next().unwrap_or(&class).to_owned()
    }

    /// The exception's text, if it has one.
    pub fn message(&self) -> Option<String> {
        use ClientError::*;
        match self {
            Broker { message, .. }
            | Kafka { message, .. }
            | Config(message)
            | InvalidConfiguration(message)
            | IllegalState(message)
            | IllegalArgument(message)
            | InvalidGroupId(message)
            | InvalidTopic(message)
            | OffsetOutOfRange { message, .. }
            | CommitFailed(message)
            | RetriableCommitFailed(message)
            | RecordTooLarge(message)
            | BufferExhausted(message)
            | UnsupportedVersion(message)
            | Corrupt(message) => Some(message.clone()),
            Timeout(message) | Other { message, .. } => message.clone(),
            NoOffsetForPartition(partitions) => Some(format!(
                "Undefined offset with no reset policy for partitions: {}",
                list(partitions)
            )),
            Wakeup | Disconnected => None,
        }
    }

    /// The exception behind this one.
    pub fn cause(&self) -> Option<&ClientError> {
        match self {
            ClientError::Kafka { cause, .. } => cause.as_deref(),
            _ => None,
        }
    }

    /// The broker's error code, if it is one's.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            ClientError::Broker { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        match self {
            ClientError::Broker { code, .. } => code.is_retriable(),
            ClientError::Timeout(_)
            | ClientError::Disconnected
            | ClientError::RetriableCommitFailed(_) => true,
            _ => false,
        }
    }
}

/// As Java's collections show themselves: `[a-0, b-1]`.
pub(crate) fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("[{}]", items.join(", "))
}

/// As Java shows an exception: its class, and its text if it has one.
impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "{}: {message}", self.java_class()),
            None => f.write_str(&self.java_class()),
        }
    }
}

impl std::error::Error for ClientError {}
