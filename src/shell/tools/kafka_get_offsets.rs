//! `kafka-get-offsets.sh`: first, last or dated offsets of partitions.

use super::common::{self, IncludeList};
use super::failure::Failure;
use super::properties;
use crate::base::SortedMap;
use crate::client::admin::{OffsetSpec, TopicRef};
use crate::client::{Admin, TopicPartition};
use crate::shell::io::Stop;
use crate::shell::options::OptSpec;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-get-offsets",
    summary: "An interactive shell for getting topic-partition offsets.",
    summary_if_empty: None,
    usage_if_empty: true,
    options: OPTIONS,
    errors: ErrorStyle::Terse,
    run: |ctx| Box::pin(run(ctx)),
};

const OPTIONS: &[OptSpec] = &[
    OptSpec::value("bootstrap-server", "HOST1:PORT1,...,HOST3:PORT3", "REQUIRED: the brokers to ask first."),
    OptSpec::value(
        "topic-partitions",
        "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3",
        "Topics (regular expressions) with partitions: one number, a range whose end does not count, or none for all.",
    ),
    OptSpec::value("topic", "topic", "The topics, as a regular expression. Without it, all."),
    OptSpec::value("partitions", "partition ids", "Numbers of partitions, with commas. Without it, all."),
    OptSpec::value(
        "time",
        "<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload",
        "Which offset: the first at or after a time in milliseconds, or one with a name. Nothing is shown where there is none.",
    )
    .default("latest"),
    OptSpec::value("command-config", "config file", "A file with settings of the admin client."),
    OptSpec::flag("exclude-internal-topics", "Leave out internal topics."),
    OptSpec::value("broker-list", "HOST1:PORT1,...,HOST3:PORT3", "")
        .legacy("--broker-list was removed in Kafka 4.0; it counts as --bootstrap-server.")
        .becomes("bootstrap-server", None),
    OptSpec::value("offsets", "count", "").legacy("--offsets has no effect since Kafka 3.0."),
    OptSpec::value("max-wait-ms", "ms", "").legacy("--max-wait-ms has no effect since Kafka 3.0."),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

/// What the tool says in place of a stack trace.
enum Trouble {
    Terse(String),
    Other(Failure),
}

impl<F: Into<Failure>> From<F> for Trouble {
    fn from(error: F) -> Self {
        Trouble::Other(error.into())
    }
}

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    ctx.require(&["bootstrap-server"])?;
    let servers = ctx.options.all("bootstrap-server").first().copied();
    common::check_bootstrap(servers).map_err(|message| ctx.usage_error(message))?;
    let message = match ctx.cancel.run(show(&ctx)).await? {
        Ok(()) => return Ok(0),
        Err(Trouble::Terse(message)) => message,
        Err(Trouble::Other(error)) => format!("{}\n{}", error.message(), error.trace()),
    };
    ctx.io.err_line(format!("Error occurred: {message}"));
    Ok(1)
}

async fn show(ctx: &ToolCtx) -> Result<(), Trouble> {
    let options = &ctx.options;
    let by_rules = options.has("topic-partitions");
    if by_rules && (options.has("topic") || options.has("partitions")) {
        let message = "--topic-partitions cannot be used with --topic or --partitions";
        return Err(Trouble::Terse(message.into()));
    }
    let spec = offset_spec(options.one("time")?.unwrap_or("latest")).map_err(Trouble::Terse)?;
    let rules = match options.one("topic-partitions")? {
        Some(text) => Rule::parse_list(text)?,
        None => {
            let topics = IncludeList::new(options.one("topic")?.unwrap_or(".*"))?;
            let numbers = options.one("partitions")?.unwrap_or_default();
            let partitions = Partitions::parse_set(numbers).map_err(Trouble::Terse)?;
            vec![Rule { topics, partitions }]
        }
    };
    let mut settings = match options.one("command-config")? {
        Some(path) => properties::load(&ctx.session, path)?,
        None => Default::default(),
    };
    let servers = options.one("bootstrap-server")?.unwrap_or_default();
    settings.insert("bootstrap.servers".into(), servers.into());
    settings.insert("client.id".into(), "GetOffsetShell".into());
    let admin = Admin::new(&common::context(ctx), &settings).await?;
    let shown = show_offsets(ctx, &admin, spec, &rules).await;
    admin.close();
    shown
}

async fn show_offsets(
    ctx: &ToolCtx,
    admin: &Admin,
    spec: OffsetSpec,
    rules: &[Rule],
) -> Result<(), Trouble> {
    let internal = !ctx.options.has("exclude-internal-topics");
    let topics = admin
        .list_topics(internal)
        .await
        .map_err(|error| Failure::from(error).execution())?;
    let topics: Vec<TopicRef> = topics
        .into_iter()
        .filter(|topic| rules.iter().any(|rule| rule.topics.matches(&topic.name)))
        .map(|topic| TopicRef::Name(topic.name))
        .collect();
    let described =
        common::all(admin.describe_topics(&topics).await).map_err(Failure::execution)?;
    let mut wanted = SortedMap::new();
    for (_, topic) in described {
        for partition in topic.partitions {
            let number = partition.partition;
            if rules.iter().any(|rule| rule.allows(&topic.name, number)) {
                wanted.insert(TopicPartition::new(topic.name.as_str(), number), spec);
            }
        }
    }
    if wanted.is_empty() {
        let message = "Could not match any topic-partitions with the specified filters";
        return Err(Trouble::Terse(message.into()));
    }
    let mut lines = SortedMap::new();
    for (tp, answer) in admin.list_offsets(&wanted).await {
        match answer {
            Ok(found) if found.offset >= 0 => {
                let line = format!("{}:{}:{}", tp.topic, tp.partition, found.offset);
                // Kafka sorts them as text: orders-10 before orders-2.
                lines.insert(tp.to_string(), line);
            }
            Ok(_) => {}
            Err(error) => ctx.io.err_line(format!(
                "Skip getting offsets for topic-partition {tp} due to error: {}",
                Failure::from(error).execution().message()
            )),
        }
    }
    for line in lines.into_values() {
        ctx.io.out_line(line);
    }
    Ok(())
}

fn offset_spec(text: &str) -> Result<OffsetSpec, String> {
    use OffsetSpec::*;
    let named = match text {
        "latest" => Some(Latest),
        "earliest" => Some(Earliest),
        "max-timestamp" => Some(MaxTimestamp),
        "earliest-local" => Some(EarliestLocal),
        "latest-tiered" => Some(LatestTiered),
        "earliest-pending-upload" => Some(EarliestPendingUpload),
        _ => None,
    };
    if let Some(spec) = named {
        return Ok(spec);
    }
    let timestamp: i64 = text.parse().map_err(|_| {
        format!(
            "Malformed time argument {text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp"
        )
    })?;
    let numbered = [
        Latest,
        Earliest,
        MaxTimestamp,
        EarliestLocal,
        LatestTiered,
        EarliestPendingUpload,
    ];
    let found = numbered.into_iter().find(|s| s.timestamp() == timestamp);
    Ok(found.unwrap_or(Timestamp(timestamp)))
}

/// Topics, and which of their partitions.
struct Rule {
    topics: IncludeList,
    partitions: Partitions,
}

enum Partitions {
    /// Empty: all.
    Set(Vec<i32>),
    One(i32),
    /// The end does not count.
    Range(i32, i32),
}

impl Rule {
    fn allows(&self, topic: &str, partition: i32) -> bool {
        let fits = match &self.partitions {
            Partitions::Set(set) => set.is_empty() || set.contains(&partition),
            Partitions::One(one) => partition == *one,
            Partitions::Range(from, to) => (*from..*to).contains(&partition),
        };
        fits && self.topics.matches(topic)
    }

    /// `TOPIC`, `TOPIC:1`, `TOPIC:1-3`, `TOPIC:1-`, `TOPIC:-3`, `:1` …, with commas.
    fn parse_list(text: &str) -> Result<Vec<Rule>, Failure> {
        let mut specs: Vec<&str> = text.split(',').collect();
        while specs.len() > 1 && specs.last() == Some(&"") {
            specs.pop();
        }
        specs.into_iter().map(Rule::parse).collect()
    }

    fn parse(spec: &str) -> Result<Rule, Failure> {
        let invalid = || {
            let class = "org.apache.kafka.tools.TerseException";
            Failure::new(class, format!("Invalid rule specification: {spec}")).runtime()
        };
        let (topic, partitions) = match spec.split_once(':') {
            Some((topic, partitions)) => (topic, partitions),
            None => (spec, ""),
        };
        let (from, to) = match partitions.split_once('-') {
            Some((from, to)) => (from, Some(to)),
            None => (partitions, None),
        };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(from) || !to.is_none_or(digits) {
            return Err(invalid());
        }
        let number = |text: &str, default: i32| match text {
            "" => Ok(default),
            text => text.parse().map_err(|_| {
                let message = format!("For input string: \"{text}\"");
                Failure::new("java.lang.NumberFormatException", message)
            }),
        };
        let partitions = match to {
            None if !from.is_empty() => Partitions::One(number(from, 0)?),
            _ => Partitions::Range(number(from, 0)?, number(to.unwrap_or(""), i32::MAX)?),
        };
        let topics = IncludeList::new(if topic.is_empty() { ".*" } else { topic })?;
        Ok(Rule { topics, partitions })
    }
}

impl Partitions {
    fn parse_set(text: &str) -> Result<Partitions, String> {
        if text.is_empty() {
            return Ok(Partitions::Set(Vec::new()));
        }
        let numbers = text.trim_end_matches(',').split(',').map(str::parse);
        let numbers: Result<Vec<i32>, _> = numbers.collect();
        numbers.map(Partitions::Set).map_err(|_| {
            format!(
                "--partitions expects a comma separated list of numeric partition ids, but received: {text}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_names_and_numbers() {
        assert_eq!(offset_spec("-2"), Ok(OffsetSpec::Earliest));
        assert_eq!(offset_spec("max-timestamp"), Ok(OffsetSpec::MaxTimestamp));
        assert_eq!(offset_spec("1000"), Ok(OffsetSpec::Timestamp(1000)));
        assert!(offset_spec("yesterday").is_err());
    }

    #[test]
    fn rules_name_topics_and_partitions() {
        let allowed = |spec: &str, topic: &str| -> Vec<i32> {
            let rules = Rule::parse_list(spec).unwrap();
            (0..6)
                .filter(|p| rules.iter().any(|rule| rule.allows(topic, *p)))
                .collect()
        };
        assert_eq!(allowed("orders:1-3,logs", "orders"), [1, 2]);
        assert_eq!(allowed("orders:1-3,logs", "logs"), [0, 1, 2, 3, 4, 5]);
        assert_eq!(allowed("orders:4-", "orders"), [4, 5]);
        assert_eq!(allowed(":-1,.*s:5", "orders"), [0, 5]);
        let refused = Rule::parse("orders:x")
            .err()
            .map(|e| e.message().to_owned());
        let text = "org.apache.kafka.tools.TerseException: Invalid rule specification: orders:x";
        assert_eq!(refused.as_deref(), Some(text));
    }
}
