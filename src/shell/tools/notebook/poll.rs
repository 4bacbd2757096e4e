//! `poll`: one call of a consumer's `poll`.

use super::named;
use super::records::RecordPrinter;
use super::{HELP, JSON, Outcome, ask, command, finish};
use crate::shell::options::{Kind, OptSpec};
use crate::shell::tool::{ToolCtx, ToolSpec};

pub static SPEC: ToolSpec = command(
    "poll",
    "\
Reads the next records of a consumer, and moves its position behind them.

poll NAME [--timeout-ms MS] [--max-records N]

The first poll after 'subscribe' joins the group, which may take a moment. It ends when
there are records, or when the time is up.

  poll c1 --timeout-ms 1000 --max-records 5
",
    &[
        OptSpec::value("timeout-ms", "ms", "How long to wait for records.")
            .kind(Kind::Long)
            .default("5000"),
        OptSpec::value("max-records", "count", "At most so many records.").kind(Kind::Integer),
        JSON,
        HELP,
    ],
    |ctx| {
        Box::pin(async move {
            let done = poll(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn poll(ctx: &ToolCtx) -> Outcome<()> {
    let named = named::only_word(ctx)?;
    let timeout_ms = ctx.options.long("timeout-ms")?.unwrap_or_default().max(0);
    let max = ctx
        .options
        .int("max-records")?
        .map_or(usize::MAX, |n| n.max(0) as usize);
    ctx.io.flush().await?;
    let polled = named.consumer.poll_at_most(timeout_ms as u64, max);
    let records = ask(ctx, polled).await?;
    if records.is_empty() && !ctx.options.has("json") {
        ctx.io.out_line("no records");
        return Ok(());
    }
    RecordPrinter::default().print(ctx, &records);
    Ok(())
}
