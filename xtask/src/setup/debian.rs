//! Debian packages. They are installed when we may (as root); otherwise the exact command is named.

use super::Step;
use crate::paths::find_program;
use crate::process::{Outcome, capture, command, run};

/// A package, and the programs any of which makes it needless.
type Package = (&'static str, &'static [&'static str]);

const BROWSERS: [Package; 3] = [
    (
        "chromium",
        &["chromium", "chromium-browser", "google-chrome"],
    ),
    ("chromium-driver", &["chromedriver"]),
    ("firefox-esr", &["firefox-esr", "firefox"]),
];

const CLIENTS: [Package; 3] = [
    ("kcat", &["kcat"]),
    ("python3", &["python3"]),
    ("golang-go", &["go"]),
];

pub fn browsers() -> Outcome {
    install(&BROWSERS, "the page is tested in real browsers")
}

pub fn kcat() -> Outcome {
    install(&CLIENTS[..1], "the client that brokers are compared with")
}

pub fn clients() -> Outcome {
    install(&CLIENTS, "real clients and what they are written in")?;
    // Debian's python3 comes without what makes virtual environments.
    if capture(&mut command("python3", &["-c", "import ensurepip, venv"])).is_none() {
        return install(
            &[("python3-venv", &[])],
            "makes the Python clients' own environments",
        );
    }
    Ok(())
}

fn install(packages: &[Package], why: &str) -> Outcome {
    let names: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
    let missing: Vec<&str> = packages
        .iter()
        .filter(|(_, programs)| find_program(programs).is_none())
        .map(|(name, _)| *name)
        .collect();
    let by_hand = format!(
        "sudo apt-get update && sudo apt-get install -y {}",
        missing.join(" ")
    );
    let step = Step {
        what: names.join(", "),
        why,
        mend: by_hand,
    };
    step.ensure(missing.is_empty(), || {
        if !is_root() {
            return Err("only root may install Debian packages".to_string());
        }
        let mut args = vec!["install", "-y", "--no-install-recommends"];
        args.extend(&missing);
        let install = || run(command("apt-get", &args).env("DEBIAN_FRONTEND", "noninteractive"));
        // Package lists may be missing or old: then, and only then, fetch them.
        install().or_else(|_| {
            run(&mut command("apt-get", &["update"]))?;
            install()
        })
    })
}

fn is_root() -> bool {
    capture(&mut command("id", &["-u"])).is_some_and(|id| id.trim() == "0")
}
