//! The command line of the native binary: which command, and its options.
//!
//! It reads words and says plainly what is wrong with them; it opens nothing and checks no Kafka
//! config.

use std::fmt;
use std::path::PathBuf;

/// What `kafka-sandbox --help` prints.
pub const USAGE: &str = "\
usage: kafka-sandbox serve [options]        serve Kafka clients over TCP
       kafka-sandbox shell [-c COMMANDS]    run the notebook's shell, with Kafka's tools built in;
                                            without -c it runs a FILE, or standard input

options of serve:
  --listen HOST:PORT   address of the first broker (default 127.0.0.1:9092); the others
                       listen on the ports that follow; port 0 lets the system choose
  --brokers N          how many brokers (default 3)
  --first-id N         node.id of the first broker (default 1)
  --data DIR           keep everything in this folder (default: in memory)
  --set KEY=VALUE      a broker config of Kafka, such as num.partitions=4; may be repeated
";

/// The most brokers that one process serves.
pub const MAX_BROKERS: u16 = 100;

/// A command that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help,
    Serve(ServeOptions),
    Shell(ShellOptions),
}

/// Where `shell` finds its commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellOptions {
    Command(String),
    File(PathBuf),
    /// Standard input holds them.
    Input,
}

/// The options of `serve`, with defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeOptions {
    pub host: String,
    /// Port of the first broker; 0 lets the system choose one for each.
    pub port: u16,
    pub brokers: u16,
    pub first_id: i32,
    /// `None` keeps everything in memory.
    pub data: Option<PathBuf>,
    /// Kafka broker configs, in the order given.
    pub set: Vec<(String, String)>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        ServeOptions {
            host: "127.0.0.1".to_owned(),
            port: 9092,
            brokers: 3,
            first_id: 1,
            data: None,
            set: Vec::new(),
        }
    }
}

/// Words that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgsError {
    UnknownCommand(String),
    /// Of which command.
    UnknownOption(&'static str, String),
    MissingValue(&'static str),
    BadValue {
        option: &'static str,
        value: String,
        want: &'static str,
    },
    /// The last broker's port or id would be too large.
    TooManyBrokers {
        what: &'static str,
    },
}

impl fmt::Display for ArgsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArgsError::UnknownCommand(word) => write!(f, "there is no command '{word}'"),
            ArgsError::UnknownOption(command, word) => {
                write!(f, "{command} has no option '{word}'")
            }
            ArgsError::MissingValue(option) => write!(f, "{option} needs a value"),
            ArgsError::BadValue {
                option,
                value,
                want,
            } => {
                write!(f, "{option} takes {want}, not '{value}'")
            }
            ArgsError::TooManyBrokers { what } => {
                write!(f, "the last broker's {what} would be too large")
            }
        }
    }
}

impl std::error::Error for ArgsError {}

/// Reads the words after the program's name.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Command, ArgsError> {
    let mut words = words.into_iter();
    match words.next().as_deref() {
        None | Some("help" | "--help" | "-h") => Ok(Command::Help),
        Some("serve") => parse_serve(words),
        Some("shell") => parse_shell(words),
        Some(other) => Err(ArgsError::UnknownCommand(other.to_owned())),
    }
}

fn parse_shell(mut words: impl Iterator<Item = String>) -> Result<Command, ArgsError> {
    let options = match words.next().as_deref() {
        None | Some("-") => ShellOptions::Input,
        Some("--help" | "-h") => return Ok(Command::Help),
        Some("-c") => ShellOptions::Command(words.next().ok_or(missing("-c"))?),
        Some(word) if word.starts_with('-') => {
            return Err(ArgsError::UnknownOption("shell", word.to_owned()));
        }
        Some(path) => ShellOptions::File(PathBuf::from(path)),
    };
    match words.next() {
        None => Ok(Command::Shell(options)),
        Some(word) => Err(ArgsError::UnknownOption("shell", word)),
    }
}

fn parse_serve(mut words: impl Iterator<Item = String>) -> Result<Command, ArgsError> {
    let mut options = ServeOptions::default();
    while let Some(word) = words.next() {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        let mut value = |option| {
            inline
                .clone()
                .or_else(|| words.next())
                .ok_or(missing(option))
        };
        match name {
            "--help" | "-h" => return Ok(Command::Help),
            "--listen" => (options.host, options.port) = address(value("--listen")?)?,
            "--brokers" => {
                let want = "a number from 1 to 100";
                options.brokers = number("--brokers", value("--brokers")?, want)?;
                if options.brokers == 0 || options.brokers > MAX_BROKERS {
                    return Err(bad("--brokers", options.brokers.to_string(), want));
                }
            }
            "--first-id" => {
                let want = "a number from 0 on";
                options.first_id = number("--first-id", value("--first-id")?, want)?;
                if options.first_id < 0 {
                    return Err(bad("--first-id", options.first_id.to_string(), want));
                }
            }
            "--data" => options.data = Some(PathBuf::from(value("--data")?)),
            "--set" => options.set.push(setting(value("--set")?)?),
            _ => return Err(ArgsError::UnknownOption("serve", word)),
        }
    }
    check_range(&options)?;
    Ok(Command::Serve(options))
}

fn check_range(options: &ServeOptions) -> Result<(), ArgsError> {
    let last = options.brokers - 1;
    if options.port.checked_add(last).is_none() {
        return Err(ArgsError::TooManyBrokers { what: "port" });
    }
    if options.first_id.checked_add(i32::from(last)).is_none() {
        return Err(ArgsError::TooManyBrokers { what: "id" });
    }
    Ok(())
}

fn missing(option: &'static str) -> ArgsError {
    ArgsError::MissingValue(option)
}

fn bad(option: &'static str, value: String, want: &'static str) -> ArgsError {
    ArgsError::BadValue {
        option,
        value,
        want,
    }
}

fn number<T: std::str::FromStr>(
    option: &'static str,
    value: String,
    want: &'static str,
) -> Result<T, ArgsError> {
    value.parse().map_err(|_| bad(option, value, want))
}

fn address(value: String) -> Result<(String, u16), ArgsError> {
    let parts = value
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse().ok()?)));
    match parts {
        Some((host, port)) if !host.is_empty() => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Ok((host.to_owned(), port))
        }
        _ => Err(bad("--listen", value, "HOST:PORT")),
    }
}

fn setting(value: String) -> Result<(String, String), ArgsError> {
    match value.split_once('=') {
        Some((key, val)) if !key.is_empty() => Ok((key.to_owned(), val.to_owned())),
        _ => Err(bad("--set", value, "KEY=VALUE")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, ArgsError> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_in_both_spellings() {
        let line = "serve --listen=0.0.0.0:19092 --brokers 1 --first-id 0 --data /tmp/x \
                    --set num.partitions=4 --set=log.dirs=a=b";
        let Ok(Command::Serve(options)) = read(line) else {
            panic!("not understood")
        };
        assert_eq!((options.host.as_str(), options.port), ("0.0.0.0", 19092));
        assert_eq!((options.brokers, options.first_id), (1, 0));
        assert_eq!(options.data, Some(PathBuf::from("/tmp/x")));
        assert_eq!(options.set[1], ("log.dirs".to_owned(), "a=b".to_owned()));
        assert_eq!(read("serve"), Ok(Command::Serve(ServeOptions::default())));
        assert_eq!(read(""), Ok(Command::Help));
        let command = ShellOptions::Command("ls".to_owned());
        assert_eq!(read("shell -c ls"), Ok(Command::Shell(command)));
        assert_eq!(read("shell"), Ok(Command::Shell(ShellOptions::Input)));
        let file = ShellOptions::File(PathBuf::from("x.sh"));
        assert_eq!(read("shell x.sh"), Ok(Command::Shell(file)));
    }

    #[test]
    fn an_ipv6_address_may_stand_in_brackets() {
        let Ok(Command::Serve(options)) = read("serve --listen [::1]:9092") else {
            panic!("not understood")
        };
        assert_eq!(options.host, "::1");
    }

    #[test]
    fn mistakes_are_named() {
        for (line, error) in [
            ("run", "there is no command 'run'"),
            ("serve --fast", "serve has no option '--fast'"),
            ("shell --fast", "shell has no option '--fast'"),
            ("shell -c", "-c needs a value"),
            ("shell a b", "shell has no option 'b'"),
            ("serve --brokers", "--brokers needs a value"),
            (
                "serve --brokers 0",
                "--brokers takes a number from 1 to 100, not '0'",
            ),
            (
                "serve --first-id -1",
                "--first-id takes a number from 0 on, not '-1'",
            ),
            (
                "serve --listen 9092",
                "--listen takes HOST:PORT, not '9092'",
            ),
            ("serve --set x", "--set takes KEY=VALUE, not 'x'"),
            (
                "serve --listen h:65535",
                "the last broker's port would be too large",
            ),
        ] {
            assert_eq!(read(line).unwrap_err().to_string(), error, "{line}");
        }
    }
}
