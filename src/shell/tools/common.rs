//! What Kafka's tools share: clients with their log lines on standard error, settings from files, Java's way
//! of printing exceptions and of filtering topics.

use crate::client::{Admin, ClientError, Context, Level, Logger, Properties};
use crate::metadata::config::order::sort_as_hash_map_of;
use crate::protocol::ErrorCode;
use crate::shell::io::{Io, Stop};
use crate::shell::options::OptError;
use crate::shell::session::Session;
use crate::shell::time::log_stamp;
use crate::shell::tool::ToolCtx;
use regex_lite::Regex;
use std::rc::Rc;

/// A client's log lines as Kafka's tools show them: WARN and above, on standard error.
struct StderrLog {
    io: Io,
    session: Session,
}

impl Logger for StderrLog {
    fn log(&self, level: Level, class: &str, message: &str) {
        if level >= Level::Warn {
            let stamp = log_stamp(self.session.env().runtime.wall_ms());
            self.io
                .err_line(format!("[{stamp}] {} {message} ({class})", level.name()));
        }
    }
}

/// Where the clients of this tool run and log.
pub fn context(ctx: &ToolCtx) -> Context {
    let logger = StderrLog {
        io: ctx.io.clone(),
        session: ctx.session.clone(),
    };
    Context::new(ctx.session.env().clone(), Rc::new(logger))
}

/// The settings in a file (`--command-config`), or `java.nio.file.NoSuchFileException`.
pub fn load_properties(session: &Session, path: &str) -> Result<Properties, Failure> {
    let missing = |_| Failure::new("java.nio.file.NoSuchFileException", path);
    let bytes = session.read_file(path).map_err(missing)?;
    Ok(parse_properties(&String::from_utf8_lossy(&bytes)))
}

/// Java's properties format: `key=value`, `key: value` or `key value`, comments with `#` and `!`, `\` at the
/// end of a line. Escapes other than of separators are not read.
pub fn parse_properties(text: &str) -> Properties {
    let mut properties = Properties::default();
    let mut whole = String::new();
    for line in text.lines() {
        let line = line.trim_start();
        if whole.is_empty() && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        match line.strip_suffix('\\') {
            Some(begin) => whole.push_str(begin),
            None => {
                whole.push_str(line);
                let (key, value) = split_property(&whole);
                properties.insert(key.to_owned(), value.to_owned());
                whole.clear();
            }
        }
    }
    properties
}

fn split_property(line: &str) -> (&str, &str) {
    let end = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
    let rest = line[end..].trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (&line[..end], value.trim_start())
}

/// An admin client with the settings of `--command-config` and the address of `--bootstrap-server`.
pub async fn admin(ctx: &ToolCtx, bootstrap: &str, config: Option<&str>) -> Result<Admin, Failure> {
    let mut properties = match config {
        Some(path) => load_properties(&ctx.session, path)?,
        None => Properties::default(),
    };
    properties.insert("bootstrap.servers".into(), bootstrap.into());
    Ok(Admin::new(&context(ctx), &properties).await?)
}

/// A Java exception as Kafka's tools print it.
#[derive(Debug, Clone)]
pub struct Failure {
    class: String,
    message: Option<String>,
    /// `toString()` of what caused it, and of what caused that.
    causes: Vec<String>,
    pub code: Option<ErrorCode>,
}

impl Failure {
    pub fn new(class: &str, message: impl Into<String>) -> Self {
        let message = Some(message.into());
        Failure {
            class: class.to_owned(),
            message,
            causes: Vec::new(),
            code: None,
        }
    }

    pub fn illegal_argument(message: impl Into<String>) -> Self {
        Self::new("java.lang.IllegalArgumentException", message)
    }

    /// `getMessage()` as string concatenation shows it.
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or("null")
    }

    /// The stack trace without its frames: one line per exception, each with its newline.
    pub fn trace(&self) -> String {
        let mut text = format!("{}\n", describe(&self.class, self.message.as_deref()));
        for cause in &self.causes {
            text.push_str(&format!("Caused by: {cause}\n"));
        }
        text
    }
}

fn describe(class: &str, message: Option<&str>) -> String {
    match message {
        Some(message) => format!("{class}: {message}"),
        None => class.to_owned(),
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let mut causes = Vec::new();
        let mut next = error.cause();
        while let Some(cause) = next {
            causes.push(describe(&cause.java_class(), cause.message().as_deref()));
            next = cause.cause();
        }
        Failure {
            class: error.java_class(),
            message: error.message(),
            causes,
            code: error.code(),
        }
    }
}

impl From<OptError> for Failure {
    fn from(error: OptError) -> Self {
        Failure {
            class: error.class.to_owned(),
            message: Some(error.message),
            causes: error.causes,
            code: None,
        }
    }
}

/// As an exception that nobody catches in a tool's `main`: the message, the stack trace, an empty line.
pub fn uncaught(ctx: &ToolCtx, failure: &Failure) -> Stop {
    ctx.io.err_line(failure.message());
    ctx.io.err_line(failure.trace());
    Stop::Exit(1)
}

/// The answers of a call on several things, or the first refusal.
pub fn all<K, V>(answers: Vec<(K, Result<V, ClientError>)>) -> Result<Vec<(K, V)>, Failure> {
    answers
        .into_iter()
        .map(|(key, answer)| Ok((key, answer?)))
        .collect()
}

/// The order in which Java's `new HashMap<>(n)` gives `n` names back.
pub fn as_java_map<T>(mut items: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let capacity = items.len();
    sort_as_hash_map_of(&mut items, capacity, name);
    items
}

/// Topics by name or regular expression (`IncludeList`): a comma is an alternative, quotes around it and
/// spaces do not count, the whole name must match.
pub struct IncludeList(Regex);

impl IncludeList {
    pub fn new(raw: &str) -> Result<Self, Failure> {
        let cleaned = raw.trim().replace(',', "|").replace(' ', "");
        let quotes: &[char] = &['"', '\''];
        let cleaned = cleaned.trim_start_matches(quotes).trim_end_matches(quotes);
        let invalid = |_| {
            Failure::new(
                "java.lang.RuntimeException",
                format!("{cleaned} is an invalid regex."),
            )
        };
        Regex::new(&format!("^(?:{cleaned})$"))
            .map(IncludeList)
            .map_err(invalid)
    }

    pub fn matches(&self, topic: &str) -> bool {
        self.0.is_match(topic)
    }
}

/// Topics that Kafka makes for itself.
pub fn is_internal(topic: &str) -> bool {
    matches!(
        topic,
        "__consumer_offsets" | "__transaction_state" | "__share_group_state"
    )
}
