//! Where a consumer stands: `position`, `committed`, `lag`, `seek`, `commit`.

use super::named::{self, InUse};
use super::table::{Cell, Table};
use super::{HELP, JSON, Outcome, Trouble, ask, command, finish};
use crate::base::SortedMap;
use crate::client::TopicPartition;
use crate::shell::options::OptSpec;
use crate::shell::time::{civil, days_of};
use crate::shell::tool::{ToolCtx, ToolSpec};

pub static POSITION: ToolSpec = command(
    "position",
    "\
Shows the offset of the next record that 'poll' will give, for each assigned partition.

position NAME [TOPIC:PARTITION...]
",
    &[JSON, HELP],
    |ctx| {
        Box::pin(async move {
            let done = position(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn position(ctx: &ToolCtx) -> Outcome<()> {
    let (named, words) = named::first_word(ctx)?;
    let mut table = Table::new(["TOPIC", "PARTITION", "POSITION"]);
    for tp in named::partitions(&named, words)? {
        let position = ask(ctx, named.consumer.position(&tp)).await?;
        table.rows.push([
            Cell::text(&*tp.topic),
            Cell::number(tp.partition),
            Cell::number(position),
        ]);
    }
    table.print(ctx);
    Ok(())
}

pub static COMMITTED: ToolSpec = command(
    "committed",
    "\
Shows the offsets that the consumer's group has committed: where a member would go on.

committed NAME [TOPIC:PARTITION...]
",
    &[JSON, HELP],
    |ctx| {
        Box::pin(async move {
            let done = committed(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn committed(ctx: &ToolCtx) -> Outcome<()> {
    let (named, words) = named::first_word(ctx)?;
    let partitions = named::partitions(&named, words)?;
    let offsets = ask(ctx, named.consumer.committed(&partitions)).await?;
    let mut table = Table::new(["TOPIC", "PARTITION", "COMMITTED", "METADATA"]);
    for (tp, offset) in offsets {
        let metadata = offset.as_ref().map(|o| o.metadata.clone());
        table.rows.push([
            Cell::text(&*tp.topic),
            Cell::number(tp.partition),
            offset.map(|o| o.offset).into(),
            metadata
                .filter(|text| !text.is_empty())
                .map_or_else(Cell::none, Cell::text),
        ]);
    }
    table.print(ctx);
    Ok(())
}

pub static LAG: ToolSpec = command(
    "lag",
    "\
Shows how many records there are between a consumer's position and the end of the log.

lag NAME [TOPIC:PARTITION...]
",
    &[JSON, HELP],
    |ctx| {
        Box::pin(async move {
            let done = lag(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn lag(ctx: &ToolCtx) -> Outcome<()> {
    let (named, words) = named::first_word(ctx)?;
    let partitions = named::partitions(&named, words)?;
    let ends = ask(ctx, named.consumer.end_offsets(&partitions)).await?;
    let mut table = Table::new(["TOPIC", "PARTITION", "POSITION", "END-OFFSET", "LAG"]);
    for tp in partitions {
        let position = ask(ctx, named.consumer.position(&tp)).await?;
        let end = ends.get(&tp).copied();
        table.rows.push([
            Cell::text(&*tp.topic),
            Cell::number(tp.partition),
            Cell::number(position),
            end.into(),
            end.map(|end| (end - position).max(0)).into(),
        ]);
    }
    table.print(ctx);
    Ok(())
}

pub static COMMIT: ToolSpec = command(
    "commit",
    "\
Commits the position of all assigned partitions for the consumer's group (commitSync).

commit NAME
",
    &[JSON, HELP],
    |ctx| {
        Box::pin(async move {
            let done = commit(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn commit(ctx: &ToolCtx) -> Outcome<()> {
    let named = named::only_word(ctx)?;
    let offsets = ask(ctx, named.consumer.commit_sync()).await?;
    let mut table = Table::new(["TOPIC", "PARTITION", "COMMITTED"]);
    for (tp, offset) in offsets {
        table.rows.push([
            Cell::text(&*tp.topic),
            Cell::number(tp.partition),
            Cell::number(offset.offset),
        ]);
    }
    table.print(ctx);
    Ok(())
}

pub static SEEK: ToolSpec = command(
    "seek",
    "\
Moves a consumer's position; the next 'poll' reads from there.

seek NAME TOPIC:PARTITION OFFSET
seek NAME [TOPIC:PARTITION...] --to-beginning | --to-end | --to-timestamp TIME

Committed offsets stay.

  seek c1 orders:0 42
  seek c1 --to-timestamp 2026-01-01T10:00:00
",
    &[
        OptSpec::flag("to-beginning", "To the first record."),
        OptSpec::flag("to-end", "Behind the last record."),
        OptSpec::value(
            "to-timestamp",
            "time",
            "To the first record at or after a time: 2026-01-01T10:00:00 (UTC), or milliseconds since 1970.",
        ),
        HELP,
    ],
    |ctx| {
        Box::pin(async move {
            let done = seek(&ctx).await;
            finish(&ctx, done)
        })
    },
);

async fn seek(ctx: &ToolCtx) -> Outcome<()> {
    let (named, words) = named::first_word(ctx)?;
    let ways = ["to-beginning", "to-end", "to-timestamp"];
    match ways.iter().filter(|way| ctx.options.has(way)).count() {
        0 => {
            let [partition, offset] = words else {
                return Err(Trouble::Usage("say TOPIC:PARTITION OFFSET".into()));
            };
            let partition = named::parse_partition(partition)?;
            let offset = offset
                .parse()
                .map_err(|_| Trouble::Usage(format!("'{offset}' is not an offset")))?;
            Ok(named.consumer.seek(&partition, offset)?)
        }
        1 => seek_far(ctx, &named, words).await,
        _ => Err(Trouble::Usage(
            "take one of --to-beginning, --to-end, --to-timestamp".into(),
        )),
    }
}

async fn seek_far(ctx: &ToolCtx, named: &InUse, words: &[String]) -> Outcome<()> {
    let partitions = named::partitions(named, words)?;
    let consumer = &named.consumer;
    let Some(time) = ctx.options.one("to-timestamp")? else {
        return {
            let _: () = match ctx.options.has("to-beginning") {
                true => consumer.seek_to_beginning(&partitions)?,
                false => consumer.seek_to_end(&partitions)?,
            };
            Ok(())
        };
    };
    let time_ms = parse_time(time).ok_or_else(|| {
        Trouble::Usage(format!(
            "'{time}' is not a time; write 2026-01-01T10:00:00 or milliseconds since 1970"
        ))
    })?;
    let times = partitions.iter().map(|tp| (tp.clone(), time_ms)).collect();
    let offsets: SortedMap<TopicPartition, _> =
        ask(ctx, consumer.offsets_for_times(&times)).await?;
    for (tp, found) in offsets {
        match found {
            Some(found) => consumer.seek(&tp, found.offset)?,
            // All records are older.
            None => consumer.seek_to_end(&[tp])?,
        }
    }
    Ok(())
}

/// `2026-01-01`, `2026-01-01T10:00`, `2026-01-01T10:00:00.5Z`, or a number of milliseconds.
pub fn parse_time(text: &str) -> Option<i64> {
    if let Ok(ms) = text.parse::<i64>() {
        return (ms >= 0).then_some(ms);
    }
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "0:0:0"));
    let numbers: Option<Vec<i64>> = date.split('-').map(|part| part.parse().ok()).collect();
    let [year, month, day] = numbers?[..] else {
        return None;
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..10_000).contains(&year) {
        return None;
    }
    let midnight_ms = days_of(year, month as u32, day as u32) * 86_400_000;
    let back = civil(midnight_ms);
    if (back.month, back.day) != (month as u32, day as u32) {
        return None;
    }
    let mut parts = clock.split(':');
    let hour: i64 = parts.next()?.parse().ok().filter(|h| (0..24).contains(h))?;
    let minute: i64 = parts.next()?.parse().ok().filter(|m| (0..60).contains(m))?;
    let second: f64 = match parts.next() {
        Some(second) => second.parse().ok().filter(|s| (0.0..60.0).contains(s))?,
        None => 0.0,
    };
    let none_left = parts.next().is_none();
    let clock_ms = (hour * 60 + minute) * 60_000 + (second * 1000.0) as i64;
    none_left.then_some(midnight_ms + clock_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_or_milliseconds() {
        assert_eq!(parse_time("1500"), Some(1500));
        assert_eq!(parse_time("1970-01-02"), Some(86_400_000));
        assert_eq!(parse_time("1970-01-01T01:00"), Some(3_600_000));
        assert_eq!(parse_time("1970-01-01T00:00:01.5Z"), Some(1500));
        for text in [
            "",
            "yesterday",
            "1970-02-30",
            "1970-01-01T25:00",
            "1970-13-01",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
