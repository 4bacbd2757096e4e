//! What a command is: a name, a table of options, a function.
//!
//! From the table come parsing, usage, error texts, completion and documentation, so that they cannot
//! disagree. Finding a command by its name is here too; running it is the executor's.

use super::cancel::Cancel;
use super::io::{Io, Stop};
use super::options::{OptError, OptSpec, Options, usage};
use super::session::Session;
use super::{builtins, tools};
use futures_util::future::LocalBoxFuture;

/// How a command says that its options are wrong; Kafka's tools differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorStyle {
    /// The message, then the usage, on standard error; status 1. (`kafka-console-producer`)
    Usage,
    /// The message, then the stack trace and an empty line. (`kafka-topics`)
    StackTrace,
    /// As Java's runtime says it: `Exception in thread "main" …`. (`kafka-consumer-groups`)
    Uncaught,
    /// The message alone. (`kafka-console-producer` for values of a wrong type)
    Message,
    /// `Error occurred: ` and the message. (`kafka-get-offsets`)
    Terse,
    /// `name: message` and a hint at `--help`, status 2: the notebook's own commands.
    Plain,
}

/// A command of the Kafka family.
pub struct ToolSpec {
    /// Without `.sh`, for instance `kafka-topics`.
    pub name: &'static str,
    /// The first line of the usage.
    pub summary: &'static str,
    /// The first line of the usage when there are no arguments at all, if it is another one.
    pub summary_if_empty: Option<&'static str>,
    /// With no arguments at all: show the usage with status 1 rather than run.
    pub usage_if_empty: bool,
    pub options: &'static [OptSpec],
    /// How a failure to parse the options is said.
    pub errors: ErrorStyle,
    pub run: fn(ToolCtx) -> LocalBoxFuture<'static, Result<i32, Stop>>,
}

/// A tool at work.
pub struct ToolCtx {
    pub spec: &'static ToolSpec,
    /// The words after the command's name, as given.
    pub args: Vec<String>,
    pub options: Options,
    pub io: Io,
    pub session: Session,
    /// Ctrl-C. Everything in `io` watches it already.
    pub cancel: Cancel,
}

impl ToolCtx {
    /// Says a message and the usage on standard error (`CommandLineUtils.printUsageAndExit`).
    pub fn usage_error(&self, message: &str) -> Stop {
        self.io.err_line(message);
        self.io.err(usage(self.spec));
        Stop::Exit(1)
    }

    /// Says what is wrong with an option or its value in the given style.
    pub fn option_error(&self, style: ErrorStyle, error: &OptError) -> Stop {
        say(self.spec, &self.io, style, error)
    }

    /// Fails unless all these options are given (`checkRequiredArgs`).
    pub fn require(&self, names: &[&str]) -> Result<(), Stop> {
        match names.iter().find(|name| !self.options.has(name)) {
            Some(name) => Err(self.usage_error(&format!("Missing required argument \"[{name}]\""))),
            None => Ok(()),
        }
    }

    /// Fails if `used` is given together with one of `others` (`checkInvalidArgs`).
    pub fn refuse(&self, used: &str, others: &[&str]) -> Result<(), Stop> {
        if !self.options.has(used) {
            return Ok(());
        }
        match others.iter().find(|name| self.options.has(name)) {
            Some(other) => Err(self.usage_error(&format!(
                "Option \"[{used}]\" can't be used with option \"[{other}]\""
            ))),
            None => Ok(()),
        }
    }

    /// A log line on standard error as Kafka's tools write it: `[date] LEVEL message (class)`.
    pub fn log(&self, level: &str, message: &str, class: &str) {
        let stamp = super::time::log_stamp(self.session.env().runtime.wall_ms());
        self.io
            .err_line(format!("[{stamp}] {level} {message} ({class})"));
    }
}

fn say(spec: &ToolSpec, io: &Io, style: ErrorStyle, error: &OptError) -> Stop {
    let causes = error
        .causes
        .iter()
        .map(|c| format!("Caused by: {c}\n"))
        .collect::<String>();
    match style {
        ErrorStyle::Usage => {
            io.err_line(&error.message);
            io.err(usage(spec));
        }
        ErrorStyle::StackTrace => {
            io.err_line(&error.message);
            io.err(format!("{}: {}\n{causes}\n", error.class, error.message));
        }
        ErrorStyle::Uncaught => io.err(format!(
            "Exception in thread \"main\" {}: {}\n{causes}",
            error.class, error.message
        )),
        ErrorStyle::Message => io.err_line(&error.message),
        ErrorStyle::Terse => io.err_line(format!("Error occurred: {}", error.message)),
        ErrorStyle::Plain => {
            io.err_line(format!("{}: {}", spec.name, error.message));
            io.err_line(format!("Try '{} --help' for more information.", spec.name));
            return Stop::Exit(2);
        }
    }
    Stop::Exit(1)
}

/// What every tool does before its own work: parse, `--help`, `--version`, notices.
pub(crate) async fn run_tool(
    spec: &'static ToolSpec,
    args: Vec<String>,
    io: Io,
    session: Session,
    cancel: Cancel,
) -> Result<i32, Stop> {
    let options = match Options::parse(spec.options, &args, session.strict()) {
        Ok(options) => options,
        Err(error) => return Err(say(spec, &io, spec.errors, &error)),
    };
    let plain = spec.errors == ErrorStyle::Plain;
    if (args.is_empty() && spec.usage_if_empty) || options.has("help") {
        let summary = match spec.summary_if_empty {
            Some(summary) if args.is_empty() => summary,
            _ => spec.summary,
        };
        let text = format!("{summary}\n{}", usage(spec));
        if plain && !args.is_empty() {
            io.out(text)
        } else {
            io.err(text)
        }
        return Ok(if plain && !args.is_empty() { 0 } else { 1 });
    }
    if options.has("version") && spec.options.iter().any(|o| o.name == "version") {
        io.out_line(KAFKA_VERSION);
        return Ok(0);
    }
    for note in options.notes() {
        io.err_line(format!("{}: {note}", spec.name));
    }
    (spec.run)(ToolCtx {
        spec,
        args,
        options,
        io,
        session,
        cancel,
    })
    .await
}

/// The version of Apache Kafka whose tools these are.
pub const KAFKA_VERSION: &str = "4.3.1";

/// A small tool of the shell.
pub struct Builtin {
    pub name: &'static str,
    /// One line for completion and for `help`.
    pub summary: &'static str,
    pub run: fn(Call) -> LocalBoxFuture<'static, Result<i32, Stop>>,
}

/// A small tool at work.
pub struct Call {
    /// The command's name as its messages show it.
    pub name: &'static str,
    pub args: Vec<String>,
    pub io: Io,
    pub session: Session,
    pub cancel: Cancel,
}

impl Call {
    /// Says `name: message` on standard error.
    pub fn complain(&self, message: impl std::fmt::Display) {
        self.io.err_line(format!("{}: {message}", self.name));
    }

    /// Says `name: message` and ends the command.
    pub fn fail(&self, status: i32, message: impl std::fmt::Display) -> Stop {
        self.complain(message);
        Stop::Exit(status)
    }
}

/// A command that a name leads to.
#[derive(Clone, Copy)]
pub enum Command {
    Builtin(&'static Builtin),
    Tool(&'static ToolSpec),
}

impl Command {
    /// Whether it is one that is called from Kafka's own `bin`.
    fn is_kafkas(&self) -> bool {
        match self {
            Command::Builtin(builtin) => builtin.name.ends_with(".sh"),
            Command::Tool(_) => true,
        }
    }
}

/// Directories that Kafka's tools may be called from; `$KAFKA_HOME/bin/` comes expanded.
fn strip_directory(word: &str) -> Option<&str> {
    match word.rsplit_once('/') {
        None => Some(word),
        Some((directory, name)) => {
            let last = directory.rsplit('/').next().unwrap_or("");
            matches!(last, "bin" | "sbin").then_some(name)
        }
    }
}

/// Finds a command by the first word of a line: a small tool by its name (or in a `bin` directory),
/// a Kafka tool with or without `.sh`.
pub fn find(word: &str) -> Option<Command> {
    // `cd kafka/bin; ./kafka-topics.sh …`: only Kafka's tools are called in this way.
    if let Some(name) = word.strip_prefix("./")
        && !name.contains('/')
    {
        return find(name).filter(Command::is_kafkas);
    }
    let name = strip_directory(word)?;
    let stem = name
        .strip_suffix(".sh")
        .or_else(|| name.strip_suffix(".bat"))
        .unwrap_or(name);
    let is_it = |b: &&Builtin| b.name == name || b.name.strip_suffix(".sh") == Some(stem);
    if let Some(builtin) = builtins::all().find(is_it) {
        return Some(Command::Builtin(builtin));
    }
    let name = stem;
    all_tools().find(|t| t.name == name).map(Command::Tool)
}

/// Every tool with options, for completion, help and documentation.
pub fn all_tools() -> impl Iterator<Item = &'static ToolSpec> {
    tools::all()
}
