//! `grep`.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::getopt::{Parsed, Syntax};
use super::input::{Input, lines, or_stdin, text};
use super::pattern::{Dialect, compile, literal};
use regex_lite::Regex;

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "grep",
        summary: "print lines that match a pattern",
        run: |call| Box::pin(grep(call, Dialect::Basic)),
    },
    Builtin {
        name: "egrep",
        summary: "grep -E",
        run: |call| Box::pin(grep(call, Dialect::Extended)),
    },
    Builtin {
        name: "fgrep",
        summary: "grep -F",
        run: |call| Box::pin(grep(call, Dialect::Fixed)),
    },
];

enum Matcher {
    /// One text, looked for as it is: much quicker than an expression.
    Literal(Vec<u8>),
    Any(Vec<Regex>),
}

struct Search {
    matcher: Matcher,
    whole_line: bool,
    whole_word: bool,
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

impl Search {
    fn fits(&self, line: &[u8]) -> bool {
        match &self.matcher {
            Matcher::Literal(wanted) if wanted.is_empty() => true,
            Matcher::Literal(wanted) => contains(line, wanted),
            Matcher::Any(_) => self.find(&text(line), 0).is_some(),
        }
    }

    /// The first match at or behind `from`; of several patterns the earliest, then longest.
    fn find(&self, line: &str, from: usize) -> Option<(usize, usize)> {
        let regexes = match &self.matcher {
            Matcher::Any(regexes) => regexes,
            Matcher::Literal(wanted) => {
                let wanted = String::from_utf8_lossy(wanted);
                let at = from + line[from..].find(&*wanted)?;
                return Some((at, at + wanted.len()));
            }
        };
        let each = regexes
            .iter()
            .filter_map(|regex| self.find_one(regex, line, from));
        each.min_by_key(|(start, end)| (*start, usize::MAX - end))
    }

    fn find_one(&self, regex: &Regex, line: &str, from: usize) -> Option<(usize, usize)> {
        let mut at = from;
        while let Some(found) = regex.find_at(line, at) {
            let (start, end) = (found.start(), found.end());
            let word = !self.whole_word
                || !is_word(line[..start].chars().next_back())
                    && !is_word(line[end..].chars().next());
            let whole = !self.whole_line || (start == 0 && end == line.len());
            if word && whole {
                return Some((start, end));
            }
            at = start + line[start..].chars().next().map_or(1, char::len_utf8);
            if at > line.len() {
                break;
            }
        }
        None
    }
}

fn contains(line: &[u8], wanted: &[u8]) -> bool {
    let (first, rest) = (wanted[0], &wanted[1..]);
    let mut at = 0;
    while let Some(found) = line[at..].iter().position(|b| *b == first) {
        at += found + 1;
        if line[at..].starts_with(rest) {
            return true;
        }
    }
    false
}

const LONG: &[(&str, char)] = &[
    ("ignore-case", 'i'),
    ("invert-match", 'v'),
    ("count", 'c'),
    ("only-matching", 'o'),
    ("extended-regexp", 'E'),
    ("basic-regexp", 'G'),
    ("fixed-strings", 'F'),
    ("line-number", 'n'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("files-with-matches", 'l'),
    ("no-filename", 'h'),
    ("with-filename", 'H'),
    ("no-messages", 's'),
    ("regexp", 'e'),
    ("max-count", 'm'),
    ("after-context", 'A'),
    ("before-context", 'B'),
    ("context", 'C'),
    ("line-buffered", 'u'),
];

async fn grep(mut call: Call, dialect: Dialect) -> Result<i32, Stop> {
    // Nothing here is a terminal, so no colours in any case.
    call.args
        .retain(|word| word != "--color" && !word.starts_with("--color="));
    let short = "ivcoEGFnqwxlhHse:m:A:B:C:u";
    let parsed = Syntax {
        short,
        long: LONG,
        status: 2,
    }
    .parse(&call)?;
    let mut dialect = dialect;
    let mut patterns: Vec<&str> = Vec::new();
    for (letter, value) in &parsed.options {
        match (letter, value) {
            ('E', _) => dialect = Dialect::Extended,
            ('F', _) => dialect = Dialect::Fixed,
            ('G', _) => dialect = Dialect::Basic,
            ('e', Some(pattern)) => patterns.extend(pattern.split('\n')),
            _ => {}
        }
    }
    let mut names = &parsed.operands[..];
    if patterns.is_empty() {
        let Some((pattern, rest)) = names.split_first() else {
            call.io
                .err_line("Usage: grep [OPTION]... PATTERNS [FILE]...");
            call.io.err_line("Try 'grep --help' for more information.");
            return Ok(2);
        };
        patterns.extend(pattern.split('\n'));
        names = rest;
    }
    let search = search(&call, &parsed, &patterns, dialect)?;
    let mut job = Job::new(&call, &parsed, names.len() > 1)?;
    for name in or_stdin(names) {
        match Input::open(&call, &name) {
            Ok(mut input) => {
                let shown = if name == "-" {
                    "(standard input)"
                } else {
                    &name
                };
                if job.file(&call, &search, &mut input, shown).await? {
                    return Ok(0);
                }
            }
            Err(error) => {
                if !parsed.has('s') {
                    call.complain(format!("{name}: {error}"));
                }
                job.failed = true;
            }
        }
    }
    Ok(match (job.failed, job.found) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    })
}

fn search(
    call: &Call,
    parsed: &Parsed,
    patterns: &[&str],
    dialect: Dialect,
) -> Result<Search, Stop> {
    let (ignore_case, word, line) = (parsed.has('i'), parsed.has('w'), parsed.has('x'));
    let plain = match patterns {
        [one] if !ignore_case && !word && !line => literal(one, dialect),
        _ => None,
    };
    let matcher = match plain {
        Some(text) => Matcher::Literal(text.as_bytes().to_vec()),
        None => {
            let mut regexes = Vec::new();
            for pattern in patterns {
                let anchored = format!("^({pattern})$");
                let pattern = match dialect {
                    Dialect::Extended if line => &anchored,
                    _ => *pattern,
                };
                match compile(pattern, dialect, ignore_case) {
                    Ok(regex) => regexes.push(regex),
                    Err(why) => return Err(call.fail(2, why)),
                }
            }
            Matcher::Any(regexes)
        }
    };
    Ok(Search {
        matcher,
        whole_line: line,
        whole_word: word,
    })
}

/// What is printed of the lines that were found.
struct Job {
    invert: bool,
    count: bool,
    only: bool,
    number: bool,
    quiet: bool,
    list: bool,
    names: bool,
    most: usize,
    before: usize,
    after: usize,
    found: bool,
    failed: bool,
}

impl Job {
    fn new(call: &Call, parsed: &Parsed, several: bool) -> Result<Job, Stop> {
        let number = |letter: char, what: &str| match parsed.value(letter) {
            None => Ok(None),
            Some(value) => value
                .parse::<usize>()
                .map(Some)
                .map_err(|_| call.fail(2, format!("{value}: invalid {what}"))),
        };
        let around = number('C', "context length argument")?;
        let only = parsed.has('o');
        let side = |own: Option<usize>| if only { 0 } else { own.or(around).unwrap_or(0) };
        Ok(Job {
            invert: parsed.has('v'),
            count: parsed.has('c'),
            only,
            number: parsed.has('n'),
            quiet: parsed.has('q'),
            list: parsed.has('l'),
            names: (several || parsed.has('H')) && !parsed.has('h'),
            most: number('m', "max count")?.unwrap_or(usize::MAX),
            before: side(number('B', "context length argument")?),
            after: side(number('A', "context length argument")?),
            found: false,
            failed: false,
        })
    }

    fn prefix(&self, name: &str, number: usize, mark: char) -> String {
        let mut text = String::new();
        if self.names {
            text += &format!("{name}{mark}");
        }
        if self.number {
            text += &format!("{number}{mark}");
        }
        text
    }

    /// Searches one input; true if nothing more is to be done at all (`-q`).
    async fn file(
        &mut self,
        call: &Call,
        search: &Search,
        input: &mut Input,
        name: &str,
    ) -> Result<bool, Stop> {
        let (mut number, mut count) = (0, 0);
        let mut held: Vec<(usize, Vec<u8>)> = Vec::new();
        let (mut follow, mut printed) = (0, 0);
        'input: while let Some(block) = input.lines().await? {
            for line in lines(&block) {
                number += 1;
                if count >= self.most && follow == 0 {
                    break 'input;
                }
                if count < self.most && search.fits(line) != self.invert {
                    count += 1;
                    self.found = true;
                    if self.quiet {
                        return Ok(true);
                    }
                    if self.list {
                        break 'input;
                    }
                    if !self.count {
                        let first = held.first().map_or(number, |(n, _)| *n);
                        if (self.before > 0 || self.after > 0) && printed > 0 && first > printed + 1
                        {
                            call.io.out_line("--");
                        }
                        for (n, line) in held.drain(..) {
                            call.io.out(self.prefix(name, n, '-'));
                            call.io.out_line(line);
                        }
                        self.show(call, search, line, name, number);
                        (follow, printed) = (self.after, number);
                    }
                } else if follow > 0 {
                    call.io.out(self.prefix(name, number, '-'));
                    call.io.out_line(line);
                    follow -= 1;
                    printed = number;
                } else if self.before > 0 {
                    held.push((number, line.to_vec()));
                    if held.len() > self.before {
                        held.remove(0);
                    }
                }
                call.io.spill().await?;
            }
            call.io.breathe().await?;
        }
        if self.list && count > 0 {
            call.io.out_line(name);
        } else if self.count && !self.list {
            let prefix = if self.names {
                format!("{name}:")
            } else {
                String::new()
            };
            call.io.out_line(format!("{prefix}{count}"));
        }
        Ok(false)
    }

    fn show(&self, call: &Call, search: &Search, line: &[u8], name: &str, number: usize) {
        let prefix = self.prefix(name, number, ':');
        if !self.only {
            call.io.out(prefix);
            call.io.out_line(line);
            return;
        }
        if self.invert {
            return;
        }
        let line = text(line);
        let mut at = 0;
        while let Some((start, end)) = search.find(&line, at) {
            if end > start {
                call.io.out(&prefix);
                call.io.out_line(&line[start..end]);
                at = end;
            } else {
                at = end + line[end..].chars().next().map_or(1, char::len_utf8);
            }
            if at > line.len() {
                break;
            }
        }
    }
}
