//! The project's tasks: `cargo xtask TASK [ARGS]`.
//!
//! Every task does its own set-up first, so that a fresh clone needs no instructions. Nothing here is
//! part of the product; the work itself is done by tools that the set-up installs.

mod bench;
mod codegen;
mod execute;
mod page;
mod paths;
mod process;
mod setup;
mod test;
mod wasm;
mod wheels;

use process::Outcome;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK [ARGS]

  serve [--port N]              set everything up, build, and serve the page on this machine
  test [STAGE…]                 set everything up and run all tests, or the stages named
  site                          build the page for a web server, into dist/
  setup                         the set-up alone, of everything
  execute FILE.ipynb… [--out FILE|FOLDER] [--browser chromium|firefox] [--timeout SECONDS] [--junit FILE]
                                run notebooks in the real page, on one cluster, and write their outputs
  golden DIR|FILE… [--tools ours|apache] [--broker ours|apache] [--browser chromium|firefox]
         [--rules FILE] [--steps]
                                replay recorded runs of Kafka's tools and show what differs
  bench [--save] [--kafka-jars DIR] [NAME…]
                                measure speed and sizes; --save writes them into docs/PERFORMANCE.md
  codegen [--check] [--jars DIR]
                                write the wire codec from Kafka's message schemas
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match args.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    match run(task, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask {task}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &str, args: &[String]) -> Outcome {
    match task {
        "serve" => page::serve(args),
        "site" => page::site(),
        "test" => test::run(args),
        "setup" => setup::all(),
        "execute" => execute::run(args),
        "bench" => bench::run(args),
        "golden" => golden(args),
        "codegen" => codegen::run(args).map_err(|why| format!("{why:#}")),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no such task: {other}\n\n{USAGE}")),
    }
}

/// A program of its own, because it links the whole cluster, which the other tasks need not wait for.
fn golden(args: &[String]) -> Outcome {
    if args.iter().any(|arg| arg.starts_with("--browser")) {
        page::for_browsers()?;
    }
    let program = ["run", "--quiet", "--package", "golden", "--"];
    let words: Vec<&str> = program
        .into_iter()
        .chain(args.iter().map(String::as_str))
        .collect();
    process::run(&mut process::command("cargo", &words))
}
