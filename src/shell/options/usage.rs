//! The usage table, laid out as joptsimple lays it out: two columns in 80 characters.

use super::{Arg, OptSpec};
use crate::base::sort_by_key;
use crate::shell::tool::ToolSpec;

const WIDTH: usize = 80;
const GAP: usize = 2;
const INDENT: &str = "  ";

/// The table of a tool's options, sorted by name.
pub fn usage(spec: &ToolSpec) -> String {
    table(spec.options)
}

/// The table of these options, sorted by name. Those of old Kafka are left out.
pub fn table(options: &[OptSpec]) -> String {
    let mut options: Vec<_> = options.iter().filter(|o| o.legacy.is_none()).collect();
    sort_by_key(&mut options, |o| o.name);
    let (head, line) = match options.iter().any(|o| o.required) {
        true => ("Option (* = required)", "---------------------"),
        false => ("Option", "------"),
    };
    let mut rows = vec![
        (head.to_owned(), "Description".to_owned()),
        (line.to_owned(), "-----------".to_owned()),
    ];
    rows.extend(options.iter().map(|o| (left(o), right(o))));
    layout(&rows)
}

fn left(option: &OptSpec) -> String {
    let star = if option.required { "* " } else { "" };
    let dashes = if option.name.len() > 1 { "--" } else { "-" };
    let (open, close) = match option.arg {
        Arg::None => return format!("{star}{dashes}{}", option.name),
        Arg::Required => ('<', '>'),
        Arg::Optional => ('[', ']'),
    };
    let colon = if option.arg_name.is_empty() { "" } else { ": " };
    let kind = option.kind.name();
    format!(
        "{star}{dashes}{} {open}{kind}{colon}{}{close}",
        option.name, option.arg_name
    )
}

fn right(option: &OptSpec) -> String {
    match option.default {
        Some(default) => format!("{} (default: {default})", option.help)
            .trim()
            .to_owned(),
        None => option.help.to_owned(),
    }
}

fn layout(rows: &[(String, String)]) -> String {
    let widest =
        |column: &dyn Fn(&(String, String)) -> usize| rows.iter().map(column).max().unwrap_or(0);
    let left = widest(&|row| row.0.chars().count()).min((WIDTH - GAP) / 2);
    let right = widest(&|row| row.1.chars().count()).min(WIDTH - left - GAP);
    let mut lines = Vec::new();
    for (option, description) in rows {
        let (options, descriptions) = (pieces(option, left), pieces(description, right));
        for i in 0..options.len().max(descriptions.len()) {
            let piece = |of: &[String]| of.get(i).cloned().unwrap_or_default();
            lines.push((piece(&options), piece(&descriptions)));
        }
    }
    // The columns shrink to what the folded text needs.
    let used =
        |column: &dyn Fn(&(String, String)) -> usize| lines.iter().map(column).max().unwrap_or(0);
    let left = used(&|row| row.0.chars().count()).min(left);
    let right = used(&|row| row.1.chars().count()).min(WIDTH - left - GAP);
    let mut text = String::new();
    for (option, description) in lines {
        text += &format!("{option:left$}{:GAP$}{description:right$}\n", "");
    }
    text
}

/// Folds each line of `text` to `width` characters; lines that go on are indented.
fn pieces(text: &str, width: usize) -> Vec<String> {
    text.trim()
        .split('\n')
        .flat_map(|line| fold(line, width))
        .collect()
}

fn fold(line: &str, width: usize) -> Vec<String> {
    let mut folded = Vec::new();
    let mut current = String::new();
    for word in words(line) {
        if current.chars().count() + word.chars().count() > width {
            folded.push(current.trim_end().to_owned());
            current = format!("{INDENT}{word}");
        } else {
            current.push_str(word);
        }
    }
    if !current.is_empty() {
        folded.push(current);
    }
    folded
}

/// The places where Java's line breaking may cut: behind spaces, and behind `-`, `.` and `:` that a
/// letter follows.
fn words(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let (before, here) = (bytes[at - 1], bytes[at]);
        let after_space = before == b' ' && here != b' ';
        let after_mark = matches!(before, b'-' | b'.' | b':') && here.is_ascii_alphabetic();
        let only_dashes = bytes[start..at].iter().all(|b| *b == b'-');
        if after_space || after_mark && !only_dashes {
            words.push(&line[start..at]);
            start = at;
        }
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn two_columns_are_folded_and_padded() {
        let options = [
            OptSpec::value("size", "bytes", "How much.")
                .kind(Kind::Integer)
                .default("7"),
            OptSpec::flag(
                "list",
                "Shows everything that there is, one name on each line.",
            ),
            OptSpec::value("zookeeper", "", "").legacy("gone"),
            OptSpec::value("bootstrap-server", "server to connect to", "Where."),
            OptSpec::optional("codec", "codec", "First.\nSecond."),
        ];
        let expected = "\
Option                                 Description                        |
------                                 -----------                        |
--bootstrap-server <String: server to  Where.                             |
  connect to>                                                             |
--codec [String: codec]                First.                             |
                                       Second.                            |
--list                                 Shows everything that there is, one|
                                         name on each line.               |
--size <Integer: bytes>                How much. (default: 7)             |
";
        assert_eq!(table(&options).replace('\n', "|\n"), expected);
    }
}
