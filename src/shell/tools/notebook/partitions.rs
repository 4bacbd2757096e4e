//! Which partitions a consumer reads: `subscribe`, `assign`, `assignment`, `pause`, `resume`.

use super::named::{self, Named, VoiceListener};
use super::table::{Cell, Table};
use super::{HELP, JSON, Outcome, Trouble, ask, command, finish};
use crate::base::sort;
use crate::client::TopicPartition;
use crate::shell::options::OptSpec;
use crate::shell::tool::{ToolCtx, ToolSpec};
use crate::shell::tools::java;
use std::rc::Rc;

pub static SUBSCRIBE: ToolSpec = command(
    "subscribe",
    "\
Tells a consumer which topics it shall read as a member of its group.

subscribe NAME TOPIC...
subscribe NAME --pattern REGEX

It joins the group, and is assigned partitions, at its next 'poll'. Without a topic it
leaves the group.
",
    &[
        OptSpec::value(
            "pattern",
            "regex",
            "All topics, present and future, that match.",
        ),
        HELP,
    ],
    |ctx| {
        Box::pin(async move {
            let done = subscribe(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn subscribe(ctx: &ToolCtx) -> Outcome<()> {
    let (named, topics) = named::first_word(ctx)?;
    let listener = Some(Box::new(VoiceListener(named.voice.clone())) as Box<_>);
    if let Some(pattern) = ctx.options.one("pattern")? {
        java::compile_pattern(pattern)?;
        let whole = java::compile_pattern(&format!("^(?:{pattern})$"))?;
        let matches = Rc::new(move |topic: &str| whole.is_match(topic));
        named.consumer.subscribe_pattern(matches, listener)?;
        return Ok(());
    }
    if topics.is_empty() {
        return Ok(named.consumer.unsubscribe()?);
    }
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    named.consumer.subscribe(&topics, listener)?;
    Ok(())
}

pub static ASSIGN: ToolSpec = command(
    "assign",
    "\
Gives a consumer partitions by hand, or all partitions of a topic; no group decides.

assign NAME TOPIC:PARTITION...
assign NAME TOPIC

  assign c1 orders:0 orders:1
",
    &[HELP],
    |ctx| {
        Box::pin(async move {
            let done = assign(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn assign(ctx: &ToolCtx) -> Outcome<()> {
    let (named, words) = named::first_word(ctx)?;
    let mut partitions: Vec<TopicPartition> = Vec::new();
    for word in words {
        if word.contains(':') {
            partitions.push(named::parse_partition(word)?);
            continue;
        }
        let found = ask(ctx, named.consumer.partitions_for(word)).await?;
        let mut found: Vec<TopicPartition> = found
            .iter()
            .map(|p| TopicPartition::new(p.topic.clone(), p.partition))
            .collect();
        sort(&mut found);
        if found.is_empty() {
            return Err(Trouble::Plain(format!("there is no topic {word}")));
        }
        partitions.extend(found);
    }
    named.consumer.assign(&partitions)?;
    Ok(())
}

pub static ASSIGNMENT: ToolSpec = command(
    "assignment",
    "\
Shows the partitions that a consumer has now.

assignment NAME

After 'subscribe' there are none until 'poll'.
",
    &[JSON, HELP],
    |ctx| {
        Box::pin(async move {
            let done = assignment(&ctx);
            finish(&ctx, done)
        })
    },
);

fn assignment(ctx: &ToolCtx) -> Outcome<()> {
    let named = named::only_word(ctx)?;
    let paused = named.consumer.paused();
    let mut table = Table::new(["TOPIC", "PARTITION", "PAUSED"]);
    for tp in named.consumer.assignment() {
        let is_paused = paused.contains(&tp);
        let text = if is_paused { "yes" } else { "no" };
        table.rows.push([
            Cell::text(&*tp.topic),
            Cell::number(tp.partition),
            Cell::both(text, crate::shell::json::Json::Bool(is_paused)),
        ]);
    }
    table.print(ctx);
    Ok(())
}

pub static PAUSE: ToolSpec = command(
    "pause",
    "\
Lets 'poll' leave out these partitions, or all, until 'resume'.

pause NAME [TOPIC:PARTITION...]

They stay assigned.
",
    &[HELP],
    |ctx| {
        Box::pin(async move {
            let done = each(&ctx, |named, partitions| named.consumer.pause(partitions));
            finish(&ctx, done)
        })
    },
);

pub static RESUME: ToolSpec = command(
    "resume",
    "\
Lets 'poll' read partitions again that 'pause' has stopped, or all.

resume NAME [TOPIC:PARTITION...]
",
    &[HELP],
    |ctx| {
        Box::pin(async move {
            let done = each(&ctx, |named, partitions| named.consumer.resume(partitions));
            finish(&ctx, done)
        })
    },
);

fn each(
    ctx: &ToolCtx,
    act: fn(&Named, &[TopicPartition]) -> Result<(), crate::client::ClientError>,
) -> Outcome<()> {
    let (named, words) = named::first_word(ctx)?;
    let partitions = named::partitions(&named, words)?;
    Ok(act(&named, &partitions)?)
}
