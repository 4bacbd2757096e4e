//! Reads a cell: from text to a tree that `exec` can run.
//!
//! A documented subset of POSIX sh (`docs/SHELL.md`). The whole cell is read before any of it runs; what
//! is outside the subset is refused with its place. No arithmetic, functions, `case`, arrays.

pub mod ast;
mod jupyter;
mod lexer;
mod parser;
mod word;

pub use jupyter::{is_shell_only, without_magic};

use std::fmt;

/// Why a cell cannot be run, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// The line itself.
    pub source: String,
}

impl SyntaxError {
    fn new(text: &str, at: usize, message: String) -> Self {
        let at = at.min(text.len());
        let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
        let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
        SyntaxError {
            message,
            line: text[..start].matches('\n').count() + 1,
            column: text[start..at].chars().count() + 1,
            source: text[start..end].to_owned(),
        }
    }
}

impl fmt::Display for SyntaxError {
    /// Three lines: the message as bash begins it, the line, a caret below the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let caret: String = self
            .source
            .chars()
            .take(self.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        writeln!(f, "bash: line {}: {}", self.line, self.message)?;
        writeln!(f, "  {}", self.source)?;
        write!(f, "  {caret}^ line {}, column {}", self.line, self.column)
    }
}

/// Reads a whole cell.
pub fn parse(source: &str) -> Result<ast::Script, SyntaxError> {
    let text = without_magic(&source.replace("\r\n", "\n"));
    parser::Parser::new(&text).script()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(source: &str) -> String {
        parse(source).expect_err(source).message
    }

    #[test]
    fn errors_show_their_place() {
        let shown = parse("echo a\necho b | | c").unwrap_err().to_string();
        assert_eq!(
            shown,
            "bash: line 2: syntax error near unexpected token `|'\n  echo b | | c\n           ^ line 2, column 10"
        );
    }

    #[test]
    fn what_is_outside_the_subset_is_named() {
        for (source, name) in [
            ("echo $((1+2))", "arithmetic"),
            ("case x in a) ;; esac", "`case'"),
            ("f() { echo; }", "functions"),
            ("echo `date`", "backquotes"),
            ("echo {1..3}", "brace expansion"),
            ("[[ a == b ]]", "`[['"),
            ("((i++))", "arithmetic"),
            ("diff <(ls) x", "process substitution"),
            ("echo ${x#a}", "`${x#'"),
            ("echo $1", "positional parameters"),
            ("a=(1 2)", "arrays"),
            ("cat <&3", "file descriptor"),
            ("for ((i=0;i<3;i++)); do echo; done", "arithmetic"),
            ("select x in a; do echo; done", "`select'"),
        ] {
            let message = error(source);
            assert!(message.contains(name), "{source}: {message}");
            assert!(
                message.ends_with("not supported by this shell"),
                "{source}: {message}"
            );
        }
    }

    #[test]
    fn bash_s_own_errors_are_worded_as_bash_does() {
        assert_eq!(
            error("echo 'a"),
            "unexpected EOF while looking for matching `''"
        );
        assert_eq!(
            error("echo \"a"),
            "unexpected EOF while looking for matching `\"'"
        );
        assert_eq!(
            error("echo $(a"),
            "unexpected EOF while looking for matching `)'"
        );
        assert_eq!(error("echo a )"), "syntax error near unexpected token `)'");
        assert_eq!(error("| a"), "syntax error near unexpected token `|'");
        assert_eq!(
            error("a > "),
            "syntax error near unexpected token `newline'"
        );
        assert_eq!(
            error("a >\nb"),
            "syntax error near unexpected token `newline'"
        );
        assert_eq!(
            error("for x in a; do b"),
            "syntax error: unexpected end of file"
        );
        assert_eq!(
            error("if a; then fi"),
            "syntax error near unexpected token `fi'"
        );
        assert_eq!(error("done"), "syntax error near unexpected token `done'");
        assert_eq!(error("a &&"), "syntax error: unexpected end of file");
        assert_eq!(error("a ; ; b"), "syntax error near unexpected token `;'");
    }

    #[test]
    fn deep_nesting_is_refused_not_a_stack_overflow() {
        assert!(error(&"$(".repeat(10_000)).contains("nested too deeply"));
        assert!(error(&"( ".repeat(10_000)).contains("nested too deeply"));
        assert!(error(&"${x:-".repeat(10_000)).contains("nested too deeply"));
    }
}
