//! `cargo xtask test [STAGE…]`: every test of the project, each stage by its own runner.
//!
//! A failing stage does not stop the others; the last line counts them all.

mod stages;
mod tally;

use crate::process::Outcome;
use crate::setup::lock;
use stages::{Need, STAGES, Stage};
use std::time::Instant;
use tally::Tally;

pub fn run(args: &[String]) -> Outcome {
    let chosen = choose(args)?;
    let set_up = Instant::now();
    let turn = lock::turn()?;
    for need in Need::ALL {
        if chosen.iter().any(|stage| stage.needs.contains(need)) {
            need.fulfil()?;
        }
    }
    drop(turn);
    println!(
        "Set-up and build took {:.0} s.",
        set_up.elapsed().as_secs_f32()
    );

    let mut rows = Vec::new();
    for stage in chosen {
        println!("\n━━ {}: {}", stage.name, stage.what);
        let started = Instant::now();
        let mut tally = Tally::default();
        let succeeded = (stage.run)(&mut tally)?;
        tally.close(succeeded);
        rows.push((stage.name, tally, started.elapsed()));
    }
    summary(&rows)
}

fn choose(args: &[String]) -> Outcome<Vec<&'static Stage>> {
    for name in args {
        if !STAGES.iter().any(|stage| stage.name == name) {
            let names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
            return Err(format!(
                "there is no stage {name}; there are: {}",
                names.join(" ")
            ));
        }
    }
    let wanted = |stage: &&Stage| args.is_empty() || args.iter().any(|name| name == stage.name);
    Ok(STAGES.iter().filter(wanted).collect())
}

fn summary(rows: &[(&str, Tally, std::time::Duration)]) -> Outcome {
    println!("\n━━ summary");
    let (mut passed, mut failed) = (0, 0);
    for (name, tally, took) in rows {
        println!(
            "  {} {name:<10} {:>5} passed {:>3} failed  {:>6.1} s",
            if tally.failed == 0 { "✓" } else { "✗" },
            tally.passed,
            tally.failed,
            took.as_secs_f32()
        );
        passed += tally.passed;
        failed += tally.failed;
    }
    println!("{passed} passed, {failed} failed");
    match failed {
        0 => Ok(()),
        _ => Err("some tests failed".to_string()),
    }
}
