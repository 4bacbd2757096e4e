//! Builds the WebAssembly modules: `pkg/` (cluster, client, shell) and `pkg/codecs/` (compression).
//!
//! wasm-pack does it, with the tools that set-up installed and nothing else: it may not download any.

use crate::paths;
use crate::process::{Outcome, command, run};
use crate::setup::stamp;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set to anything: modules that are built in seconds, for work on the page; large and slow, not for shipping.
const QUICK: &str = "XTASK_QUICK";

/// Builds what has changed since the last time.
pub fn build() -> Outcome {
    module(
        "the cluster's module",
        ".",
        "pkg",
        &["src", "Cargo.toml", "Cargo.lock"],
    )?;
    module(
        "the codecs' module",
        "codecs",
        "../pkg/codecs",
        &["codecs", "Cargo.toml", "Cargo.lock"],
    )
}

/// Builds the bench of the core alone into [`core_bench_folder`].
pub fn core_bench() -> Outcome {
    let out = core_bench_folder();
    module(
        "the core's bench",
        "tests/bench/core",
        &out.to_string_lossy(),
        &[
            "src",
            "benches",
            "tests/bench/core",
            "Cargo.toml",
            "Cargo.lock",
        ],
    )
}

pub fn core_bench_folder() -> PathBuf {
    paths::target().join("bench/core")
}

fn module(what: &str, package: &str, out: &str, sources: &[&str]) -> Outcome {
    let root = paths::root();
    let files: Vec<PathBuf> = sources
        .iter()
        .flat_map(|source| below(&root.join(source)))
        .collect();
    let quick = std::env::var_os(QUICK).is_some();
    let (profile, opt, how) = match quick {
        true => (
            "web-quick",
            &["--no-opt"][..],
            "quickly, for work on the page",
        ),
        false => ("web", &[][..], "by wasm-pack, made small by wasm-opt"),
    };
    let wanted = format!("{profile} {}", stamp::hash(&files));
    let name = format!("wasm-{}", out.replace(['/', '.'], "-"));
    let built = root.join(package).join(out).join("package.json").is_file();
    if built && stamp::is(&name, &wanted) {
        println!("  ✓ {what} (unchanged)");
        return Ok(());
    }
    println!("  → {what}: compiled {how}");
    let mut args = vec!["build", package, "--target", "web", "--profile", profile];
    args.extend(["--mode", "no-install", "--out-dir", out]);
    args.extend(opt);
    args.extend(["--", "--no-default-features"]);
    run(&mut wasm_pack(&args))?;
    stamp::set(&name, &wanted)
}

/// wasm-pack with the toolchain's own linker settings.
pub fn wasm_pack(args: &[&str]) -> Command {
    let mut wasm_pack = command("wasm-pack", args);
    // A user's flags for native code mean nothing here and would change the module.
    wasm_pack
        .env_remove("RUSTFLAGS")
        .env("CARGO_TERM_PROGRESS_WHEN", "auto");
    wasm_pack
}

fn below(path: &Path) -> Vec<PathBuf> {
    match path.is_dir() {
        true => paths::files_below(path, &|file| {
            !file.components().any(|part| part.as_os_str() == "target")
        }),
        false => vec![path.to_path_buf()],
    }
}
