//! Runs other programs so that a person sees what goes on and a failure says how to mend it.

use crate::paths;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What a task ends with; the error is a text for a person.
pub type Outcome<T = ()> = Result<T, String>;

/// How long a program may say nothing before we say that it still runs.
const QUIET: Duration = Duration::from_secs(20);
/// How long a test program may say nothing before it hangs: many times what the slowest test takes.
const HUNG: Duration = Duration::from_secs(15 * 60);
/// How long the output of a program that has ended is awaited, should something that it started hold it open.
const GRACE: Duration = Duration::from_secs(5);

/// A program in the repository's root that finds the project's own tools.
pub fn command(program: impl AsRef<Path>, args: &[&str]) -> Command {
    // Resolved here: a child's PATH does not count when the child itself is looked up.
    let named = program.as_ref();
    let found = named.to_str().and_then(|name| match name.contains('/') {
        true => None,
        false => paths::find_program(&[name]),
    });
    let mut command = Command::new(found.as_deref().unwrap_or(named));
    command
        .args(args)
        .current_dir(paths::root())
        .env("PATH", paths::path_with_tools());
    command
}

/// The command line as a person would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs it to its end with its own output shown.
pub fn run(command: &mut Command) -> Outcome {
    let text = shown(command);
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot start `{text}`: {error}"))?;
    let status = wait(&mut child, &text)?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`{text}` failed ({status})")),
    }
}

/// Runs it with its output shown, and hands each line to `on_line` as well. The answer is whether it succeeded.
///
/// One that says nothing for [`HUNG`] is ended with all that it started, and has not succeeded.
pub fn run_and_read(command: &mut Command, on_line: &mut dyn FnMut(&str)) -> Outcome<bool> {
    let text = shown(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start `{text}`: {error}"))?;
    let (sender, lines) = mpsc::channel();
    pump(
        child.stdout.take().expect("stdout is piped"),
        sender.clone(),
    );
    pump(child.stderr.take().expect("stderr is piped"), sender);
    let started = Instant::now();
    let (mut heard, mut told) = (started, started);
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => {
                println!("{line}");
                on_line(&line);
                (heard, told) = (Instant::now(), Instant::now());
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout)
                if heard.elapsed() > GRACE && ended(&mut child) =>
            {
                println!("`{text}` has ended, but something that it started still runs");
                break;
            }
            Err(mpsc::RecvTimeoutError::Timeout) if heard.elapsed() > HUNG => {
                println!("`{text}` said nothing for {} s: ended", HUNG.as_secs());
                end_all(child.id());
                break;
            }
            Err(mpsc::RecvTimeoutError::Timeout) if told.elapsed() > QUIET => {
                still_running(&text, started);
                told = Instant::now();
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("waiting for `{text}`: {error}"))?;
    Ok(status.success())
}

/// Its standard output, or nothing when it cannot be run or fails.
pub fn capture(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).ok(),
        false => None,
    }
}

fn ended(child: &mut Child) -> bool {
    matches!(child.try_wait(), Ok(Some(_)))
}

/// Ends a process and all that descend from it.
fn end_all(process: u32) {
    let id = process.to_string();
    let children = capture(&mut command("pgrep", &["-P", &id])).unwrap_or_default();
    let _ = command("kill", &["-KILL", &id]).status();
    for child in children.lines() {
        child.parse().map(end_all).unwrap_or_default();
    }
}

fn pump(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(from);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_string();
            line.clear();
            if to.send(text).is_err() {
                return;
            }
        }
    });
}

fn wait(child: &mut Child, text: &str) -> Outcome<std::process::ExitStatus> {
    let started = Instant::now();
    let mut spoken = started;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if spoken.elapsed() > QUIET => {
                still_running(text, started);
                spoken = Instant::now();
            }
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("waiting for `{text}`: {error}")),
        }
    }
}

fn still_running(text: &str, started: Instant) {
    println!("    … {} s: {text}", started.elapsed().as_secs());
    let _ = std::io::stdout().flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str) -> Command {
        command("sh", &["-c", line])
    }

    #[test]
    fn what_a_program_leaves_behind_is_not_waited_for() {
        let mut left = String::new();
        let succeeded = run_and_read(&mut shell("sleep 1000 & echo $!"), &mut |line| {
            left = line.to_string();
        });
        assert_eq!(succeeded, Ok(true));
        assert!(runs(&left), "it came back only when {left} ended");
        end_all(left.parse().expect("a process"));
    }

    #[test]
    fn a_process_ends_with_all_that_descend_from_it() {
        let mut parent = shell("sh -c 'sleep 1000 & echo $!; wait'")
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let mut grandchild = String::new();
        let mut out = BufReader::new(parent.stdout.take().expect("piped"));
        out.read_line(&mut grandchild).expect("a line");
        assert!(runs(grandchild.trim()));
        end_all(parent.id());
        assert!(!parent.wait().expect("waited").success());
        // The end of its output says that the last one of them is gone.
        assert_eq!(out.read_line(&mut String::new()).ok(), Some(0));
    }

    fn runs(process: &str) -> bool {
        capture(&mut command("kill", &["-0", process])).is_some()
    }
}
