//! Programs built from crates, each at one exact version.

use super::{Step, stamp};
use crate::paths;
use crate::process::{Outcome, command, run};
use std::fs;

pub fn wasm_pack() -> Outcome {
    install(
        "wasm-pack",
        "0.15.1",
        &["wasm-pack"],
        "builds the WebAssembly modules and runs their tests",
    )
}

/// Must be the version of the crate `wasm-bindgen`: the two speak a private format.
pub fn wasm_bindgen() -> Outcome {
    let version = locked_version("wasm-bindgen")?;
    let programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    install(
        "wasm-bindgen-cli",
        &version,
        &programs,
        "writes the JavaScript side of the modules",
    )
}

pub fn geckodriver() -> Outcome {
    install(
        "geckodriver",
        "0.37.1",
        &["geckodriver"],
        "drives Firefox in tests",
    )
}

fn install(package: &str, version: &str, programs: &[&str], why: &str) -> Outcome {
    let tools = paths::tools();
    let root = tools.to_string_lossy().into_owned();
    let step = Step {
        what: format!("{package} {version}"),
        why,
        mend: format!("cargo install --locked --root {root} {package} --version {version}"),
    };
    let there = programs
        .iter()
        .all(|program| tools.join("bin").join(program).is_file());
    step.ensure(there && stamp::is(package, version), || {
        // One build folder for all of them, so that shared dependencies are compiled once.
        let build = tools.join("build");
        let exact = ["install", "--root", &root, package, "--version", version];
        // Not optimised: these programs wait for others, and building them took longer than they ever run.
        let run_with = |more: &[&str]| {
            run(command("cargo", &exact)
                .arg("--debug")
                .args(more)
                .env("CARGO_PROFILE_DEV_DEBUG", "false")
                .env("CARGO_TARGET_DIR", &build))
        };
        // A lock file may name a dependency that a mirror does not have yet or that was withdrawn; the
        // program's own version stays exact either way.
        run_with(&["--locked"]).or_else(|why| {
            println!("    {why}; once more with the newest dependencies that fit");
            run_with(&[])
        })?;
        stamp::set(package, version)
    })
}

/// The version of a crate that `Cargo.lock` names.
fn locked_version(package: &str) -> Outcome<String> {
    let path = paths::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let wanted = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""))
        .and_then(|line| line.strip_suffix('"'))
        .map(str::to_string)
        .ok_or_else(|| format!("Cargo.lock does not name {package}"))
}
