//! Runs one command by its words, and whole cells.

use super::super::builtins::machine;
use super::super::cancel::Cancel;
use super::super::grammar;
use super::super::io::{Io, Output, Stdin, Stop, Stream, Writer};
use super::super::session::Session;
use super::super::tool::{self, Call, Command};
use super::{Exec, Streams};
use futures_util::future::{Either, select};
use std::pin::pin;
use std::rc::Rc;

/// After Ctrl-C a command may take so long for its last words.
const GRACE_MS: u64 = 10_000;

/// What bash has built in and this shell has not: said as such, not as "command not found".
const UNSUPPORTED: &[&str] = &[
    "alias",
    "bg",
    "declare",
    "dirs",
    "disown",
    "eval",
    "exec",
    "fg",
    "getopts",
    "hash",
    "let",
    "local",
    "mapfile",
    "popd",
    "pushd",
    "readarray",
    "readonly",
    "return",
    "shift",
    "shopt",
    "source",
    "trap",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    ".",
];

/// A shell: runs cells, one after another or several at once, on one session.
#[derive(Clone)]
pub struct Shell {
    session: Session,
}

impl Shell {
    pub fn new(session: Session) -> Self {
        Shell { session }
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Runs a cell and gives its status: that of its last command, 2 if it cannot be read (then
    /// nothing of it has run), 130 after Ctrl-C. Standard input is empty.
    pub async fn run(&self, source: &str, output: Rc<dyn Output>, cancel: &Cancel) -> i32 {
        let streams = Streams {
            stdin: Stdin::empty(),
            stdout: Writer::Output(output.clone(), Stream::Stdout),
            stderr: Writer::Output(output, Stream::Stderr),
        };
        self.run_with(source, streams, cancel).await
    }

    /// As [`Shell::run`], with streams of the caller's choice.
    pub async fn run_with(&self, source: &str, streams: Streams, cancel: &Cancel) -> i32 {
        let exec = Exec {
            session: self.session.clone(),
            streams,
            cancel: cancel.clone(),
            loops: 0,
            tested: false,
            depth: self.session.depth(),
        };
        let script = match grammar::parse(source) {
            Ok(script) => script,
            Err(error) => {
                exec.say(format!("{error}\n")).await;
                self.session.set_status(2);
                return 2;
            }
        };
        let status = match exec.list(&script).await {
            Ok(_) => self.session.status(),
            Err(stop) => stop.status(),
        };
        self.session.set_status(status);
        status
    }
}

/// A command with everything that it needs.
pub(super) struct Invocation {
    pub words: Vec<String>,
    pub session: Session,
    pub streams: Streams,
    pub cancel: Cancel,
}

impl Invocation {
    /// Runs it to its end and gives its status.
    pub async fn run(self) -> i32 {
        let Streams {
            stdin,
            stdout,
            stderr,
        } = self.streams;
        let breather = self.session.breather().clone();
        let io = Io::new(stdin, stdout, stderr, self.cancel.clone(), breather);
        let mut words = self.words.into_iter();
        let word = words.next().unwrap_or_default();
        let args: Vec<String> = words.collect();
        let Some(command) = tool::find(&word) else {
            let status = not_found(&word, &self.session, &io);
            return finish(&word, &io, Ok(status)).await;
        };
        let (session, cancel) = (self.session.clone(), self.cancel.clone());
        let work = match command {
            Command::Builtin(builtin) => {
                let call = Call {
                    name: builtin.name,
                    args,
                    io: io.clone(),
                    session,
                    cancel,
                };
                (builtin.run)(call)
            }
            Command::Tool(spec) => {
                Box::pin(tool::run_tool(spec, args, io.clone(), session, cancel))
            }
        };
        let runtime = self.session.env().runtime.clone();
        let impatience = pin!(async {
            self.cancel.cancelled().await;
            runtime.sleep(GRACE_MS).await;
        });
        let done = match select(work, impatience).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(Stop::Interrupted),
        };
        finish(&word, &io, done).await
    }
}

/// Sends what is still to be said, and turns the end of a command into a status.
async fn finish(name: &str, io: &Io, done: Result<i32, Stop>) -> i32 {
    if let Err(Stop::Failed(why)) = &done {
        io.err_line(format!("{name}: {why}"));
    }
    let status = done.as_ref().map_or_else(Stop::status, |status| *status);
    match io.flush_last().await {
        Err(stop @ (Stop::BrokenPipe | Stop::Interrupted)) if status == 0 => stop.status(),
        Err(Stop::Failed(why)) => {
            io.err_line(format!("{name}: {why}"));
            // A full disk below standard error as well: nothing more can be said.
            let _ = io.flush_last().await;
            status.max(1)
        }
        _ => status,
    }
}

fn not_found(word: &str, session: &Session, io: &Io) -> i32 {
    if UNSUPPORTED.contains(&word) {
        io.err_line(format!("bash: {word}: not supported by this shell"));
        return 127;
    }
    if let Some(why) = machine::why_absent(word) {
        io.err_line(why);
        return 127;
    }
    if !word.contains('/') {
        io.err_line(format!("bash: {word}: command not found"));
        return 127;
    }
    match session.fs().metadata(&session.resolve(word)) {
        Ok(found) => {
            let why = if found.is_dir {
                "Is a directory"
            } else {
                "Permission denied"
            };
            io.err_line(format!("bash: {word}: {why}"));
            126
        }
        Err(error) => {
            io.err_line(format!("bash: {word}: {error}"));
            127
        }
    }
}

/// Runs a command by its words on these streams: for commands that run others.
pub async fn run_words(
    words: Vec<String>,
    session: &Session,
    streams: Streams,
    cancel: &Cancel,
) -> i32 {
    let (session, cancel) = (session.clone(), cancel.clone());
    Invocation {
        words,
        session,
        streams,
        cancel,
    }
    .run()
    .await
}
