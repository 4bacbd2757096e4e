//! The tree of a cell.

use std::cell::OnceCell;
use std::rc::Rc;

/// Commands one after another.
#[derive(Debug, Default)]
pub struct Script {
    pub items: Vec<Item>,
}

/// One entry of a list, up to `;`, `&` or the end of the line.
#[derive(Debug)]
pub struct Item {
    pub and_or: Rc<AndOr>,
    /// Ended by `&`.
    pub background: bool,
    /// As written, for `jobs`.
    pub source: String,
}

/// What joins two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connector {
    And,
    Or,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub struct AndOr {
    pub first: Pipeline,
    pub rest: Vec<(Connector, Pipeline)>,
}

/// Commands joined by `|`; there may be none after `!` or `time`.
#[derive(Debug)]
pub struct Pipeline {
    /// `! command`
    pub negated: bool,
    /// `time command`
    pub timed: bool,
    pub commands: Vec<Command>,
}

#[derive(Debug)]
pub struct Command {
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
}

#[derive(Debug)]
pub enum Kind {
    Simple {
        assignments: Vec<(String, Word)>,
        words: Vec<Word>,
    },
    For {
        name: String,
        words: Vec<Word>,
        body: Script,
    },
    /// `until` is a `while` with `stop_on` true.
    While {
        stop_on: bool,
        condition: Script,
        body: Script,
    },
    If {
        branches: Vec<(Script, Script)>,
        otherwise: Option<Script>,
    },
    Group(Script),
    Subshell(Script),
}

/// What a redirect changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fd {
    Stdin,
    Stdout,
    Stderr,
    /// `&>`: stdout and stderr.
    Both,
}

#[derive(Debug)]
pub struct Redirect {
    pub fd: Fd,
    pub to: Target,
}

#[derive(Debug)]
pub enum Target {
    Read(Word),
    Write(Word),
    Append(Word),
    /// `2>&1`, `>&2`
    Same(Fd),
    HereString(Word),
    /// Filled in when the lines after the command are read.
    HereDoc(Rc<OnceCell<Word>>),
}

/// A word before expansion: its parts, side by side.
#[derive(Debug, Clone, Default)]
pub struct Word {
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone)]
pub enum Part {
    /// Quoted text is taken as it is; unquoted text may hold patterns.
    Text { text: String, quoted: bool },
    /// `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`
    Variable {
        name: String,
        default: Option<Default>,
        quoted: bool,
    },
    /// `$?`
    Status { quoted: bool },
    /// `$!`: the last job.
    LastJob { quoted: bool },
    /// `$(…)`
    Command { script: Rc<Script>, quoted: bool },
    /// `~` at the start of a word.
    Home,
}

/// What stands behind `:-` or `-` in `${NAME:-default}`.
#[derive(Debug, Clone)]
pub struct Default {
    pub word: Word,
    /// With the colon an empty value counts as none.
    pub if_empty: bool,
}

impl Word {
    /// The text of a word with nothing quoted and nothing to expand: how keywords are told.
    pub fn bare(&self) -> Option<&str> {
        match &self.parts[..] {
            [
                Part::Text {
                    text,
                    quoted: false,
                },
            ] => Some(text),
            _ => None,
        }
    }
}
