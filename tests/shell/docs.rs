//! `docs/SHELL.md` says what there is.

use crate::run;
use kafka_sandbox::shell::builtins;
use std::collections::BTreeSet;

const TEXT: &str = include_str!("../../docs/SHELL.md");

/// The rows of the table of small tools: name and the rest.
fn rows() -> Vec<(&'static str, &'static str)> {
    let table = TEXT
        .split("## Small tools")
        .nth(1)
        .expect("the section is there");
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.collect()
}

#[test]
fn the_table_names_every_small_tool() {
    let documented: BTreeSet<&str> = rows().iter().map(|(name, _)| *name).collect();
    let built: BTreeSet<&str> = builtins::all().map(|tool| tool.name).collect();
    assert_eq!(documented, built);
}

#[test]
fn every_option_in_the_table_is_taken() {
    let mut tried = 0;
    for (name, rest) in rows() {
        for option in rest
            .split([' ', ';'])
            .filter(|w| w.len() == 2 && w.starts_with('-'))
        {
            let printed = run(&format!("{name} {option} < /dev/null"));
            let refused = ["invalid option", "unrecognized", "not supported"];
            let known = refused.iter().all(|why| !printed.stderr.contains(why));
            assert!(known, "{name} {option}: {}", printed.stderr);
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} options");
}
