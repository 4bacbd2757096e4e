//! Replays transcripts of Kafka's command-line tools and shows what comes out otherwise.
//!
//! `cargo xtask golden DIR|FILE… [--tools ours|apache] [--broker ours|apache] [--browser NAME] [--steps]`. Our tools on our broker run in
//! this process and on a clock that jumps from one event to the next, so hours of timeouts take
//! seconds; every other pairing runs in real time. A transcript's format is in `tests/transcripts/README.md`.

mod bash;
mod cluster;
mod diff;
mod options;
mod ours;
mod page;
mod places;
mod replay;
mod rules;
mod transcript;
mod usage;

use options::{Options, Side};
use page::Page;
use places::Places;
use replay::{Stage, Tally};
use rules::Rules;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use transcript::Transcript;

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(tally) => {
            println!("{} passed, {} failed", tally.passed, tally.failed);
            if tally.failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(why) => {
            eprintln!("golden: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<Tally, String> {
    let mut total = Tally::default();
    let page = options.browser.as_deref().map(Page::open).transpose()?;
    for path in &options.files {
        let started = Instant::now();
        let text = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let transcript =
            Transcript::parse(&text).map_err(|why| format!("{}: {why}", path.display()))?;
        let rules = Rules::read(&options.rules_for(path)?)?;
        let tally = replay_file(options, page.as_ref(), path, &transcript, &rules)?;
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{}: {} passed, {} failed, {seconds:.1} s",
            path.display(),
            tally.passed,
            tally.failed
        );
        total.add(tally);
    }
    Ok(total)
}

fn replay_file(
    options: &Options,
    page: Option<&Page>,
    path: &Path,
    transcript: &Transcript,
    rules: &Rules,
) -> Result<Tally, String> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let in_bash = |stage: &dyn Stage, places: &Places| {
        block_on(
            false,
            replay::replay(&name, transcript, rules, stage, places, options.steps),
        )
    };
    if let Some(page) = page {
        let nowhere = Places::none();
        return block_on(false, async {
            let stage = page.fresh().await?;
            replay::replay(&name, transcript, rules, &stage, &nowhere, options.steps).await
        });
    }
    match (options.tools, options.broker) {
        (Side::Ours, Side::Ours) => block_on(true, async {
            let stage = ours::OurTools::on_our_cluster(transcript.needs_cluster());
            replay::replay(
                &name,
                transcript,
                rules,
                &stage,
                &Places::none(),
                options.steps,
            )
            .await
        }),
        (Side::Ours, Side::Apache) => block_on(false, async {
            let places = options.apache_cluster(transcript.needs_cluster())?;
            let stage = ours::OurTools::over_tcp();
            replay::replay(&name, transcript, rules, &stage, &places, options.steps).await
        }),
        (Side::Apache, Side::Ours) => {
            let server = bash::OurServer::start(transcript.needs_cluster())?;
            in_bash(
                &bash::ApacheTools::new(&options.cache, options.broker)?,
                &server.places,
            )
        }
        (Side::Apache, Side::Apache) => {
            let places = options.apache_cluster(transcript.needs_cluster())?;
            in_bash(
                &bash::ApacheTools::new(&options.cache, options.broker)?,
                &places,
            )
        }
    }
}

/// Runs on tokio's local tasks. With `virtual_time` the clock stands while anything can run, and
/// jumps to the next timer when nothing can.
fn block_on<T>(
    virtual_time: bool,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(virtual_time)
        .build()
        .map_err(|e| format!("cannot start: {e}"))?;
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// The transcripts in a folder, sorted, or the file itself.
fn transcripts_in(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "transcript"))
        .collect();
    found.sort();
    Ok(found)
}
