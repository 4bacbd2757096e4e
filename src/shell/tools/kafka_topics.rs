//! `kafka-topics.sh`: create, alter, describe, list and delete topics.
//!
//! Not here: reassignments under way in `--describe` (the cluster has none).

use super::common::{self, IncludeList};
use super::failure::{self, Failure};
use super::java;
use crate::base::{SortedMap, sort, sort_by_key};
use crate::client::admin::{
    ConfigEntry, ConfigResource, ConfigSource, NewPartitions, NewTopic, ResourceType,
    TopicDescription, TopicPartitionInfo, TopicRef,
};
use crate::client::{Admin, Node};
use crate::metadata::config::{topic_key, topic_keys};
use crate::protocol::{ErrorCode, Uuid};
use crate::shell::io::Stop;
use crate::shell::options::{Kind, OptSpec};
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-topics",
    summary: "This tool helps to create, delete, describe, or change a topic.",
    summary_if_empty: Some("Create, delete, describe, or change a topic."),
    usage_if_empty: true,
    options: OPTIONS,
    errors: ErrorStyle::StackTrace,
    run: |ctx| Box::pin(run(ctx)),
};

const ACTIONS: [&str; 5] = ["create", "list", "alter", "describe", "delete"];
/// Reports that `--describe` can be narrowed to.
const REPORTS: [&str; 4] = [
    "under-replicated-partitions",
    "under-min-isr-partitions",
    "at-min-isr-partitions",
    "unavailable-partitions",
];

const OPTIONS: &[OptSpec] = &[
    OptSpec::value("bootstrap-server", "server to connect to", "REQUIRED: the brokers to ask first."),
    OptSpec::value("command-config", "command config property file", "A file with settings of the admin client."),
    OptSpec::flag("list", "List the topics."),
    OptSpec::flag("create", "Create a topic."),
    OptSpec::flag("delete", "Delete topics."),
    OptSpec::flag("alter", "Add partitions to topics. (kafka-configs changes settings.)"),
    OptSpec::flag("describe", "Show partitions, leaders and replicas of topics."),
    OptSpec::value("topic", "topic", "The topic; except with --create, a regular expression."),
    OptSpec::value("topic-id", "topic-id", "The id of the topic to describe."),
    OptSpec::value("config", "name=value", "A setting of the topic to create; may come again."),
    OptSpec::value("delete-config", "name", "Has no effect since Kafka 4.0."),
    OptSpec::value("partitions", "# of partitions", "How many partitions the topic shall have. With keys, more partitions later change which partition a key goes to.")
        .kind(Kind::Integer),
    OptSpec::value("replication-factor", "replication factor", "How many brokers hold each partition.")
        .kind(Kind::Integer),
    OptSpec::value(
        "replica-assignment",
        "broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...",
        "Brokers of each partition, in place of a choice by the cluster.",
    ),
    OptSpec::flag("under-replicated-partitions", "Describe only partitions with replicas out of sync."),
    OptSpec::flag("unavailable-partitions", "Describe only partitions without a leader."),
    OptSpec::flag("under-min-isr-partitions", "Describe only partitions with fewer in-sync replicas than min.insync.replicas."),
    OptSpec::flag("at-min-isr-partitions", "Describe only partitions with just min.insync.replicas replicas in sync."),
    OptSpec::flag("topics-with-overrides", "Describe only topics with settings of their own."),
    OptSpec::flag("if-exists", "Do nothing, and do not fail, when the topic does not exist."),
    OptSpec::flag("if-not-exists", "Do not fail when the topic exists already."),
    OptSpec::flag("exclude-internal", "Leave out internal topics."),
    OptSpec::value("partition-size-limit-per-response", "maximum number of partitions per response", "How many partitions one answer of the broker may hold.")
        .kind(Kind::Integer),
    OptSpec::value("zookeeper", "hosts", "").legacy(ZOOKEEPER).becomes("bootstrap-server", Some("localhost:9092")),
    OptSpec::flag("force", "").legacy("--force has no effect since Kafka 3.0."),
    OptSpec::flag("disable-rack-aware", "").legacy("--disable-rack-aware has no effect since Kafka 3.0."),
    OptSpec::flag("help", "Show this text."),
    OptSpec::flag("version", "Show Kafka's version."),
];

/// Said when old course material names ZooKeeper.
pub const ZOOKEEPER: &str =
    "--zookeeper was removed in Kafka 3.0; using --bootstrap-server localhost:9092 instead.";

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    check(&ctx)?;
    let bootstrap = one(&ctx, "bootstrap-server")?.unwrap_or_default();
    let config = one(&ctx, "command-config")?;
    let admin = match common::admin(&ctx, &bootstrap, config.as_deref()).await {
        Ok(admin) => admin,
        Err(error) => return Err(failure::uncaught(&ctx, &error)),
    };
    let result = ctx.cancel.run(act(&ctx, &admin)).await;
    admin.close();
    match result? {
        Ok(()) => Ok(0),
        Err(error) => {
            let message = error.message();
            ctx.io
                .out_line(format!("Error while executing topic command : {message}"));
            ctx.log(
                "ERROR",
                &error.trace(),
                "org.apache.kafka.tools.TopicCommand",
            );
            Ok(1)
        }
    }
}

/// The value of an option that is asked for before anything is done.
fn one(ctx: &ToolCtx, name: &str) -> Result<Option<String>, Stop> {
    let value = ctx.options.one(name);
    value
        .map(|v| v.map(str::to_owned))
        .map_err(|error| ctx.option_error(ErrorStyle::StackTrace, &error))
}

fn check(ctx: &ToolCtx) -> Result<(), Stop> {
    let has = |name| ctx.options.has(name);
    if ACTIONS.iter().filter(|action| has(action)).count() != 1 {
        return Err(ctx.usage_error(
            "Command must include exactly one action: --list, --describe, --create, --alter or --delete",
        ));
    }
    if !has("bootstrap-server") {
        let message = "--bootstrap-server must be specified".to_owned();
        return Err(failure::uncaught(ctx, &Failure::illegal_argument(message)));
    }
    if has("describe") && has("if-exists") {
        if !has("topic") && !has("topic-id") {
            return Err(ctx.usage_error("--topic or --topic-id is required to describe a topic"));
        }
        if has("topic") && has("topic-id") {
            ctx.io.out_line(
                "Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID",
            );
        }
    }
    if !has("list") && !has("describe") {
        ctx.require(&["topic"])?;
    }
    if has("alter") {
        if has("config") {
            return Err(ctx.usage_error(
                "Option combination \"[[config], [bootstrap-server]]\" can't be used with option \"[alter]\" (To alter topic configurations, the kafka-configs tool can be used.)",
            ));
        }
        ctx.require(&["partitions"])?;
    }
    check_combinations(ctx)
}

/// Which options go with which action, in the order in which Kafka complains.
fn check_combinations(ctx: &ToolCtx) -> Result<(), Stop> {
    let not_with = |used: &str, allowed: &[&str], also: &[&str]| {
        let mut refused: Vec<&str> = ACTIONS_IN_ORDER
            .iter()
            .copied()
            .filter(|a| !allowed.contains(a))
            .collect();
        refused.extend(also);
        ctx.refuse(used, &refused)
    };
    not_with("config", &["alter", "create"], &[])?;
    not_with("partitions", &["alter", "create"], &[])?;
    not_with("replication-factor", &["create"], &[])?;
    not_with("replica-assignment", &["alter", "create"], &[])?;
    if ctx.options.has("create") {
        ctx.refuse("replica-assignment", &["partitions", "replication-factor"])?;
    }
    for report in REPORTS {
        not_with(report, &["describe"], &["topics-with-overrides"])?;
    }
    not_with("topics-with-overrides", &["describe"], &REPORTS)?;
    not_with("if-exists", &["alter", "delete", "describe"], &[])?;
    not_with("if-not-exists", &["create"], &[])?;
    not_with("exclude-internal", &["list", "describe"], &[])
}

const ACTIONS_IN_ORDER: [&str; 5] = ["alter", "create", "describe", "list", "delete"];

async fn act(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    if ctx.options.has("create") {
        create(ctx, admin).await
    } else if ctx.options.has("alter") {
        alter(ctx, admin).await
    } else if ctx.options.has("list") {
        let topics = wanted_topics(ctx, admin).await?;
        ctx.io.out_line(topics.join("\n"));
        Ok(())
    } else if ctx.options.has("describe") {
        describe(ctx, admin).await
    } else {
        let topics = existing_topics(ctx, admin).await?;
        let topics: Vec<TopicRef> = topics.into_iter().map(TopicRef::Name).collect();
        common::all(admin.delete_topics(&topics).await).map(|_| ())
    }
}

async fn create(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    if ctx.options.has("delete-config") {
        ctx.io.err_line(
            "delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.",
        );
    }
    let topic = new_topic(ctx)?;
    if topic.name.contains(['.', '_']) {
        ctx.io.out_line(
            "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.",
        );
    }
    let replicas = ctx.options.int("replication-factor")?;
    if replicas.is_some_and(|n| !(1..=i32::from(i16::MAX)).contains(&n)) {
        return Err(Failure::illegal_argument(
            "The replication factor must be between 1 and 32767 inclusive",
        ));
    }
    if topic.num_partitions.is_some_and(|n| n < 1) {
        return Err(Failure::illegal_argument(
            "The partitions must be greater than 0",
        ));
    }
    let name = topic.name.clone();
    match common::all(admin.create_topics(&[topic], false).await) {
        Ok(_) => ctx.io.out_line(format!("Created topic {name}.")),
        Err(error)
            if error.code == Some(ErrorCode::TOPIC_ALREADY_EXISTS)
                && ctx.options.has("if-not-exists") => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn new_topic(ctx: &ToolCtx) -> Result<NewTopic, Failure> {
    let options = &ctx.options;
    let replica_assignment = match options.one("replica-assignment")? {
        Some(text) if !text.is_empty() => Some(parse_assignment(text)?),
        _ => None,
    };
    Ok(NewTopic {
        name: options.one("topic")?.unwrap_or_default().to_owned(),
        num_partitions: options.int("partitions")?,
        replication_factor: options.int("replication-factor")?.map(|n| n as i16),
        replica_assignment,
        configs: parse_configs(&options.all("config"))?,
    })
}

/// `1:2,2:3` is partition 0 on brokers 1 and 2, partition 1 on 2 and 3.
fn parse_assignment(text: &str) -> Result<SortedMap<i32, Vec<i32>>, Failure> {
    let mut partitions: SortedMap<i32, Vec<i32>> = SortedMap::new();
    for (index, part) in text.trim_end_matches(',').split(',').enumerate() {
        let brokers = part
            .split(':')
            .map(|id| {
                let id = id.trim();
                let message = || format!("For input string: \"{id}\"");
                let error = |_| Failure::new("java.lang.NumberFormatException", message());
                id.parse().map_err(error)
            })
            .collect::<Result<Vec<i32>, _>>()?;
        let twice = brokers
            .iter()
            .enumerate()
            .find(|(i, id)| brokers[..*i].contains(id));
        if let Some((_, id)) = twice {
            return Err(Failure::new(
                "org.apache.kafka.tools.AdminCommandFailedException",
                format!("Partition replica lists may not contain duplicate entries: {id}"),
            ));
        }
        if partitions
            .get(&0)
            .is_some_and(|first| first.len() != brokers.len())
        {
            let list: Vec<String> = brokers.iter().map(i32::to_string).collect();
            return Err(Failure::new(
                "org.apache.kafka.tools.AdminOperationException",
                format!(
                    "Partition {index} has different replication factor: [{}]",
                    list.join(", ")
                ),
            ));
        }
        partitions.insert(index as i32, brokers);
    }
    Ok(partitions)
}

fn parse_configs(given: &[&str]) -> Result<SortedMap<String, String>, Failure> {
    let mut configs = SortedMap::new();
    for pair in given {
        let parts: Vec<&str> = pair.split('=').map(str::trim).collect();
        // Java's split drops empty parts at the end.
        let [name, value] = parts[..] else {
            return Err(not_a_pair());
        };
        if value.is_empty() {
            return Err(not_a_pair());
        }
        configs.insert(name.to_owned(), value.to_owned());
    }
    if let Some(name) = configs.keys().find(|name| topic_key(name).is_none()) {
        return Err(Failure::new(
            "org.apache.kafka.common.errors.InvalidConfigurationException",
            format!("Unknown topic config name: {name}"),
        ));
    }
    for key in topic_keys() {
        if let Some(value) = configs.get(key.name) {
            key.parse(value).map_err(|error| {
                Failure::new("org.apache.kafka.common.config.ConfigException", error.0)
            })?;
        }
    }
    Ok(configs)
}

fn not_a_pair() -> Failure {
    Failure::illegal_argument(
        "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".",
    )
}

/// All topics that `--topic` and `--exclude-internal` leave, in order.
async fn wanted_topics(ctx: &ToolCtx, admin: &Admin) -> Result<Vec<String>, Failure> {
    let without_internal = ctx.options.has("exclude-internal");
    let filter = ctx
        .options
        .one("topic")?
        .map(IncludeList::new)
        .transpose()?;
    let mut names: Vec<String> = admin
        .list_topics(!without_internal)
        .await?
        .into_iter()
        .map(|topic| topic.name)
        .filter(|name| !(without_internal && common::is_internal(name)))
        .filter(|name| filter.as_ref().is_none_or(|f| f.matches(name)))
        .collect();
    sort(&mut names);
    Ok(names)
}

/// As [`wanted_topics`], but a topic that was asked for must be there.
async fn existing_topics(ctx: &ToolCtx, admin: &Admin) -> Result<Vec<String>, Failure> {
    let topics = wanted_topics(ctx, admin).await?;
    let asked = ctx.options.one("topic")?.filter(|topic| !topic.is_empty());
    match asked {
        Some(topic) if topics.is_empty() && !ctx.options.has("if-exists") => Err(
            Failure::illegal_argument(format!("Topic '{topic}' does not exist as expected")),
        ),
        _ => Ok(topics),
    }
}

async fn alter(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let wanted = new_topic(ctx)?;
    let topics = existing_topics(ctx, admin).await?;
    let total_count = wanted.num_partitions.unwrap_or_default();
    let mut increases = Vec::new();
    for topic in topics {
        let assignments = match &wanted.replica_assignment {
            None => None,
            Some(assignment) => {
                let described = admin
                    .describe_topics(&[TopicRef::Name(topic.clone())])
                    .await;
                let present = common::all(described)?
                    .pop()
                    .map_or(0, |(_, d)| d.partitions.len());
                Some(assignment.values().skip(present).cloned().collect())
            }
        };
        increases.push(NewPartitions {
            topic,
            total_count,
            assignments,
        });
    }
    common::all(admin.create_partitions(&increases, false).await).map(|_| ())
}

async fn describe(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let described = described_topics(ctx, admin).await?;
    let resources: Vec<ConfigResource> = described
        .iter()
        .map(|topic| ConfigResource {
            resource_type: ResourceType::Topic,
            name: topic.name.clone(),
        })
        .collect();
    let configs = common::all(admin.describe_configs(&resources, false, false).await)?;
    let live: Vec<i32> = admin
        .describe_cluster(false)
        .await?
        .nodes
        .iter()
        .map(|node| node.id)
        .collect();
    let narrowed = REPORTS.iter().any(|report| ctx.options.has(report));
    let only_overridden = ctx.options.has("topics-with-overrides");
    for (mut topic, (_, entries)) in described.into_iter().zip(configs) {
        sort_by_key(&mut topic.partitions, |p| p.partition);
        let overridden = entries.iter().any(|entry| !is_default(entry));
        if !narrowed && (!only_overridden || overridden) {
            print_topic(ctx, &topic, &entries);
        }
        if only_overridden {
            continue;
        }
        let min_isr = entries.iter().find(|e| e.name == "min.insync.replicas");
        let min_isr = min_isr
            .and_then(|e| e.value.as_deref()?.parse().ok())
            .unwrap_or(1);
        for partition in &topic.partitions {
            if !narrowed || is_reported(ctx, partition, min_isr, &live) {
                print_partition(ctx, &topic.name, partition);
            }
        }
    }
    Ok(())
}

async fn described_topics(ctx: &ToolCtx, admin: &Admin) -> Result<Vec<TopicDescription>, Failure> {
    let id = match ctx.options.one("topic-id")? {
        Some(text) => Some(parse_id(text)?).filter(|id| *id != Uuid::ZERO),
        None => None,
    };
    let topics: Vec<TopicRef> = match id {
        Some(id) => {
            let known = admin
                .list_topics(!ctx.options.has("exclude-internal"))
                .await?;
            if known.iter().any(|topic| topic.topic_id == id) {
                vec![TopicRef::Id(id)]
            } else if ctx.options.has("if-exists") {
                Vec::new()
            } else {
                let message = format!("TopicId '{id}' does not exist as expected");
                return Err(Failure::illegal_argument(message));
            }
        }
        None => existing_topics(ctx, admin)
            .await?
            .into_iter()
            .map(TopicRef::Name)
            .collect(),
    };
    let described = common::all(admin.describe_topics(&topics).await)?;
    let described = described
        .into_iter()
        .map(|(_, description)| description)
        .collect();
    Ok(java::as_java_map(described, |topic: &TopicDescription| {
        &topic.name
    }))
}

fn parse_id(text: &str) -> Result<Uuid, Failure> {
    if text.len() > 24 {
        let message = format!(
            "Input string with prefix `{}` is too long to be decoded as a base64 UUID",
            &text[..text.floor_char_boundary(24)]
        );
        return Err(Failure::illegal_argument(message));
    }
    Uuid::parse(text).ok_or_else(|| {
        let bytes = text.trim_end_matches('=').len() * 6 / 8;
        Failure::illegal_argument(format!(
            "Input string `{text}` decoded as {bytes} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"
        ))
    })
}

/// The entry is as the broker would have it without any setting.
fn is_default(entry: &ConfigEntry) -> bool {
    entry.source == ConfigSource::DefaultConfig
}

fn is_reported(ctx: &ToolCtx, p: &TopicPartitionInfo, min_isr: usize, live: &[i32]) -> bool {
    let asked = |report: &str| ctx.options.has(report);
    asked("under-replicated-partitions") && p.isr.len() < p.replicas.len()
        || asked("unavailable-partitions")
            && p.leader
                .as_ref()
                .is_none_or(|leader| !live.contains(&leader.id))
        || asked("under-min-isr-partitions") && (p.leader.is_none() || p.isr.len() < min_isr)
        || asked("at-min-isr-partitions") && p.isr.len() == min_isr
}

fn print_topic(ctx: &ToolCtx, topic: &TopicDescription, entries: &[ConfigEntry]) {
    let configs: Vec<String> = entries
        .iter()
        .filter(|entry| !is_default(entry))
        .map(|e| format!("{}={}", e.name, e.value.as_deref().unwrap_or("null")))
        .collect();
    let id = match topic.topic_id {
        Uuid::ZERO => String::new(),
        id => format!("\tTopicId: {id}"),
    };
    ctx.io.out_line(format!(
        "Topic: {}{id}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}",
        topic.name,
        topic.partitions.len(),
        topic.partitions.first().map_or(0, |p| p.replicas.len()),
        configs.join(",")
    ));
}

fn print_partition(ctx: &ToolCtx, topic: &str, p: &TopicPartitionInfo) {
    let leader = p
        .leader
        .as_ref()
        .map_or("none".to_owned(), |node| node.id.to_string());
    let maybe = |nodes: &Option<Vec<Node>>| nodes.as_deref().map_or("N/A".to_owned(), ids);
    ctx.io.out_line(format!(
        "\tTopic: {topic}\tPartition: {}\tLeader: {leader}\tReplicas: {}\tIsr: {}\tElr: {}\tLastKnownElr: {}",
        p.partition,
        ids(&p.replicas),
        ids(&p.isr),
        maybe(&p.elr),
        maybe(&p.last_known_elr)
    ));
}

fn ids(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| node.id.to_string())
        .collect::<Vec<_>>()
        .join(",")
}
