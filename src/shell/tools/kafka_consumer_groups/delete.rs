//! `--delete` and `--delete-offsets`.

use super::super::failure::Failure;
use super::super::java;
use super::reset::parse_topics;
use super::{MISSING, cell, chosen_groups, say_error};
use crate::base::{sort, sort_by_key};
use crate::client::admin::TopicRef;
use crate::client::{Admin, ClientError, TopicPartition};
use crate::protocol::ErrorCode;
use crate::shell::tool::ToolCtx;

pub async fn delete_groups(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let groups = chosen_groups(ctx, admin).await?;
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let results = admin.delete_groups(&names).await;
    let (mut deleted, mut failed) = (Vec::new(), Vec::new());
    for (group, result) in java::as_grown_map(results, |(name, _)| name) {
        match result {
            Ok(()) => deleted.push(format!("'{group}'")),
            Err(error) => failed.push((group, Failure::from(error))),
        }
    }
    let deleted = deleted.join(", ");
    if failed.is_empty() {
        ctx.io.out_line(format!(
            "Deletion of requested consumer groups ({deleted}) was successful."
        ));
        return Ok(());
    }
    say_error(ctx, "Deletion of some consumer groups failed:");
    for (group, error) in failed {
        ctx.io.out_line(format!(
            "* Group '{group}' could not be deleted due to: {}",
            error.to_text()
        ));
    }
    if !deleted.is_empty() {
        ctx.io.out_line(format!(
            "\nThese consumer groups were deleted successfully: {deleted}"
        ));
    }
    Ok(())
}

pub async fn delete_offsets(ctx: &ToolCtx, admin: &Admin) -> Result<(), Failure> {
    let group = ctx.options.one("group")?.unwrap_or_default();
    let (mut partitions, topics) = parse_topics(&ctx.options.all("topic"))?;
    let mut rows: Vec<(TopicPartition, Option<Failure>)> = Vec::new();
    let topics: Vec<TopicRef> = topics.into_iter().map(TopicRef::Name).collect();
    for (topic, described) in admin.describe_topics(&topics).await {
        match (described, topic) {
            (Ok(found), _) => {
                let name = found.name.as_str();
                let numbers = found.partitions.iter().map(|p| p.partition);
                partitions.extend(numbers.map(|number| TopicPartition::new(name, number)));
            }
            (Err(error), TopicRef::Name(name)) => {
                let error = Failure::from(error).execution();
                rows.push((TopicPartition::new(name, -1), Some(error)));
            }
            (Err(error), TopicRef::Id(_)) => return Err(error.into()),
        }
    }
    sort(&mut partitions);
    partitions.dedup();
    let mut first_error: Option<ClientError> = None;
    match admin.delete_group_offsets(group, &partitions).await {
        Ok(results) => {
            for (tp, result) in results {
                let error = result.err();
                rows.push((tp, error.clone().map(|e| Failure::from(e).execution())));
                first_error = first_error.or(error);
            }
        }
        Err(error) => {
            let failure = Failure::from(error.clone()).execution();
            rows.extend(partitions.into_iter().map(|tp| (tp, Some(failure.clone()))));
            first_error = Some(error);
        }
    }
    say_outcome(ctx, group, first_error.as_ref());
    print(ctx, rows);
    Ok(())
}

fn say_outcome(ctx: &ToolCtx, group: &str, error: Option<&ClientError>) {
    let Some(error) = error else {
        ctx.io.out_line(format!(
            "Request succeeded for deleting offsets from group {group}."
        ));
        return;
    };
    match error.code().unwrap_or(ErrorCode::UNKNOWN_SERVER_ERROR) {
        code @ (ErrorCode::INVALID_GROUP_ID
        | ErrorCode::GROUP_ID_NOT_FOUND
        | ErrorCode::GROUP_AUTHORIZATION_FAILED
        | ErrorCode::NON_EMPTY_GROUP) => say_error(ctx, code.message()),
        ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC
        | ErrorCode::TOPIC_AUTHORIZATION_FAILED
        | ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => say_error(
            ctx,
            "Encountered some partition-level error, see the follow-up details.",
        ),
        code => say_error(
            ctx,
            &format!("Encountered some unknown error: {}", code.name()),
        ),
    }
}

fn print(ctx: &ToolCtx, mut rows: Vec<(TopicPartition, Option<Failure>)>) {
    sort_by_key(&mut rows, |(tp, _)| format!("{}{}", tp.topic, tp.partition));
    let longest = rows.iter().map(|(tp, _)| tp.topic.chars().count()).max();
    let width = longest.unwrap_or(0).max(15);
    let line = |topic: &str, partition: &str, status: &str| {
        format!(
            "\n{} {} {}",
            cell(topic, width),
            cell(partition, 10),
            cell(status, 15)
        )
    };
    ctx.io.out(line("TOPIC", "PARTITION", "STATUS"));
    for (tp, error) in rows {
        let partition = match tp.partition {
            number @ 0.. => number.to_string(),
            _ => MISSING.to_owned(),
        };
        let status = match error {
            Some(error) => format!("Error: {}", error.message()),
            None => "Successful".to_owned(),
        };
        ctx.io.out(line(&tp.topic, &partition, &status));
    }
    ctx.io.out("\n");
}
