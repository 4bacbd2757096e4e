//! Settings of the producer.

use super::def::{Check, Def, Properties, Type, Values, def, nullable};
use super::{BOOTSTRAP, COMMON, ConnectionConfig, connection_config};
use crate::client::ClientError;
use crate::protocol::record_batch::Compression;

/// See the names in Kafka's documentation of producer configs. Times are in milliseconds.
#[derive(Debug, Clone)]
pub struct ProducerConfig {
    pub connection: ConnectionConfig,
    /// -1 is all.
    pub acks: i16,
    pub batch_size: usize,
    pub buffer_memory: usize,
    pub compression: Compression,
    pub delivery_timeout_ms: u64,
    pub enable_idempotence: bool,
    pub linger_ms: u64,
    pub max_block_ms: u64,
    pub max_in_flight: usize,
    pub max_request_size: usize,
    pub adaptive_partitioning: bool,
    pub ignore_keys: bool,
    pub round_robin: bool,
    pub retries: i32,
}

const INT_MAX: i64 = i32::MAX as i64;
const ROUND_ROBIN: &str = "org.apache.kafka.clients.producer.RoundRobinPartitioner";

const DEFS: &[Def] = &[
    def("buffer.memory", Type::Long, "33554432", Check::AtLeast(0)),
    def(
        "retries",
        Type::Int,
        "2147483647",
        Check::Between(0, INT_MAX),
    ),
    def(
        "acks",
        Type::String,
        "all",
        Check::OneOf(&["all", "-1", "0", "1"]),
    ),
    def(
        "compression.type",
        Type::String,
        "none",
        Check::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"]),
    ),
    def(
        "compression.gzip.level",
        Type::Int,
        "-1",
        Check::BetweenOrMinusOne(1, 9),
    ),
    def(
        "compression.lz4.level",
        Type::Int,
        "9",
        Check::Between(1, 17),
    ),
    def(
        "compression.zstd.level",
        Type::Int,
        "3",
        Check::Between(-131072, 22),
    ),
    def("batch.size", Type::Int, "16384", Check::AtLeast(0)),
    def(
        "partitioner.adaptive.partitioning.enable",
        Type::Boolean,
        "true",
        Check::Any,
    ),
    def(
        "partitioner.availability.timeout.ms",
        Type::Long,
        "0",
        Check::AtLeast(0),
    ),
    def(
        "partitioner.ignore.keys",
        Type::Boolean,
        "false",
        Check::Any,
    ),
    def("linger.ms", Type::Long, "5", Check::AtLeast(0)),
    def(
        "delivery.timeout.ms",
        Type::Int,
        "120000",
        Check::AtLeast(0),
    ),
    def("max.request.size", Type::Int, "1048576", Check::AtLeast(0)),
    def("max.block.ms", Type::Long, "60000", Check::AtLeast(0)),
    def(
        "metadata.max.idle.ms",
        Type::Long,
        "300000",
        Check::AtLeast(5000),
    ),
    def(
        "max.in.flight.requests.per.connection",
        Type::Int,
        "5",
        Check::AtLeast(1),
    ),
    nullable("partitioner.class", Type::String, Check::Any),
    def("enable.idempotence", Type::Boolean, "true", Check::Any),
    def("transaction.timeout.ms", Type::Int, "60000", Check::Any),
    nullable("transactional.id", Type::String, Check::NonEmpty),
    def(
        "transaction.two.phase.commit.enable",
        Type::Boolean,
        "false",
        Check::Any,
    ),
];

impl ProducerConfig {
    /// Reads and checks the settings. What Java refuses in the constructor's body comes wrapped in a
    /// `KafkaException`, as there.
    pub fn parse(properties: &Properties) -> Result<ProducerConfig, ClientError> {
        let values = Values::parse(&[BOOTSTRAP, DEFS, COMMON], properties)?;
        let partitioner = values.text("partitioner.class");
        if let Some(class) = partitioner.as_deref().filter(|class| *class != ROUND_ROBIN) {
            return Err(ClientError::Config(format!(
                "Invalid value {class} for configuration partitioner.class: Class {class} could not be found."
            )));
        }
        let acks = match values.string("acks").as_str() {
            "all" | "-1" => -1,
            "0" => 0,
            _ => 1,
        };
        let enable_idempotence = idempotence(&values, acks)?;
        let client_id = match values.string("client.id") {
            id if id.is_empty() => "producer-1".to_owned(),
            id => id,
        };
        let linger_ms = values.ms("linger.ms");
        let request_timeout_ms = values.ms("request.timeout.ms");
        Ok(ProducerConfig {
            connection: connection_config(&values, client_id)?,
            acks,
            batch_size: values.number("batch.size") as usize,
            buffer_memory: usize::try_from(values.number("buffer.memory")).unwrap_or(usize::MAX),
            compression: Compression::from_name(&values.string("compression.type"))
                .expect("the definition's check accepted it"),
            delivery_timeout_ms: delivery_timeout(&values, linger_ms, request_timeout_ms)?,
            enable_idempotence,
            linger_ms,
            max_block_ms: values.ms("max.block.ms"),
            max_in_flight: values.number("max.in.flight.requests.per.connection") as usize,
            max_request_size: values.number("max.request.size") as usize,
            adaptive_partitioning: values.boolean("partitioner.adaptive.partitioning.enable"),
            ignore_keys: values.boolean("partitioner.ignore.keys"),
            round_robin: partitioner.is_some(),
            retries: values.int("retries"),
        })
    }
}

/// Idempotence is on by default, and silently off where other settings rule it out and the user did not ask for
/// it by name (KIP-679).
fn idempotence(values: &Values, acks: i16) -> Result<bool, ClientError> {
    let asked = values.is_set("enable.idempotence");
    let enabled = values.boolean("enable.idempotence");
    let error = |text: String| Err(ClientError::Config(text));
    if !enabled && values.text("transactional.id").is_some() {
        return error("Cannot set a transactional.id without also enabling idempotence.".into());
    }
    if !enabled {
        return Ok(false);
    }
    if values.int("retries") == 0 {
        if asked {
            let text = "Must set retries to non-zero when using the idempotent producer.";
            return error(text.into());
        }
        return Ok(false);
    }
    if acks != -1 {
        if asked {
            let text = "Must set acks to all in order to use the idempotent producer. \
                        Otherwise we cannot guarantee idempotence.";
            return error(text.into());
        }
        return Ok(false);
    }
    let in_flight = values.int("max.in.flight.requests.per.connection");
    if in_flight > 5 {
        if asked {
            return error(format!(
                "To use the idempotent producer, max.in.flight.requests.per.connection must be set \
                 to at most 5. Current value is {in_flight}."
            ));
        }
        return Ok(false);
    }
    Ok(true)
}

fn delivery_timeout(
    values: &Values,
    linger_ms: u64,
    request_timeout_ms: u64,
) -> Result<u64, ClientError> {
    let least = linger_ms + request_timeout_ms;
    let delivery_timeout_ms = values.ms("delivery.timeout.ms");
    if delivery_timeout_ms >= least {
        return Ok(delivery_timeout_ms);
    }
    if values.is_set("delivery.timeout.ms") {
        let why =
            "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms";
        return Err(ClientError::construct(
            "producer",
            ClientError::Config(why.into()),
        ));
    }
    Ok(least)
}
