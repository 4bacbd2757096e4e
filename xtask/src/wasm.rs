//! Builds the WebAssembly modules: `pkg/` (cluster, client, shell) and `pkg/codecs/` (compression).
//!
//! wasm-pack does it, with the tools that set-up installed and nothing else: it may not download any.

use crate::paths;
use crate::process::{Outcome, command, run};
use crate::setup::stamp;
use std::path::{Path, PathBuf};
use std::process::Command;

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

fn module(what: &str, package: &str, out: &str, sources: &[&str]) -> Outcome {
    let root = paths::root();
    let files: Vec<PathBuf> = sources
        .iter()
        .flat_map(|source| below(&root.join(source)))
        .collect();
    let wanted = stamp::hash(&files);
    let name = format!("wasm-{}", out.replace(['/', '.'], "-"));
    let built = root.join(package).join(out).join("package.json").is_file();
    if built && stamp::is(&name, &wanted) {
        println!("  ✓ {what} (unchanged)");
        return Ok(());
    }
    println!("  → {what}: compiled by wasm-pack, made small by wasm-opt");
    let args = [
        "build",
        package,
        "--target",
        "web",
        "--profile",
        "web",
        "--mode",
        "no-install",
        "--out-dir",
        out,
        "--",
        "--no-default-features",
    ];
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
