//! Text to tokens: operators, words, the ends of lines.
//!
//! What is in a word is read by `word.rs`; both work on the same place in the text, because `$(…)` holds
//! whole commands.

use super::SyntaxError;
use super::ast::Word;
use super::parser::Parser;
use std::cell::OnceCell;
use std::rc::Rc;

#[derive(Debug, Clone)]
pub(super) enum Token {
    Word(Word),
    /// `|`, `&&`, `;`, `<`, `2>`, …; a number in front is a separate field.
    Op(&'static str),
    /// An operator of redirection with the number before it.
    Redirect(Option<u8>, &'static str),
    Newline,
    End,
}

/// A here-document whose lines come after the current one.
pub(super) struct Pending {
    pub body: Rc<OnceCell<Word>>,
    pub delimiter: String,
    /// The delimiter was quoted: nothing is expanded.
    pub literal: bool,
    /// `<<-`: tabs at the start of lines go.
    pub strip_tabs: bool,
    pub at: usize,
}

/// Longest first.
const OPERATORS: &[&str] = &["&&", "||", ";;", "|&", "|", "&", ";", "(", ")"];
const REDIRECTS: &[&str] = &[
    "&>>", "<<<", "<<-", "&>", "<<", ">>", "<&", ">&", "<>", ">|", "<(", ">(", "<", ">",
];

impl Parser<'_> {
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    pub(super) fn peek_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn error(&self, at: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.text, at, message.into())
    }

    /// The error for what bash has and this shell has not.
    pub(super) fn unsupported(&self, at: usize, what: &str) -> SyntaxError {
        self.error(at, format!("{what} not supported by this shell"))
    }

    /// Skips spaces, continued line ends, and a comment.
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with(' ') || rest.starts_with('\t') {
                self.at += 1;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    /// Reads the next token; `self.token_at` is where it begins.
    pub(super) fn lex(&mut self) -> Result<Token, SyntaxError> {
        self.skip_blank();
        self.token_at = self.at;
        let rest = self.rest();
        if rest.is_empty() {
            self.read_here_documents()?;
            return Ok(Token::End);
        }
        if rest.starts_with('\n') {
            self.at += 1;
            self.read_here_documents()?;
            return Ok(Token::Newline);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let Some(op) = REDIRECTS.iter().find(|op| rest[digits..].starts_with(**op))
            && !(digits > 0 && op.starts_with('&'))
        {
            // A number too large for a descriptor is refused later like any other unknown one.
            let number = (digits > 0).then(|| rest[..digits].parse().unwrap_or(u8::MAX));
            self.at += digits + op.len();
            return Ok(Token::Redirect(number, op));
        }
        if let Some(op) = OPERATORS.iter().find(|op| rest.starts_with(**op)) {
            self.at += op.len();
            return Ok(Token::Op(op));
        }
        self.word().map(Token::Word)
    }

    /// The lines of the here-documents that were announced on the line just ended.
    fn read_here_documents(&mut self) -> Result<(), SyntaxError> {
        for pending in std::mem::take(&mut self.pending) {
            let mut body = String::new();
            let body_at = self.at;
            loop {
                let rest = self.rest();
                if rest.is_empty() {
                    return Err(self.error(
                        pending.at,
                        format!(
                            "here-document delimited by end-of-file (wanted `{}')",
                            pending.delimiter
                        ),
                    ));
                }
                let line = rest.split('\n').next().unwrap_or("");
                let next = self.at + (line.len() + 1).min(rest.len());
                let shown = if pending.strip_tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                let is_end = shown == pending.delimiter;
                if !is_end {
                    body.push_str(shown);
                    body.push('\n');
                }
                self.at = next;
                if is_end {
                    break;
                }
            }
            let word = if pending.literal {
                Word::quoted(body)
            } else {
                self.here_document_word(&body, body_at)?
            };
            pending
                .body
                .set(word)
                .expect("each here-document is read once");
        }
        Ok(())
    }
}
