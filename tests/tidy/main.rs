//! The house rules, as a test: who may import whom, how long files are, what the core may not call.
//!
//! There is no list of exemptions. What a rule does not cover, the rule itself says by folder.

mod page;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path from the repository's root, with `/` between, and its text.
struct Source {
    path: String,
    text: String,
}

/// The layers, each may import only what stands to its left.
const LAYERS: [&str; 9] = [
    "base",
    "protocol",
    "log",
    "metadata",
    "coordinator",
    "api",
    "cluster",
    "client",
    "shell",
];
/// Each may import every layer, and none of the others.
const EDGES: [&str; 3] = ["sim", "wasm", "native"];
/// All that clients may see of what stands left of them: the cluster is behind the door.
const CLIENT_SEES: [&str; 4] = ["base", "protocol", "client", "shell"];
/// Facts about Kafka that need no cluster: the tools check settings as Java's do before they send them.
const FACTS: &str = "crate::metadata::config::";

const MAX_LINES: usize = 800;
const MAX_TEST_LINES: usize = 1200;

#[test]
fn layers_import_only_what_stands_to_their_left() {
    let mut faults = Vec::new();
    for file in rust_files("src") {
        let Some(layer) = layer_of(&file.path) else {
            continue;
        };
        let allowed = allowed_imports(layer);
        let code = code_of(&file.text).replace(FACTS, "");
        for used in crate_paths(&code) {
            if is_layer(&used) && !allowed.contains(used.as_str()) {
                faults.push(format!("{}: {layer} may not import {used}", file.path));
            }
        }
    }
    none(faults);
}

#[test]
fn handlers_do_not_import_one_another() {
    let mut faults = Vec::new();
    for file in rust_files("src/api") {
        let Some(own) = handler_of(&file.path) else {
            continue;
        };
        if is_test(&file.path) {
            continue;
        }
        for line in code_of(&file.text).lines() {
            for name in words(line).filter(|word| is_handler(word) && *word != own) {
                faults.push(format!("{}: uses the handler {name}", file.path));
            }
        }
    }
    none(faults);
}

#[test]
fn files_are_short() {
    let mut faults = Vec::new();
    for file in all_sources() {
        let limit = if is_test(&file.path) {
            MAX_TEST_LINES
        } else {
            MAX_LINES
        };
        let lines = file.text.lines().count();
        if lines > limit && !is_generated(&file.path) {
            faults.push(format!("{}: {lines} lines, at most {limit}", file.path));
        }
    }
    none(faults);
}

#[test]
fn every_module_says_what_it_is_for() {
    let roots = [
        "src",
        "codecs/src",
        "xtask/src",
        "xtask/golden/src",
        "tests",
    ];
    let files = roots.iter().flat_map(|root| rust_files(root));
    none(
        files
            .filter(|file| !is_generated(&file.path))
            .filter(|file| !file.text.trim_start().starts_with("//!"))
            .map(|file| format!("{}: has no `//!` at its top", file.path))
            .collect(),
    );
}

/// What the core may not use, and what it uses instead.
const BANNED_IN_CORE: [(&str, &str); 12] = [
    ("std::time", "time is an input: base::Now"),
    ("Instant::now", "time is an input: base::Now"),
    ("SystemTime", "time is an input: base::Now"),
    ("std::thread", "the driver decides what runs"),
    ("std::fs", "effects leave as outputs"),
    ("std::net", "effects leave as outputs"),
    ("std::env", "settings are inputs"),
    ("HashMap", "its order is random: base::SortedMap"),
    ("HashSet", "its order is random: base::SortedSet"),
    ("rand::", "randomness is an input: base::Rng"),
    ("println!", "the observer learns by events"),
    ("eprintln!", "the observer learns by events"),
];

#[test]
fn the_core_is_deterministic_and_does_no_io() {
    let core = &LAYERS[..7];
    let mut faults = Vec::new();
    for file in rust_files("src") {
        if layer_of(&file.path).is_some_and(|layer| core.contains(&layer)) && !is_test(&file.path) {
            for (number, line) in numbered(code_of(&file.text)) {
                for (call, instead) in BANNED_IN_CORE {
                    if contains_name(line, call) {
                        faults.push(format!("{}:{number}: {call}: {instead}", file.path));
                    }
                }
            }
        }
    }
    none(faults);
}

/// What the standard library writes out for each type again, kilobytes each time, and what the page has instead.
const LARGE: [(&str, &str); 7] = [
    ("BTreeMap<", "base::SortedMap"),
    ("BTreeMap::", "base::SortedMap"),
    ("BTreeSet<", "base::SortedSet"),
    ("BTreeSet::", "base::SortedSet"),
    (".sort(", "base::sort"),
    (".sort_by(", "base::sort_by"),
    (".sort_by_key(", "base::sort_by_key"),
];

/// In `log` a map holds all chunks of all logs; `base` is where what is used instead comes from.
#[test]
fn the_page_does_not_download_a_map_and_a_sort_for_every_type() {
    let layers = &LAYERS[1..];
    let mut faults = Vec::new();
    for file in rust_files("src") {
        let downloaded = layer_of(&file.path)
            .is_some_and(|layer| layer == "wasm" || layers.contains(&layer) && layer != "log");
        if !downloaded || is_test(&file.path) {
            continue;
        }
        for (number, line) in numbered(code_of(&file.text)) {
            for (call, instead) in LARGE {
                if line.contains(call) {
                    faults.push(format!("{}:{number}: {call}: use {instead}", file.path));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn nothing_panics_on_what_peers_send() {
    let mut faults = Vec::new();
    for file in rust_files("src")
        .into_iter()
        .filter(|file| !is_test(&file.path))
    {
        for (number, line) in numbered(code_of(&file.text)) {
            for call in [
                ".unwrap()",
                "todo!(",
                "unimplemented!(",
                "unreachable!()",
                "panic!(",
            ] {
                if line.contains(call) {
                    let rule = "errors return; a true invariant is an `expect` that states it";
                    faults.push(format!("{}:{number}: {call}: {rule}", file.path));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn nothing_is_left_for_later() {
    let mut faults = Vec::new();
    // Put together here, so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
    ];
    for file in all_sources() {
        for (number, line) in numbered(&file.text) {
            if marks
                .iter()
                .any(|mark| words(line).any(|word| word == mark))
            {
                faults.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none(faults);
}

#[test]
fn lock_files_name_no_addresses() {
    let mut faults = Vec::new();
    for file in files_below(&root(), &|path| path.ends_with("package-lock.json")) {
        for (number, line) in numbered(&file.text) {
            if line.contains("\"resolved\": \"http") {
                faults.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    none(faults);
}

#[test]
fn the_rules_see_what_they_forbid() {
    assert!(!allowed_imports("log").contains("cluster"));
    assert!(!allowed_imports("client").contains("cluster"));
    assert!(!allowed_imports("wasm").contains("native"));
    assert!(allowed_imports("wasm").contains("shell"));
    let text =
        "use crate::{base::Now, log::x};\nfn f() { crate::api::g(); kafka_sandbox::sim::h() }";
    let found: Vec<String> = crate_paths(text).into_iter().collect();
    assert_eq!(found, ["api", "base", "log", "sim"]);
    assert_eq!(
        code_of("a();\n#[cfg(test)]\nmod tests {\n b();\n}\n"),
        "a();\n"
    );
    assert!(contains_name("use std::collections::HashMap;", "HashMap"));
    assert!(!contains_name("struct MyHashMapLike;", "HashMap"));
}

// ─── Rust ───

fn layer_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("src/")?;
    let first = rest.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    is_layer(name).then_some(name)
}

fn is_layer(name: &str) -> bool {
    LAYERS.contains(&name) || EDGES.contains(&name)
}

fn allowed_imports(layer: &str) -> BTreeSet<&'static str> {
    let Some(own) = LAYERS.iter().position(|name| *name == layer) else {
        let edge = EDGES.iter().find(|name| **name == layer);
        return LAYERS.iter().chain(edge).copied().collect();
    };
    let left = LAYERS[..=own].iter().copied();
    match layer {
        "client" | "shell" => left.filter(|name| CLIENT_SEES.contains(name)).collect(),
        _ => left.collect(),
    }
}

/// First segments of all paths that begin at this crate: `crate::log`, `crate::{base, log}`.
fn crate_paths(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for start in ["crate::", "kafka_sandbox::"] {
        for rest in code.split(start).skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => found.extend(group_heads(group)),
                None => found.extend(words(rest).next().map(str::to_string)),
            }
        }
    }
    found
}

/// Heads of `a::b, c::{d, e}, f}`.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut at_head) = (1, Vec::new(), true);
    let mut head = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => at_head = true,
            ':' => at_head = false,
            c if depth == 1 && at_head && (c.is_alphanumeric() || c == '_') => {
                head.push(c);
                continue;
            }
            _ => {}
        }
        if !head.is_empty() {
            heads.push(std::mem::take(&mut head));
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

/// `k00_produce` of `src/api/k00_produce.rs` and of what is below `src/api/k00_produce/`.
fn handler_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("src/api/")?;
    let first = rest.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    is_handler(name).then_some(name)
}

fn is_handler(word: &str) -> bool {
    let digits = word
        .strip_prefix('k')
        .and_then(|rest| rest.split('_').next());
    word.contains('_')
        && digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// The file without its unit tests (which stand last), comment lines left in place.
fn code_of(text: &str) -> &str {
    match text.find("#[cfg(test)]\nmod ") {
        Some(at) => &text[..at],
        None => text,
    }
}

/// Lines with their numbers, without what is behind `//`.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| {
        let is_comment = line.trim_start().starts_with("//");
        let keeps_marks = line.contains("//!") || line.contains("///");
        (at + 1, if is_comment && keeps_marks { "" } else { line })
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// Whether the name stands there by itself, not as a part of a longer one, and not in a comment.
fn contains_name(line: &str, name: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        let joins = name.ends_with(is_part) && after.is_some_and(is_part);
        !before.is_some_and(is_part) && !joins
    })
}

// ─── The page ───

// ─── Files ───

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<Source> {
    files_below(&root().join(folder), &|path| path.ends_with(".rs"))
}

/// Everything that we write by hand.
fn all_sources() -> Vec<Source> {
    let ours = |path: &str| {
        [".rs", ".ts", ".mjs", ".css", ".py", ".go"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    let folders = ["src", "codecs", "xtask", "tests", "www"];
    folders
        .iter()
        .flat_map(|folder| files_below(&root().join(folder), &ours))
        .collect()
}

fn is_test(path: &str) -> bool {
    let ends = ["/tests.rs", "_tests.rs", ".test.ts"];
    path.starts_with("tests/")
        || path.contains("/tests/")
        || ends.iter().any(|end| path.ends_with(end))
}

fn is_generated(path: &str) -> bool {
    path.split('/').any(|part| part == "generated")
}

fn files_below(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<Source> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let built = ["target", "node_modules", "dist", "pkg"].contains(&name.as_str());
            if path.is_dir() {
                if !built && !name.starts_with('.') {
                    todo.push(path);
                }
                continue;
            }
            let relative = path.strip_prefix(root()).expect("is below the root");
            let relative = relative.to_string_lossy().replace('\\', "/");
            if wanted(&relative) {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push(Source {
                    path: relative,
                    text,
                });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn none(faults: Vec<String>) {
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
