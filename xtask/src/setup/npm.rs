//! Packages of the page and of the JavaScript client under test, exactly as their lock files say.

use super::{Step, stamp};
use crate::paths;
use crate::process::{Outcome, command, run};

pub fn packages() -> Outcome {
    install(
        ".",
        "npm packages of the page",
        "the page's libraries and tools (Vite, TypeScript, wasm-opt, browser drivers)",
    )
}

/// KafkaJS, unmodified, for Node.
pub fn clients() -> Outcome {
    install(
        "tests/clients/kafkajs",
        "npm packages of tests/clients/kafkajs",
        "a real client to test with",
    )
}

fn install(folder: &str, what: &str, why: &str) -> Outcome {
    let path = paths::root().join(folder);
    let step = Step {
        what: what.to_string(),
        why,
        mend: format!("(cd {folder} && npm ci)"),
    };
    let name = format!("npm-{}", folder.replace(['/', '.'], "-"));
    let lock = stamp::hash([path.join("package-lock.json")]);
    let there = path.join("node_modules/.package-lock.json").is_file();
    step.ensure(there && stamp::is(&name, &lock), || {
        run(command("npm", &["ci", "--no-audit", "--no-fund"]).current_dir(&path))?;
        stamp::set(&name, &lock)
    })
}
