//! Tools that run, wait for or end others, or only have a status.

use super::super::exec::{self, Streams};
use super::super::io::{Stdin, Stop};
use super::super::tool::{self, Builtin, Call, Command};
use super::getopt::Syntax;
use crate::base::sort;

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "true",
        summary: "succeed",
        run: |_| Box::pin(async { Ok(0) }),
    },
    Builtin {
        name: "false",
        summary: "fail",
        run: |_| Box::pin(async { Ok(1) }),
    },
    Builtin {
        name: "sleep",
        summary: "wait",
        run: |call| Box::pin(sleep(call)),
    },
    Builtin {
        name: "jobs",
        summary: "list commands in the background",
        run: |call| Box::pin(jobs(call)),
    },
    Builtin {
        name: "wait",
        summary: "wait for commands in the background",
        run: |call| Box::pin(wait(call)),
    },
    Builtin {
        name: "kill",
        summary: "stop a command in the background",
        run: |call| Box::pin(kill(call)),
    },
    Builtin {
        name: "xargs",
        summary: "run a command with words from input",
        run: |call| Box::pin(xargs(call)),
    },
    Builtin {
        name: "timeout",
        summary: "run a command for a limited time",
        run: |call| Box::pin(timeout(call)),
    },
    Builtin {
        name: "which",
        summary: "say what a name leads to",
        run: |call| Box::pin(which(call)),
    },
    Builtin {
        name: "type",
        summary: "say what a name leads to",
        run: |call| Box::pin(type_of(call)),
    },
    Builtin {
        name: "command",
        summary: "run a command by its name",
        run: |call| Box::pin(command(call)),
    },
    Builtin {
        name: "clear",
        summary: "clear the screen",
        run: |call| Box::pin(clear(call)),
    },
    Builtin {
        name: "bash",
        summary: "run a script",
        run: |call| Box::pin(bash(call)),
    },
    Builtin {
        name: "sh",
        summary: "run a script",
        run: |call| Box::pin(bash(call)),
    },
    Builtin {
        name: "help",
        summary: "list the commands",
        run: |call| Box::pin(help(call)),
    },
    Builtin {
        name: "break",
        summary: "leave a loop",
        run: |call| Box::pin(outside(call)),
    },
    Builtin {
        name: "continue",
        summary: "go on with a loop",
        run: |call| Box::pin(outside(call)),
    },
];

/// `break` and `continue` inside loops are the executor's.
async fn outside(call: Call) -> Result<i32, Stop> {
    let why = "only meaningful in a `for', `while', or `until' loop";
    call.io.err_line(format!("bash: {}: {why}", call.name));
    Ok(0)
}

/// `5`, `0.5s`, `2m`, in milliseconds.
fn duration_ms(text: &str) -> Option<u64> {
    let (number, factor) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    let seconds: f64 = number.parse().ok()?;
    let valid = seconds >= 0.0 && !number.starts_with(['+', '-']);
    valid.then_some((seconds * factor * 1000.0).min(1e15) as u64)
}

async fn sleep(call: Call) -> Result<i32, Stop> {
    if call.args.is_empty() {
        call.complain("missing operand");
        call.io.err_line("Try 'sleep --help' for more information.");
        return Ok(1);
    }
    let mut total = 0u64;
    for word in &call.args {
        let Some(ms) = duration_ms(word) else {
            call.complain(format!("invalid time interval \u{2018}{word}\u{2019}"));
            call.io.err_line("Try 'sleep --help' for more information.");
            return Ok(1);
        };
        total = total.saturating_add(ms);
    }
    call.session.sleep(&call.cancel, total).await?;
    Ok(0)
}

async fn jobs(call: Call) -> Result<i32, Stop> {
    call.io.out(call.session.jobs().report());
    Ok(0)
}

async fn wait(call: Call) -> Result<i32, Stop> {
    let jobs = call.session.jobs();
    let mut status = 0;
    if call.args.is_empty() {
        for job in jobs.all() {
            job.wait(&call.cancel).await?;
            jobs.forget(&job);
        }
        return Ok(0);
    }
    for word in &call.args {
        match jobs.find(word) {
            Some(job) => {
                status = job.wait(&call.cancel).await?;
                jobs.forget(&job);
            }
            None => {
                let why = match word.starts_with('%') {
                    true => "no such job".to_owned(),
                    false => "not a child of this shell".to_owned(),
                };
                let shown = if word.starts_with('%') {
                    word.clone()
                } else {
                    format!("pid {word}")
                };
                call.io.err_line(format!("bash: wait: {shown}: {why}"));
                status = 127;
            }
        }
    }
    Ok(status)
}

async fn kill(call: Call) -> Result<i32, Stop> {
    let mut status = 0;
    let mut words = call.args.iter().peekable();
    if words.peek().is_some_and(|w| *w == "-s") {
        words.next();
        words.next();
    } else if words
        .peek()
        .is_some_and(|w| w.starts_with('-') && w.len() > 1)
    {
        words.next();
    }
    if words.peek().is_none() {
        call.io
            .err_line("kill: usage: kill [-s sigspec | -signum] pid | jobspec ...");
        return Ok(2);
    }
    for word in words {
        match call.session.jobs().find(word) {
            Some(job) if job.status().is_none() => job.interrupt(),
            _ => {
                let shown = if word.starts_with('%') {
                    word.clone()
                } else {
                    format!("({word})")
                };
                let why = if word.starts_with('%') {
                    ": no such job"
                } else {
                    " - No such process"
                };
                call.io.err_line(format!("bash: kill: {shown}{why}"));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn streams(call: &Call) -> Streams {
    let (stdin, stdout, stderr) = call.io.parts();
    Streams {
        stdin,
        stdout,
        stderr,
    }
}

/// Words of the input of `xargs`: blanks separate, quotes and backslashes protect.
fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                let held = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some(end) if end == c => break,
                        Some('\n') | None => {
                            let kind = if c == '"' { "double" } else { "single" };
                            return Err(format!(
                                "unmatched {kind} quote; by default quotes are special to xargs \
                                 unless you use the -0 option"
                            ));
                        }
                        Some(inner) => held.push(inner),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

async fn xargs(call: Call) -> Result<i32, Stop> {
    let long = [
        ("max-args", 'n'),
        ("no-run-if-empty", 'r'),
        ("verbose", 't'),
        ("delimiter", 'd'),
    ];
    let syntax = Syntax {
        short: "+n:I:rt0d:L:P:",
        long: &long,
        status: 1,
    };
    let parsed = syntax.parse(&call)?;
    let input = call.io.read_all().await?;
    let text = String::from_utf8_lossy(&input);
    let by_delimiter = |mark: char| -> Vec<String> {
        let body = text.strip_suffix(mark).unwrap_or(&text);
        body.split(mark)
            .filter(|_| !text.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let template = parsed.value('I');
    let items: Vec<String> = if parsed.has('0') {
        by_delimiter('\0')
    } else if let Some(mark) = parsed.value('d') {
        let mark = super::escape::unescape(mark, true).bytes;
        by_delimiter(mark.first().map_or('\n', |b| char::from(*b)))
    } else if template.is_some() {
        let lines = text.lines().map(str::trim_start).filter(|l| !l.is_empty());
        lines.map(str::to_owned).collect()
    } else {
        split_words(&text).map_err(|why| call.fail(1, why))?
    };
    let per_call = match parsed
        .value('n')
        .or(parsed.value('L'))
        .map(str::parse::<usize>)
    {
        None => usize::MAX,
        Some(Ok(n)) if n > 0 => n,
        Some(_) => {
            return Err(call.fail(1, "value for -n option should be >= 1"));
        }
    };
    let mut command = parsed.operands.clone();
    if command.is_empty() {
        command.push("echo".to_owned());
    }
    let mut runs: Vec<Vec<String>> = Vec::new();
    if let Some(mark) = template {
        for item in &items {
            runs.push(command.iter().map(|w| w.replace(mark, item)).collect());
        }
    } else if items.is_empty() {
        if !parsed.has('r') {
            runs.push(command);
        }
    } else {
        for part in items.chunks(per_call.min(items.len())) {
            runs.push(command.iter().chain(part).cloned().collect());
        }
    }
    let mut status = 0;
    for words in runs {
        if parsed.has('t') {
            call.io.err_line(words.join(" "));
        }
        call.io.flush().await?;
        let inner = Streams {
            stdin: Stdin::empty(),
            ..streams(&call)
        };
        match exec::run_words(words, &call.session.fork(), inner, &call.cancel).await {
            0 => {}
            code @ (126 | 127 | 130) => return Ok(code),
            255 => return Ok(124),
            _ => status = 123,
        }
        call.cancel.check()?;
    }
    Ok(status)
}

/// Ends the command as Ctrl-C would; as with GNU the status is then 124.
async fn timeout(call: Call) -> Result<i32, Stop> {
    let parsed = Syntax {
        short: "+s:k:",
        long: &[("signal", 's')],
        status: 125,
    }
    .parse(&call)?;
    let [limit, command @ ..] = &parsed.operands[..] else {
        call.complain("missing operand");
        call.io
            .err_line("Try 'timeout --help' for more information.");
        return Ok(125);
    };
    let Some(limit_ms) = duration_ms(limit) else {
        return Err(call.fail(
            125,
            format!("invalid time interval \u{2018}{limit}\u{2019}"),
        ));
    };
    if command.is_empty() {
        call.complain("missing operand");
        return Ok(125);
    }
    let inner = call.cancel.child();
    let work = exec::run_words(command.to_vec(), &call.session, streams(&call), &inner);
    let mut work = std::pin::pin!(work);
    let clock = call.session.env().runtime.sleep(limit_ms);
    match futures_util::future::select(work.as_mut(), clock).await {
        futures_util::future::Either::Left((status, _)) => Ok(status),
        futures_util::future::Either::Right(_) => {
            inner.cancel();
            work.await;
            Ok(124)
        }
    }
}

async fn which(call: Call) -> Result<i32, Stop> {
    let mut status = 0;
    for word in &call.args {
        match tool::find(word) {
            Some(Command::Builtin(builtin)) => call.io.out_line(format!("/bin/{}", builtin.name)),
            Some(Command::Tool(spec)) => {
                call.io.out_line(format!("/opt/kafka/bin/{}.sh", spec.name));
            }
            None => status = 1,
        }
    }
    Ok(status)
}

async fn type_of(call: Call) -> Result<i32, Stop> {
    let mut status = 0;
    for word in &call.args {
        match tool::find(word) {
            Some(Command::Builtin(_)) => call.io.out_line(format!("{word} is a shell builtin")),
            Some(Command::Tool(spec)) => {
                call.io
                    .out_line(format!("{word} is /opt/kafka/bin/{}.sh", spec.name));
            }
            None => {
                call.io.err_line(format!("bash: type: {word}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

async fn command(call: Call) -> Result<i32, Stop> {
    match call.args.split_first() {
        None => Ok(0),
        Some((flag, names)) if flag == "-v" || flag == "-V" => {
            let mut status = 0;
            for name in names {
                match tool::find(name) {
                    Some(_) => call.io.out_line(name),
                    None => status = 1,
                }
            }
            Ok(status)
        }
        Some(_) => {
            let words = call.args.clone();
            Ok(exec::run_words(words, &call.session, streams(&call), &call.cancel).await)
        }
    }
}

async fn clear(call: Call) -> Result<i32, Stop> {
    call.io.out("\x1b[H\x1b[2J\x1b[3J");
    Ok(0)
}

/// `bash FILE`, `bash -c 'COMMANDS'`, commands from standard input: in a subshell.
async fn bash(call: Call) -> Result<i32, Stop> {
    let mut words = call.args.iter().peekable();
    let session = call.session.fork();
    // A shell inside a shell takes as much of the stack as several compound commands.
    session.set_depth(call.session.depth() + 10);
    while let Some(flag) = words.next_if(|w| w.as_str() == "-e") {
        session.set_errexit(flag == "-e");
    }
    let source = match words.next().map(String::as_str) {
        Some("-c") => match words.next() {
            Some(source) => source.clone(),
            None => {
                call.io.err_line("bash: -c: option requires an argument");
                return Ok(2);
            }
        },
        Some(flag) if flag.starts_with('-') && flag != "-" => {
            call.io.err_line(format!("bash: {flag}: invalid option"));
            return Ok(2);
        }
        // `bash bin/kafka-topics.sh …`: a tool, whatever its file says.
        Some(name) if name.ends_with(".sh") && tool::find(name).is_some() => {
            let command = std::iter::once(name.to_owned()).chain(words.cloned());
            let (session, cancel) = (session.clone(), call.cancel.clone());
            return Ok(exec::run_words(command.collect(), &session, streams(&call), &cancel).await);
        }
        Some(name) if name != "-" => match call.session.read_file(name) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                call.io.err_line(format!("bash: {name}: {error}"));
                return Ok(127);
            }
        },
        _ => String::from_utf8_lossy(&call.io.read_all().await?).into_owned(),
    };
    if words.next().is_some() {
        call.io
            .err_line("bash: arguments of scripts are not supported by this shell");
        return Ok(2);
    }
    let shell = exec::Shell::new(session);
    Ok(shell.run_with(&source, streams(&call), &call.cancel).await)
}

async fn help(call: Call) -> Result<i32, Stop> {
    call.io
        .out_line("Kafka's tools (NAME --help shows the options of each):");
    let first_line = |text: &'static str| text.lines().next().unwrap_or_default();
    let mut tools: Vec<_> = tool::all_tools()
        .map(|t| (t.name, first_line(t.summary)))
        .collect();
    sort(&mut tools);
    for (name, summary) in tools {
        call.io.out_line(format!("  {name:<24}{summary}"));
    }
    call.io.out_line("Small tools, as in a Unix shell:");
    let mut builtins: Vec<_> = super::all().map(|b| (b.name, b.summary)).collect();
    sort(&mut builtins);
    for (name, summary) in builtins {
        call.io.out_line(format!("  {name:<24}{summary}"));
    }
    Ok(0)
}
