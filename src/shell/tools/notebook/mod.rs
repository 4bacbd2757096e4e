//! The notebook's own commands: what a producer and a consumer object do, in the consumer API's own words.
//!
//! A named consumer lives on between cells, with its heartbeats, so that a learner sees its position move one
//! `poll` at a time. Output is a table for a person and, with `--json`, a line of JSON per record for a pipe.

mod consume;
mod consumer;
mod named;
mod offsets;
mod partitions;
mod poll;
mod produce;
mod records;
mod table;

use super::failure::Failure;
use crate::client::ClientError;
use crate::shell::io::Stop;
use crate::shell::options::OptSpec;
use crate::shell::tool::{ErrorStyle, ToolCtx, ToolSpec};
use futures_util::future::LocalBoxFuture;

/// All of them, sorted by name.
pub static COMMANDS: [&ToolSpec; 15] = [
    &partitions::ASSIGN,
    &partitions::ASSIGNMENT,
    &consumer::CLOSE,
    &offsets::COMMIT,
    &offsets::COMMITTED,
    &consume::SPEC,
    &consumer::SPEC,
    &offsets::LAG,
    &partitions::PAUSE,
    &poll::SPEC,
    &offsets::POSITION,
    &produce::SPEC,
    &partitions::RESUME,
    &offsets::SEEK,
    &partitions::SUBSCRIBE,
];

const HELP: OptSpec = OptSpec::flag("help", "Show this text.");
const JSON: OptSpec = OptSpec::flag("json", "A line of JSON for each row, in place of a table.");
const BOOTSTRAP: OptSpec = OptSpec::value(
    "bootstrap-server",
    "server to connect to",
    "The brokers to ask first.",
)
.default("localhost:9092");
const SET: OptSpec = OptSpec::value(
    "set",
    "name=value",
    "A setting of the client, by Kafka's name for it; may come again.",
);

/// A command whose function may fail as the client does.
type Work = LocalBoxFuture<'static, Result<i32, Stop>>;

const fn command(
    name: &'static str,
    summary: &'static str,
    options: &'static [OptSpec],
    run: fn(ToolCtx) -> Work,
) -> ToolSpec {
    ToolSpec {
        name,
        summary,
        summary_if_empty: None,
        usage_if_empty: false,
        options,
        errors: ErrorStyle::Plain,
        run,
    }
}

/// Why a command did not do what it was asked for.
#[derive(Debug)]
enum Trouble {
    /// Wrong words on the command line: status 2, with a hint at `--help`.
    Usage(String),
    /// Something that the client does not know of, such as an unknown name.
    Plain(String),
    /// What the client says, by the name of its exception.
    Client(Failure),
    Stop(Stop),
}

impl<F: Into<Failure>> From<F> for Trouble {
    fn from(error: F) -> Self {
        let failure = error.into();
        match failure.class().starts_with("joptsimple.") {
            true => Trouble::Usage(failure.message().to_owned()),
            false => Trouble::Client(failure),
        }
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Trouble::Stop(stop)
    }
}

type Outcome<T> = Result<T, Trouble>;

/// Says what went wrong, and gives the status.
fn finish(ctx: &ToolCtx, outcome: Outcome<()>) -> Result<i32, Stop> {
    let name = ctx.spec.name;
    match outcome {
        Ok(()) => Ok(0),
        Err(Trouble::Stop(stop)) => Err(stop),
        Err(Trouble::Usage(message)) => {
            ctx.io.err_line(format!("{name}: {message}"));
            ctx.io
                .err_line(format!("Try '{name} --help' for more information."));
            Ok(2)
        }
        Err(Trouble::Plain(message)) => {
            ctx.io.err_line(format!("{name}: {message}"));
            Ok(1)
        }
        Err(Trouble::Client(error)) => {
            ctx.io.err(client_words(&error));
            Ok(1)
        }
    }
}

/// `IllegalStateException: No current assignment for partition orders-0`, and what caused it.
fn client_words(error: &Failure) -> String {
    let short = |line: &str| {
        let (class, rest) = match line.split_once(": ") {
            Some((class, rest)) => (class, format!(": {rest}")),
            None => (line, String::new()),
        };
        let class = class.rsplit('.').next().unwrap_or(class);
        format!("{class}{rest}")
    };
    let mut text = String::new();
    for line in error.trace().lines() {
        match line.strip_prefix("Caused by: ") {
            Some(cause) => text.push_str(&format!("  caused by {}\n", short(cause))),
            None if text.is_empty() => text.push_str(&format!("{}\n", short(line))),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

/// The settings of `--bootstrap-server` and `--set`.
fn settings(ctx: &ToolCtx) -> Outcome<crate::client::Properties> {
    let mut settings = crate::client::Properties::new();
    let variable = ctx.session.var("KAFKA_BOOTSTRAP_SERVERS");
    let given = ctx.options.one("bootstrap-server")?.map(str::to_owned);
    let servers = match ctx.options.has("bootstrap-server") {
        true => given,
        false => variable.or(given),
    };
    settings.insert("bootstrap.servers".into(), servers.unwrap_or_default());
    for pair in ctx.options.all("set") {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Trouble::Usage(format!(
                "--set takes name=value, not '{pair}'"
            )));
        };
        settings.insert(name.trim().into(), value.into());
    }
    Ok(settings)
}

/// Waits for the client, or for Ctrl-C.
async fn ask<T>(ctx: &ToolCtx, work: impl Future<Output = Result<T, ClientError>>) -> Outcome<T> {
    Ok(ctx.cancel.run(work).await??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_client_s_names() {
        let error = Failure::new(
            "java.lang.IllegalStateException",
            "No current assignment for partition orders-0",
        );
        assert_eq!(
            client_words(&error),
            "IllegalStateException: No current assignment for partition orders-0\n"
        );
        let wrapped = Failure::new("a.b.Outer", "x").caused_by(Failure::bare("c.Inner"));
        assert_eq!(client_words(&wrapped), "Outer: x\n  caused by Inner\n");
    }

    #[test]
    fn commands_are_sorted() {
        assert!(COMMANDS.is_sorted_by_key(|spec| spec.name));
    }
}
