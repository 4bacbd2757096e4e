//! Runs what the grammar has read.
//!
//! Everything runs in one thread: the stages of a pipeline are futures side by side, jobs in the
//! background are tasks of the host's runtime. Subshells copy variables and directory, share the rest.

pub mod expand;
mod glob;
pub mod jobs;
mod pipeline;
mod redirect;
mod run;

pub use run::{Shell, run_words};

use super::cancel::Cancel;
use super::grammar::ast::{AndOr, Connector, Item, Kind, Script};
use super::io::{Stdin, Stop, Writer};
use super::session::Session;
use futures_util::future::LocalBoxFuture;
use std::rc::Rc;

/// What a command's three streams are connected to.
#[derive(Clone)]
pub struct Streams {
    pub stdin: Stdin,
    pub stdout: Writer,
    pub stderr: Writer,
}

/// How a list of commands ended, if nothing broke it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    /// Leave this many loops.
    Break(usize),
    /// Leave all but one of this many loops, and go on with that.
    Continue(usize),
    /// `exit`, or a failure after `set -e`.
    Exit,
}

/// Runs commands for one shell or subshell.
#[derive(Clone)]
struct Exec {
    session: Session,
    streams: Streams,
    cancel: Cancel,
    /// Loops around the current command, for `break`.
    loops: usize,
    /// In a condition, where a failure does not count for `set -e`.
    tested: bool,
    /// Commands inside one another: `bash FILE` can call itself.
    depth: usize,
}

/// Each level takes some of the stack, which is small in the page.
const MAX_DEPTH: usize = 80;

type Outcome = Result<Flow, Stop>;

impl Exec {
    fn with_streams(&self, streams: Streams) -> Exec {
        Exec {
            streams,
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    fn list<'a>(&'a self, script: &'a Script) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            if self.depth > MAX_DEPTH {
                self.say("bash: commands are nested too deeply\n".to_owned())
                    .await;
                return Err(Stop::Exit(1));
            }
            for item in &script.items {
                self.session.breather().breathe().await;
                self.cancel.check()?;
                match self.item(item).await? {
                    Flow::Next => {}
                    flow => return Ok(flow),
                }
            }
            Ok(Flow::Next)
        })
    }

    async fn item(&self, item: &Item) -> Outcome {
        if item.background {
            self.start_job(item);
            self.session.set_status(0);
            return Ok(Flow::Next);
        }
        self.and_or(&item.and_or).await
    }

    /// Starts a job: a subshell with an empty standard input that Ctrl-C does not reach.
    fn start_job(&self, item: &Item) {
        let cancel = Cancel::new();
        let job = self.session.jobs().add(&item.source, cancel.clone());
        let exec = Exec {
            session: self.session.fork(),
            streams: Streams {
                stdin: Stdin::empty(),
                ..self.streams.clone()
            },
            cancel,
            loops: 0,
            tested: false,
            depth: self.depth,
        };
        let and_or: Rc<AndOr> = item.and_or.clone();
        self.session.env().runtime.spawn(Box::pin(async move {
            let status = match exec.and_or(&and_or).await {
                Ok(_) => exec.session.status(),
                Err(stop) => stop.status(),
            };
            job.end(status);
        }));
    }

    async fn and_or(&self, and_or: &AndOr) -> Outcome {
        let last = and_or.rest.len();
        for at in 0..=last {
            let pipeline = if at == 0 {
                &and_or.first
            } else {
                let (connector, pipeline) = &and_or.rest[at - 1];
                if (self.session.status() == 0) != (*connector == Connector::And) {
                    continue;
                }
                pipeline
            };
            let tested = self.tested || at < last || pipeline.negated;
            let flow = Exec {
                tested,
                ..self.clone()
            }
            .pipeline(pipeline)
            .await?;
            if flow != Flow::Next {
                return Ok(flow);
            }
            self.cancel.check()?;
            if !tested && self.session.errexit() && self.session.status() != 0 {
                return Ok(Flow::Exit);
            }
        }
        Ok(Flow::Next)
    }

    /// Runs a compound command; its redirects are done.
    fn compound<'a>(&'a self, kind: &'a Kind) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            match kind {
                Kind::Simple { .. } => Ok(Flow::Next),
                Kind::Group(script) => self.list(script).await,
                Kind::Subshell(script) => self.subshell(script).await,
                Kind::If {
                    branches,
                    otherwise,
                } => {
                    for (condition, body) in branches {
                        match self.condition(condition).await? {
                            Flow::Next => {}
                            flow => return Ok(flow),
                        }
                        if self.session.status() == 0 {
                            return self.list(body).await;
                        }
                    }
                    self.session.set_status(0);
                    match otherwise {
                        Some(body) => self.list(body).await,
                        None => Ok(Flow::Next),
                    }
                }
                Kind::For { name, words, body } => {
                    let values = self.expand_words(words).await?;
                    self.session.set_status(0);
                    let inner = Exec {
                        loops: self.loops + 1,
                        ..self.clone()
                    };
                    for value in values {
                        inner.session.set_var(name, value);
                        match leave(inner.list(body).await?) {
                            Some(flow) => return Ok(flow),
                            None => continue,
                        }
                    }
                    Ok(Flow::Next)
                }
                Kind::While {
                    stop_on,
                    condition,
                    body,
                } => self.while_loop(*stop_on, condition, body).await,
            }
        })
    }

    async fn condition(&self, script: &Script) -> Outcome {
        Exec {
            tested: true,
            ..self.clone()
        }
        .list(script)
        .await
    }

    async fn while_loop(&self, stop_on: bool, condition: &Script, body: &Script) -> Outcome {
        let inner = Exec {
            loops: self.loops + 1,
            ..self.clone()
        };
        let mut status = 0;
        loop {
            if let Some(flow) = leave(inner.condition(condition).await?) {
                return Ok(flow);
            }
            if (self.session.status() == 0) == stop_on {
                self.session.set_status(status);
                return Ok(Flow::Next);
            }
            if let Some(flow) = leave(inner.list(body).await?) {
                return Ok(flow);
            }
            status = self.session.status();
        }
    }

    /// Runs commands on a copy of the session; only their status comes back.
    async fn subshell(&self, script: &Script) -> Outcome {
        let inner = Exec {
            session: self.session.fork(),
            loops: 0,
            ..self.clone()
        };
        inner.list(script).await?;
        self.session.set_status(inner.session.status());
        Ok(Flow::Next)
    }
}

/// What a loop does with how its body ended: `None`, go round again.
fn leave(flow: Flow) -> Option<Flow> {
    match flow {
        Flow::Next | Flow::Continue(1) => None,
        Flow::Break(1) => Some(Flow::Next),
        Flow::Break(n) => Some(Flow::Break(n - 1)),
        Flow::Continue(n) => Some(Flow::Continue(n - 1)),
        Flow::Exit => Some(Flow::Exit),
    }
}
