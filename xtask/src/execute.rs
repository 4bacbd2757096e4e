//! `cargo xtask execute FILE.ipynb…`: runs notebooks headless in the real page.
//!
//! The work is done by `tests/e2e/execute.mjs`, which drives a browser; here is only its set-up.

use crate::page;
use crate::process::{self, Outcome, command};

pub fn run(args: &[String]) -> Outcome {
    page::for_browsers()?;
    let mut runner = command("node", &["tests/e2e/execute.mjs"]);
    // File names are relative to where the person stands, not to the repository.
    let from = std::env::current_dir().map_err(|error| error.to_string())?;
    process::run(runner.args(args).env("XTASK_FROM", from))
}
