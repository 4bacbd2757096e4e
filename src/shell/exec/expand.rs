//! From words as written to words as commands see them: variables, `$(…)`, splitting, file names.

use super::super::grammar::ast::{Part, Script, Word};
use super::super::io::{Stop, Writer};
use super::{Exec, Streams, glob};
use futures_util::future::LocalBoxFuture;
use std::cell::RefCell;
use std::rc::Rc;

/// A word in the making: its text, and the same text as a pattern in which what was quoted is
/// escaped.
#[derive(Default)]
struct Field {
    text: String,
    pattern: String,
    has_pattern: bool,
    /// Something quoted is in it: it is a word even if empty.
    quoted: bool,
}

impl Field {
    fn push(&mut self, text: &str, quoted: bool) {
        self.text.push_str(text);
        self.quoted |= quoted;
        for c in text.chars() {
            let special = matches!(c, '*' | '?' | '[');
            if special && !quoted {
                self.has_pattern = true;
            } else if special || c == '\\' || quoted && matches!(c, ']' | '-' | '!' | '^') {
                self.pattern.push('\\');
            }
            self.pattern.push(c);
        }
    }
}

/// The fields of one word.
struct Fields {
    done: Vec<Field>,
    current: Option<Field>,
    ifs: String,
}

impl Fields {
    fn current(&mut self) -> &mut Field {
        self.current.get_or_insert_with(Field::default)
    }

    fn text(&mut self, text: &str, quoted: bool) {
        self.current().push(text, quoted);
    }

    /// The value of something unquoted: cut into fields at the characters of `IFS`.
    fn split(&mut self, value: &str) {
        let is_space = |c: char| self.ifs.contains(c) && matches!(c, ' ' | '\t' | '\n');
        let is_mark = |c: char| self.ifs.contains(c) && !matches!(c, ' ' | '\t' | '\n');
        let mut rest = value;
        while !rest.is_empty() {
            let word = rest
                .find(|c| is_space(c) || is_mark(c))
                .unwrap_or(rest.len());
            let after = rest[word..].trim_start_matches(is_space);
            let marked = after.strip_prefix(is_mark);
            let next = marked.unwrap_or(after).trim_start_matches(is_space);
            if word > 0 || marked.is_some() {
                self.current
                    .get_or_insert_with(Field::default)
                    .push(&rest[..word], false);
            }
            if word < rest.len()
                && let Some(mut field) = self.current.take()
            {
                // A mark ends a field even if nothing is in it.
                field.quoted |= marked.is_some();
                self.done.push(field);
            }
            rest = next;
        }
    }
}

impl Exec {
    /// Words with all expansions done.
    pub(super) async fn expand_words(&self, words: &[Word]) -> Result<Vec<String>, Stop> {
        let mut all = Vec::new();
        let mut keeps_values = false;
        for word in words {
            // `export NAME=$value` takes the value whole, as an assignment does.
            if keeps_values && is_assignment(word) {
                all.push(self.expand_value(word).await?);
                continue;
            }
            for field in self.fields(word).await? {
                if !field.has_pattern {
                    all.push(field.text);
                    continue;
                }
                let found = glob::files(&self.session, &field.pattern);
                if found.is_empty() {
                    all.push(field.text)
                } else {
                    all.extend(found)
                }
            }
            keeps_values |= all.first().is_some_and(|w| w == "export");
        }
        Ok(all)
    }

    async fn fields(&self, word: &Word) -> Result<Vec<Field>, Stop> {
        let ifs = self
            .session
            .var("IFS")
            .unwrap_or_else(|| " \t\n".to_owned());
        let mut fields = Fields {
            done: Vec::new(),
            current: None,
            ifs,
        };
        self.parts(word, &mut fields).await?;
        let mut done = fields.done;
        done.extend(fields.current);
        done.retain(|f| f.quoted || !f.text.is_empty());
        Ok(done)
    }

    fn parts<'a>(
        &'a self,
        word: &'a Word,
        fields: &'a mut Fields,
    ) -> LocalBoxFuture<'a, Result<(), Stop>> {
        Box::pin(async move {
            for part in &word.parts {
                match part {
                    Part::Text { text, quoted } => fields.text(text, *quoted),
                    Part::Variable {
                        name,
                        default: Some(default),
                        quoted: false,
                    } => match self.variable(name, default.if_empty) {
                        Some(value) => fields.split(&value),
                        None => self.parts(&default.word, fields).await?,
                    },
                    _ => {
                        let value = self.value_of(part).await?;
                        match is_quoted(part) {
                            true => fields.text(&value, true),
                            false => fields.split(&value),
                        }
                    }
                }
            }
            Ok(())
        })
    }

    /// A word as one text, without splitting and file names: values of assignments, here-documents.
    pub(super) fn expand_value<'a>(
        &'a self,
        word: &'a Word,
    ) -> LocalBoxFuture<'a, Result<String, Stop>> {
        Box::pin(async move {
            let mut text = String::new();
            for part in &word.parts {
                text += &self.value_of(part).await?;
            }
            Ok(text)
        })
    }

    async fn value_of(&self, part: &Part) -> Result<String, Stop> {
        Ok(match part {
            Part::Text { text, .. } => text.clone(),
            Part::Variable {
                name,
                default: None,
                ..
            } => self.session.var(name).unwrap_or_default(),
            Part::Variable {
                name,
                default: Some(default),
                ..
            } => match self.variable(name, default.if_empty) {
                Some(value) => value,
                None => self.expand_value(&default.word).await?,
            },
            Part::Status { .. } => self.session.status().to_string(),
            Part::LastJob { .. } => self.session.jobs().last_pid().unwrap_or_default(),
            Part::Home => self.session.var("HOME").unwrap_or_else(|| "/".to_owned()),
            Part::Command { script, .. } => self.capture(script).await?,
        })
    }

    fn variable(&self, name: &str, skip_empty: bool) -> Option<String> {
        self.session
            .var(name)
            .filter(|value| !(skip_empty && value.is_empty()))
    }

    /// What commands print, without the newlines at its end.
    async fn capture(&self, script: &Script) -> Result<String, Stop> {
        let buffer = Rc::new(RefCell::new(Vec::new()));
        let stdout = Writer::Capture(buffer.clone());
        let inner = self.with_streams(Streams {
            stdout,
            ..self.streams.clone()
        });
        inner.subshell(script).await?;
        let bytes = std::mem::take(&mut *buffer.borrow_mut());
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches('\n').replace('\0', ""))
    }
}

fn is_assignment(word: &Word) -> bool {
    matches!(word.parts.first(), Some(Part::Text { text, quoted: false }) if text.contains('='))
}

fn is_quoted(part: &Part) -> bool {
    match part {
        Part::Text { quoted, .. }
        | Part::Variable { quoted, .. }
        | Part::Status { quoted }
        | Part::LastJob { quoted }
        | Part::Command { quoted, .. } => *quoted,
        Part::Home => true,
    }
}
