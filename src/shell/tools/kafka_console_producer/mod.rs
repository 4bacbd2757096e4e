//! `kafka-console-producer.sh`: each line of standard input becomes a record.
//!
//! Not here: readers other than Kafka's own, and the prompt, which Kafka shows on a terminal only.

mod options;
mod reader;

use super::common;
use super::failure::{self, Failure};
use crate::client::producer::DeliveryCallback;
use crate::client::{Producer, ProducerRecord};
use crate::shell::io::Stop;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};
use reader::{LineReader, Parsed};
use std::rc::Rc;

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-console-producer",
    summary: "This tool helps to read data from standard input and publish it to Kafka.",
    summary_if_empty: None,
    usage_if_empty: true,
    options: options::OPTIONS,
    errors: ErrorStyle::Usage,
    run: |ctx| Box::pin(run(ctx)),
};

/// Class of the line that says that a record was not sent.
const CALLBACK: &str = "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback";
/// How long the last records may take: the producer gives up earlier by itself.
const CLOSE_MS: u64 = u32::MAX as u64;
/// After so many lines other tasks may want their turn.
const LINES_PER_TURN: u32 = 64;

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    options::check(&ctx)?;
    let (topic, reader, producer) = match prepare(&ctx).await {
        Ok(prepared) => prepared,
        Err(error) if error.class().starts_with("joptsimple.") => {
            ctx.io.err_line(error.message());
            return Ok(1);
        }
        Err(error) => return Ok(print(&ctx, &error)),
    };
    let ctx = Rc::new(ctx);
    let done = copy(&ctx, &topic, reader, &producer).await;
    // As the tool's shutdown hook: what was read is sent, also after Ctrl-C or an error.
    producer.close(CLOSE_MS).await;
    match done? {
        Ok(()) => Ok(0),
        Err(error) => Ok(print(&ctx, &error)),
    }
}

fn print(ctx: &ToolCtx, error: &Failure) -> i32 {
    ctx.io.err(error.trace());
    1
}

async fn prepare(ctx: &ToolCtx) -> Result<(String, LineReader, Producer), Failure> {
    options::check_reader(ctx)?;
    let settings = options::reader_properties(ctx)?;
    let topic = ctx.options.one("topic")?.unwrap_or_default().to_owned();
    let reader = LineReader::new(&settings)?;
    let settings = options::producer_properties(ctx)?;
    let producer = Producer::new(&common::context(ctx), &settings).await?;
    Ok((topic, reader, producer))
}

/// Sends all lines. The outer error is a reason to stop at once, the inner one a wrong line.
async fn copy(
    ctx: &Rc<ToolCtx>,
    topic: &str,
    mut reader: LineReader,
    producer: &Producer,
) -> Result<Result<(), Failure>, Stop> {
    let sync = ctx.options.has("sync");
    let mut turn = 0;
    while let Some(chunk) = ctx.io.read_lines().await? {
        for line in reader::lines(&String::from_utf8_lossy(&chunk)) {
            let parsed = match reader.parse(line) {
                Ok(parsed) => parsed,
                Err(error) => return Ok(Err(error)),
            };
            let sent = ctx.cancel.run(send(ctx, topic, &parsed, producer, sync));
            if let Err(error) = sent.await? {
                return Ok(Err(error));
            }
            turn += 1;
            if turn % LINES_PER_TURN == 0 {
                ctx.io.breathe().await?;
            }
        }
    }
    Ok(Ok(()))
}

async fn send(
    ctx: &Rc<ToolCtx>,
    topic: &str,
    parsed: &Parsed<'_>,
    producer: &Producer,
    sync: bool,
) -> Result<(), Failure> {
    let headers: Vec<_> = parsed
        .headers
        .iter()
        .map(|(key, value)| (key.as_bytes(), value.map(str::as_bytes)))
        .collect();
    let record = ProducerRecord {
        topic,
        key: parsed.key.map(str::as_bytes),
        value: parsed.value.map(str::as_bytes),
        headers: &headers,
        ..ProducerRecord::default()
    };
    if sync {
        let delivery = producer.send(&record).await;
        return match delivery.await {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::from(error).execution()),
        };
    }
    producer.send_with(&record, on_failure(ctx, parsed)).await;
    Ok(())
}

/// Says that a record was not sent, if so.
fn on_failure(ctx: &Rc<ToolCtx>, parsed: &Parsed<'_>) -> DeliveryCallback {
    let ctx = ctx.clone();
    let (key, value) = (parsed.key.map(str::len), parsed.value.map(str::len));
    Box::new(move |result| {
        let Err(error) = result else { return };
        let bytes = |length: Option<usize>| match length {
            Some(length) => format!("{length} bytes"),
            None => "null".to_owned(),
        };
        let topic = ctx.options.all("topic").join("");
        let message = format!(
            "Error when sending message to topic {topic} with key: {}, value: {} with error:",
            bytes(key),
            bytes(value)
        );
        failure::log_error(&ctx, &message, CALLBACK, &error.clone().into());
    })
}
