//! `kafka-console-consumer.sh`: prints the records of topics.
//!
//! Not here: formatters of share groups and of Kafka Streams.

mod coordinator;
mod deserializers;
mod formatters;
mod options;

use super::common;
use super::failure::{self, Failure};
use super::java;
use crate::client::{Consumer, ConsumerRecord, TopicPartition};
use crate::shell::io::Stop;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};
use futures_util::future::{Either, select};
use options::{Settings, Start};
use std::pin::pin;
use std::rc::Rc;

pub static SPEC: ToolSpec = ToolSpec {
    name: "kafka-console-consumer",
    summary: "This tool helps to read data from Kafka topics and outputs it to standard output.",
    summary_if_empty: None,
    usage_if_empty: true,
    options: options::OPTIONS,
    errors: ErrorStyle::Usage,
    run: |ctx| Box::pin(run(ctx)),
};

const CLASS: &str = "org.apache.kafka.tools.consumer.ConsoleConsumer";
const NOTICE: &str = "The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol";
/// Java's default for `Consumer.close`.
const CLOSE_MS: u64 = 30_000;
/// A poll without a timeout: Java's is 292 million years.
const FOR_EVER_MS: u64 = i64::MAX as u64;

/// Why no more records are read.
enum End {
    /// All that was asked for, or an error that has been logged: status 0.
    Done,
    Interrupted,
    /// A record that cannot be printed, or a wrong option that Kafka finds late: status 1.
    Failed(Failure),
}

async fn run(ctx: ToolCtx) -> Result<i32, Stop> {
    let settings = options::read(&ctx)?;
    let context = common::context(&ctx);
    let made = Consumer::new(&context, &settings.properties);
    let consumer = match ctx.cancel.run(made).await? {
        Ok(consumer) => consumer,
        Err(error) => return Ok(unknown_error(&ctx, &error.into())),
    };
    if settings.partition.is_none() && !consumer.config().consumer_protocol {
        ctx.io.err_line(NOTICE);
    }
    if let Err(error) = begin(&ctx, &settings, &consumer) {
        return Ok(unknown_error(&ctx, &error));
    }
    let mut reading = Reading {
        ctx: &ctx,
        settings: &settings,
        consumer: &consumer,
        count: 0,
        unread: Vec::new(),
    };
    let end = reading.read().await;
    let count = reading.count;
    reading.give_back();
    let closed = consumer.close(CLOSE_MS).await;
    ctx.io
        .err_line(format!("Processed a total of {count} messages"));
    let status = match (end, closed) {
        (End::Failed(error), _) => unknown_error(&ctx, &error),
        (End::Interrupted, _) => 130,
        (End::Done, Err(error)) => unknown_error(&ctx, &error.into()),
        (End::Done, Ok(())) => 0,
    };
    if ctx.options.has("enable-systest-events") {
        ctx.io.out_line("shutdown_complete");
    }
    Ok(status)
}

fn unknown_error(ctx: &ToolCtx, error: &Failure) -> i32 {
    failure::log_error(ctx, "Unknown error when running consumer: ", CLASS, error);
    1
}

/// Subscribes, or takes the one partition.
fn begin(ctx: &ToolCtx, settings: &Settings, consumer: &Consumer) -> Result<(), Failure> {
    let Some(topic) = ctx.options.one("topic")? else {
        let include = ctx.options.one("include")?.unwrap_or_default();
        java::compile_pattern(include)?;
        let pattern = java::compile_pattern(&format!("^(?:{include})$"))?;
        consumer.subscribe_pattern(Rc::new(move |topic| pattern.is_match(topic)), None)?;
        return Ok(());
    };
    let Some(partition) = settings.partition else {
        consumer.subscribe(&[topic], None)?;
        return Ok(());
    };
    let partition = TopicPartition::new(topic, partition);
    consumer.assign(std::slice::from_ref(&partition))?;
    match settings.start {
        Start::Earliest => consumer.seek_to_beginning(&[partition])?,
        Start::Latest => consumer.seek_to_end(&[partition])?,
        Start::At(offset) => consumer.seek(&partition, offset)?,
    }
    Ok(())
}

struct Reading<'c> {
    ctx: &'c ToolCtx,
    settings: &'c Settings,
    consumer: &'c Consumer,
    count: i32,
    /// Records of the last poll that were not printed.
    unread: Vec<ConsumerRecord>,
}

/// What a poll came to.
enum Polled {
    Records(Vec<ConsumerRecord>),
    End(End),
}

impl Reading<'_> {
    async fn read(&mut self) -> End {
        let max = match self.ctx.options.int("max-messages") {
            Ok(max) => max.unwrap_or(-1),
            Err(error) => return End::Failed(error.into()),
        };
        while max == -1 || self.count < max {
            let records = match self.poll().await {
                Polled::Records(records) => records,
                Polled::End(end) => return end,
            };
            let mut out = Vec::with_capacity(records.len() * 64);
            let printed = self.print(records, max, &mut out);
            self.ctx.io.out(&out);
            if let Err(error) = printed {
                return End::Failed(error);
            }
            match self.ctx.io.flush().await {
                Ok(()) => {}
                Err(Stop::BrokenPipe) => return self.nobody_reads(),
                Err(Stop::Interrupted) => return End::Interrupted,
                Err(_) => return End::Done,
            }
        }
        End::Done
    }

    /// The next records. As in Java, a timeout ends the tool with an error in the log and status 0.
    async fn poll(&mut self) -> Polled {
        if let Err(stop) = self.ctx.io.flush().await {
            return Polled::End(match stop {
                Stop::Interrupted => End::Interrupted,
                _ => End::Done,
            });
        }
        let runtime = &self.ctx.session.env().runtime;
        let started_ms = runtime.mono_ms();
        loop {
            let timeout_ms = self.settings.timeout_ms.unwrap_or(FOR_EVER_MS);
            let poll = pin!(self.consumer.poll(timeout_ms));
            let closed = pin!(self.ctx.io.until_stdout_closed());
            let polled = match self.ctx.cancel.run(select(poll, closed)).await {
                Err(_) => return Polled::End(End::Interrupted),
                Ok(Either::Right(_)) => return Polled::End(self.nobody_reads()),
                Ok(Either::Left((polled, _))) => polled,
            };
            let error = match polled {
                Ok(records) if !records.is_empty() => return Polled::Records(records),
                Ok(_) if runtime.mono_ms() - started_ms < timeout_ms => continue,
                Ok(_) => Failure::bare("org.apache.kafka.common.errors.TimeoutException"),
                Err(error) => error.into(),
            };
            let message = "Error processing message, terminating consumer process: ";
            failure::log_error(self.ctx, message, CLASS, &error);
            return Polled::End(End::Done);
        }
    }

    fn nobody_reads(&self) -> End {
        self.ctx
            .io
            .err_line("Unable to write to standard out, closing consumer.");
        End::Done
    }

    /// Prints as many records as are wanted; keeps the rest.
    fn print(
        &mut self,
        records: Vec<ConsumerRecord>,
        max: i32,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let mut records = records.into_iter();
        while max == -1 || self.count < max {
            let Some(record) = records.next() else {
                return Ok(());
            };
            self.count = self.count.wrapping_add(1);
            let Err(error) = self.settings.formatter.write(&record, out) else {
                continue;
            };
            if !self.ctx.options.has("skip-message-on-error") {
                self.unread = records.collect();
                return Err(error);
            }
            let message = "Error processing message, skipping this message: ";
            failure::log_error(self.ctx, message, CLASS, &error);
        }
        self.unread = records.collect();
        Ok(())
    }

    /// Goes back to the first record of each partition that was read and not printed, so that no offset behind
    /// it is committed.
    fn give_back(self) {
        let mut seen: Vec<TopicPartition> = Vec::new();
        for record in &self.unread {
            let partition = record.topic_partition();
            if !seen.contains(&partition) {
                // The partition may belong to another member by now; then there is nothing to give back.
                self.consumer.seek(&partition, record.offset).unwrap_or(());
                seen.push(partition);
            }
        }
    }
}
