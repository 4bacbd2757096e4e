//! `cargo xtask bench [--save] [--kafka-jars DIR] [NAME…]`: how fast it is, and how large.
//!
//! Each bench is a program in `tests/bench/` that prints a line per figure. What is compared runs within one bench, so
//! that a ratio holds on any machine; absolute figures say as much of the machine as of us.

mod table;

use crate::process::{self, Outcome, command};
use crate::{page, paths, setup, wasm};
use std::path::PathBuf;
use table::Table;

const USAGE: &str = "usage: cargo xtask bench [--save] [--kafka-jars DIR] [NAME…]";

struct Bench {
    name: &'static str,
    what: &'static str,
    /// Runs only when it is named: it takes minutes.
    long: bool,
    /// Builds what it needs beyond the page and the browsers.
    prepare: fn() -> Outcome,
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "sizes",
        what: "what goes over the wire",
        long: false,
        prepare: || Ok(()),
    },
    Bench {
        name: "page",
        what: "cold load, console producer and consumer in a cell",
        long: false,
        prepare: || Ok(()),
    },
    Bench {
        name: "core",
        what: "append and fetch, in Chromium and natively",
        long: false,
        prepare: core,
    },
    Bench {
        name: "tcp",
        what: "brokers over TCP under the same client",
        long: false,
        prepare: native,
    },
    Bench {
        name: "kafkajs",
        what: "KafkaJS in a cell of the page, and in Node over TCP",
        long: false,
        prepare: || cargo_release(&["--bin", "kafka-sandbox"]),
    },
    Bench {
        name: "python",
        what: "Python cells: the first one, and clients in a cell and on CPython over TCP",
        long: false,
        prepare: || {
            setup::clients()?;
            cargo_release(&["--bin", "kafka-sandbox"])
        },
    },
    Bench {
        name: "stress",
        what: "four minutes of threads, clients and garbage in a Python cell",
        long: true,
        prepare: || Ok(()),
    },
    Bench {
        name: "storage",
        what: "IndexedDB by our module and by plain JavaScript",
        long: false,
        prepare: core,
    },
    Bench {
        name: "recovery",
        what: "of a stored cluster with 50 partitions",
        long: false,
        prepare: || Ok(()),
    },
    Bench {
        name: "memory",
        what: "of the cluster's worker with a million records",
        long: false,
        prepare: || Ok(()),
    },
];

#[derive(Default)]
struct Options {
    save: bool,
    kafka_jars: Option<PathBuf>,
    names: Vec<String>,
}

pub fn run(args: &[String]) -> Outcome {
    let options = read(args)?;
    let chosen: Vec<&Bench> = BENCHES
        .iter()
        .filter(|bench| match options.names.is_empty() {
            true => !bench.long,
            false => options.names.iter().any(|name| name == bench.name),
        })
        .collect();
    page::for_browsers()?;
    for bench in &chosen {
        (bench.prepare)()?;
    }
    let mut table = Table::default();
    let mut failed = Vec::new();
    for bench in &chosen {
        println!("\n━━ {}: {}", bench.name, bench.what);
        if !measure(bench, &options, &mut table)? {
            failed.push(bench.name);
        }
    }
    println!("\n{}", table.text());
    if !failed.is_empty() {
        return Err(format!("these benches failed: {}", failed.join(" ")));
    }
    if !options.save {
        return Ok(());
    }
    let measured: Vec<&str> = chosen.iter().map(|bench| bench.name).collect();
    let all: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
    table.save(&measured, &all)
}

fn measure(bench: &Bench, options: &Options, table: &mut Table) -> Outcome<bool> {
    let script = format!("tests/bench/{}.mjs", bench.name);
    let mut program = command("node", &[&script]);
    program
        .env(
            "KAFKA_SANDBOX",
            paths::target().join("release/kafka-sandbox"),
        )
        .env("CORE_BENCH", paths::target().join("release/core-bench"))
        .env("CORE_BENCH_WASM", wasm::core_bench_folder());
    if let Some(jars) = &options.kafka_jars {
        program.env("KAFKA_JARS", jars);
    }
    process::run_and_read(&mut program, &mut |line| table.read(bench.name, line))
}

fn read(args: &[String]) -> Outcome<Options> {
    let mut options = Options::default();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--save" => options.save = true,
            "--kafka-jars" => {
                let folder = words.next().ok_or(USAGE)?;
                let full = std::fs::canonicalize(folder);
                options.kafka_jars = Some(full.map_err(|error| format!("{folder}: {error}"))?);
            }
            name if BENCHES.iter().any(|bench| bench.name == name) => {
                options.names.push(name.to_string());
            }
            _ => {
                let names: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
                return Err(format!("{USAGE}\nbenches: {}", names.join(" ")));
            }
        }
    }
    Ok(options)
}

fn core() -> Outcome {
    wasm::core_bench()?;
    cargo_release(&["--package", "core-bench"])
}

fn native() -> Outcome {
    setup::kcat()?;
    cargo_release(&["--bin", "kafka-sandbox"])
}

fn cargo_release(what: &[&str]) -> Outcome {
    let mut cargo = command("cargo", &["build", "--release"]);
    process::run(cargo.args(what))
}
