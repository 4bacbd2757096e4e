//! `cargo xtask bench [PART…]`: measures what docs/PERFORMANCE.md shows. Nothing fails for being slow: machines
//! differ, ratios within one run are what counts.

use crate::process::{Outcome, command, run};
use crate::{page, paths, setup, wasm};

struct Part {
    name: &'static str,
    what: &'static str,
    measure: fn() -> Outcome,
}

const PARTS: &[Part] = &[
    Part {
        name: "core",
        what: "the core alone, frames in and out",
        measure: core,
    },
    Part {
        name: "sizes",
        what: "what the page loads",
        measure: sizes,
    },
    Part {
        name: "page",
        what: "the page in Chromium",
        measure: in_page,
    },
    Part {
        name: "tcp",
        what: "librdkafka over TCP, against its own mock broker",
        measure: tcp,
    },
];

pub fn all(args: &[String]) -> Outcome {
    let unknown = |arg: &&String| PARTS.iter().all(|part| part.name != *arg);
    if let Some(unknown) = args.iter().find(unknown) {
        let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        let names = names.join(" ");
        return Err(format!("there is no part {unknown}; there are: {names}"));
    }
    for part in PARTS {
        if args.is_empty() || args.iter().any(|arg| arg == part.name) {
            println!("\n━━ {}: {}", part.name, part.what);
            (part.measure)()?;
        }
    }
    Ok(())
}

fn core() -> Outcome {
    run(&mut command("cargo", &["bench", "--bench", "core"]))
}

fn built_page() -> Outcome {
    setup::page()?;
    wasm::build()?;
    page::bundle()
}

fn sizes() -> Outcome {
    built_page()?;
    run(&mut command("node", &["benches/sizes.mjs"]))
}

fn in_page() -> Outcome {
    built_page()?;
    setup::browsers()?;
    run(&mut command("node", &["benches/page.mjs"]))
}

fn tcp() -> Outcome {
    setup::clients()?;
    run(&mut command(
        "cargo",
        &["build", "--release", "--bin", "kafka-sandbox"],
    ))?;
    let python = paths::root().join(".venv-confluent-kafka/bin/python");
    let binary = paths::target().join("release/kafka-sandbox");
    run(command(python, &["benches/tcp.py"]).arg(binary))
}
