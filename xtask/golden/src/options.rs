//! The command line, and where Apache Kafka is found.

use crate::places::Places;
use crate::transcripts_in;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whose tools, whose broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ours,
    Apache,
}

pub struct Options {
    pub files: Vec<PathBuf>,
    pub tools: Side,
    pub broker: Side,
    /// Show every step, not only those that fail.
    pub steps: bool,
    /// Rules in place of `normalise.json` beside the transcripts.
    rules: Option<PathBuf>,
    /// Our tools and our cluster run in this browser.
    pub browser: Option<String>,
    /// Where `oracle` keeps Apache Kafka's jars.
    pub cache: PathBuf,
}

const USAGE: &str = "\
usage: cargo xtask golden DIR|FILE... [--tools ours|apache] [--broker ours|apache] [--browser chromium|firefox]
                           [--rules FILE] [--steps]

Environment: KAFKA_ORACLE (the script that starts Apache Kafka, ../shared/oracle/oracle), KAFKA_ORACLE_PORT
(29092: its brokers are there and on the next two ports), KAFKA_ORACLE_CACHE (~/.cache/kafka-oracle-4.3.1).";

impl Options {
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let home = std::env::var("HOME").unwrap_or_else(|_| "/root".to_owned());
        let cache = std::env::var("KAFKA_ORACLE_CACHE").map_or_else(
            |_| Path::new(&home).join(".cache/kafka-oracle-4.3.1"),
            PathBuf::from,
        );
        let mut options = Options {
            files: Vec::new(),
            tools: Side::Ours,
            broker: Side::Ours,
            steps: false,
            rules: None,
            browser: None,
            cache,
        };
        while let Some(word) = args.next() {
            let (name, inline) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || {
                inline
                    .clone()
                    .or_else(|| args.next())
                    .ok_or(format!("{name} needs a value\n{USAGE}"))
            };
            match name {
                "--tools" => options.tools = side(&value()?)?,
                "--broker" => options.broker = side(&value()?)?,
                "--browser" => options.browser = Some(browser(value()?)?),
                "--rules" => options.rules = Some(value()?.into()),
                "--steps" => options.steps = true,
                _ if name.starts_with('-') => return Err(format!("no option {name}\n{USAGE}")),
                _ => options.files.extend(transcripts_in(Path::new(&word))?),
            }
        }
        if options.browser.is_some() && (options.tools, options.broker) != (Side::Ours, Side::Ours)
        {
            return Err(format!("a browser has our tools and our broker\n{USAGE}"));
        }
        if options.files.is_empty() {
            return Err(format!("no transcripts to replay\n{USAGE}"));
        }
        Ok(options)
    }

    /// The rules that hold for a transcript: `normalise.json` beside it, or in the folder above.
    pub fn rules_for(&self, transcript: &Path) -> Result<PathBuf, String> {
        if let Some(rules) = &self.rules {
            return Ok(rules.clone());
        }
        let folders = transcript.ancestors().skip(1).take(2);
        let found = folders
            .map(|dir| dir.join("normalise.json"))
            .find(|file| file.is_file());
        found.ok_or_else(|| format!("there is no normalise.json beside {}", transcript.display()))
    }

    /// A clean cluster of Apache Kafka, and where it is.
    pub fn apache_cluster(&self, needed: bool) -> Result<Places, String> {
        let port = match std::env::var("KAFKA_ORACLE_PORT") {
            Ok(port) => port
                .parse()
                .map_err(|_| format!("KAFKA_ORACLE_PORT is not a port: {port}"))?,
            Err(_) => 29092,
        };
        let places = Places::consecutive(port, &self.cache.join(format!("run-{port}")));
        if !needed {
            return Ok(places);
        }
        let script = oracle();
        let output = Command::new(&script).arg("up").output();
        match output {
            Ok(output) if output.status.success() => Ok(places),
            Ok(output) => Err(format!(
                "`{script} up` failed: {}",
                String::from_utf8_lossy(&output.stderr)
            )),
            Err(error) => Err(format!(
                "cannot run `{script} up`: {error} (set KAFKA_ORACLE)"
            )),
        }
    }
}

/// The script that starts Apache Kafka.
fn oracle() -> String {
    std::env::var("KAFKA_ORACLE").unwrap_or_else(|_| "../shared/oracle/oracle".to_owned())
}

/// Stops or starts a broker of Apache Kafka's cluster. The script has no command for that, only the functions.
pub fn apache_broker(number: usize, start: bool) -> Result<(), String> {
    let load = "import sys, signal, importlib.machinery as m, importlib.util as u\n\
                loader = m.SourceFileLoader('oracle', sys.argv[1])\n\
                oracle = u.module_from_spec(u.spec_from_loader('oracle', loader))\n\
                loader.exec_module(oracle)\n";
    let act = match start {
        true => format!("oracle.wait_broker({number}, oracle.start_broker({number}))"),
        false => format!("oracle.stop_broker({number}, signal.SIGTERM)"),
    };
    let output = Command::new("python3")
        .args(["-c", &format!("{load}{act}"), &oracle()])
        .output()
        .map_err(|e| format!("cannot start python3: {e}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn browser(word: String) -> Result<String, String> {
    match word.as_str() {
        "chromium" | "firefox" => Ok(word),
        _ => Err(format!("chromium or firefox, not {word}\n{USAGE}")),
    }
}

fn side(word: &str) -> Result<Side, String> {
    match word {
        "ours" => Ok(Side::Ours),
        "apache" => Ok(Side::Apache),
        _ => Err(format!("ours or apache, not {word}\n{USAGE}")),
    }
}
