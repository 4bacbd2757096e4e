//! `produce`: one record from the command line, or one for each line of standard input.

use super::records::timestamp;
use super::table::{Cell, Table, json_line};
use super::{BOOTSTRAP, HELP, JSON, Outcome, SET, Trouble, ask, command, finish, settings};
use crate::base::SortedMap;
use crate::client::{ClientError, Producer, ProducerRecord, RecordMetadata, TopicPartition};
use crate::shell::options::{Kind, OptSpec};
use crate::shell::tool::{ToolCtx, ToolSpec};
use crate::shell::tools::common;
use std::cell::RefCell;
use std::rc::Rc;

pub static SPEC: ToolSpec = command(
    "produce",
    "\
Sends a record, and shows where it went.

produce TOPIC [--key KEY] [--value VALUE] [--partition N] [--header name=value]...
produce TOPIC [--key-separator SEPARATOR] < FILE

Without --value each line of standard input is one. Records with the same key go to the
same partition.

  produce orders --key alice --value '{\"total\": 12}'
  produce orders --value 'order {n}' --count 10
  produce orders --key-separator : < orders.txt
",
    &[
        OptSpec::value("key", "key", "The key; without it there is none."),
        OptSpec::value("value", "value", "The value."),
        OptSpec::flag("null", "No value: a tombstone."),
        OptSpec::value(
            "partition",
            "number",
            "The partition, in place of the key's.",
        )
        .kind(Kind::Integer),
        OptSpec::value("header", "name=value", "A header; may come again."),
        OptSpec::value(
            "timestamp",
            "time",
            "The record's time: 2026-01-01T10:00:00 (UTC), or milliseconds since 1970.",
        ),
        OptSpec::value(
            "acks",
            "acks",
            "Who must have stored it: 0 nobody, 1 the leader, all in-sync replicas.",
        ),
        OptSpec::value(
            "count",
            "count",
            "Send so many; {n} in key and value is the number of each, from 1.",
        )
        .kind(Kind::Integer)
        .default("1"),
        OptSpec::value(
            "key-separator",
            "separator",
            "In a line of input the key stands before it.",
        ),
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

/// How long what has been sent may take to be acknowledged at the end.
const CLOSE_MS: u64 = u32::MAX as u64;
const LINES_PER_TURN: u32 = 64;
/// More records than this are shown as sums per partition.
const LISTED_RECORDS: usize = 20;

/// What every record of a command has in common.
struct Template {
    topic: String,
    key: Option<String>,
    value: Option<String>,
    partition: Option<i32>,
    timestamp: Option<i64>,
    headers: Vec<(String, String)>,
    key_separator: Option<String>,
}

/// Where the records went, in the order in which that became known.
type Sent = Rc<RefCell<Vec<Result<RecordMetadata, ClientError>>>>;

async fn run(ctx: &ToolCtx) -> Outcome<()> {
    let template = template(ctx)?;
    let mut settings = settings(ctx)?;
    if let Some(acks) = ctx.options.one("acks")? {
        settings.insert("acks".into(), acks.into());
    }
    settings
        .entry("client.id".into())
        .or_insert_with(|| "produce".into());
    // Java waits a minute for a partition that is not there: too long for a cell.
    settings
        .entry("max.block.ms".into())
        .or_insert_with(|| "10000".into());
    let context = common::context(ctx);
    let producer = ask(ctx, Producer::new(&context, &settings)).await?;
    let sent = Sent::default();
    let done = match ctx.options.has("value") || ctx.options.has("null") {
        true => send_count(ctx, &template, &producer, &sent).await,
        false => send_lines(ctx, &template, &producer, &sent).await,
    };
    producer.close(CLOSE_MS).await;
    done?;
    report(ctx, &sent.borrow())
}

fn template(ctx: &ToolCtx) -> Outcome<Template> {
    let options = &ctx.options;
    let [topic] = options.rest() else {
        return Err(Trouble::Usage("say one topic".into()));
    };
    let one = |name| options.one(name).map(|value| value.map(str::to_owned));
    if options.has("null") && options.has("value") {
        return Err(Trouble::Usage("--null does not go with --value".into()));
    }
    let mut headers = Vec::new();
    for header in options.all("header") {
        let Some((name, value)) = header.split_once('=') else {
            return Err(Trouble::Usage(format!(
                "--header takes name=value, not '{header}'"
            )));
        };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let timestamp = match options.one("timestamp")? {
        Some(text) => Some(
            super::offsets::parse_time(text)
                .ok_or_else(|| Trouble::Usage(format!("'{text}' is not a time")))?,
        ),
        None => None,
    };
    Ok(Template {
        topic: topic.clone(),
        key: one("key")?,
        value: one("value")?,
        partition: options.int("partition")?,
        timestamp,
        headers,
        key_separator: one("key-separator")?.filter(|s| !s.is_empty()),
    })
}

async fn send_count(
    ctx: &ToolCtx,
    template: &Template,
    producer: &Producer,
    sent: &Sent,
) -> Outcome<()> {
    let count = ctx.options.int("count")?.unwrap_or(1);
    for number in 1..=count {
        let fill = |text: &Option<String>| {
            let text = text.as_deref()?;
            Some(text.replace("{n}", &number.to_string()))
        };
        let (key, value) = (fill(&template.key), fill(&template.value));
        let send = send(template, producer, sent, key.as_deref(), value.as_deref());
        ctx.cancel.run(send).await?;
        if (number as u32).is_multiple_of(LINES_PER_TURN) {
            ctx.io.breathe().await?;
        }
    }
    Ok(())
}

async fn send_lines(
    ctx: &ToolCtx,
    template: &Template,
    producer: &Producer,
    sent: &Sent,
) -> Outcome<()> {
    let mut turn = 0;
    while let Some(chunk) = ctx.io.read_lines().await? {
        for line in String::from_utf8_lossy(&chunk).lines() {
            let (key, value) = match &template.key_separator {
                Some(separator) => match line.split_once(separator.as_str()) {
                    Some((key, value)) => (Some(key), value),
                    None => {
                        let message = format!("no '{separator}' in the line '{line}'");
                        return Err(Trouble::Plain(message));
                    }
                },
                None => (template.key.as_deref(), line),
            };
            let send = send(template, producer, sent, key, Some(value));
            ctx.cancel.run(send).await?;
            turn += 1;
            if turn % LINES_PER_TURN == 0 {
                ctx.io.breathe().await?;
            }
        }
    }
    Ok(())
}

async fn send(
    template: &Template,
    producer: &Producer,
    sent: &Sent,
    key: Option<&str>,
    value: Option<&str>,
) {
    let headers: Vec<_> = template
        .headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())))
        .collect();
    let record = ProducerRecord {
        topic: &template.topic,
        partition: template.partition,
        timestamp: template.timestamp,
        key: key.map(str::as_bytes),
        value: value.map(str::as_bytes),
        headers: &headers,
    };
    let sent = sent.clone();
    let note = Box::new(move |result: &Result<RecordMetadata, ClientError>| {
        sent.borrow_mut().push(result.clone());
    });
    producer.send_with(&record, note).await;
}

const COLUMNS: [&str; 4] = ["TOPIC", "PARTITION", "OFFSET", "TIMESTAMP"];

fn row(metadata: &RecordMetadata) -> [Cell; 4] {
    let offset = Some(metadata.offset).filter(|offset| *offset >= 0);
    [
        Cell::text(&*metadata.partition.topic),
        Cell::number(metadata.partition.partition),
        offset.into(),
        timestamp(metadata.timestamp),
    ]
}

fn report(ctx: &ToolCtx, sent: &[Result<RecordMetadata, ClientError>]) -> Outcome<()> {
    let delivered: Vec<&RecordMetadata> = sent.iter().filter_map(|r| r.as_ref().ok()).collect();
    if ctx.options.has("json") {
        for metadata in &delivered {
            ctx.io.out_line(json_line(&COLUMNS, &row(metadata)));
        }
    } else if delivered.len() <= LISTED_RECORDS {
        let rows = delivered.iter().map(|metadata| row(metadata)).collect();
        let table = Table {
            columns: COLUMNS,
            rows,
        };
        if !delivered.is_empty() {
            table.print(ctx);
        }
    } else {
        sums(&delivered).print(ctx);
    }
    let mut failures = sent.iter().filter_map(|result| result.as_ref().err());
    match failures.next() {
        None => Ok(()),
        Some(error) => {
            let more = failures.count();
            if more > 0 {
                ctx.io
                    .err_line(format!("{} records were not sent; the first:", more + 1));
            }
            Err(error.clone().into())
        }
    }
}

fn sums(delivered: &[&RecordMetadata]) -> Table<5> {
    let mut partitions: SortedMap<&TopicPartition, (i64, i64, i64)> = SortedMap::new();
    for metadata in delivered {
        let offset = metadata.offset;
        let sum = partitions
            .entry(&metadata.partition)
            .or_insert((0, offset, offset));
        *sum = (sum.0 + 1, sum.1.min(offset), sum.2.max(offset));
    }
    let mut table = Table::new([
        "TOPIC",
        "PARTITION",
        "RECORDS",
        "FIRST-OFFSET",
        "LAST-OFFSET",
    ]);
    for (tp, (records, first, last)) in partitions {
        let known = |offset: i64| Some(offset).filter(|offset| *offset >= 0);
        table.rows.push([
            Cell::text(&*tp.topic),
            Cell::number(tp.partition),
            Cell::number(records),
            known(first).into(),
            known(last).into(),
        ]);
    }
    table
}
