//! `sed`: `s`, `y`, `p`, `d`, `q`, `=`, with addresses of lines and patterns. No hold space, no branches.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::getopt::Syntax;
use super::input::{Input, lines, or_stdin, text};
use super::pattern::{Dialect, compile};
use regex_lite::Regex;

pub(super) const TOOLS: &[Builtin] = &[Builtin {
    name: "sed",
    summary: "edit lines by a script",
    run: |call| Box::pin(sed(call)),
}];

enum Address {
    Line(usize),
    Last,
    Pattern(Regex),
    /// `first~step`
    Step(usize, usize),
    /// `+n` lines behind the first address.
    Plus(usize),
}

enum Piece {
    Text(String),
    Group(usize),
}

enum Action {
    Substitute {
        regex: Regex,
        with: Vec<Piece>,
        all: bool,
        nth: usize,
        print: bool,
    },
    Transliterate(Vec<(char, char)>),
    Print,
    Delete,
    Quit,
    Number,
}

struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    action: Action,
    /// Inside a range: its last line, if that is known already.
    active: bool,
    until: Option<usize>,
}

struct Script<'s> {
    rest: &'s str,
    whole: &'s str,
    dialect: Dialect,
}

type Parsed<T> = Result<T, String>;

impl Script<'_> {
    fn failed(&self, why: &str) -> String {
        let at = self.whole.chars().count() - self.rest.chars().count();
        format!("-e expression #1, char {at}: {why}")
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn skip(&mut self, marks: &[char]) {
        self.rest = self.rest.trim_start_matches(marks);
    }

    fn number(&mut self) -> Option<usize> {
        let len = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(len);
        let number = digits.parse().ok()?;
        self.rest = rest;
        Some(number)
    }

    /// Text up to the delimiter; `\delimiter` is the delimiter itself.
    fn until(&mut self, delimiter: char, unterminated: &str) -> Parsed<String> {
        let mut text = String::new();
        let mut in_class = false;
        while let Some(c) = self.next() {
            match c {
                '\\' => match self.next() {
                    Some(next) if next == delimiter => text.push(next),
                    Some(next) => text.extend(['\\', next]),
                    None => break,
                },
                c if c == delimiter && !in_class => return Ok(text),
                c => {
                    // GNU lets a delimiter stand in a class.
                    match c {
                        '[' if !in_class => in_class = self.rest.contains(']'),
                        ']' => in_class = false,
                        _ => {}
                    }
                    text.push(c);
                }
            }
        }
        Err(self.failed(unterminated))
    }

    fn regex(&mut self, delimiter: char, unterminated: &str) -> Parsed<(String, bool)> {
        let pattern = self.until(delimiter, unterminated)?;
        Ok((pattern, delimiter != '/'))
    }

    fn address(&mut self, second: bool) -> Parsed<Option<Address>> {
        if let Some(number) = self.number() {
            if let Some(rest) = self.rest.strip_prefix('~') {
                self.rest = rest;
                return Ok(Some(Address::Step(number, self.number().unwrap_or(0))));
            }
            return Ok(Some(Address::Line(number)));
        }
        let first = self.rest.chars().next();
        match first {
            Some('$') => {
                self.next();
                Ok(Some(Address::Last))
            }
            Some('+') if second => {
                self.next();
                Ok(self.number().map(Address::Plus))
            }
            Some('/' | '\\') => {
                self.next();
                let delimiter = match first {
                    Some('\\') => self.next().unwrap_or('/'),
                    _ => '/',
                };
                let (pattern, _) = self.regex(delimiter, "unterminated address regex")?;
                let ignore_case = self.rest.starts_with('I');
                if ignore_case {
                    self.next();
                }
                let regex = compile(&pattern, self.dialect, ignore_case);
                regex
                    .map(|r| Some(Address::Pattern(r)))
                    .map_err(|why| self.failed(&why))
            }
            _ => Ok(None),
        }
    }

    fn commands(&mut self) -> Parsed<Vec<Command>> {
        let mut commands = Vec::new();
        loop {
            self.skip(&[' ', '\t', '\n', ';']);
            if self.rest.starts_with('#') {
                self.rest = self.rest.split_once('\n').map_or("", |(_, after)| after);
                continue;
            }
            if self.rest.is_empty() {
                return Ok(commands);
            }
            let from = self.address(false)?;
            self.skip(&[' ']);
            let mut to = None;
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest.trim_start_matches(' ');
                to = self.address(true)?;
                if from.is_none() || to.is_none() {
                    return Err(self.failed("unexpected `,'"));
                }
            }
            self.skip(&[' ']);
            let negated = self.rest.starts_with('!');
            self.skip(&['!', ' ']);
            let action = self.action()?;
            commands.push(Command {
                from,
                to,
                negated,
                action,
                active: false,
                until: None,
            });
            self.skip(&[' ', '\t']);
            if !self.rest.is_empty() && !self.rest.starts_with([';', '\n', '#', '}']) {
                self.next();
                return Err(self.failed("extra characters after command"));
            }
        }
    }

    fn action(&mut self) -> Parsed<Action> {
        Ok(match self.next() {
            Some('p') => Action::Print,
            Some('d') => Action::Delete,
            Some('q') => Action::Quit,
            Some('=') => Action::Number,
            Some('s') => self.substitute()?,
            Some('y') => {
                let delimiter = self.next().unwrap_or('/');
                let unterminated = "unterminated `y' command";
                let from = plain(&self.until(delimiter, unterminated)?);
                let to = plain(&self.until(delimiter, unterminated)?);
                if from.chars().count() != to.chars().count() {
                    return Err(self.failed("strings for `y' command are different lengths"));
                }
                Action::Transliterate(from.chars().zip(to.chars()).collect())
            }
            Some(
                '{' | '}' | 'a' | 'i' | 'c' | 'n' | 'N' | 'h' | 'H' | 'g' | 'G' | 'x' | 'b' | 't'
                | ':' | 'r' | 'w' | 'D' | 'P' | 'l' | 'e',
            ) => {
                return Err(self.failed("that command is not supported by this shell"));
            }
            Some(c) => return Err(self.failed(&format!("unknown command: `{c}'"))),
            None => return Err(self.failed("missing command")),
        })
    }

    fn substitute(&mut self) -> Parsed<Action> {
        let unterminated = "unterminated `s' command";
        let delimiter = self.next().ok_or_else(|| self.failed(unterminated))?;
        let (pattern, _) = self.regex(delimiter, unterminated)?;
        let with = self.until_replacement(delimiter, unterminated)?;
        let (mut all, mut nth, mut print, mut ignore_case) = (false, 1, false, false);
        loop {
            if let Some(number) = self.number() {
                if number == 0 {
                    return Err(self.failed("number option to `s' command may not be zero"));
                }
                nth = number;
                continue;
            }
            match self.rest.chars().next() {
                Some('g') => all = true,
                Some('p') => print = true,
                Some('i' | 'I') => ignore_case = true,
                Some(' ' | '\t' | ';' | '\n' | '#' | '}') | None => break,
                Some(_) => {
                    self.next();
                    return Err(self.failed("unknown option to `s'"));
                }
            }
            self.next();
        }
        let regex =
            compile(&pattern, self.dialect, ignore_case).map_err(|why| self.failed(&why))?;
        let groups = regex.captures_len() - 1;
        for piece in &with {
            if let Piece::Group(n) = piece
                && *n > groups
            {
                return Err(self.failed(&format!("invalid reference \\{n} on `s' command's RHS")));
            }
        }
        Ok(Action::Substitute {
            regex,
            with,
            all,
            nth,
            print,
        })
    }

    fn until_replacement(&mut self, delimiter: char, unterminated: &str) -> Parsed<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut held = String::new();
        let end = |pieces: &mut Vec<Piece>, held: &mut String, group| {
            pieces.push(Piece::Text(std::mem::take(held)));
            pieces.push(Piece::Group(group));
        };
        while let Some(c) = self.next() {
            match c {
                '\\' => match self.next() {
                    Some(d @ '0'..='9') => {
                        end(&mut pieces, &mut held, d.to_digit(10).unwrap_or(0) as usize);
                    }
                    Some('n') if delimiter != 'n' => held.push('\n'),
                    Some('t') => held.push('\t'),
                    Some('r') => held.push('\r'),
                    Some(other) => held.push(other),
                    None => break,
                },
                '&' => end(&mut pieces, &mut held, 0),
                c if c == delimiter => {
                    pieces.push(Piece::Text(held));
                    return Ok(pieces);
                }
                c => held.push(c),
            }
        }
        Err(self.failed(unterminated))
    }
}

/// The strings of `y`.
fn plain(text: &str) -> String {
    text.replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\\\", "\\")
}

impl Command {
    fn hit(address: &Address, line: &str, number: usize, last: bool) -> bool {
        match address {
            Address::Line(n) => *n == number,
            Address::Last => last,
            Address::Pattern(regex) => regex.is_match(line),
            Address::Step(first, 0) => *first == number,
            Address::Step(first, step) => {
                number >= *first && (number - first).is_multiple_of(*step)
            }
            Address::Plus(_) => false,
        }
    }

    fn applies(&mut self, line: &str, number: usize, last: bool) -> bool {
        self.selected(line, number, last) != self.negated
    }

    fn selected(&mut self, line: &str, number: usize, last: bool) -> bool {
        let Some(from) = &self.from else { return true };
        let Some(to) = &self.to else {
            return Self::hit(from, line, number, last);
        };
        if self.active {
            let ends = match (to, self.until) {
                (_, Some(until)) => number >= until,
                _ => Self::hit(to, line, number, last),
            };
            self.active = !ends;
            // A line number that has gone by ended the range on its first line.
            return true;
        }
        if !Self::hit(from, line, number, last) {
            return false;
        }
        self.until = match to {
            Address::Line(n) => Some(*n),
            Address::Plus(n) => Some(number + n),
            _ => None,
        };
        self.active = self.until.is_none_or(|until| until > number);
        true
    }
}

fn substitute(action: &Action, line: &str) -> Option<String> {
    let Action::Substitute {
        regex,
        with,
        all,
        nth,
        ..
    } = action
    else {
        return None;
    };
    let mut result = String::new();
    let (mut copied, mut seen, mut changed) = (0, 0, false);
    for found in regex.captures_iter(line) {
        let whole = found.get(0).expect("the whole match is always there");
        seen += 1;
        if seen < *nth {
            continue;
        }
        result.push_str(&line[copied..whole.start()]);
        for piece in with {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Group(n) => result.push_str(found.get(*n).map_or("", |m| m.as_str())),
            }
        }
        copied = whole.end();
        changed = true;
        if !all {
            break;
        }
    }
    result.push_str(&line[copied..]);
    changed.then_some(result)
}

async fn sed(call: Call) -> Result<i32, Stop> {
    let long = [
        ("quiet", 'n'),
        ("silent", 'n'),
        ("expression", 'e'),
        ("regexp-extended", 'E'),
        ("in-place", 'i'),
        ("unbuffered", 'u'),
    ];
    let parsed = Syntax {
        short: "nrEe:iu",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let extended = parsed.has('E') || parsed.has('r');
    let dialect = if extended {
        Dialect::Extended
    } else {
        Dialect::Basic
    };
    let mut names = &parsed.operands[..];
    let given: Vec<&str> = parsed
        .options
        .iter()
        .filter(|(letter, _)| *letter == 'e')
        .filter_map(|(_, value)| value.as_deref())
        .collect();
    let source = if given.is_empty() {
        let Some((script, rest)) = names.split_first() else {
            call.io.err_line(
                "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...",
            );
            return Ok(1);
        };
        names = rest;
        script.clone()
    } else {
        given.join("\n")
    };
    let mut script = Script {
        rest: &source,
        whole: &source,
        dialect,
    };
    let mut commands = script.commands().map_err(|why| call.fail(1, why))?;
    if parsed.has('i') {
        return in_place(&call, &mut commands, names, parsed.has('n')).await;
    }
    let mut editor = Editor {
        commands: &mut commands,
        quiet: parsed.has('n'),
        number: 0,
    };
    let mut status = 0;
    let names = or_stdin(names);
    let mut inputs = Vec::new();
    for name in &names {
        match Input::open(&call, name) {
            Ok(input) => inputs.push(input),
            Err(super::super::FsError::IsADirectory) => {
                call.complain(format!("couldn't edit {name}: not a regular file"));
                status = 2;
            }
            Err(error) => {
                call.complain(format!("can't read {name}: {error}"));
                status = 2;
            }
        }
    }
    editor.run(&call, inputs).await?;
    Ok(status)
}

async fn in_place(
    call: &Call,
    commands: &mut [Command],
    names: &[String],
    quiet: bool,
) -> Result<i32, Stop> {
    let mut status = 0;
    for name in names {
        match call.session.read_file(name) {
            Ok(bytes) => {
                let mut editor = Editor {
                    commands,
                    quiet,
                    number: 0,
                };
                let mut text = Vec::new();
                let count = lines(&bytes).count();
                for (at, line) in lines(&bytes).enumerate().filter(|_| !bytes.is_empty()) {
                    let newline = at + 1 < count || bytes.ends_with(b"\n");
                    if !editor.line(line, at + 1 == count, newline, &mut text) {
                        break;
                    }
                }
                call.session.write_file(name, &text)?;
            }
            Err(error) => {
                call.complain(format!("can't read {name}: {error}"));
                status = 4;
            }
        }
    }
    Ok(status)
}

struct Editor<'c> {
    commands: &'c mut [Command],
    quiet: bool,
    number: usize,
}

impl Editor<'_> {
    /// All inputs as one; the last line of all is known one line late.
    async fn run(&mut self, call: &Call, inputs: Vec<Input>) -> Result<(), Stop> {
        let mut held: Option<(Vec<u8>, bool)> = None;
        let mut out = Vec::new();
        for mut input in inputs {
            while let Some(block) = input.lines().await? {
                let count = lines(&block).count();
                for (at, line) in lines(&block).enumerate() {
                    let newline = at + 1 < count || block.ends_with(b"\n");
                    if let Some((before, _)) = held.replace((line.to_vec(), newline)) {
                        let more = self.line(&before, false, true, &mut out);
                        call.io.out(&out);
                        out.clear();
                        if !more {
                            return Ok(());
                        }
                        call.io.spill().await?;
                    }
                }
            }
        }
        if let Some((line, newline)) = held {
            self.line(&line, true, newline, &mut out);
            call.io.out(out);
        }
        Ok(())
    }

    /// Edits one line; false if `q` ends the work.
    fn line(&mut self, line: &[u8], last: bool, newline: bool, out: &mut Vec<u8>) -> bool {
        self.number += 1;
        let end: &[u8] = if newline { b"\n" } else { b"" };
        let mut line = text(line).into_owned();
        let mut more = true;
        for command in self.commands.iter_mut() {
            if !command.applies(&line, self.number, last) {
                continue;
            }
            match &command.action {
                Action::Print => out.extend([line.as_bytes(), end].concat()),
                Action::Number => out.extend(format!("{}\n", self.number).into_bytes()),
                Action::Delete => return true,
                Action::Quit => {
                    more = false;
                    break;
                }
                Action::Transliterate(pairs) => {
                    let swap = |c| pairs.iter().find(|(from, _)| *from == c).map_or(c, |p| p.1);
                    line = line.chars().map(swap).collect();
                }
                action @ Action::Substitute { print, .. } => {
                    if let Some(changed) = substitute(action, &line) {
                        line = changed;
                        if *print {
                            out.extend([line.as_bytes(), end].concat());
                        }
                    }
                }
            }
        }
        if !self.quiet {
            out.extend([line.as_bytes(), end].concat());
        }
        more
    }
}
