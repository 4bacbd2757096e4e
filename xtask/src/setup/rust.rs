//! The Rust toolchain's own parts. The toolchain itself is `rust-toolchain.toml`'s.

use super::Step;
use crate::paths;
use crate::process::{Outcome, capture, command, run};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The WebAssembly target: rustup's automatic installation may be switched off.
pub fn wasm_target() -> Outcome {
    let step = Step {
        what: format!("Rust target {WASM_TARGET}"),
        why: "compiles the cluster for the page",
        mend: format!("rustup target add {WASM_TARGET}"),
    };
    step.ensure(has_wasm_target(), || {
        run(&mut command("rustup", &["target", "add", WASM_TARGET]))
    })
}

/// Formatter and linter, which a minimal toolchain lacks.
pub fn components() -> Outcome {
    let step = Step {
        what: "rustfmt and clippy".to_string(),
        why: "check the style of the code",
        mend: "rustup component add rustfmt clippy".to_string(),
    };
    let there = ["fmt", "clippy"]
        .iter()
        .all(|tool| capture(&mut command("cargo", &[tool, "--version"])).is_some());
    step.ensure(there, || {
        run(&mut command(
            "rustup",
            &["component", "add", "rustfmt", "clippy"],
        ))
    })
}

fn has_wasm_target() -> bool {
    let sysroot = capture(&mut command("rustc", &["--print", "sysroot"])).unwrap_or_default();
    let library = paths::root()
        .join(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM_TARGET);
    library.join("lib").is_dir()
}
