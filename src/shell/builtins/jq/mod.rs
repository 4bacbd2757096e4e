//! `jq`: paths, `[]`, pipes, `select`, comparisons, building of arrays and objects. No variables,
//! functions of one's own, assignments or arithmetic but `+`.

mod parse;
mod run;

use super::getopt::Syntax;
use super::input::{Input, or_stdin};
use crate::shell::io::Stop;
use crate::shell::json::Json;
use crate::shell::tool::{Builtin, Call};
use parse::Parser;
use run::{sorted, truth};

pub(super) const TOOLS: &[Builtin] = &[Builtin {
    name: "jq",
    summary: "look into JSON",
    run: |call| Box::pin(jq(call)),
}];

async fn jq(call: Call) -> Result<i32, Stop> {
    let long = [
        ("raw-output", 'r'),
        ("compact-output", 'c'),
        ("slurp", 's'),
        ("null-input", 'n'),
        ("exit-status", 'e'),
        ("sort-keys", 'S'),
        ("join-output", 'j'),
    ];
    let parsed = Syntax {
        short: "rcsneSjMC",
        long: &long,
        status: 2,
    }
    .parse(&call)?;
    let (source, names) = match parsed.operands.split_first() {
        Some((source, names)) => (source.as_str(), names),
        None => (".", &[][..]),
    };
    let mut parser = Parser {
        rest: source,
        depth: 0,
    };
    let filter = match parser.filter(0) {
        Ok(filter) if parser.rest.trim().is_empty() => filter,
        Ok(_) => return Err(compile_error(&call, &parser.unexpected())),
        Err(why) => return Err(compile_error(&call, &why)),
    };
    let mut text = String::new();
    for name in or_stdin(names).iter().filter(|_| !parsed.has('n')) {
        match Input::open(&call, name) {
            Ok(mut input) => text += &String::from_utf8_lossy(&input.all().await?),
            Err(error) => {
                call.io
                    .err_line(format!("jq: error: Could not open {name}: {error}"));
                return Ok(2);
            }
        }
    }
    let mut values = if parsed.has('n') {
        vec![Json::Null]
    } else {
        Vec::new()
    };
    let mut rest = text.as_str();
    let mut broken = None;
    while !rest.trim().is_empty() {
        match Json::parse_next(rest) {
            Ok((value, after)) => {
                values.push(value);
                rest = after;
            }
            Err(error) => {
                let at = text.len() - rest.len() + error.at;
                let line = text.get(..at).unwrap_or(&text).matches('\n').count() + 1;
                broken = Some(format!("jq: parse error: {} at line {line}", error.message));
                break;
            }
        }
    }
    if parsed.has('s') {
        values = vec![Json::Array(values)];
    }
    let mut status = 0;
    for value in &values {
        match filter.run(value) {
            Ok(found) => {
                for value in found {
                    let value = if parsed.has('S') {
                        sorted(&value)
                    } else {
                        value
                    };
                    let shown = match &value {
                        Json::String(text) if parsed.has('r') || parsed.has('j') => text.clone(),
                        value if parsed.has('c') || parsed.has('j') => value.compact(),
                        value => value.pretty(),
                    };
                    call.io.out(shown);
                    if !parsed.has('j') {
                        call.io.out("\n");
                    }
                    call.io.spill().await?;
                    if parsed.has('e') {
                        status = i32::from(!truth(&value));
                    }
                }
            }
            Err(why) => {
                call.io.err_line(format!("jq: error (at <stdin>:0): {why}"));
                status = 5;
            }
        }
    }
    if let Some(why) = broken {
        call.io.err_line(why);
        status = 2;
    }
    Ok(status)
}

fn compile_error(call: &Call, why: &str) -> Stop {
    call.io.err_line(format!("jq: error: {why}"));
    call.io.err_line("jq: 1 compile error");
    Stop::Exit(3)
}
