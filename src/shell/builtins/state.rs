//! Tools that change or show the shell's own state: variables, directory, options.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::super::{exec, session::Session};

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "cd",
        summary: "change the directory",
        run: |call| Box::pin(cd(call)),
    },
    Builtin {
        name: "pwd",
        summary: "print the directory",
        run: |call| Box::pin(pwd(call)),
    },
    Builtin {
        name: "export",
        summary: "give variables to commands",
        run: |call| Box::pin(export(call)),
    },
    Builtin {
        name: "unset",
        summary: "forget variables",
        run: |call| Box::pin(unset(call)),
    },
    Builtin {
        name: "set",
        summary: "list variables; set -e",
        run: |call| Box::pin(set(call)),
    },
    Builtin {
        name: "read",
        summary: "read a line into variables",
        run: |call| Box::pin(read(call)),
    },
    Builtin {
        name: "env",
        summary: "run with other variables",
        run: |call| Box::pin(env(call)),
    },
    Builtin {
        name: "printenv",
        summary: "print variables",
        run: |call| Box::pin(printenv(call)),
    },
    Builtin {
        name: ":",
        summary: "do nothing",
        run: |_| Box::pin(async { Ok(0) }),
    },
];

async fn cd(call: Call) -> Result<i32, Stop> {
    let target = match call.args.first().map(String::as_str) {
        None => call.session.var("HOME").unwrap_or_else(|| "/".to_owned()),
        Some("-") => match call.session.var("OLDPWD") {
            Some(old) => {
                call.io.out_line(&old);
                old
            }
            None => {
                call.io.err_line("bash: cd: OLDPWD not set");
                return Ok(1);
            }
        },
        Some(_) if call.args.len() > 1 => {
            call.io.err_line("bash: cd: too many arguments");
            return Ok(1);
        }
        Some(path) => path.to_owned(),
    };
    let path = call.session.resolve(&target);
    let problem = match call.session.fs().metadata(&path) {
        Ok(found) if found.is_dir => {
            call.session.set_cwd(&path);
            return Ok(0);
        }
        Ok(_) => "Not a directory".to_owned(),
        Err(error) => error.to_string(),
    };
    call.io.err_line(format!("bash: cd: {target}: {problem}"));
    Ok(1)
}

async fn pwd(call: Call) -> Result<i32, Stop> {
    call.io.out_line(call.session.cwd());
    Ok(0)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

async fn export(call: Call) -> Result<i32, Stop> {
    let mut status = 0;
    let words: Vec<&String> = call.args.iter().filter(|w| *w != "-p").collect();
    if words.is_empty() {
        for (name, variable) in call.session.vars() {
            if variable.exported {
                let value = variable.value.replace('\\', "\\\\").replace('"', "\\\"");
                call.io.out_line(format!("declare -x {name}=\"{value}\""));
            }
        }
    }
    for word in words {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.as_str(), None),
        };
        if !is_name(name) {
            call.io
                .err_line(format!("bash: export: `{word}': not a valid identifier"));
            status = 1;
            continue;
        }
        if let Some(value) = value {
            call.session.set_var(name, value);
        }
        call.session.export(name);
    }
    Ok(status)
}

async fn unset(call: Call) -> Result<i32, Stop> {
    for name in call.args.iter().filter(|w| *w != "-v") {
        call.session.unset_var(name);
    }
    Ok(0)
}

async fn set(call: Call) -> Result<i32, Stop> {
    if call.args.is_empty() {
        for (name, variable) in call.session.vars() {
            call.io
                .out_line(format!("{name}={}", quoted(&variable.value)));
        }
    }
    let mut words = call.args.iter();
    while let Some(word) = words.next() {
        let on = word.starts_with('-');
        let Some(letters) = word.strip_prefix(['-', '+']).filter(|l| !l.is_empty()) else {
            return Err(unknown(&call, word));
        };
        for letter in letters.chars() {
            match letter {
                'e' => call.session.set_errexit(on),
                'o' => match words.next().map(String::as_str) {
                    Some("errexit") => call.session.set_errexit(on),
                    Some("pipefail") => call.session.set_pipefail(on),
                    other => return Err(unknown(&call, other.unwrap_or("-o"))),
                },
                _ => return Err(unknown(&call, word)),
            }
        }
    }
    Ok(0)
}

fn unknown(call: &Call, option: &str) -> Stop {
    call.io
        .err_line(format!("bash: set: {option}: not supported by this shell"));
    Stop::Exit(2)
}

/// A value as the shell would read it again.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    match value.chars().all(plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', "'\\''")),
    }
}

async fn read(call: Call) -> Result<i32, Stop> {
    let mut raw = false;
    let mut names = Vec::new();
    let mut words = call.args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-r" => raw = true,
            "-p" => drop(words.next()),
            _ if word.starts_with('-') => {
                call.io
                    .err_line(format!("bash: read: {word}: invalid option"));
                return Ok(2);
            }
            _ => names.push(word.as_str()),
        }
    }
    let Some(mut line) = call.io.read_line().await? else {
        names.iter().for_each(|name| call.session.set_var(name, ""));
        return Ok(1);
    };
    let mut text = String::new();
    let mut complete;
    loop {
        let piece = String::from_utf8_lossy(&line).into_owned();
        complete = piece.ends_with('\n');
        text.push_str(piece.trim_end_matches('\n'));
        let backslashes = text.len() - text.trim_end_matches('\\').len();
        if raw || !complete || backslashes.is_multiple_of(2) {
            break;
        }
        text.pop();
        match call.io.read_line().await? {
            Some(next) => line = next,
            None => break,
        }
    }
    assign(&call.session, &names, &text, raw);
    Ok(i32::from(!complete))
}

/// Spreads a line over variables; the last one takes all that is left.
fn assign(session: &Session, names: &[&str], line: &str, raw: bool) {
    let unescape = |text: &str| match raw {
        true => text.to_owned(),
        false => {
            let mut chars = text.chars();
            let mut plain = String::new();
            while let Some(c) = chars.next() {
                plain.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
            plain
        }
    };
    let ifs = session.var("IFS").unwrap_or_else(|| " \t\n".to_owned());
    let is_space = |c: char| ifs.contains(c) && c.is_ascii_whitespace();
    let is_mark = |c: char| ifs.contains(c);
    if names.is_empty() {
        session.set_var("REPLY", unescape(line));
        return;
    }
    let mut rest = line.trim_start_matches(is_space);
    for (at, name) in names.iter().enumerate() {
        if at + 1 == names.len() {
            let mut last = rest.trim_end_matches(is_space);
            // One mark at the end belongs to nobody if the rest is a single field.
            if let Some(field) = last.strip_suffix(is_mark)
                && !field.contains(is_mark)
            {
                last = field.trim_end_matches(is_space);
            }
            session.set_var(name, unescape(last));
            return;
        }
        let end = rest.find(is_mark).unwrap_or(rest.len());
        session.set_var(name, unescape(&rest[..end]));
        rest = rest[end..].trim_start_matches(is_space);
        if let Some(after) = rest.strip_prefix(|c| is_mark(c) && !is_space(c)) {
            rest = after.trim_start_matches(is_space);
        }
    }
}

async fn env(call: Call) -> Result<i32, Stop> {
    let session = call.session.fork();
    let mut words = call.args.iter().peekable();
    while let Some(word) = words.peek() {
        match word.split_once('=') {
            Some((name, value)) if is_name(name) => {
                session.set_var(name, value);
                session.export(name);
            }
            _ if *word == "-u" => {
                words.next();
                if let Some(name) = words.peek() {
                    session.unset_var(name);
                }
            }
            _ if *word == "-i" => {
                session
                    .vars()
                    .keys()
                    .for_each(|name| session.unset_var(name));
            }
            _ => break,
        }
        words.next();
    }
    let command: Vec<String> = words.cloned().collect();
    if !command.is_empty() {
        let (stdin, stdout, stderr) = call.io.parts();
        let streams = exec::Streams {
            stdin,
            stdout,
            stderr,
        };
        return Ok(exec::run_words(command, &session, streams, &call.cancel).await);
    }
    print_exported(&call, &session);
    Ok(0)
}

fn print_exported(call: &Call, session: &Session) {
    for (name, variable) in session.vars().into_iter().filter(|(_, v)| v.exported) {
        call.io.out_line(format!("{name}={}", variable.value));
    }
}

async fn printenv(call: Call) -> Result<i32, Stop> {
    if call.args.is_empty() {
        print_exported(&call, &call.session);
        return Ok(0);
    }
    let vars = call.session.vars();
    let mut status = 0;
    for name in &call.args {
        match vars.get(name).filter(|v| v.exported) {
            Some(variable) => call.io.out_line(&variable.value),
            None => status = 1,
        }
    }
    Ok(status)
}
