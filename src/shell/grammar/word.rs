//! The inside of a word: quotes, variables, `$(…)`.

use super::SyntaxError;
use super::ast::{Default, Part, Word};
use super::parser::Parser;
use std::rc::Rc;

impl Word {
    pub(super) fn quoted(text: String) -> Word {
        Word {
            parts: vec![Part::Text { text, quoted: true }],
        }
    }

    fn push_char(&mut self, c: char, is_quoted: bool) {
        match self.parts.last_mut() {
            Some(Part::Text { text, quoted }) if *quoted == is_quoted => text.push(c),
            _ => self.parts.push(Part::Text {
                text: c.to_string(),
                quoted: is_quoted,
            }),
        }
    }
}

/// Where a word is read, which decides what ends it and what is special in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A word of a command.
    Plain,
    /// Behind `:-` in `${…}`; ends at `}`.
    Default { quoted: bool },
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Finds `{a,b}` and `{1..3}`, which bash would expand.
#[derive(std::default::Default)]
struct Braces {
    open_at: Option<usize>,
    list: bool,
    dots: bool,
}

impl Braces {
    /// Takes an unquoted character; true when it closes an expansion.
    fn see(&mut self, c: char, at: usize, next: Option<char>) -> bool {
        match (c, self.open_at) {
            ('{', _) => {
                self.open_at = Some(at);
                (self.list, self.dots) = (false, false);
            }
            (',', Some(_)) => self.list = true,
            ('.', Some(_)) if next == Some('.') => self.dots = true,
            ('}', Some(_)) if self.list || self.dots => return true,
            ('}', Some(_)) => self.open_at = None,
            _ => {}
        }
        false
    }
}

impl Parser<'_> {
    /// Reads a word; at least one character is there.
    pub(super) fn word(&mut self) -> Result<Word, SyntaxError> {
        let mut word = Word::default();
        if let Some(rest) = self.rest().strip_prefix('~')
            && rest
                .chars()
                .next()
                .is_none_or(|c| c == '/' || " \t\n;&|<>()".contains(c))
        {
            self.at += 1;
            word.parts.push(Part::Home);
        }
        self.word_parts(&mut word, Place::Plain)?;
        Ok(word)
    }

    fn word_parts(&mut self, word: &mut Word, place: Place) -> Result<(), SyntaxError> {
        let quoted = place == Place::Default { quoted: true };
        let mut braces = Braces::default();
        while let Some(c) = self.peek_char() {
            let at = self.at;
            match c {
                '}' if place != Place::Plain => return Ok(()),
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | ')' if place == Place::Plain => {
                    return Ok(());
                }
                '(' if place == Place::Plain => return Err(self.open_parenthesis(word, at)),
                '\\' => self.backslash(word, quoted),
                '\'' if !quoted => self.single_quotes(word)?,
                '"' => self.double_quotes(word)?,
                '`' => return Err(self.unsupported(at, "backquotes: use $(...), they are")),
                '$' => self.dollar(word, quoted)?,
                _ => {
                    self.at += c.len_utf8();
                    if place == Place::Plain && braces.see(c, at, self.peek_char()) {
                        let from = braces.open_at.unwrap_or(at);
                        return Err(self.unsupported(from, "brace expansion is"));
                    }
                    word.push_char(c, quoted);
                }
            }
        }
        if place == Place::Plain {
            return Ok(());
        }
        Err(self.error(
            self.text.len(),
            "unexpected EOF while looking for matching `}'",
        ))
    }

    fn open_parenthesis(&self, word: &Word, at: usize) -> SyntaxError {
        match word.bare() {
            Some(text) if text.ends_with('=') => self.unsupported(at, "arrays are"),
            Some(name) if name.chars().all(|c| is_name(c) || c == '-') => {
                self.unsupported(at, "functions are")
            }
            _ => self.error(at, "syntax error near unexpected token `('"),
        }
    }

    fn backslash(&mut self, word: &mut Word, in_quotes: bool) {
        self.at += 1;
        let Some(next) = self.peek_char() else {
            word.push_char('\\', true);
            return;
        };
        if in_quotes && !"$`\"\\\n}".contains(next) {
            word.push_char('\\', true);
            return;
        }
        self.at += next.len_utf8();
        if next != '\n' {
            word.push_char(next, true);
        }
    }

    fn single_quotes(&mut self, word: &mut Word) -> Result<(), SyntaxError> {
        let open = self.at;
        let body = &self.text[open + 1..];
        let Some(end) = body.find('\'') else {
            return Err(self.error(open, "unexpected EOF while looking for matching `''"));
        };
        word.parts.push(Part::Text {
            text: body[..end].to_owned(),
            quoted: true,
        });
        self.at = open + 1 + end + 1;
        Ok(())
    }

    fn double_quotes(&mut self, word: &mut Word) -> Result<(), SyntaxError> {
        let open = self.at;
        self.at += 1;
        // Even `""` is a word, if an empty one.
        word.parts.push(Part::Text {
            text: String::new(),
            quoted: true,
        });
        while let Some(c) = self.peek_char() {
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '\\' => self.backslash(word, true),
                '$' => self.dollar(word, true)?,
                '`' => return Err(self.unsupported(self.at, "backquotes: use $(...), they are")),
                _ => {
                    self.at += c.len_utf8();
                    word.push_char(c, true);
                }
            }
        }
        Err(self.error(open, "unexpected EOF while looking for matching `\"'"))
    }

    fn dollar(&mut self, word: &mut Word, quoted: bool) -> Result<(), SyntaxError> {
        let at = self.at;
        let rest = &self.rest()[1..];
        if rest.starts_with("((") {
            return Err(self.unsupported(at, "arithmetic expansion `$((' is"));
        }
        let Some(next) = rest.chars().next() else {
            self.at += 1;
            word.push_char('$', true);
            return Ok(());
        };
        match next {
            '(' => {
                self.at += 2;
                let script = Rc::new(self.substitution(at)?);
                word.parts.push(Part::Command { script, quoted });
            }
            '{' => self.braced_variable(word, quoted)?,
            '?' => {
                self.at += 2;
                word.parts.push(Part::Status { quoted });
            }
            '!' => {
                self.at += 2;
                word.parts.push(Part::LastJob { quoted });
            }
            '\'' if !quoted => self.ansi_quotes(word)?,
            '0'..='9' | '@' | '*' | '#' | '$' | '-' => {
                return Err(self.unsupported(at, "positional parameters such as `$1' are"));
            }
            c if is_name_start(c) => {
                let len = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                let name = rest[..len].to_owned();
                self.at += 1 + len;
                word.parts.push(Part::Variable {
                    name,
                    default: None,
                    quoted,
                });
            }
            _ => {
                self.at += 1;
                word.push_char('$', true);
            }
        }
        Ok(())
    }

    /// `${NAME}`, `${NAME:-default}`, `${NAME-default}`
    fn braced_variable(&mut self, word: &mut Word, quoted: bool) -> Result<(), SyntaxError> {
        let at = self.at;
        let body = &self.rest()[2..];
        let len = body.find(|c| !is_name(c)).unwrap_or(body.len());
        let name = body[..len].to_owned();
        let after = &body[len..];
        if after.is_empty() {
            return Err(self.error(at, "unexpected EOF while looking for matching `}'"));
        }
        let operator = [":-", "-", "}"]
            .into_iter()
            .find(|op| after.starts_with(op));
        let named = name.starts_with(is_name_start);
        let (true, Some(operator)) = (named, operator) else {
            let shown = &body[..len + after.chars().next().map_or(0, char::len_utf8)];
            return Err(self.unsupported(at, &format!("the expansion `${{{shown}' is")));
        };
        self.at += 2 + len + operator.len();
        let default = if operator == "}" {
            None
        } else {
            self.enter(at)?;
            let mut default = Word::default();
            self.word_parts(&mut default, Place::Default { quoted })?;
            self.leave();
            self.at += 1;
            Some(Default {
                word: default,
                if_empty: operator == ":-",
            })
        };
        word.parts.push(Part::Variable {
            name,
            default,
            quoted,
        });
        Ok(())
    }

    /// `$'a\tb'`
    fn ansi_quotes(&mut self, word: &mut Word) -> Result<(), SyntaxError> {
        let open = self.at;
        self.at += 2;
        let start = self.at;
        while let Some(c) = self.peek_char() {
            match c {
                '\'' => {
                    let raw = &self.text[start..self.at];
                    let bytes = crate::shell::builtins::escape::unescape(raw, true).bytes;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    word.parts.push(Part::Text { text, quoted: true });
                    self.at += 1;
                    return Ok(());
                }
                '\\' => {
                    self.at += 1;
                    self.at += self.peek_char().map_or(0, char::len_utf8);
                }
                _ => self.at += c.len_utf8(),
            }
        }
        Err(self.error(open, "unexpected EOF while looking for matching `''"))
    }

    /// The body of a here-document: as in double quotes, but `"` is itself.
    pub(super) fn here_document_word(
        &mut self,
        body: &str,
        body_at: usize,
    ) -> Result<Word, SyntaxError> {
        let mut inner = Parser::new(body);
        let mut word = Word::quoted(String::new());
        let outcome = loop {
            let Some(c) = inner.peek_char() else {
                break Ok(());
            };
            let step = match c {
                '\\' if inner.rest()[1..].starts_with('"') => {
                    inner.at += 1;
                    word.push_char('\\', true);
                    Ok(())
                }
                '\\' => {
                    inner.backslash(&mut word, true);
                    Ok(())
                }
                '$' => inner.dollar(&mut word, true),
                '`' => Err(inner.unsupported(inner.at, "backquotes: use $(...), they are")),
                _ => {
                    inner.at += c.len_utf8();
                    word.push_char(c, true);
                    Ok(())
                }
            };
            if step.is_err() {
                break step;
            }
        };
        // The body's own lines are what the error counts; the cell's are what the reader sees.
        outcome.map_err(|mut error| {
            error.line += self.text[..body_at].matches('\n').count();
            error
        })?;
        Ok(word)
    }
}
