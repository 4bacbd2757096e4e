//! What the stages are, what each needs set up, and how it is run.

use super::tally::Tally;
use crate::process::{Outcome, command, run_and_read};
use crate::{paths, setup, wasm};
use std::process::Command;

/// One part of the tests.
pub struct Stage {
    pub name: &'static str,
    pub what: &'static str,
    pub needs: &'static [Need],
    /// Whether the runner succeeded.
    pub run: fn(&mut Tally) -> Outcome<bool>,
}

/// What must be there before a stage runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Style,
    Page,
    Browsers,
    Clients,
    Modules,
    Site,
    Native,
}

impl Need {
    /// In the order in which they must be fulfilled.
    pub const ALL: &'static [Need] = &[
        Need::Style,
        Need::Page,
        Need::Browsers,
        Need::Clients,
        Need::Modules,
        Need::Site,
        Need::Native,
    ];

    pub fn fulfil(self) -> Outcome {
        match self {
            Need::Style => setup::style(),
            Need::Page => setup::page(),
            Need::Browsers => setup::browsers(),
            Need::Clients => setup::clients(),
            Need::Modules => wasm::build(),
            Need::Site => crate::page::bundle(),
            Need::Native => {
                println!("Build of the native binary:");
                crate::process::run(&mut command(
                    "cargo",
                    &["build", "--release", "--bin", "kafka-sandbox"],
                ))
            }
        }
    }
}

pub const STAGES: &[Stage] = &[
    Stage {
        name: "style",
        what: "formatting and lints",
        needs: &[Need::Style],
        run: style,
    },
    Stage {
        name: "rust",
        what: "all Rust tests: tidy, unit, wire, api, storage, sim, fuzz, shell",
        needs: &[],
        run: |tally| {
            read(
                &mut command(
                    "cargo",
                    &["test", "--workspace", "--all-features", "--no-fail-fast"],
                ),
                tally,
            )
        },
    },
    Stage {
        name: "golden",
        what: "recorded runs of Apache Kafka's tools, replayed by ours",
        needs: &[Need::Native],
        run: |tally| read(&mut xtask(&["golden", "tests/transcripts"]), tally),
    },
    Stage {
        name: "page",
        what: "types and unit tests of the page and of its Python kernel",
        needs: &[Need::Page, Need::Modules],
        run: page,
    },
    Stage {
        name: "web",
        what: "IndexedDB storage and codecs in Chromium and Firefox",
        needs: &[Need::Page, Need::Browsers],
        run: web,
    },
    Stage {
        name: "e2e",
        what: "the built page in Chromium and Firefox",
        needs: &[Need::Page, Need::Browsers, Need::Modules, Need::Site],
        run: e2e,
    },
    Stage {
        name: "golden-page",
        what: "some of the recorded runs in the page's own shell, in Chromium and Firefox",
        needs: &[Need::Page, Need::Browsers, Need::Modules, Need::Site],
        run: golden_page,
    },
    Stage {
        name: "clients",
        what: "real clients over TCP",
        needs: &[Need::Clients, Need::Native],
        run: |tally| read(&mut command("python3", &["tests/clients/run.py"]), tally),
    },
    Stage {
        name: "differential",
        what: "small client programs against what they print on Apache Kafka",
        needs: &[Need::Clients, Need::Native],
        run: |tally| {
            read(
                &mut command("python3", &["tests/differential/run.py"]),
                tally,
            )
        },
    },
];

/// Topics, the console tools, groups, configs, offsets, compression, and the shell around them.
const IN_THE_PAGE: &[&str] = &[
    "topics-words",
    "producer-separators",
    "consumer-print",
    "compression-unicode",
    "configs-lists",
    "deleted-records",
    "groups-reset-times",
    "groups-several",
    "shell",
];

/// As many files at a time as there are cores: a browser that starts keeps about one busy.
fn e2e(tally: &mut Tally) -> Outcome<bool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let width = format!("--test-concurrency={}", cores.min(4));
    let hung = "--test-timeout=600000";
    read(
        &mut command("node", &["--test", &width, hung, "tests/e2e/"]),
        tally,
    )
}

fn golden_page(tally: &mut Tally) -> Outcome<bool> {
    let files: Vec<String> = IN_THE_PAGE
        .iter()
        .map(|name| format!("tests/transcripts/{name}.transcript"))
        .collect();
    let mut all = true;
    for browser in ["chromium", "firefox"] {
        let mut args = vec!["golden", "--browser", browser];
        args.extend(files.iter().map(String::as_str));
        all &= read(&mut xtask(&args), tally)?;
    }
    Ok(all)
}

fn read(command: &mut Command, tally: &mut Tally) -> Outcome<bool> {
    run_and_read(command, &mut |line| tally.read(line))
}

fn xtask(args: &[&str]) -> Command {
    let own = std::env::current_exe().unwrap_or_else(|_| "cargo-xtask".into());
    command(own, args)
}

fn style(tally: &mut Tally) -> Outcome<bool> {
    let formatted = read(&mut command("cargo", &["fmt", "--all", "--check"]), tally)?;
    let lint = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    let clean = read(&mut command("cargo", &lint), tally)?;
    Ok(formatted && clean)
}

fn page(tally: &mut Tally) -> Outcome<bool> {
    let typed = read(&mut command("tsc", &["--noEmit"]), tally)?;
    let tested = read(&mut command("vitest", &["run"]), tally)?;
    let python = read(
        &mut command("python3", &["tests/unit-python/run.py"]),
        tally,
    )?;
    Ok(typed && tested && python)
}

/// wasm-pack's tests once in each browser. The drivers are named, so that none is downloaded.
fn web(tally: &mut Tally) -> Outcome<bool> {
    let mut all = true;
    for (browser, driver) in [("--chrome", "chromedriver"), ("--firefox", "geckodriver")] {
        let program = paths::find_program(&[driver])
            .ok_or_else(|| format!("{driver} is not on PATH after set-up"))?
            .to_string_lossy()
            .into_owned();
        let driver_flag = format!("--{driver}");
        let args = [
            "test",
            "--headless",
            browser,
            &driver_flag,
            &program,
            "--mode",
            "no-install",
            "tests/web",
        ];
        let mut tests = wasm::wasm_pack(&args);
        tests.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities()?);
        all &= read(&mut tests, tally)?;
    }
    Ok(all)
}

/// How both browsers are started, as the WebDriver protocol says it. Root may not use Chromium's sandbox,
/// and nothing may be fetched from anywhere.
fn capabilities() -> Outcome<std::path::PathBuf> {
    let firefox = paths::find_program(&["firefox-esr", "firefox"]).unwrap_or_default();
    let text = format!(
        r#"{{
  "goog:chromeOptions": {{ "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"] }},
  "moz:firefoxOptions": {{ "binary": "{}", "prefs": {{ "app.update.enabled": false }} }}
}}
"#,
        firefox.display()
    );
    let path = paths::tools().join("webdriver.json");
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}
