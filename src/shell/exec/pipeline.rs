//! One pipeline, and one command in it.

use super::super::grammar::ast::{Command, Kind, Part, Pipeline, Word};
use super::super::io::{Stdin, Stop, Writer};
use super::super::pipe::pipe;
use super::run::Invocation;
use super::{Exec, Flow, Outcome, Streams};
use futures_util::future::join_all;

impl Exec {
    pub(super) async fn pipeline(&self, pipeline: &Pipeline) -> Outcome {
        let start = self.session.env().runtime.mono_ms();
        let flow = match &pipeline.commands[..] {
            [] => {
                self.session.set_status(0);
                Flow::Next
            }
            [one] => self.command(one).await?,
            several => {
                self.stages(several).await?;
                Flow::Next
            }
        };
        if pipeline.negated {
            self.session
                .set_status(i32::from(self.session.status() == 0));
        }
        if pipeline.timed {
            let took = self.session.env().runtime.mono_ms() - start;
            let minutes = took / 60_000;
            let real = format!("{minutes}m{}.{:03}s", took / 1000 % 60, took % 1000);
            self.say(format!("\nreal\t{real}\n")).await;
        }
        Ok(flow)
    }

    /// All stages at once, each in a subshell, joined by pipes. The status is the last one's.
    async fn stages(&self, commands: &[Command]) -> Result<(), Stop> {
        let mut stages = Vec::new();
        let mut stdin = self.streams.stdin.clone();
        for (at, command) in commands.iter().enumerate() {
            let mut streams = Streams {
                stdin,
                ..self.streams.clone()
            };
            stdin = Stdin::empty();
            if at + 1 < commands.len() {
                let (writer, reader) = pipe();
                streams.stdout = Writer::Pipe(writer);
                stdin = Stdin::from_pipe(reader);
            }
            let exec = Exec {
                session: self.session.fork(),
                streams,
                loops: 0,
                ..self.clone()
            };
            stages.push(async move {
                match exec.command(command).await {
                    Ok(_) => exec.session.status(),
                    Err(stop) => stop.status(),
                }
            });
        }
        let statuses = join_all(stages).await;
        let failed = statuses
            .iter()
            .rev()
            .find(|s| self.session.pipefail() && **s != 0);
        let status = failed.or(statuses.last()).copied().unwrap_or(0);
        self.session.set_status(status);
        self.cancel.check()
    }

    async fn command(&self, command: &Command) -> Outcome {
        if let Kind::Simple { assignments, words } = &command.kind {
            return self.simple(assignments, words, command).await;
        }
        match self.redirected(&command.redirects).await? {
            Ok(streams) => self.with_streams(streams).compound(&command.kind).await,
            Err(message) => self.refused(message).await,
        }
    }

    async fn simple(
        &self,
        assignments: &[(String, Word)],
        words: &[Word],
        command: &Command,
    ) -> Outcome {
        let substitutes =
            |word: &Word| word.parts.iter().any(|p| matches!(p, Part::Command { .. }));
        let keeps_status =
            words.iter().any(substitutes) || assignments.iter().any(|(_, v)| substitutes(v));
        let words = self.expand_words(words).await?;
        let streams = match self.redirected(&command.redirects).await? {
            Ok(streams) => streams,
            Err(message) => return self.refused(message).await,
        };
        if words.is_empty() {
            for (name, value) in assignments {
                let value = self.expand_value(value).await?;
                self.session.set_var(name, value);
            }
            // The status is that of the last `$(…)`, if there is one.
            if !keeps_status {
                self.session.set_status(0);
            }
            return Ok(Flow::Next);
        }
        let mut saved = Vec::new();
        for (name, value) in assignments {
            let value = self.expand_value(value).await?;
            saved.push((name, self.session.vars().get(name).cloned()));
            self.session.set_var(name, value);
            self.session.export(name);
        }
        let flow = self.with_streams(streams).invoke(words).await;
        for (name, old) in saved.into_iter().rev() {
            self.session.restore_var(name, old);
        }
        flow
    }

    /// Runs a command by its words: control flow here, everything else by its name.
    async fn invoke(&self, words: Vec<String>) -> Outcome {
        let number = |default: i64| match words.get(1) {
            None => Ok(default),
            Some(word) => word
                .parse::<i64>()
                .map_err(|_| format!("bash: {}: {word}: numeric argument required", words[0])),
        };
        match words[0].as_str() {
            "break" | "continue" if self.loops > 0 => match number(1) {
                Ok(count) => {
                    let count = (count.max(1) as usize).min(self.loops);
                    self.session.set_status(0);
                    let is_break = words[0] == "break";
                    Ok(if is_break {
                        Flow::Break(count)
                    } else {
                        Flow::Continue(count)
                    })
                }
                Err(message) => self.refused(message).await,
            },
            "exit" => {
                let status = match number(i64::from(self.session.status())) {
                    Ok(status) => status.rem_euclid(256) as i32,
                    Err(message) => {
                        self.say(format!("{message}\n")).await;
                        2
                    }
                };
                self.session.set_status(status);
                Ok(Flow::Exit)
            }
            _ => {
                self.session.set_depth(self.depth);
                let status = Invocation {
                    words,
                    session: self.session.clone(),
                    streams: self.streams.clone(),
                    cancel: self.cancel.clone(),
                }
                .run()
                .await;
                self.session.set_status(status);
                self.cancel.check()?;
                Ok(Flow::Next)
            }
        }
    }

    /// Something could not be done before the command ran: its status is 1.
    async fn refused(&self, message: String) -> Outcome {
        self.say(format!("{message}\n")).await;
        self.session.set_status(1);
        Ok(Flow::Next)
    }

    /// The shell's own words on standard error.
    pub(super) async fn say(&self, text: String) {
        // If nobody reads standard error, there is nobody to tell.
        let _ = self.streams.stderr.write(text.into_bytes()).await;
    }
}
