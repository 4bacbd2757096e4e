//! Makes a fresh machine able to build, serve and test the page.
//!
//! Everything is pinned and goes into the project's own folders, but for Debian packages (browsers). A
//! step says what it does and why, shows its tool's own progress, is skipped when it is done, and names
//! the command that mends it when it fails.

mod cargo_tools;
mod debian;
mod go;
pub mod lock;
mod npm;
mod python;
mod rust;
pub mod stamp;

use crate::process::Outcome;
use std::time::Instant;

/// One thing that must be there.
pub struct Step<'a> {
    /// With its version.
    pub what: String,
    pub why: &'a str,
    /// Typed by a person when the step fails.
    pub mend: String,
}

impl Step<'_> {
    /// Does the step unless it is done already.
    pub fn ensure(&self, done: bool, act: impl FnOnce() -> Outcome) -> Outcome {
        if done {
            println!("  ✓ {} (there): {}", self.what, self.why);
            return Ok(());
        }
        println!("  → {}: {}", self.what, self.why);
        let started = Instant::now();
        match act() {
            Ok(()) => {
                println!(
                    "  ✓ {} in {:.0} s",
                    self.what,
                    started.elapsed().as_secs_f32()
                );
                Ok(())
            }
            Err(why) => Err(format!(
                "set-up of {} failed: {why}\n  to mend it: {}",
                self.what, self.mend
            )),
        }
    }
}

/// What checking formatting and lints needs.
pub fn style() -> Outcome {
    println!("Set-up for style:");
    rust::components()
}

/// What building the page needs.
pub fn page() -> Outcome {
    println!("Set-up for the page:");
    rust::wasm_target()?;
    npm::packages()?;
    cargo_tools::wasm_pack()?;
    cargo_tools::wasm_bindgen()
}

/// What driving a browser needs.
pub fn browsers() -> Outcome {
    println!("Set-up for browsers:");
    debian::browsers()?;
    cargo_tools::geckodriver()
}

/// What comparing brokers over TCP needs.
pub fn kcat() -> Outcome {
    println!("Set-up for brokers over TCP:");
    debian::kcat()
}

/// What the real clients need that are run against the native binary.
pub fn clients() -> Outcome {
    println!("Set-up for real clients:");
    debian::clients()?;
    python::venvs()?;
    npm::clients()?;
    go::clients()
}

/// Everything.
pub fn all() -> Outcome {
    let _turn = lock::turn()?;
    style()?;
    page()?;
    browsers()?;
    clients()
}
