//! Settings of the producer, consumer and admin client: Java's names, defaults, checks and messages
//! (`ProducerConfig`, `ConsumerConfig` and `AdminClientConfig` of Apache Kafka 4.3.1).
//!
//! Settings for TLS, SASL, metrics and classes to load are read where a wrong value would be refused, and have
//! no effect.

mod admin;
mod consumer;
mod def;
mod producer;

#[cfg(test)]
mod tests;

pub use admin::AdminConfig;
pub use consumer::{ConsumerConfig, IsolationLevel, OffsetReset};
pub(crate) use consumer::{name_problem, parse_iso_duration_ms};
pub use def::Properties;
pub use producer::ProducerConfig;

use crate::client::ClientError;
use def::{Check, Def, Type, Values, def};

/// Settings that all three clients share, for the connections.
#[derive(Debug, Clone)]
pub struct ConnectionConfig {
    pub client_id: String,
    pub bootstrap_servers: Vec<String>,
    pub request_timeout_ms: u64,
    pub reconnect_backoff_ms: u64,
    pub reconnect_backoff_max_ms: u64,
    pub retry_backoff_ms: u64,
    pub retry_backoff_max_ms: u64,
    pub metadata_max_age_ms: u64,
    pub connection_setup_timeout_ms: u64,
}

const DNS_LOOKUPS: &[&str] = &[
    "use_all_dns_ips",
    "resolve_canonical_bootstrap_servers_only",
];
const SECURITY_PROTOCOLS: &[&str] = &["SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"];

/// The definitions that all three share, but for `bootstrap.servers`, which comes first.
const COMMON: &[Def] = &[
    def(
        "client.dns.lookup",
        Type::String,
        "use_all_dns_ips",
        Check::OneOf(DNS_LOOKUPS),
    ),
    def("client.id", Type::String, "", Check::Any),
    def("send.buffer.bytes", Type::Int, "131072", Check::AtLeast(-1)),
    def(
        "receive.buffer.bytes",
        Type::Int,
        "65536",
        Check::AtLeast(-1),
    ),
    def("reconnect.backoff.ms", Type::Long, "50", Check::AtLeast(0)),
    def(
        "reconnect.backoff.max.ms",
        Type::Long,
        "1000",
        Check::AtLeast(0),
    ),
    def("retry.backoff.ms", Type::Long, "100", Check::AtLeast(0)),
    def(
        "retry.backoff.max.ms",
        Type::Long,
        "1000",
        Check::AtLeast(0),
    ),
    def("enable.metrics.push", Type::Boolean, "true", Check::Any),
    def("request.timeout.ms", Type::Int, "30000", Check::AtLeast(0)),
    def(
        "metadata.max.age.ms",
        Type::Long,
        "300000",
        Check::AtLeast(0),
    ),
    def(
        "socket.connection.setup.timeout.ms",
        Type::Long,
        "10000",
        Check::Any,
    ),
    def(
        "socket.connection.setup.timeout.max.ms",
        Type::Long,
        "30000",
        Check::Any,
    ),
    def("connections.max.idle.ms", Type::Long, "540000", Check::Any),
    def(
        "metrics.sample.window.ms",
        Type::Long,
        "30000",
        Check::AtLeast(0),
    ),
    def("metrics.num.samples", Type::Int, "2", Check::AtLeast(1)),
    def(
        "metrics.recording.level",
        Type::String,
        "INFO",
        Check::OneOf(&["INFO", "DEBUG", "TRACE"]),
    ),
    def(
        "security.protocol",
        Type::String,
        "PLAINTEXT",
        Check::OneOfIgnoringCase(SECURITY_PROTOCOLS),
    ),
    def(
        "metadata.recovery.strategy",
        Type::String,
        "rebootstrap",
        Check::OneOfIgnoringCase(&["REBOOTSTRAP", "NONE"]),
    ),
    def(
        "metadata.recovery.rebootstrap.trigger.ms",
        Type::Long,
        "300000",
        Check::AtLeast(0),
    ),
];

/// `bootstrap.servers` of producer and consumer, which must have it.
const BOOTSTRAP: &[Def] = &[Def {
    name: "bootstrap.servers",
    ty: Type::List,
    default: None,
    check: Check::NonEmptyList,
    required: true,
}];

fn connection_config(values: &Values, client_id: String) -> Result<ConnectionConfig, ClientError> {
    let security = values.string("security.protocol");
    if !security.eq_ignore_ascii_case("PLAINTEXT") {
        return Err(ClientError::Config(format!(
            "Invalid value {security} for configuration security.protocol: this cluster has only \
             PLAINTEXT listeners"
        )));
    }
    Ok(ConnectionConfig {
        client_id,
        bootstrap_servers: values.list("bootstrap.servers"),
        request_timeout_ms: values.ms("request.timeout.ms"),
        reconnect_backoff_ms: values.ms("reconnect.backoff.ms"),
        reconnect_backoff_max_ms: values.ms("reconnect.backoff.max.ms"),
        retry_backoff_ms: values.ms("retry.backoff.ms"),
        retry_backoff_max_ms: values.ms("retry.backoff.max.ms"),
        metadata_max_age_ms: values.ms("metadata.max.age.ms"),
        connection_setup_timeout_ms: values.ms("socket.connection.setup.timeout.ms"),
    })
}
