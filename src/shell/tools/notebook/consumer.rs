//! `consumer create|list` and `close`.

use super::named::{self, Named};
use super::table::{Cell, Table};
use super::{BOOTSTRAP, HELP, JSON, Outcome, SET, Trouble, ask, command, finish, settings};
use crate::client::{Consumer, TopicPartition};
use crate::shell::options::OptSpec;
use crate::shell::tool::{ToolCtx, ToolSpec};

pub static SPEC: ToolSpec = command(
    "consumer",
    "\
Makes a consumer object that lives on between cells, or lists those that there are.

consumer create NAME [--group GROUP] [--set name=value]...
consumer list

Then use it by its name: subscribe, assign, poll, seek, position, committed, commit,
pause, resume, lag, assignment, close.

  consumer create c1 --group billing --set auto.offset.reset=earliest
  subscribe c1 orders
  poll c1
",
    &[
        OptSpec::value("group", "consumer group", "The consumer group (group.id)."),
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

async fn run(ctx: &ToolCtx) -> Outcome<()> {
    let words: Vec<&str> = ctx.options.rest().iter().map(String::as_str).collect();
    match words[..] {
        ["create", name] => create(ctx, name).await,
        ["list"] => {
            list(ctx);
            Ok(())
        }
        ["create"] => Err(Trouble::Usage("which name shall it have?".into())),
        _ => Err(Trouble::Usage("say 'create NAME' or 'list'".into())),
    }
}

async fn create(ctx: &ToolCtx, name: &str) -> Outcome<()> {
    named::check_free(ctx, name)?;
    let mut settings = settings(ctx)?;
    if let Some(group) = ctx.options.one("group")? {
        settings.insert("group.id".into(), group.into());
    }
    settings
        .entry("client.id".into())
        .or_insert_with(|| name.to_owned());
    let (voice, context) = named::voice(ctx);
    let consumer = ask(ctx, Consumer::new(&context, &settings)).await?;
    named::keep(ctx, name, Named { consumer, voice });
    Ok(())
}

fn list(ctx: &ToolCtx) {
    let mut table = Table::new(["NAME", "GROUP", "SUBSCRIPTION", "ASSIGNMENT", "MEMBER-ID"]);
    let text = |text: &str| match text {
        "" => Cell::none(),
        text => Cell::text(text),
    };
    for (name, named) in named::all(ctx) {
        let consumer = &named.consumer;
        let partitions: Vec<String> = consumer
            .assignment()
            .iter()
            .map(TopicPartition::to_string)
            .collect();
        table.rows.push([
            Cell::text(name),
            text(consumer.config().group_id.as_deref().unwrap_or("")),
            text(&consumer.subscription().join(",")),
            text(&partitions.join(",")),
            text(&consumer.member_id()),
        ]);
    }
    table.print(ctx);
}

pub static CLOSE: ToolSpec = command(
    "close",
    "\
Closes a consumer: it commits its position if it auto-commits, and leaves its group.

close NAME
",
    &[
        OptSpec::value("timeout-ms", "ms", "How long the last commit may take.")
            .kind(crate::shell::options::Kind::Integer)
            .default("30000"),
        HELP,
    ],
    |ctx| {
        Box::pin(async move {
            let done = close(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn close(ctx: &ToolCtx) -> Outcome<()> {
    let named = named::only_word(ctx)?;
    let timeout_ms = ctx.options.int("timeout-ms")?.unwrap_or(30_000).max(0);
    if let Some(name) = ctx.options.rest().first() {
        named::forget(ctx, name);
    }
    ask(ctx, named.consumer.close(timeout_ms as u64)).await
}
