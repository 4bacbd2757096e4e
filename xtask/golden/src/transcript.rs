//! A transcript's text, taken apart. Knows nothing of how steps are run.

use std::collections::BTreeSet;

/// A file's steps, and the directives that hold for all of it.
#[derive(Debug, Default)]
pub struct Transcript {
    pub steps: Vec<Step>,
    /// Words of `# normalise:`.
    pub words: BTreeSet<String>,
    /// Words of `# cluster:`.
    cluster: BTreeSet<String>,
}

/// One line that does something, and what is expected of it.
#[derive(Debug)]
pub struct Step {
    /// Counted from 1.
    pub line: usize,
    /// As written.
    pub source: String,
    pub action: Action,
    /// The lines that follow it: `| `, `! `, `? ` and `\ ` as they stand.
    pub expected: Vec<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Run(String),
    Start {
        name: String,
        command: String,
    },
    /// Ctrl-C first if `stop`.
    Finish {
        name: String,
        stop: bool,
        sorted: bool,
    },
    Until {
        regex: String,
        command: String,
    },
    Broker {
        number: usize,
        start: bool,
    },
}

impl Transcript {
    pub fn needs_cluster(&self) -> bool {
        !self.cluster.contains("none")
    }

    pub fn parse(text: &[u8]) -> Result<Transcript, String> {
        let mut transcript = Transcript::default();
        for (index, line) in text.split(|b| *b == b'\n').enumerate() {
            let fault = |why: &str| format!("line {}: {why}", index + 1);
            match line.first() {
                None => {}
                Some(b'#') => transcript.directive(&String::from_utf8_lossy(line)),
                Some(b'|' | b'!' | b'?' | b'\\') => match transcript.steps.last_mut() {
                    Some(step) => step.expected.push(line.to_vec()),
                    None => return Err(fault("output before the first step")),
                },
                Some(_) => {
                    let source = String::from_utf8_lossy(line).into_owned();
                    let action = action(&source).ok_or_else(|| fault("not a transcript line"))?;
                    let step = Step {
                        line: index + 1,
                        source,
                        action,
                        expected: Vec::new(),
                    };
                    transcript.steps.push(step);
                }
            }
        }
        Ok(transcript)
    }

    fn directive(&mut self, line: &str) {
        for (name, words) in [
            ("# normalise: ", &mut self.words),
            ("# cluster: ", &mut self.cluster),
        ] {
            if let Some(rest) = line.strip_prefix(name) {
                let each = rest.split([' ', ',']).filter(|w| !w.is_empty());
                words.extend(each.map(str::to_owned));
            }
        }
    }
}

fn action(line: &str) -> Option<Action> {
    let owned = str::to_owned;
    if let Some(command) = line.strip_prefix("$ ") {
        return Some(Action::Run(owned(command)));
    }
    if let Some(rest) = line.strip_prefix('&') {
        let (name, command) = rest.split_once(' ')?;
        return Some(Action::Start {
            name: owned(name),
            command: owned(command),
        });
    }
    if let Some(rest) = line.strip_prefix("@until /") {
        // As in the recorder: up to the first slash that a space follows.
        let (regex, command) = rest.split_once("/ ")?;
        return Some(Action::Until {
            regex: owned(regex),
            command: owned(command),
        });
    }
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["@stop", name] => Some(Action::Finish {
            name: owned(name),
            stop: true,
            sorted: false,
        }),
        ["@wait", name] => Some(Action::Finish {
            name: owned(name),
            stop: false,
            sorted: false,
        }),
        ["@stop", name, "sorted"] => Some(Action::Finish {
            name: owned(name),
            stop: true,
            sorted: true,
        }),
        ["@wait", name, "sorted"] => Some(Action::Finish {
            name: owned(name),
            stop: false,
            sorted: true,
        }),
        ["@broker", number, what @ ("stop" | "start")] => Some(Action::Broker {
            number: number.parse().ok()?,
            start: what == "start",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_is_read() {
        let text = "# about\n# normalise: brokers, columns\n# cluster: none\n\n$ echo a | cat\n| a\n! b\n? 3\n\
                    &c cmd x\n@until /a+/b / echo x\n@stop c sorted\n| z\n@broker 2 stop\n";
        let transcript = Transcript::parse(text.as_bytes()).expect("it is well formed");
        assert!(!transcript.needs_cluster());
        assert!(transcript.words.contains("columns"));
        let actions: Vec<_> = transcript.steps.iter().map(|s| s.action.clone()).collect();
        assert_eq!(actions[0], Action::Run("echo a | cat".to_owned()));
        assert_eq!(transcript.steps[0].expected.len(), 3);
        let until = Action::Until {
            regex: "a+/b ".to_owned(),
            command: "echo x".to_owned(),
        };
        assert_eq!(actions[2], until);
        let stop = Action::Finish {
            name: "c".to_owned(),
            stop: true,
            sorted: true,
        };
        assert_eq!(actions[3], stop);
        assert_eq!(
            actions[4],
            Action::Broker {
                number: 2,
                start: false
            }
        );
    }

    #[test]
    fn other_lines_are_refused() {
        assert!(Transcript::parse(b"hello\n").is_err());
        assert!(Transcript::parse(b"| out\n").is_err());
        assert!(Transcript::parse(b"@stop\n").is_err());
    }
}
