//! `consume`: a consumer without a name that shows records until it has enough of them.

use super::records::RecordPrinter;
use super::{BOOTSTRAP, HELP, JSON, Outcome, SET, Trouble, ask, command, finish, settings};
use crate::base::sort;
use crate::client::{Consumer, TopicPartition};
use crate::shell::io::Stop;
use crate::shell::options::{Kind, OptSpec};
use crate::shell::tool::{ToolCtx, ToolSpec};
use crate::shell::tools::common;
use futures_util::future::{Either, select};
use std::pin::pin;

pub static SPEC: ToolSpec = command(
    "consume",
    "\
Shows the records of topics or partitions, until it has enough, none comes, or it is stopped.

consume TOPIC... [--from-beginning] [--max-messages N] [--timeout-ms MS] [--group GROUP]
consume TOPIC:PARTITION... [--offset N]

Without a group it reads all partitions itself and commits nothing.

  consume orders --from-beginning --max-messages 10
  consume orders:0 --offset 42 --max-messages 1 --json
",
    &[
        OptSpec::flag(
            "from-beginning",
            "Begin with the oldest record, not with the next one.",
        ),
        OptSpec::value("offset", "offset", "Begin at this offset, with partitions.")
            .kind(Kind::Long),
        OptSpec::value("max-messages", "count", "End after so many records.").kind(Kind::Long),
        OptSpec::value(
            "timeout-ms",
            "ms",
            "End when no record has come for this time.",
        )
        .kind(Kind::Long),
        OptSpec::value("group", "consumer group", "Read as a member of this group."),
        BOOTSTRAP,
        SET,
        JSON,
        HELP,
    ],
    |ctx| {
        Box::pin(async move {
            let done = run(&ctx).await;
            finish(&ctx, done)
        })
    },
);

const CLOSE_MS: u64 = 5_000;

async fn run(ctx: &ToolCtx) -> Outcome<()> {
    if ctx.options.rest().is_empty() {
        return Err(Trouble::Usage("which topic?".into()));
    }
    let mut settings = settings(ctx)?;
    if let Some(group) = ctx.options.one("group")? {
        settings.insert("group.id".into(), group.into());
    }
    if ctx.options.has("from-beginning") {
        settings
            .entry("auto.offset.reset".into())
            .or_insert_with(|| "earliest".into());
    }
    settings
        .entry("client.id".into())
        .or_insert_with(|| "consume".into());
    let context = common::context(ctx);
    let consumer = ask(ctx, Consumer::new(&context, &settings)).await?;
    let done = match begin(ctx, &consumer).await {
        Ok(()) => show(ctx, &consumer).await,
        Err(trouble) => Err(trouble),
    };
    let closed = consumer.close(CLOSE_MS).await;
    done?;
    Ok(closed?)
}

async fn begin(ctx: &ToolCtx, consumer: &Consumer) -> Outcome<()> {
    let words = ctx.options.rest();
    if ctx.options.has("group") {
        let topics: Vec<&str> = words.iter().map(String::as_str).collect();
        if ctx.options.has("offset") {
            return Err(Trouble::Usage("--offset does not go with --group".into()));
        }
        return Ok(consumer.subscribe(&topics, None)?);
    }
    let mut partitions = Vec::new();
    for word in words {
        if word.contains(':') {
            partitions.push(super::named::parse_partition(word)?);
            continue;
        }
        let found = ask(ctx, consumer.partitions_for(word)).await?;
        if found.is_empty() {
            return Err(Trouble::Plain(format!("there is no topic {word}")));
        }
        let found = found.iter();
        partitions.extend(found.map(|p| TopicPartition::new(p.topic.clone(), p.partition)));
    }
    sort(&mut partitions);
    consumer.assign(&partitions)?;
    match ctx.options.long("offset")? {
        Some(offset) => {
            for partition in &partitions {
                consumer.seek(partition, offset)?;
            }
        }
        None if ctx.options.has("from-beginning") => consumer.seek_to_beginning(&partitions)?,
        None => consumer.seek_to_end(&partitions)?,
    }
    Ok(())
}

async fn show(ctx: &ToolCtx, consumer: &Consumer) -> Outcome<()> {
    let mut left = match ctx.options.long("max-messages")? {
        Some(max) => max.max(0) as usize,
        None => usize::MAX,
    };
    let timeout_ms = ctx.options.long("timeout-ms")?.map(|ms| ms.max(0) as u64);
    let mut printer = RecordPrinter::default();
    while left > 0 {
        let timeout_ms = timeout_ms.unwrap_or(i64::MAX as u64);
        let poll = pin!(ask(ctx, consumer.poll_at_most(timeout_ms, left)));
        let closed = pin!(ctx.io.until_stdout_closed());
        let records = match select(poll, closed).await {
            Either::Left((polled, _)) => polled?,
            Either::Right(_) => return Err(Stop::BrokenPipe.into()),
        };
        if records.is_empty() {
            return Ok(());
        }
        left -= records.len().min(left);
        printer.print(ctx, &records);
        ctx.io.flush().await?;
    }
    Ok(())
}
