//! Runs a transcript's steps on a stage and compares.

use crate::diff::diff;
use crate::places::Places;
use crate::rules::Rules;
use crate::transcript::{Action, Step, Transcript};
use crate::usage::without_words;
use futures_util::future::LocalBoxFuture;
use regex::bytes::RegexBuilder;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where commands run.
pub trait Stage {
    /// Starts a command line in a shell of its own with empty standard input.
    fn start(&self, command: &str) -> Result<Box<dyn Job>, String>;
    /// Stops or starts a broker and waits until that is done.
    fn broker(&self, number: usize, start: bool) -> Result<(), String>;
}

/// Why a step that stops or starts a broker fails wherever our broker takes part.
pub fn no_broker_faults(number: usize, start: bool) -> Result<(), String> {
    let what = if start { "started" } else { "stopped" };
    Err(format!(
        "broker {number} cannot be {what}: our brokers run as long as their cluster, faults come with a later version"
    ))
}

/// A command that runs.
pub trait Job {
    /// Presses Ctrl-C.
    fn interrupt(&self);
    /// Waits for its end.
    fn end(self: Box<Self>) -> LocalBoxFuture<'static, Printed>;
    /// Ends it at once.
    fn kill(self: Box<Self>);
}

/// What a command printed.
#[derive(Default)]
pub struct Printed {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// A number, or a word for what the shell has no number for.
    pub status: String,
}

/// Steps that gave what was expected, and others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

const STEP_LIMIT: Duration = Duration::from_secs(60);
const UNTIL_LIMIT: Duration = Duration::from_secs(90);
const UNTIL_PAUSE: Duration = Duration::from_millis(300);

struct Replay<'a> {
    name: &'a str,
    transcript: &'a Transcript,
    rules: &'a Rules,
    stage: &'a dyn Stage,
    places: &'a Places,
    show_all: bool,
    jobs: BTreeMap<String, Box<dyn Job>>,
    tally: Tally,
}

/// Replays a whole file.
pub async fn replay(
    name: &str,
    transcript: &Transcript,
    rules: &Rules,
    stage: &dyn Stage,
    places: &Places,
    show_all: bool,
) -> Result<Tally, String> {
    let mut replay = Replay {
        name,
        transcript,
        rules,
        stage,
        places,
        show_all,
        jobs: BTreeMap::new(),
        tally: Tally::default(),
    };
    for step in &transcript.steps {
        replay.step(step).await?;
    }
    for job in std::mem::take(&mut replay.jobs).into_values() {
        job.kill();
    }
    Ok(replay.tally)
}

impl Replay<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match &step.action {
            Action::Run(command) => {
                let job = self.stage.start(&self.places.to_real(command))?;
                let printed = within_limit(job).await;
                self.compare(step, printed, false);
            }
            Action::Start { name, command } => {
                let job = self.stage.start(&self.places.to_real(command))?;
                self.jobs.insert(name.clone(), job);
            }
            Action::Finish { name, stop, sorted } => {
                let Some(job) = self.jobs.remove(name) else {
                    self.fault(step, &format!("no command runs under the name {name}"));
                    return Ok(());
                };
                if *stop {
                    job.interrupt();
                }
                let printed = within_limit(job).await;
                self.compare(step, printed, *sorted);
            }
            Action::Until { regex, command } => self.until(step, regex, command).await?,
            Action::Broker { number, start } => {
                if let Err(why) = self.stage.broker(*number, *start) {
                    self.fault(step, &why);
                }
            }
        }
        Ok(())
    }

    async fn until(&mut self, step: &Step, regex: &str, command: &str) -> Result<(), String> {
        let regex = RegexBuilder::new(regex)
            .multi_line(true)
            .unicode(false)
            .build()
            .map_err(|e| format!("line {}: {e}", step.line))?;
        let command = self.places.to_real(command);
        let end = tokio::time::Instant::now() + UNTIL_LIMIT;
        let mut last = Vec::new();
        while tokio::time::Instant::now() < end {
            let printed = within_limit(self.stage.start(&command)?).await;
            last = self.places.as_recorded(printed.stdout);
            if regex.is_match(&last) {
                return Ok(());
            }
            tokio::time::sleep(UNTIL_PAUSE).await;
        }
        let last = String::from_utf8_lossy(&last).into_owned();
        self.fault(
            step,
            &format!("waited in vain; in the end it printed:\n{last}"),
        );
        Ok(())
    }

    fn fault(&mut self, step: &Step, why: &str) {
        self.tally.failed += 1;
        println!("{}:{}: {}\n  {why}", self.name, step.line, step.source);
    }

    fn compare(&mut self, step: &Step, printed: Printed, sorted: bool) {
        let actual = self.lines(printed, sorted);
        let mut expected = step.expected.clone();
        if sorted {
            let stdout = expected.iter().take_while(|l| l.starts_with(b"|")).count();
            expected[..stdout].sort();
        }
        let usage = self.transcript.words.contains("full-usage");
        let (expected, actual) = match usage {
            true => (without_words(&expected), without_words(&actual)),
            false => (expected, actual),
        };
        if actual == expected {
            self.tally.passed += 1;
            if self.show_all {
                println!("{}:{}: {}\n  passed", self.name, step.line, step.source);
            }
            return;
        }
        self.fault(step, "differs: - expected, + printed");
        for line in diff(&expected, &actual) {
            println!("  {line}");
        }
    }

    /// What was printed as the lines of a transcript.
    fn lines(&self, printed: Printed, sorted: bool) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for (bytes, mark, name) in [
            (printed.stdout, b'|', "stdout"),
            (printed.stderr, b'!', "stderr"),
        ] {
            let bytes = self.places.as_recorded(bytes);
            if bytes.is_empty() {
                continue;
            }
            let mut own: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let open_end = !bytes.ends_with(b"\n");
            if !open_end {
                own.pop();
            }
            own = self.rules.apply(own, &self.transcript.words);
            if sorted && mark == b'|' {
                own.sort();
            }
            let any = !own.is_empty();
            for line in own {
                let space: &[u8] = if line.is_empty() { b"" } else { b" " };
                lines.push([&[mark][..], space, &line].concat());
            }
            if open_end && any {
                lines.push(format!("\\ no newline at end of {name}").into_bytes());
            }
        }
        if printed.status != "0" {
            lines.push(format!("? {}", printed.status).into_bytes());
        }
        lines
    }
}

/// Waits for a command's end, but not for ever.
async fn within_limit(job: Box<dyn Job>) -> Printed {
    match tokio::time::timeout(STEP_LIMIT, job.end()).await {
        Ok(printed) => printed,
        Err(_) => Printed {
            status: "timeout".to_owned(),
            ..Printed::default()
        },
    }
}
