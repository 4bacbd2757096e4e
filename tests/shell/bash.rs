//! The same lines in this shell and in bash with coreutils: what they print must be the same.
//!
//! Skipped, and said so, where there is no bash.

use crate::{Printed, block_on, run_in, shell};
use std::process::Command;

const LINES: &str = include_str!("lines.txt");

/// Files that are there before each line.
const FILES: &[(&str, &str)] = &[
    ("words", "pear\napple\nfig\napple\nkiwi\nfig\nfig\n"),
    ("numbers", "10\n9\n2\n33\n-4\n2\n"),
    ("table", "alice:30:berlin\nbob:4:paris\ncarol:30:oslo\n"),
    ("poem", "The quick brown fox\njumps over\n\nthe lazy dog\n"),
    ("noeol", "one\ntwo"),
    ("empty", ""),
    ("a b", "spaced\n"),
];

fn in_bash(line: &str) -> Printed {
    let dir =
        std::env::temp_dir().join(format!("shell-test-{}-{:x}", std::process::id(), fnv(line)));
    std::fs::create_dir_all(dir.join("sub")).expect("a directory can be made");
    for (name, text) in FILES {
        std::fs::write(dir.join(name), text).expect("a file can be written");
    }
    let output = Command::new("bash")
        .args(["-c", line])
        .env_clear()
        .envs([
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("USER", "student"),
            ("TZ", "UTC"),
        ])
        .envs([("LC_ALL", "C.UTF-8"), ("HOME", "/work")])
        .current_dir(&dir)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("bash is there");
    std::fs::remove_dir_all(&dir).expect("the directory was made here");
    Printed {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        status: output.status.code().unwrap_or(-1),
    }
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
    })
}

fn in_ours(line: &str) -> Printed {
    block_on(async {
        let shell = shell();
        let fs = shell.session().fs().clone();
        fs.mkdir("/work/sub").expect("the directory is empty");
        for (name, text) in FILES {
            fs.write(&format!("/work/{name}"), text.as_bytes())
                .expect("there is room");
        }
        run_in(&shell, line).await
    })
}

/// bash says where in its script something happened; that is not compared.
fn normalised(mut printed: Printed) -> Printed {
    let lines = printed
        .stderr
        .lines()
        .map(|line| match line.strip_prefix("bash: line ") {
            Some(rest) => format!(
                "bash: {}\n",
                rest.split_once(": ").map_or(rest, |(_, text)| text)
            ),
            None => format!("{line}\n"),
        });
    printed.stderr = lines.collect();
    printed
}

#[test]
fn lines_print_what_they_print_in_bash() {
    if Command::new("bash")
        .args(["-c", "seq 1 | sed p"])
        .output()
        .is_err()
    {
        eprintln!("skipped: there is no bash here");
        return;
    }
    let mut faults = Vec::new();
    let mut compared = 0;
    for line in LINES
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
    {
        // `␤` stands for a line end inside one entry.
        let line = line.replace('␤', "\n");
        compared += 1;
        let (theirs, ours) = (normalised(in_bash(&line)), normalised(in_ours(&line)));
        if theirs != ours {
            faults.push(format!("$ {line}\n  bash {theirs:?}\n  ours {ours:?}"));
        }
    }
    assert!(compared >= 200, "only {compared} lines");
    assert!(
        faults.is_empty(),
        "{} of {compared} differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
