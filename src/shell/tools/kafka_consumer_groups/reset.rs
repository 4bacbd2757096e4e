//! `--reset-offsets`: where the offsets of groups without members shall go.

use super::super::failure::Failure;
use super::super::java;
use super::offsets::{committed, end_offsets, log_offsets, parse_datetime};
use super::{cell, chosen_groups, options, plan, say_error};
use crate::base::SortedMap;
use crate::client::admin::{OffsetSpec, TopicRef};
use crate::client::config::parse_iso_duration_ms;
use crate::client::{Admin, OffsetAndMetadata, TopicPartition};
use crate::protocol::ErrorCode;
use crate::shell::tool::ToolCtx;

/// New offsets of one group, in the order of a Java map.
type Offsets = Vec<(TopicPartition, i64)>;

pub async fn reset(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let groups = chosen_groups(ctx, admin).await?;
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let described = admin.describe_consumer_groups(&names).await;
    let mut plans: Vec<(String, Offsets)> = Vec::new();
    for (group, description) in java::as_grown_map(described, |(name, _)| name) {
        let offsets = match description {
            Ok(found) if !matches!(&*found.state, "Empty" | "Dead") => {
                let message = format!(
                    "Assignments can only be reset if the group '{group}' is inactive, but the current state is {}.",
                    found.state
                );
                say_error(ctx, &message);
                Vec::new()
            }
            // A group that is not there gets its first offsets.
            Err(error) if error.code() != Some(ErrorCode::GROUP_ID_NOT_FOUND) => {
                return Err(Failure::from(error).execution().runtime());
            }
            _ => reset_group(ctx, admin, &group).await?,
        };
        plans.push((group, offsets));
    }
    if ctx.options.has("export") {
        export(ctx, &plans);
    } else {
        print(ctx, &plans);
    }
    Ok(())
}

fn export(ctx: &ToolCtx, plans: &[(String, Offsets)]) {
    let one_group = ctx.options.all("group").len() == 1;
    for (group, offsets) in plans {
        for (tp, offset) in offsets {
            let group = Some(group.as_str()).filter(|_| !one_group);
            ctx.io.out(plan::write(group, tp, *offset));
        }
    }
    ctx.io.out("\n");
}

fn print(ctx: &ToolCtx, plans: &[(String, Offsets)]) {
    let longest = |texts: &mut dyn Iterator<Item = &str>| {
        let longest = texts.map(|text| text.chars().count()).max();
        longest.unwrap_or(0).max(15)
    };
    let group_width = longest(&mut plans.iter().map(|(group, _)| &**group));
    let mut topics = plans.iter().flat_map(|(_, o)| o).map(|(tp, _)| &*tp.topic);
    let topic_width = longest(&mut topics);
    let line = |group: &str, topic: &str, partition: &str, offset: &str| {
        let (group, topic) = (cell(group, group_width), cell(topic, topic_width));
        format!("\n{group} {topic} {partition:10} {offset}")
    };
    if !plans.is_empty() {
        ctx.io
            .out(line("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"));
    }
    for (group, offsets) in plans {
        for (tp, offset) in offsets {
            let (partition, offset) = (tp.partition.to_string(), offset.to_string());
            ctx.io.out(line(group, &tp.topic, &partition, &offset));
        }
    }
    ctx.io.out("\n");
}

async fn reset_group(ctx: &ToolCtx, admin: &Admin, group: &str) -> Result<Offsets, Failure> {
    let partitions = partitions(ctx, admin, group).await?;
    check_partitions(admin, &partitions).await?;
    let offsets = new_offsets(ctx, admin, group, &partitions).await?;
    let offsets = java::partitions_as_grown_map(offsets, |(tp, _)| tp);
    if ctx.options.has("execute") && !ctx.options.has("dry-run") {
        let wanted: SortedMap<TopicPartition, OffsetAndMetadata> = offsets
            .iter()
            .map(|(tp, offset)| (tp.clone(), OffsetAndMetadata::new(*offset)))
            .collect();
        for (_, result) in admin.alter_group_offsets(group, &wanted).await? {
            result?;
        }
    }
    Ok(offsets)
}

/// The partitions that `--all-topics` or `--topic` mean.
async fn partitions(
    ctx: &ToolCtx,
    admin: &Admin,
    group: &str,
) -> Result<Vec<TopicPartition>, Failure> {
    if ctx.options.has("all-topics") {
        let known = committed(admin, group).await?.into_keys().collect();
        return Ok(java::partitions_as_grown_map(known, |tp| tp));
    }
    if ctx.options.has("topic") {
        let (mut partitions, topics) = parse_topics(&ctx.options.all("topic"))?;
        let topics: Vec<TopicRef> = topics.into_iter().map(TopicRef::Name).collect();
        for (_, topic) in admin.describe_topics(&topics).await {
            let topic = topic?;
            let name = topic.name.as_str();
            let numbers = topic.partitions.iter().map(|p| p.partition);
            partitions.extend(numbers.map(|number| TopicPartition::new(name, number)));
        }
        return Ok(partitions);
    }
    if !ctx.options.has("from-file") {
        let message = "One of the reset scopes should be defined: --all-topics, --topic.";
        return Err(Failure::illegal_argument(message));
    }
    Ok(Vec::new())
}

/// The partitions of arguments like `t:0,1`, and the topics that come without.
pub fn parse_topics(given: &[&str]) -> Result<(Vec<TopicPartition>, Vec<String>), Failure> {
    let (mut partitions, mut topics) = (Vec::new(), Vec::new());
    for argument in given {
        if !argument.contains(':') {
            if !topics.iter().any(|known| known == argument) {
                topics.push((*argument).to_owned());
            }
            continue;
        }
        // Java's split drops empty parts at the end.
        let parts: Vec<&str> = argument.trim_end_matches(':').split(':').collect();
        let [topic, numbers] = parts[..] else {
            return Err(Failure::illegal_argument(format!(
                "Invalid topic arg '{argument}', expected topic name and partitions"
            )));
        };
        for number in numbers.trim_end_matches(',').split(',') {
            let partition = number.parse().map_err(|_| {
                Failure::illegal_argument(format!(
                    "Invalid partition '{number}' specified in topic arg '{argument}''"
                ))
            })?;
            partitions.push(TopicPartition::new(topic, partition));
        }
    }
    Ok((partitions, topics))
}

/// All must exist and have a leader.
async fn check_partitions(admin: &Admin, partitions: &[TopicPartition]) -> Result<(), Failure> {
    let mut topics: Vec<TopicRef> = Vec::new();
    for tp in partitions {
        let topic = TopicRef::Name(tp.topic.to_string());
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    let mut led = SortedMap::new();
    for (_, topic) in admin.describe_topics(&topics).await {
        let topic = topic.map_err(|error| Failure::from(error).execution().runtime())?;
        for partition in &topic.partitions {
            let tp = TopicPartition::new(topic.name.as_str(), partition.partition);
            led.insert(tp, partition.leader.is_some());
        }
    }
    let named = |state: Option<bool>| {
        let found = partitions.iter().filter(|tp| led.get(tp).copied() == state);
        let found: Vec<String> = found.map(TopicPartition::to_string).collect();
        (!found.is_empty()).then(|| found.join(","))
    };
    if let Some(unknown) = named(None) {
        return Err(Failure::new(
            "org.apache.kafka.common.errors.UnknownTopicOrPartitionException",
            format!("The partitions \"{unknown}\" do not exist"),
        ));
    }
    if let Some(leaderless) = named(Some(false)) {
        return Err(Failure::new(
            "org.apache.kafka.common.errors.LeaderNotAvailableException",
            format!("The partitions \"{leaderless}\" have no leader"),
        ));
    }
    Ok(())
}

async fn new_offsets(
    ctx: &ToolCtx,
    admin: &Admin,
    group: &str,
    partitions: &[TopicPartition],
) -> Result<Offsets, Failure> {
    let options = &ctx.options;
    let logs = async |spec| -> Result<Offsets, Failure> {
        let found = log_offsets(admin, partitions, spec).await?;
        Ok(found.into_iter().map(|(tp, o)| (tp, o.offset)).collect())
    };
    if options.has("to-offset") {
        // Given twice, the first one counts.
        let offset = options
            .longs("to-offset")?
            .first()
            .copied()
            .unwrap_or_default();
        let wanted = partitions.iter().map(|tp| (tp.clone(), offset)).collect();
        within_range(ctx, admin, wanted).await
    } else if options.has("to-earliest") {
        logs(OffsetSpec::Earliest).await
    } else if options.has("to-latest") {
        logs(OffsetSpec::Latest).await
    } else if options.has("shift-by") {
        shifted(ctx, admin, group, partitions).await
    } else if let Some(text) = options.all("to-datetime").first() {
        let time_ms = parse_datetime(text).map_err(Failure::runtime)?;
        at_time(ctx, admin, partitions, time_ms).await
    } else if let Some(text) = options.one("by-duration")? {
        let duration_ms = parse_iso_duration_ms(text).ok_or_else(|| {
            let class = "java.time.format.DateTimeParseException";
            Failure::new(class, "Text cannot be parsed to a Duration")
        })?;
        let now_ms = ctx.session.env().runtime.wall_ms();
        at_time(ctx, admin, partitions, now_ms - duration_ms).await
    } else if options.has("from-file") {
        from_file(ctx, admin, group).await
    } else if options.has("to-current") {
        current(admin, group, partitions).await
    } else {
        let scenarios: Vec<String> = options::SCENARIOS.map(|s| format!("[{s}]")).to_vec();
        Err(Failure::illegal_argument(format!(
            "Option '[reset-offsets]' requires one of the following scenarios: [{}]",
            scenarios.join(", ")
        )))
    }
}

async fn shifted(
    ctx: &ToolCtx,
    admin: &Admin,
    group: &str,
    partitions: &[TopicPartition],
) -> Result<Offsets, Failure> {
    let by = ctx.options.long("shift-by")?.unwrap_or_default();
    let known = committed(admin, group).await?;
    let wanted = partitions
        .iter()
        .map(|tp| match known.get(tp) {
            Some(offset) => Ok((tp.clone(), offset.offset.wrapping_add(by))),
            None => Err(Failure::illegal_argument(format!(
                "Cannot shift offset for partition {tp} since there is no current committed offset"
            ))),
        })
        .collect::<Result<Offsets, Failure>>()?;
    within_range(ctx, admin, wanted).await
}

async fn at_time(
    ctx: &ToolCtx,
    admin: &Admin,
    partitions: &[TopicPartition],
    time_ms: i64,
) -> Result<Offsets, Failure> {
    let found = log_offsets(admin, partitions, OffsetSpec::Timestamp(time_ms)).await?;
    let mut offsets = Offsets::new();
    let mut later = Vec::new();
    for (tp, result) in found {
        if result.offset >= 0 {
            offsets.push((tp, result.offset));
            continue;
        }
        ctx.io.out_line(format!(
            "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.",
            tp.partition, tp.topic
        ));
        later.push(tp);
    }
    offsets.extend(end_offsets(admin, &later).await?);
    Ok(offsets)
}

async fn from_file(ctx: &ToolCtx, admin: &Admin, group: &str) -> Result<Offsets, Failure> {
    let path = ctx.options.all("from-file").first().copied();
    let path = path.unwrap_or_default();
    let bytes = ctx.session.read_file(path).map_err(|_| {
        let cause = Failure::new("java.nio.file.NoSuchFileException", path);
        let unreadable = format!("Unable to read file {path}");
        let error = Failure::new("java.io.IOException", unreadable);
        error.caused_by(cause).runtime()
    })?;
    let one_group = ctx.options.all("group").len() == 1;
    let mut complain = |error: &Failure| ctx.io.err(error.trace());
    let text = String::from_utf8_lossy(&bytes);
    // Kafka reads the file twice and complains about it twice.
    plan::read(&text, one_group, &mut complain)?;
    let rows = plan::read(&text, one_group, &mut complain)?;
    let mut wanted: SortedMap<TopicPartition, i64> = SortedMap::new();
    for row in rows {
        if row.group.as_deref().is_none_or(|name| name == group) {
            wanted.insert(row.partition, row.offset);
        }
    }
    if wanted.is_empty() {
        say_error(ctx, &format!("No reset plan for group {group} found"));
        return Ok(Offsets::new());
    }
    within_range(ctx, admin, wanted.into_iter().collect()).await
}

/// Offsets that the group has, and the end of the log where it has none.
async fn current(
    admin: &Admin,
    group: &str,
    partitions: &[TopicPartition],
) -> Result<Offsets, Failure> {
    let known = committed(admin, group).await?;
    let (have, lack): (Vec<_>, Vec<_>) = partitions
        .iter()
        .cloned()
        .partition(|tp| known.contains_key(tp));
    let mut offsets: Offsets = have
        .into_iter()
        .map(|tp| {
            let offset = known[&tp].offset;
            (tp, offset)
        })
        .collect();
    offsets.extend(end_offsets(admin, &lack).await?);
    Ok(offsets)
}

/// Moves offsets that are outside the log to its nearer end, with a warning in the log.
async fn within_range(ctx: &ToolCtx, admin: &Admin, wanted: Offsets) -> Result<Offsets, Failure> {
    let partitions: Vec<TopicPartition> = wanted.iter().map(|(tp, _)| tp.clone()).collect();
    let starts = log_offsets(admin, &partitions, OffsetSpec::Earliest).await?;
    let starts: SortedMap<_, _> = starts.into_iter().collect();
    let ends = end_offsets(admin, &partitions).await?;
    let wanted = java::partitions_as_grown_map(wanted, |(tp, _)| tp);
    let fit = wanted.into_iter().map(|(tp, offset)| {
        let end = ends.get(&tp).copied().unwrap_or(offset);
        let start = starts.get(&tp).map_or(offset, |found| found.offset);
        let (side, log_side, allowed) = if offset > end {
            ("higher", "latest", end)
        } else if offset < start {
            ("lower", "earliest", start)
        } else {
            return (tp, offset);
        };
        let message = format!(
            "New offset ({offset}) is {side} than {log_side} offset for topic partition {tp}. Value will be set to {allowed}"
        );
        ctx.log("WARN", &message, "org.apache.kafka.tools.OffsetsUtils");
        (tp, allowed)
    });
    Ok(fit.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_come_with_or_without_partitions() {
        let (partitions, topics) = parse_topics(&["a:0,2", "b", "b"]).unwrap();
        let tp = |number| TopicPartition::new("a", number);
        assert_eq!(
            (partitions, topics),
            (vec![tp(0), tp(2)], vec!["b".to_owned()])
        );
    }

    #[test]
    fn wrong_partitions_are_refused() {
        let message = |text: &str| parse_topics(&[text]).unwrap_err().message().to_owned();
        let expected = "Invalid topic arg 't:', expected topic name and partitions";
        assert_eq!(message("t:"), expected);
        let expected = "Invalid partition 'x' specified in topic arg 't:x''";
        assert_eq!(message("t:x"), expected);
    }
}
