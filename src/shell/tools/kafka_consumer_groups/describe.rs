//! `--describe`: offsets and lag, members, or state.

use super::super::failure::Failure;
use super::super::java;
use super::offsets::{committed, end_offsets};
use super::{MISSING, cell, chosen_groups, say_error};
use crate::base::{SortedMap, SortedSet, sort, sort_by_key};
use crate::client::admin::{GroupDescription, MemberDescription, TopicRef};
use crate::client::{Admin, TopicPartition};
use crate::shell::tool::ToolCtx;

pub async fn describe(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let groups = descriptions(ctx, admin).await?;
    let verbose = ctx.options.has("verbose");
    if ctx.options.has("members") {
        for group in groups.values() {
            print_members(ctx, group, verbose);
        }
    } else if ctx.options.has("state") {
        for group in groups.values() {
            print_state(ctx, group, verbose);
        }
    } else {
        let mut rows = SortedMap::new();
        for (name, group) in &groups {
            rows.insert(name, offset_rows(admin, group).await?);
        }
        for (group, rows) in groups.values().zip(rows.values()) {
            print_offsets(ctx, group, rows, verbose);
        }
    }
    Ok(())
}

/// The groups by name; the first that cannot be described is the error.
async fn descriptions(
    ctx: &ToolCtx,
    admin: &Admin,
) -> Result<SortedMap<String, GroupDescription>, Failure> {
    let names = chosen_groups(ctx, admin).await?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let answers = admin.describe_consumer_groups(&names).await;
    let answers = java::as_grown_map(answers, |(name, _)| name);
    answers
        .into_iter()
        .map(|(name, answer)| {
            let group = answer.map_err(|error| Failure::from(error).execution())?;
            Ok((name, group))
        })
        .collect()
}

/// Says what there is to say of the state; whether rows are worth showing.
fn announce(ctx: &ToolCtx, group: &GroupDescription, rows: usize) -> bool {
    let name = &group.group_id;
    match &*group.state {
        "Dead" => say_error(ctx, &format!("Consumer group '{name}' does not exist.")),
        "Empty" => ctx.io.err(format!(
            "\nConsumer group '{name}' has no active members.\n"
        )),
        "PreparingRebalance" | "CompletingRebalance" | "Assigning" | "Reconciling" => ctx.io.err(
            format!("\nWarning: Consumer group '{name}' is rebalancing.\n"),
        ),
        _ => {}
    }
    group.state != "Dead" && rows > 0
}

/// A line of the table of offsets.
struct OffsetRow {
    topic: String,
    partition: String,
    leader_epoch: String,
    current: String,
    end: String,
    lag: String,
    consumer: String,
    host: String,
    client: String,
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| MISSING.to_owned(), |v| v.to_string())
}

/// Members with most partitions come first, then what the group has offsets of and nobody reads.
async fn offset_rows(admin: &Admin, group: &GroupDescription) -> Result<Vec<OffsetRow>, Failure> {
    let committed = committed(admin, &group.group_id).await?;
    let mut members: Vec<&MemberDescription> = group
        .members
        .iter()
        .filter(|member| !member.assignment.is_empty())
        .collect();
    sort_by_key(&mut members, |member| {
        std::cmp::Reverse(member.assignment.len())
    });
    let assigned: SortedSet<&TopicPartition> = members.iter().flat_map(|m| &m.assignment).collect();
    let unassigned: Vec<&TopicPartition> = committed
        .keys()
        .filter(|tp| !assigned.contains(tp))
        .collect();
    let all: Vec<TopicPartition> = assigned
        .iter()
        .chain(&unassigned)
        .map(|tp| (*tp).clone())
        .collect();
    let ends = known_ends(admin, &all).await?;
    let row = |tp: &TopicPartition, consumer: &str, host: &str, client: &str| {
        let offset = committed.get(tp);
        let current = offset.map(|o| o.offset);
        let end = ends.get(tp).copied();
        let lag = current.filter(|o| *o != -1).zip(end).map(|(c, e)| e - c);
        OffsetRow {
            topic: tp.topic.to_string(),
            partition: tp.partition.to_string(),
            leader_epoch: shown(offset.and_then(|o| o.leader_epoch)),
            current: shown(current),
            end: shown(end),
            lag: shown(lag),
            consumer: consumer.to_owned(),
            host: host.to_owned(),
            client: client.to_owned(),
        }
    };
    let mut rows = Vec::new();
    for member in members {
        let mut partitions: Vec<&TopicPartition> = member.assignment.iter().collect();
        sort(&mut partitions);
        rows.extend(
            partitions
                .into_iter()
                .map(|tp| row(tp, &member.member_id, &member.host, &member.client_id)),
        );
    }
    rows.extend(
        unassigned
            .into_iter()
            .map(|tp| row(tp, MISSING, MISSING, MISSING)),
    );
    Ok(rows)
}

/// The ends of the partitions that have a leader.
async fn known_ends(
    admin: &Admin,
    partitions: &[TopicPartition],
) -> Result<SortedMap<TopicPartition, i64>, Failure> {
    let topics: SortedSet<&str> = partitions.iter().map(|tp| &*tp.topic).collect();
    let topics: Vec<TopicRef> = topics
        .into_iter()
        .map(|topic| TopicRef::Name(topic.to_owned()))
        .collect();
    let mut leaderless = SortedSet::new();
    for (_, topic) in admin.describe_topics(&topics).await {
        let topic = topic.map_err(|error| Failure::from(error).execution().runtime())?;
        for partition in topic.partitions.iter().filter(|p| p.leader.is_none()) {
            let name = topic.name.as_str();
            leaderless.insert(TopicPartition::new(name, partition.partition));
        }
    }
    let led: Vec<TopicPartition> = partitions
        .iter()
        .filter(|tp| !leaderless.contains(tp))
        .cloned()
        .collect();
    end_offsets(admin, &led).await
}

fn width<'r>(least: usize, texts: impl IntoIterator<Item = &'r str>) -> usize {
    let longest = texts.into_iter().map(|text| text.chars().count()).max();
    longest.unwrap_or(0).max(least)
}

fn print_offsets(ctx: &ToolCtx, group: &GroupDescription, rows: &[OffsetRow], verbose: bool) {
    if !announce(ctx, group, rows.len()) {
        return;
    }
    let name = group.group_id.as_str();
    let group_width = width(15, [name]);
    let topic_width = width(15, rows.iter().map(|r| &*r.topic));
    let consumer_width = width(15, rows.iter().map(|r| &*r.consumer));
    let host_width = width(15, rows.iter().map(|r| &*r.host));
    let line = |group: &str, r: &OffsetRow| {
        let mut cells = vec![
            cell(group, group_width),
            cell(&r.topic, topic_width),
            cell(&r.partition, 10),
        ];
        if verbose {
            cells.push(cell(&r.leader_epoch, 15));
        }
        cells.extend([cell(&r.current, 15), cell(&r.end, 15), cell(&r.lag, 15)]);
        cells.extend([cell(&r.consumer, consumer_width), cell(&r.host, host_width)]);
        cells.push(r.client.clone());
        format!("\n{}", cells.join(" "))
    };
    let head = OffsetRow {
        topic: "TOPIC".into(),
        partition: "PARTITION".into(),
        leader_epoch: "LEADER-EPOCH".into(),
        current: "CURRENT-OFFSET".into(),
        end: "LOG-END-OFFSET".into(),
        lag: "LAG".into(),
        consumer: "CONSUMER-ID".into(),
        host: "HOST".into(),
        client: "CLIENT-ID".into(),
    };
    ctx.io.out(line("GROUP", &head));
    for row in rows {
        ctx.io.out(line(name, row));
    }
    ctx.io.out("\n");
}

/// `orders:0,1;logs:2`
fn assignment_text(assignment: &[TopicPartition]) -> String {
    let mut topics: SortedMap<&str, Vec<i32>> = SortedMap::new();
    for tp in assignment {
        topics.entry(&tp.topic).or_default().push(tp.partition);
    }
    if topics.is_empty() {
        return MISSING.to_owned();
    }
    let mut texts: Vec<String> = topics
        .into_iter()
        .map(|(topic, mut partitions)| {
            sort(&mut partitions);
            let numbers: Vec<String> = partitions.iter().map(i32::to_string).collect();
            format!("{topic}:{}", numbers.join(","))
        })
        .collect();
    sort(&mut texts);
    texts.join(";")
}

/// The table's cells of a member, in all its columns.
struct MemberRow {
    consumer: String,
    instance: String,
    host: String,
    client: String,
    partitions: String,
    epoch: String,
    current: String,
    target_epoch: String,
    target: String,
    upgraded: String,
}

fn member_row(group: &GroupDescription, member: &MemberDescription) -> MemberRow {
    MemberRow {
        consumer: member.member_id.clone(),
        instance: member.group_instance_id.clone().unwrap_or_default(),
        host: member.host.clone(),
        client: member.client_id.clone(),
        partitions: member.assignment.len().to_string(),
        epoch: shown(member.member_epoch),
        current: assignment_text(&member.assignment),
        target_epoch: shown(group.target_assignment_epoch),
        target: assignment_text(member.target_assignment.as_deref().unwrap_or_default()),
        upgraded: shown(member.upgraded),
    }
}

fn print_members(ctx: &ToolCtx, group: &GroupDescription, verbose: bool) {
    let rows: Vec<MemberRow> = group.members.iter().map(|m| member_row(group, m)).collect();
    announce(ctx, group, rows.len());
    let name = group.group_id.as_str();
    let group_width = match rows.is_empty() {
        true => 15,
        false => width(15, [name]),
    };
    let column = |least, of: fn(&MemberRow) -> &str| width(least, rows.iter().map(of));
    let widths = [
        column(15, |r| &r.consumer),
        column(17, |r| &r.instance),
        column(15, |r| &r.host),
        column(15, |r| &r.client),
        column(20, |r| &r.current),
        column(20, |r| &r.target),
    ];
    let with_instance = rows.iter().any(|r| !r.instance.is_empty());
    let upgraded = |value| group.members.iter().any(|m| m.upgraded == Some(value));
    let migrating = upgraded(true) && upgraded(false);
    let line = |group: &str, r: &MemberRow| {
        let mut cells = vec![cell(group, group_width), cell(&r.consumer, widths[0])];
        if with_instance {
            cells.push(cell(&r.instance, widths[1]));
        }
        cells.extend([cell(&r.host, widths[2]), cell(&r.client, widths[3])]);
        cells.push(cell(&r.partitions, 15));
        // Kafka ends the first part with a space, whether anything follows or not.
        let mut text = cells.join(" ") + " ";
        if verbose {
            let mut more = vec![
                cell(&r.epoch, 15),
                cell(&r.current, widths[4]),
                cell(&r.target_epoch, 15),
                cell(&r.target, widths[5]),
            ];
            if migrating {
                more.push(r.upgraded.clone());
            }
            text.push_str(&more.join(" "));
        }
        text
    };
    let head = MemberRow {
        consumer: "CONSUMER-ID".into(),
        instance: "GROUP-INSTANCE-ID".into(),
        host: "HOST".into(),
        client: "CLIENT-ID".into(),
        partitions: "#PARTITIONS".into(),
        epoch: "CURRENT-EPOCH".into(),
        current: "CURRENT-ASSIGNMENT".into(),
        target_epoch: "TARGET-EPOCH".into(),
        target: "TARGET-ASSIGNMENT".into(),
        upgraded: "UPGRADED".into(),
    };
    ctx.io.out_line(format!("\n{}", line("GROUP", &head)));
    for row in &rows {
        ctx.io.out_line(line(name, row));
    }
}

fn print_state(ctx: &ToolCtx, group: &GroupDescription, verbose: bool) {
    if !announce(ctx, group, 1) {
        return;
    }
    let node = &group.coordinator;
    let coordinator = format!("{}:{}  ({})", node.host, node.port, node.id);
    let group_width = width(15, [&*group.group_id]);
    let coordinator_width = width(25, [&*coordinator]);
    let line = |texts: [&str; 7]| {
        let mut cells = vec![
            cell(texts[0], group_width),
            cell(texts[1], coordinator_width),
            cell(texts[2], 20),
            cell(texts[3], 20),
        ];
        if verbose {
            cells.extend([cell(texts[4], 15), cell(texts[5], 25)]);
        }
        cells.push(texts[6].to_owned());
        format!("\n{}", cells.join(" "))
    };
    let strategy = match &*group.partition_assignor {
        "" => MISSING,
        name => name,
    };
    ctx.io.out(line([
        "GROUP",
        "COORDINATOR (ID)",
        "ASSIGNMENT-STRATEGY",
        "STATE",
        "GROUP-EPOCH",
        "TARGET-ASSIGNMENT-EPOCH",
        "#MEMBERS",
    ]));
    ctx.io.out_line(line([
        &group.group_id,
        &coordinator,
        strategy,
        &group.state,
        &shown(group.group_epoch),
        &shown(group.target_assignment_epoch),
        &group.members.len().to_string(),
    ]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_grouped_by_topic() {
        let tp = |topic: &str, partition| TopicPartition::new(topic, partition);
        let assignment = [tp("orders", 2), tp("logs", 0), tp("orders", 0)];
        assert_eq!(assignment_text(&assignment), "logs:0;orders:0,2");
        assert_eq!(assignment_text(&[]), "-");
    }
}
