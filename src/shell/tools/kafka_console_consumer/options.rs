//! The options of `kafka-console-consumer.sh`, and what they come to.

use super::super::failure::{self, Failure};
use super::super::properties;
use super::formatters::{self, Formatter};
use crate::base::sort;
use crate::client::Properties;
use crate::shell::io::Stop;
use crate::shell::options::{Kind, OptError, OptSpec};
use crate::shell::tool::ToolCtx;

const FORMATTER_PROPERTY: &str = "A setting key=value of the formatter:\n print.timestamp=true|false\n print.key=true|false\n print.offset=true|false\n print.epoch=true|false\n print.partition=true|false\n print.headers=true|false\n print.value=true|false\n key.separator=<key.separator>\n line.separator=<line.separator>\n headers.separator=<headers.separator>\n null.literal=<null.literal>\n key.deserializer=<key.deserializer>\n value.deserializer=<value.deserializer>\n headers.deserializer=<headers.deserializer>";

pub const OPTIONS: &[OptSpec] = &[
    OptSpec::value("topic", "topic", "The topic to read."),
    OptSpec::value("include", "Java regex (String)", "A regular expression for the topics to read."),
    OptSpec::value("partition", "partition", "The one partition to read; from its end, unless --offset says otherwise.")
        .kind(Kind::Integer),
    OptSpec::value("offset", "consume offset", "Where to begin: a number, earliest or latest.")
        .default("latest"),
    OptSpec::value("consumer-property", "consumer_prop", "Deprecated: as --command-property."),
    OptSpec::value("command-property", "consumer_prop", "A setting key=value of the consumer."),
    OptSpec::value("consumer.config", "config file", "Deprecated: as --command-config."),
    OptSpec::value("command-config", "config file", "A file with settings of the consumer; --command-property wins over it."),
    OptSpec::value("formatter", "class", "The class that prints records.")
        .default(DEFAULT_FORMATTER),
    OptSpec::value("property", "prop", "Deprecated: as --formatter-property."),
    OptSpec::value("formatter-property", "prop", FORMATTER_PROPERTY),
    OptSpec::value("formatter-config", "config file", "A file with settings of the formatter; --formatter-property wins over it."),
    OptSpec::flag("from-beginning", "Without a committed offset begin with the oldest record, not with the next one."),
    OptSpec::value("max-messages", "num_messages", "End after so many records. Without it, go on for ever.")
        .kind(Kind::Integer),
    OptSpec::value("timeout-ms", "timeout_ms", "End when no record has come for this time.")
        .kind(Kind::Long),
    OptSpec::flag("skip-message-on-error", "Go on behind a record that cannot be printed."),
    OptSpec::value("bootstrap-server", "server to connect to", "REQUIRED: the brokers to ask first."),
    OptSpec::value("key-deserializer", "deserializer for keys", "The class that reads keys."),
    OptSpec::value("value-deserializer", "deserializer for values", "The class that reads values."),
    OptSpec::flag("enable-systest-events", "Say when the consumer has ended (for Kafka's own tests)."),
    OptSpec::value("isolation-level", "", "read_committed leaves out records of transactions that were not committed.")
        .default("read_uncommitted"),
    OptSpec::value("group", "consumer group id", "The consumer group to read in."),
    OptSpec::value("zookeeper", "urls", "")
        .legacy("--zookeeper was removed in Kafka 2.0; using --bootstrap-server localhost:9092 instead.")
        .becomes("bootstrap-server", Some("localhost:9092")),
    OptSpec::value("broker-list", "broker-list", "")
        .legacy("--broker-list is not an option of this tool; it counts as --bootstrap-server.")
        .becomes("bootstrap-server", None),
    OptSpec::flag("new-consumer", "").legacy("--new-consumer has no effect since Kafka 2.0."),
    OptSpec::value("whitelist", "Java regex (String)", "")
        .legacy("--whitelist was removed in Kafka 4.0; it counts as --include.")
        .becomes("include", None),
    OptSpec::flag("delete-consumer-offsets", "").legacy("--delete-consumer-offsets has no effect since Kafka 2.0."),
    OptSpec::flag("csv-reporter-enabled", "").legacy("--csv-reporter-enabled has no effect since Kafka 2.0."),
    OptSpec::value("metrics-dir", "metrics directory", "").legacy("--metrics-dir has no effect since Kafka 2.0."),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

const DEFAULT_FORMATTER: &str = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";

/// Where to begin in the one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Earliest,
    Latest,
    At(i64),
}

/// The command line, checked as far as Kafka checks it before it makes a consumer.
#[derive(Debug)]
pub struct Settings {
    pub properties: Properties,
    pub partition: Option<i32>,
    pub start: Start,
    /// `None`: for ever.
    pub timeout_ms: Option<u64>,
    pub formatter: Formatter,
}

/// Reads the options, in the order in which Kafka complains.
pub fn read(ctx: &ToolCtx) -> Result<Settings, Stop> {
    let uncaught = |error: Failure| failure::uncaught_in_main(ctx, &error);
    let option = |error: OptError| failure::uncaught_in_main(ctx, &error.into());
    let partition = check_required(ctx)?;
    let has = |name| ctx.options.has(name);
    for (old, new) in [
        ("consumer-property", "command-property"),
        ("consumer.config", "command-config"),
    ] {
        if has(old) && has(new) {
            let message = format!("Options --{old} and --{new} cannot be specified together.");
            return Err(ctx.usage_error(&message));
        }
    }
    let arguments = renamed(ctx, "consumer-property", "command-property");
    let files = renamed(ctx, "consumer.config", "command-config");
    let from_file = match files.first() {
        Some(path) => properties::load(&ctx.session, path).map_err(uncaught)?,
        None => Properties::new(),
    };
    let extra = properties::parse_arguments(arguments);
    let group = group(ctx, &from_file, &extra, partition.is_some())?;
    let mut properties = from_file;
    properties.extend(extra);
    complete(ctx, &mut properties, group)?;
    let start = start(ctx)?;
    let timeout_ms = ctx.options.long("timeout-ms").map_err(option)?;
    Ok(Settings {
        properties,
        partition,
        start,
        timeout_ms: timeout_ms.and_then(|ms| u64::try_from(ms).ok()),
        formatter: formatter(ctx)?,
    })
}

fn check_required(ctx: &ToolCtx) -> Result<Option<i32>, Stop> {
    let has = |name| ctx.options.has(name);
    if has("topic") == has("include") {
        let message = "Exactly one of the following arguments is required: [topic], [include]";
        return Err(ctx.usage_error(message));
    }
    let partition = ctx.options.int("partition");
    let partition = partition.map_err(|e| failure::uncaught_in_main(ctx, &e.into()))?;
    if partition.is_some() && !has("topic") {
        return Err(ctx.usage_error("The topic is required when partition is specified."));
    }
    if partition.is_some() && has("from-beginning") && has("offset") {
        let message = "Options from-beginning and offset cannot be specified together.";
        return Err(ctx.usage_error(message));
    }
    if partition.is_none() && has("offset") {
        return Err(ctx.usage_error("The partition is required when offset is specified."));
    }
    ctx.require(&["bootstrap-server"])?;
    Ok(partition)
}

/// The values of an option under its new or its old name, with the notice about the old one.
fn renamed<'c>(ctx: &'c ToolCtx, old: &'static str, new: &'static str) -> Vec<&'c str> {
    if !ctx.options.has(old) {
        return ctx.options.all(new);
    }
    ctx.io.out_line(format!(
        "Option --{old} is deprecated and will be removed in a future version. Use --{new} instead."
    ));
    ctx.options.all(old)
}

/// The group's name; all places that give one must agree.
fn group(
    ctx: &ToolCtx,
    from_file: &Properties,
    extra: &Properties,
    by_partition: bool,
) -> Result<Option<String>, Stop> {
    let option = ctx.options.one("group");
    let option = option.map_err(|e| failure::uncaught_in_main(ctx, &e.into()))?;
    let mut names: Vec<String> = option
        .map(str::to_owned)
        .into_iter()
        .chain(from_file.get("group.id").cloned())
        .chain(extra.get("group.id").cloned())
        .collect();
    sort(&mut names);
    names.dedup();
    if names.len() > 1 {
        let names = super::super::java::as_grown_map(names, |name| name);
        let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
        return Err(ctx.usage_error(&format!(
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: {}",
            quoted.join(", ")
        )));
    }
    if by_partition && !names.is_empty() {
        return Err(ctx.usage_error("Options group and partition cannot be specified together."));
    }
    Ok(names.pop())
}

/// Adds what the tool sets of its own accord.
fn complete(ctx: &ToolCtx, properties: &mut Properties, group: Option<String>) -> Result<(), Stop> {
    let from_beginning = ctx.options.has("from-beginning");
    match properties.get("auto.offset.reset") {
        Some(reset) if from_beginning && reset != "earliest" => {
            ctx.io.err_line(format!(
                "Can't simultaneously specify --from-beginning and 'auto.offset.reset={reset}', please remove one option"
            ));
            return Err(Stop::Exit(1));
        }
        Some(_) => {}
        None => {
            let reset = if from_beginning { "earliest" } else { "latest" };
            properties.insert("auto.offset.reset".into(), reset.into());
        }
    }
    let uncaught = |error: OptError| failure::uncaught_in_main(ctx, &error.into());
    let servers = ctx.options.one("bootstrap-server").map_err(uncaught)?;
    properties.insert("bootstrap.servers".into(), servers.unwrap_or("").into());
    properties
        .entry("client.id".into())
        .or_insert_with(|| "console-consumer".into());
    let (key, option) = ("isolation.level", "isolation-level");
    properties::merge(properties, key, &ctx.options, option).map_err(uncaught)?;
    let group = group.unwrap_or_else(|| {
        // Nobody will come back to this group: its offsets are not worth keeping.
        properties
            .entry("enable.auto.commit".into())
            .or_insert_with(|| "false".into());
        let number = ctx.session.env().runtime.random_u64() % 100_000;
        format!("console-consumer-{number}")
    });
    properties.insert("group.id".into(), group);
    Ok(())
}

fn start(ctx: &ToolCtx) -> Result<Start, Stop> {
    if !ctx.options.has("offset") {
        let from_beginning = ctx.options.has("from-beginning");
        return Ok(if from_beginning {
            Start::Earliest
        } else {
            Start::Latest
        });
    }
    let value = ctx.options.one("offset");
    let value = value.map_err(|e| failure::uncaught_in_main(ctx, &e.into()))?;
    let value = value.unwrap_or_default();
    match (value.to_lowercase().as_str(), value.parse::<i64>()) {
        ("earliest", _) => Ok(Start::Earliest),
        ("latest", _) => Ok(Start::Latest),
        (_, Ok(offset)) if offset >= 0 => Ok(Start::At(offset)),
        _ => Err(ctx.usage_error(&format!(
            "The provided offset value '{value}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."
        ))),
    }
}

fn formatter(ctx: &ToolCtx) -> Result<Formatter, Stop> {
    let usage = |error: &Failure| ctx.usage_error(error.message());
    let class = ctx.options.one("formatter");
    let class = class
        .map_err(|e| usage(&e.into()))?
        .unwrap_or(DEFAULT_FORMATTER);
    let current = formatters::renamed(class).filter(|_| !ctx.session.strict());
    if let Some(current) = &current {
        let tool = ctx.spec.name;
        ctx.io
            .err_line(format!("{tool}: {class} is {current} since Kafka 4.0."));
    }
    let class = current.as_deref().unwrap_or(class);
    let warn = |message: &str, error: &Failure| {
        let logger = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";
        failure::log_error(ctx, message, logger, error);
    };
    // Kafka finds the class before it looks at the settings.
    Formatter::by_class(class, &Properties::new(), &|_, _| {}).map_err(|e| usage(&e))?;
    let settings = formatter_properties(ctx)?;
    Formatter::by_class(class, &settings, &warn).map_err(|e| usage(&e))
}

fn formatter_properties(ctx: &ToolCtx) -> Result<Properties, Stop> {
    let options = &ctx.options;
    if options.has("property") && options.has("formatter-property") {
        let message = "Options --property and --formatter-property cannot be specified together.";
        return Err(ctx.usage_error(message));
    }
    let arguments = renamed(ctx, "property", "formatter-property");
    let usage = |error: Failure| ctx.usage_error(error.message());
    let one = |name| options.one(name).map_err(|e| usage(e.into()));
    let mut settings = match one("formatter-config")? {
        Some(path) => properties::load(&ctx.session, path).map_err(usage)?,
        None => Properties::new(),
    };
    for (option, key) in [
        ("key-deserializer", "key.deserializer"),
        ("value-deserializer", "value.deserializer"),
    ] {
        if let Some(class) = one(option)?.filter(|class| !class.is_empty()) {
            settings.insert(key.into(), class.into());
        }
    }
    settings.extend(properties::parse_arguments(arguments));
    Ok(settings)
}
