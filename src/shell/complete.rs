//! What a word that is being typed may become, and what an option means: for the notebook's editor.
//!
//! It reads the line as far as is needed to know the command and the word, not by the whole grammar: a line
//! that is being typed is seldom whole. Names of topics and groups are asked of the cluster.

use super::options::{Arg, OptSpec};
use super::session::Session;
use super::tool::{Command, ToolSpec, all_tools, find};
use super::{builtins, fs};
use crate::client::{Admin, Context, NoLog, Properties};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::rc::Rc;

/// Longer than this nobody waits for names.
const NAMES_WITHIN_MS: u64 = 1500;

/// What a candidate is; named as in `Completion.kind` of `www/src/client/types.ts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateKind {
    Command,
    Option,
    Topic,
    Group,
    File,
    Value,
    Variable,
}

/// One thing that the word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub label: String,
    pub kind: CandidateKind,
    /// A few words.
    pub detail: String,
    /// A sentence or two.
    pub info: String,
}

/// Candidates for the word that begins at byte `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completions {
    pub from: usize,
    pub candidates: Vec<Candidate>,
}

/// The words of one command as far as it is typed; the last one is the word at the cursor, perhaps empty.
struct Typed<'a> {
    words: Vec<&'a str>,
    /// Byte where the last word begins.
    from: usize,
    /// The last word is the target of a redirection.
    redirected: bool,
}

/// What the word at byte `cursor` may become.
pub async fn complete(session: &Session, source: &str, cursor: usize) -> Completions {
    let typed = typed(source.get(..cursor).unwrap_or(source));
    let word = *typed
        .words
        .last()
        .expect("there is always the word at the cursor");
    let candidates = match &typed.words[..] {
        _ if typed.redirected => files(session, word),
        [_] if word.starts_with('$') => variables(session, word),
        [_] => commands(word),
        [name, rest @ ..] => arguments(session, name, rest).await,
        [] => Vec::new(),
    };
    Completions {
        from: typed.from,
        candidates,
    }
}

/// What the word around byte `at` means: its first and last byte, and a text. Options and commands have one.
pub fn hover(source: &str, at: usize) -> Option<(usize, usize, String)> {
    let end = at + source.get(at..)?.find(is_end).unwrap_or(source.len() - at);
    let typed = typed(&source[..end]);
    let word = *typed.words.last()?;
    let text = match (
        typed.words.first().copied().and_then(find)?,
        typed.words.len(),
    ) {
        (Command::Tool(tool), 1) => tool.summary.to_owned(),
        (Command::Builtin(builtin), 1) => builtin.summary.to_owned(),
        (Command::Tool(tool), _) => {
            let option = option_of(tool, word)?;
            format!("{}\n{}", shown(option), option.help)
        }
        (Command::Builtin(_), _) => return None,
    };
    (!word.is_empty()).then_some((typed.from, end, text))
}

fn typed(before: &str) -> Typed<'_> {
    let (mut words, mut start, mut quote, mut redirected) = (Vec::new(), None, None, false);
    let mut bytes = before.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, b'\\') => {
                let continued = bytes.next().is_some_and(|(_, next)| next == b'\n');
                if !continued && start.is_none() {
                    start = Some(at);
                }
            }
            (None, b'\'' | b'"') => {
                quote = Some(byte);
                start.get_or_insert(at);
            }
            (None, b' ' | b'\t') => {
                if let Some(start) = start.take() {
                    words.push(&before[start..at]);
                    redirected = false;
                }
            }
            (None, b'\n' | b';' | b'|' | b'&' | b'(') => {
                words.clear();
                (start, redirected) = (None, false);
            }
            (None, b'<' | b'>') => (start, redirected) = (None, true),
            // Jupyter's mark of a shell line.
            (None, b'!') if words.is_empty() && start.is_none() => {}
            (None, _) => {
                start.get_or_insert(at);
            }
        }
    }
    let from = start.unwrap_or(before.len());
    words.push(&before[from..]);
    Typed {
        words,
        from,
        redirected,
    }
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | '>' | ')')
}

fn commands(word: &str) -> Vec<Candidate> {
    let candidate = |label: String, summary: &str| Candidate {
        label,
        kind: CandidateKind::Command,
        detail: String::new(),
        info: summary.to_owned(),
    };
    let tools = all_tools().map(|tool| {
        let script = tool.name.starts_with("kafka-");
        candidate(
            format!("{}{}", tool.name, if script { ".sh" } else { "" }),
            tool.summary,
        )
    });
    let builtins = builtins::all().map(|tool| candidate(tool.name.to_owned(), tool.summary));
    tools
        .chain(builtins)
        .filter(|found| found.label.starts_with(word))
        .collect()
}

fn variables(session: &Session, word: &str) -> Vec<Candidate> {
    let names = session
        .vars()
        .into_iter()
        .map(|(name, variable)| Candidate {
            label: format!("${name}"),
            kind: CandidateKind::Variable,
            detail: variable.value,
            info: String::new(),
        });
    names
        .filter(|found| found.label.starts_with(word))
        .collect()
}

async fn arguments(session: &Session, name: &str, words: &[&str]) -> Vec<Candidate> {
    let word = words.last().copied().unwrap_or_default();
    if word.starts_with('$') {
        return variables(session, word);
    }
    let Some(Command::Tool(tool)) = find(name) else {
        return files(session, word);
    };
    let before = words
        .len()
        .checked_sub(2)
        .and_then(|at| option_of(tool, words[at]));
    match before.filter(|option| option.arg != Arg::None) {
        Some(option) => values(session, option, words).await,
        None if word.starts_with('-') || tool.name.starts_with("kafka-") => options(tool, word),
        None => names(session, words, CandidateKind::Topic, word).await,
    }
}

fn options(tool: &ToolSpec, word: &str) -> Vec<Candidate> {
    let current = tool.options.iter().filter(|option| option.legacy.is_none());
    let candidates = current.map(|option| Candidate {
        label: format!("--{}", option.name),
        kind: CandidateKind::Option,
        detail: option.arg_name.to_owned(),
        info: option.help.to_owned(),
    });
    candidates
        .filter(|found| found.label.starts_with(word))
        .collect()
}

/// What the argument of an option may be, by the option's name: Kafka's tools share their names.
async fn values(session: &Session, option: &OptSpec, words: &[&str]) -> Vec<Candidate> {
    let word = words.last().copied().unwrap_or_default();
    match option.name {
        "topic" => names(session, words, CandidateKind::Topic, word).await,
        "group" => names(session, words, CandidateKind::Group, word).await,
        "bootstrap-server" | "broker-list" => value("localhost:9092", word),
        "compression-codec" => ["none", "gzip", "snappy", "lz4", "zstd"]
            .iter()
            .flat_map(|name| value(name, word))
            .collect(),
        "offset" => ["earliest", "latest"]
            .iter()
            .flat_map(|name| value(name, word))
            .collect(),
        name if name.ends_with("file") || name.ends_with("command-config") => files(session, word),
        _ => Vec::new(),
    }
}

fn value(label: &str, word: &str) -> Vec<Candidate> {
    let fits = label.starts_with(word);
    let candidate = || Candidate {
        label: label.to_owned(),
        kind: CandidateKind::Value,
        detail: String::new(),
        info: String::new(),
    };
    fits.then(candidate).into_iter().collect()
}

/// Topics or groups of the cluster that the command names; none when it does not answer soon.
async fn names(
    session: &Session,
    words: &[&str],
    kind: CandidateKind,
    word: &str,
) -> Vec<Candidate> {
    let server = words.iter().position(|word| *word == "--bootstrap-server");
    let server = server
        .and_then(|at| words.get(at + 1))
        .filter(|server| !server.is_empty());
    let asked = pin!(ask(
        session,
        server.copied().unwrap_or("localhost:9092"),
        kind
    ));
    let names = match select(asked, session.env().runtime.sleep(NAMES_WITHIN_MS)).await {
        Either::Left((names, _)) => names.unwrap_or_default(),
        Either::Right(_) => Vec::new(),
    };
    let candidate = |label| Candidate {
        label,
        kind,
        detail: String::new(),
        info: String::new(),
    };
    names
        .into_iter()
        .filter(|name| name.starts_with(word))
        .map(candidate)
        .collect()
}

async fn ask(session: &Session, server: &str, kind: CandidateKind) -> Option<Vec<String>> {
    let context = Context::new(session.env().clone(), Rc::new(NoLog));
    let settings = Properties::from([("bootstrap.servers".to_owned(), server.to_owned())]);
    let admin = Admin::new(&context, &settings).await.ok()?;
    let names = match kind {
        CandidateKind::Group => {
            let groups = admin.list_groups(&[], &[]).await.ok();
            groups.map(|groups| groups.into_iter().map(|group| group.group_id).collect())
        }
        _ => {
            let topics = admin.list_topics(false).await.ok();
            topics.map(|topics| topics.into_iter().map(|topic| topic.name).collect())
        }
    };
    admin.close();
    names
}

fn files(session: &Session, word: &str) -> Vec<Candidate> {
    let (folder, start) = match word.rsplit_once('/') {
        Some((folder, start)) => (format!("{folder}/"), start),
        None => (String::new(), word),
    };
    let path = fs::resolve(&session.cwd(), &folder);
    let entries = session.fs().list(&path).unwrap_or_default().into_iter();
    let fitting = entries.filter(|entry| entry.name.starts_with(start));
    let candidate = |entry: fs::DirEntry| Candidate {
        label: format!(
            "{folder}{}{}",
            entry.name,
            if entry.metadata.is_dir { "/" } else { "" }
        ),
        kind: CandidateKind::File,
        detail: String::new(),
        info: String::new(),
    };
    fitting.map(candidate).collect()
}

fn option_of(tool: &'static ToolSpec, word: &str) -> Option<&'static OptSpec> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let name = name.split('=').next().unwrap_or(name);
    tool.options.iter().find(|option| option.name == name)
}

fn shown(option: &OptSpec) -> String {
    match option.arg {
        Arg::None => format!("--{}", option.name),
        _ => format!(
            "--{} <{}: {}>",
            option.name,
            option.kind.name(),
            option.arg_name
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, words: &[&str], redirected: bool) {
        let typed = typed(before);
        assert_eq!(
            (&typed.words[..], typed.redirected),
            (words, redirected),
            "{before}"
        );
        assert!(before.ends_with(typed.words.last().expect("one word")));
    }

    #[test]
    fn finds_the_command_and_the_word() {
        check("kafka-to", &["kafka-to"], false);
        check("!kafka-topics.sh --li", &["kafka-topics.sh", "--li"], false);
        check(
            "cat a | grep x; kafka-topics.sh ",
            &["kafka-topics.sh", ""],
            false,
        );
        check(
            "kafka-topics.sh \\\n  --to",
            &["kafka-topics.sh", "--to"],
            false,
        );
        check("consumer 'a b' \"c", &["consumer", "'a b'", "\"c"], false);
        check("cat < boo", &["cat", "boo"], true);
        check("echo hi > ", &["echo", "hi", ""], true);
        check("x=$(kafka-", &["kafka-"], false);
    }

    #[test]
    fn shows_what_an_option_means() {
        let line = "!kafka-topics.sh --list --bootstrap-server localhost:9092";
        let (from, to, text) = hover(line, line.find("list").expect("there")).expect("known");
        assert_eq!(&line[from..to], "--list");
        assert!(text.starts_with("--list\n"), "{text}");
        assert_eq!(hover("echo hi", 6), None);
        assert_eq!(hover("", 0), None);
    }

    #[test]
    fn offers_tools_and_options() {
        let labels = |found: Vec<Candidate>| -> Vec<String> {
            found.into_iter().map(|candidate| candidate.label).collect()
        };
        assert!(labels(commands("kafka-topi")).contains(&"kafka-topics.sh".to_owned()));
        let Some(Command::Tool(tool)) = find("kafka-topics.sh") else {
            panic!("is a tool")
        };
        assert_eq!(
            labels(options(tool, "--replic")),
            ["--replication-factor", "--replica-assignment"]
        );
    }
}
