//! The options of `kafka-console-producer.sh`, and the settings that they make.

use super::super::common::check_bootstrap;
use super::super::failure::Failure;
use super::super::properties;
use crate::client::Properties;
use crate::shell::io::Stop;
use crate::shell::options::{Kind, OptSpec};
use crate::shell::tool::ToolCtx;

const READER_PROPERTY: &str = "A setting key=value of how lines are read:\n parse.key=false\n parse.headers=false\n ignore.error=false\n key.separator=\\t\n headers.delimiter=\\t\n headers.separator=,\n headers.key.separator=:\n null.marker=   (a key, value or header that equals it is null)\nA line is then headers, key and value: \"h1:v1,h2:v2\\tkey\\tvalue\".";

pub const OPTIONS: &[OptSpec] = &[
    OptSpec::value("topic", "topic", "REQUIRED: the topic to write to."),
    OptSpec::value("bootstrap-server", "server to connect to", "REQUIRED: the brokers to ask first, as HOST1:PORT1,HOST2:PORT2."),
    OptSpec::flag("sync", "Wait for each record's acknowledgement before the next is sent."),
    OptSpec::optional("compression-codec", "compression-codec", "none, gzip, snappy, lz4 or zstd; gzip if no name follows."),
    OptSpec::value("batch-size", "size", "The most bytes of a batch (batch.size).")
        .kind(Kind::Integer)
        .default("16384"),
    OptSpec::value("message-send-max-retries", "", "How often a send is tried again (retries).")
        .kind(Kind::Integer)
        .default("3"),
    OptSpec::value("retry-backoff-ms", "", "The pause before a send is tried again (retry.backoff.ms).")
        .kind(Kind::Long)
        .default("100"),
    OptSpec::value("timeout", "timeout_ms", "How long a batch may wait to be filled (linger.ms).")
        .kind(Kind::Long)
        .default("1000"),
    OptSpec::value("request-required-acks", "request required acks", "Who must have stored a record: 0 nobody, 1 the leader, all or -1 all in-sync replicas (acks).")
        .default("-1"),
    OptSpec::value("request-timeout-ms", "request timeout ms", "How long a broker may take to answer (request.timeout.ms).")
        .kind(Kind::Integer)
        .default("1500"),
    OptSpec::value("metadata-expiry-ms", "metadata expiration interval", "After this time metadata are fetched again (metadata.max.age.ms).")
        .kind(Kind::Long)
        .default("300000"),
    OptSpec::value("max-block-ms", "max block on send", "How long a send may wait for metadata or for memory (max.block.ms).")
        .kind(Kind::Long)
        .default("60000"),
    OptSpec::value("max-memory-bytes", "total memory in bytes", "Memory for records not sent yet (buffer.memory).")
        .kind(Kind::Long)
        .default("33554432"),
    OptSpec::value("max-partition-memory-bytes", "memory in bytes per partition", "Deprecated: as --batch-size.")
        .kind(Kind::Integer)
        .default("16384"),
    OptSpec::value("line-reader", "reader_class", "The class that reads lines.")
        .default(LINE_READER),
    OptSpec::value("socket-buffer-size", "size", "Size of the network buffer (send.buffer.bytes); has no effect here.")
        .kind(Kind::Integer)
        .default("102400"),
    OptSpec::value("property", "prop", "Deprecated: as --reader-property."),
    OptSpec::value("reader-property", "prop", READER_PROPERTY),
    OptSpec::value("reader-config", "config file", "A file with settings as --reader-property takes them, which win over it."),
    OptSpec::value("producer-property", "producer_prop", "Deprecated: as --command-property."),
    OptSpec::value("command-property", "producer_prop", "A setting key=value of the producer."),
    OptSpec::value("producer.config", "config file", "Deprecated: as --command-config."),
    OptSpec::value("command-config", "config file", "A file with settings of the producer; --command-property wins over it."),
    OptSpec::value("broker-list", "broker-list", "")
        .legacy("--broker-list was removed in Kafka 4.0; it counts as --bootstrap-server.")
        .becomes("bootstrap-server", None),
    OptSpec::value("zookeeper", "urls", "")
        .legacy("--zookeeper was removed in Kafka 0.8; using --bootstrap-server localhost:9092 instead.")
        .becomes("bootstrap-server", Some("localhost:9092")),
    OptSpec::flag("new-producer", "").legacy("--new-producer has no effect since Kafka 0.9."),
    OptSpec::flag("old-producer", "").legacy("--old-producer was removed in Kafka 2.0; the current producer is used."),
    OptSpec::value("key-serializer", "encoder_class", "").legacy("--key-serializer has no effect since Kafka 2.0."),
    OptSpec::value("value-serializer", "encoder_class", "").legacy("--value-serializer has no effect since Kafka 2.0."),
    OptSpec::value("queue-size", "queue_size", "").legacy("--queue-size has no effect since Kafka 2.0."),
    OptSpec::value("queue-enqueuetimeout-ms", "queue enqueuetimeout ms", "")
        .legacy("--queue-enqueuetimeout-ms has no effect since Kafka 2.0."),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

/// The one reader that Kafka brings.
pub const LINE_READER: &str = "org.apache.kafka.tools.LineMessageReader";
/// Its name before Kafka 4.0.
const OLD_LINE_READER: &str = "kafka.tools.ConsoleProducer$LineMessageReader";

/// Old and new names of the same option, in the order in which Kafka looks at them.
const RENAMED: [(&str, &str); 3] = [
    ("command-config", "producer.config"),
    ("command-property", "producer-property"),
    ("reader-property", "property"),
];

/// What must hold before anything is read, with the notices about deprecated options.
pub fn check(ctx: &ToolCtx) -> Result<(), Stop> {
    let has = |name| ctx.options.has(name);
    ctx.require(&["topic"])?;
    for (new, old) in RENAMED {
        if has(new) && has(old) {
            let message = format!("Options --{new} and --{old} cannot be specified together.");
            return Err(ctx.usage_error(&message));
        }
    }
    for (old, new) in [
        ("producer-property", "command-property"),
        ("producer.config", "command-config"),
        ("property", "reader-property"),
    ] {
        if has(old) {
            ctx.io.out_line(format!(
                "Warning: --{old} is deprecated and will be removed in a future version. Use --{new} instead."
            ));
        }
    }
    if has("max-partition-memory-bytes") {
        ctx.io.out_line(
            "Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.",
        );
    }
    let servers = ctx.options.all("bootstrap-server").first().copied();
    check_bootstrap(servers).map_err(|message| ctx.usage_error(message))
}

/// The values of an option under its new or its old name.
fn renamed<'c>(ctx: &'c ToolCtx, new: &str) -> Vec<&'c str> {
    let old = RENAMED.iter().find(|(n, _)| *n == new).map(|(_, old)| *old);
    match old.filter(|old| ctx.options.has(old)) {
        Some(old) => ctx.options.all(old),
        None => ctx.options.all(new),
    }
}

/// Whether the reader is one that is there; old names of it are taken unless Kafka itself would refuse them.
pub fn check_reader(ctx: &ToolCtx) -> Result<(), Failure> {
    let class = ctx.options.one("line-reader")?.unwrap_or(LINE_READER);
    if class == OLD_LINE_READER && !ctx.session.strict() {
        ctx.io.err_line(format!(
            "{}: {class} is {LINE_READER} since Kafka 4.0.",
            ctx.spec.name
        ));
    } else if class != LINE_READER {
        return Err(Failure::new("java.lang.ClassNotFoundException", class));
    }
    Ok(())
}

/// Settings of the line reader.
pub fn reader_properties(ctx: &ToolCtx) -> Result<Properties, Failure> {
    let mut settings = Properties::new();
    if let Some(path) = ctx.options.one("reader-config")? {
        settings = properties::load(&ctx.session, path)?;
    }
    settings.extend(properties::parse_arguments(renamed(ctx, "reader-property")));
    Ok(settings)
}

/// Settings of the producer: its own defaults, then file, properties, options.
pub fn producer_properties(ctx: &ToolCtx) -> Result<Properties, Failure> {
    let options = &ctx.options;
    let mut settings = Properties::new();
    if let Some(path) = renamed(ctx, "command-config").first() {
        settings = properties::load(&ctx.session, path)?;
    }
    settings.extend(properties::parse_arguments(renamed(
        ctx,
        "command-property",
    )));
    let servers = options.one("bootstrap-server")?.unwrap_or_default();
    settings.insert("bootstrap.servers".into(), servers.into());
    let codec = match options.has("compression-codec") {
        true => match options.one("compression-codec")? {
            None | Some("") => "gzip",
            Some(codec) => codec,
        },
        false => "none",
    };
    settings.insert("compression.type".into(), codec.into());
    settings
        .entry("client.id".into())
        .or_insert_with(|| "console-producer".into());
    for (key, option) in [
        ("linger.ms", "timeout"),
        ("acks", "request-required-acks"),
        ("request.timeout.ms", "request-timeout-ms"),
        ("retries", "message-send-max-retries"),
        ("retry.backoff.ms", "retry-backoff-ms"),
        ("send.buffer.bytes", "socket-buffer-size"),
        ("buffer.memory", "max-memory-bytes"),
        ("batch.size", "batch-size"),
        ("batch.size", "max-partition-memory-bytes"),
        ("metadata.max.age.ms", "metadata-expiry-ms"),
        ("max.block.ms", "max-block-ms"),
    ] {
        properties::merge(&mut settings, key, options, option)?;
    }
    Ok(settings)
}
