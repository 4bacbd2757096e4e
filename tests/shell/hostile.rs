//! Random lines: whatever they are, the shell neither panics nor hangs.

use crate::{Screen, block_on, shell};
use kafka_sandbox::shell::grammar;
use kafka_sandbox::shell::{Cancel, builtins};
use proptest::prelude::*;
use std::rc::Rc;
use std::time::Duration;

/// Pieces that shell lines are made of, and some that they are not.
const PIECES: &[&str] = &[
    "echo",
    "cat",
    "x",
    "for",
    "in",
    "do",
    "done",
    "while",
    "if",
    "then",
    "fi",
    "else",
    "elif",
    "{",
    "}",
    "(",
    ")",
    "((",
    "|",
    "||",
    "&&",
    "&",
    ";",
    ";;",
    "\n",
    " ",
    "\t",
    "\\",
    "\\\n",
    "'",
    "\"",
    "$",
    "$(",
    "${",
    "${x",
    ":-",
    "-",
    "<",
    ">",
    ">>",
    "<<",
    "<<<",
    "<<-",
    "2>",
    "2>&1",
    "&>",
    "EOF",
    "\nEOF\n",
    "!",
    "!!",
    "#",
    "*",
    "?",
    "[",
    "]",
    "[a-",
    "=",
    "x=",
    "$x",
    "$?",
    "$!",
    "$1",
    "~",
    "`",
    "é",
    "😀",
    "\u{0}",
    "1",
    "999999999999999999999",
    "%%bash",
    "time",
    "case",
    "function",
    "+=",
    "{1..3}",
    "{a,b}",
    "$'\\x",
    "\\c",
];

/// Words that small tools may get.
const WORDS: &[&str] = &[
    "-n",
    "-c",
    "-f",
    "-d",
    "-k",
    "-t",
    "-e",
    "-E",
    "-r",
    "-i",
    "-o",
    "-s",
    "-u",
    "-v",
    "-w",
    "-A",
    "-1",
    "-2",
    "+3",
    "-",
    "--",
    "--x",
    "1",
    "0",
    "-5",
    "1,3",
    "2-",
    "-4",
    "3-1",
    "1.2,3.4n",
    "99999999999999999999",
    "a",
    "é😀",
    "",
    "f",
    "/",
    "nothere",
    "s/a/b/",
    "s/(/x/",
    "s/\\(a\\)*/\\1/2g",
    "/a/,/b/p",
    "$!d",
    "1~0p",
    "0~3p",
    "2,1p",
    "y/a/b/",
    "[",
    "]",
    "[a",
    "[[:alpha:]]*",
    "a*",
    "\\",
    "\\(",
    "a\\{1,2\\}",
    "a{2,1}",
    "(a|b)+",
    "^$",
    "%s",
    "%5d",
    "%-*d",
    "%.99f",
    "%",
    "%c%b",
    "\\0",
    "[:upper:]",
    "a-z",
    "z-a",
    "[x*]",
    ".",
    ".a",
    ".[0]",
    ".[-1:]",
    "..",
    "{a:1}",
    "[.[]]",
    "select(.a==1)",
    "@0",
    "@-1e300",
    "2024-02-30",
    "+%Y%j%N%",
    "=",
    "!",
    "-eq",
    "(",
    ")",
    "0.1",
    "1e400",
    "nan",
    "{}",
];

fn joined(
    pieces: &'static [&str],
    most: usize,
    joint: &'static str,
) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(pieces), 0..most)
        .prop_map(move |all| all.join(joint))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(source in joined(PIECES, 20, "")) {
        if let Err(error) = grammar::parse(&source) {
            prop_assert!(!error.message.is_empty());
            prop_assert!(error.line >= 1 && error.column >= 1);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(source in "\\PC{0,40}") {
        let _ = grammar::parse(&source);
        let _ = grammar::is_shell_only(&source);
    }
}

/// Runs a line for a moment.
fn run_briefly(line: &str) {
    block_on(async {
        let shell = shell();
        let fs = shell.session().fs().clone();
        fs.write("/work/f", "a b\né,1:2\n{\"a\":[1,{}]}\n".as_bytes())
            .expect("there is room");
        let cancel = Cancel::new();
        let run = shell.run(line, Rc::new(Screen::default()), &cancel);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            cancel.cancel();
        };
        let both = futures_util::future::select(Box::pin(run), Box::pin(stop));
        let limit = Duration::from_secs(10);
        match tokio::time::timeout(limit, both).await {
            Ok(futures_util::future::Either::Left(_)) => {}
            Ok(futures_util::future::Either::Right(((), run))) => {
                tokio::time::timeout(limit, run)
                    .await
                    .unwrap_or_else(|_| panic!("hangs: {line}"));
            }
            Err(_) => panic!("does not let others run: {line}"),
        }
    });
}

#[test]
fn small_tools_take_any_words() {
    let names: Vec<&str> = builtins::all().map(|tool| tool.name).collect();
    let mut random = kafka_sandbox::base::Rng::new(7);
    let mut pick =
        |among: &[&'static str]| among[(random.next_u64() % among.len() as u64) as usize];
    for _ in 0..4000 {
        let words = [pick(WORDS), pick(WORDS), pick(WORDS)];
        let quoted: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
        run_briefly(&format!(
            "{} {} < f > g 2>&1",
            pick(&names),
            quoted.join(" ")
        ));
    }
}
