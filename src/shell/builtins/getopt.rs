//! Options of the small tools, as GNU's `getopt_long` reads them.

use super::super::io::Stop;
use super::super::tool::Call;

/// A command line sorted into options and operands.
pub(super) struct Parsed {
    /// Each option in its order, with its argument.
    pub options: Vec<(char, Option<String>)>,
    pub operands: Vec<String>,
}

impl Parsed {
    pub fn has(&self, letter: char) -> bool {
        self.options.iter().any(|(l, _)| *l == letter)
    }

    /// The last argument of an option.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.options
            .iter()
            .rev()
            .find(|(l, _)| *l == letter)?
            .1
            .as_deref()
    }
}

/// What a tool takes.
pub(super) struct Syntax<'a> {
    /// Letters, each followed by `:` if it has an argument; a leading `+` stops at the first operand.
    pub short: &'a str,
    /// Long names and the letters that they stand for.
    pub long: &'a [(&'static str, char)],
    /// Status of a wrong command line.
    pub status: i32,
}

impl Syntax<'_> {
    fn takes_argument(&self, letter: char) -> Option<bool> {
        let at = self
            .short
            .find(letter)
            .filter(|_| letter != ':' && letter != '+')?;
        Some(self.short[at + letter.len_utf8()..].starts_with(':'))
    }

    /// Sorts the words of a call.
    pub fn parse(&self, call: &Call) -> Result<Parsed, Stop> {
        let mut parsed = Parsed {
            options: Vec::new(),
            operands: Vec::new(),
        };
        let mut words = call.args.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                self.long_option(call, long, &mut words, &mut parsed)?;
            } else if word.len() > 1 && word.starts_with('-') {
                self.cluster(call, &word[1..], &mut words, &mut parsed)?;
            } else {
                parsed.operands.push(word.clone());
                if self.short.starts_with('+') {
                    break;
                }
            }
        }
        parsed.operands.extend(words.cloned());
        Ok(parsed)
    }

    fn long_option<'a>(
        &self,
        call: &Call,
        word: &str,
        words: &mut impl Iterator<Item = &'a String>,
        parsed: &mut Parsed,
    ) -> Result<(), Stop> {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let mut fitting = self.long.iter().filter(|(long, _)| long.starts_with(name));
        let exact = self.long.iter().find(|(long, _)| *long == name);
        let found = exact.or_else(|| fitting.next().filter(|_| fitting.next().is_none()));
        let Some((name, letter)) = found else {
            return Err(self.wrong(call, &format!("unrecognized option '--{word}'")));
        };
        let value = match (self.takes_argument(*letter) == Some(true), inline) {
            (false, Some(_)) => {
                let why = format!("option '--{name}' doesn't allow an argument");
                return Err(self.wrong(call, &why));
            }
            (false, None) => None,
            (true, Some(value)) => Some(value),
            (true, None) => match words.next() {
                Some(value) => Some(value.clone()),
                None => {
                    let why = format!("option '--{name}' requires an argument");
                    return Err(self.wrong(call, &why));
                }
            },
        };
        parsed.options.push((*letter, value));
        Ok(())
    }

    fn cluster<'a>(
        &self,
        call: &Call,
        letters: &str,
        words: &mut impl Iterator<Item = &'a String>,
        parsed: &mut Parsed,
    ) -> Result<(), Stop> {
        for (at, letter) in letters.char_indices() {
            match self.takes_argument(letter) {
                None => return Err(self.wrong(call, &format!("invalid option -- '{letter}'"))),
                Some(false) => parsed.options.push((letter, None)),
                Some(true) => {
                    let rest = &letters[at + letter.len_utf8()..];
                    let value = match rest {
                        "" => words.next().cloned(),
                        _ => Some(rest.to_owned()),
                    };
                    let Some(value) = value else {
                        let why = format!("option requires an argument -- '{letter}'");
                        return Err(self.wrong(call, &why));
                    };
                    parsed.options.push((letter, Some(value)));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn wrong(&self, call: &Call, why: &str) -> Stop {
        call.complain(why);
        call.io
            .err_line(format!("Try '{} --help' for more information.", call.name));
        Stop::Exit(self.status)
    }
}
