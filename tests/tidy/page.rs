//! The rules of the page's own sources: what its folders may import.

use super::*;
use std::collections::BTreeMap;

/// What each folder of the page may import, besides itself. `main.ts` and `embed.ts` put everything together.
const PAGE_IMPORTS: [(&str, &[&str]); 9] = [
    ("notebook", &[]),
    ("look", &[]),
    ("client", &["notebook"]),
    ("kernels", &["client", "notebook"]),
    ("editor", &["client", "notebook"]),
    ("cluster-view", &["client", "notebook", "look"]),
    ("host", &["client", "notebook", "kernels"]),
    ("javascript", &["client", "notebook", "kernels", "host"]),
    (
        "ui",
        &[
            "client",
            "notebook",
            "look",
            "kernels",
            "editor",
            "cluster-view",
        ],
    ),
];

#[test]
fn the_page_imports_only_what_it_may() {
    let rules = BTreeMap::from(PAGE_IMPORTS);
    let mut faults = Vec::new();
    for file in page_files() {
        let Some(folder) = page_folder(&file.path) else {
            continue;
        };
        let Some(allowed) = rules.get(folder) else {
            faults.push(format!(
                "{}: no rule says what {folder}/ may import",
                file.path
            ));
            continue;
        };
        for import in imports_of(&file.text) {
            if import.starts_with("#pkg") && folder != "host" {
                faults.push(format!(
                    "{}: only host/ may touch the wasm module",
                    file.path
                ));
            }
            let Some(target) = resolve_import(&file.path, &import) else {
                continue;
            };
            let Some(other) = page_folder(&target) else {
                continue;
            };
            if other != folder && !allowed.contains(&other) {
                faults.push(format!("{}: {folder}/ may not import {other}/", file.path));
            }
        }
    }
    none(faults);
}

#[test]
fn only_host_knows_workers_and_storage() {
    let mut faults = Vec::new();
    for file in page_files()
        .into_iter()
        .filter(|file| page_folder(&file.path) != Some("host"))
    {
        for (number, line) in numbered(&file.text) {
            for name in ["new Worker(", "new SharedWorker(", "indexedDB"] {
                if line.contains(name) && !line.trim_start().starts_with(['/', '*']) {
                    faults.push(format!("{}:{number}: {name} belongs into host/", file.path));
                }
            }
        }
    }
    none(faults);
}

#[test]
fn the_page_has_no_import_cycles() {
    let graph: BTreeMap<String, BTreeSet<String>> = page_files()
        .iter()
        .map(|file| {
            let imports = value_imports_of(&file.text);
            let targets = imports
                .iter()
                .filter_map(|import| resolve_import(&file.path, import));
            (file.path.clone(), targets.collect())
        })
        .collect();
    let mut faults = Vec::new();
    for start in graph.keys() {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<&String> = graph[start].iter().collect();
        while let Some(next) = todo.pop() {
            if next == start {
                faults.push(format!("{start}: imports itself through others"));
                break;
            }
            if seen.insert(next) {
                todo.extend(graph.get(next).into_iter().flatten());
            }
        }
    }
    none(faults);
}

#[test]
fn the_page_rules_see_what_they_forbid() {
    let import = "import { a } from '../client/types.ts';\nexport * from './b.ts';\nimport type { C } from './c.ts';";
    assert_eq!(
        imports_of(import),
        ["../client/types.ts", "./b.ts", "./c.ts"]
    );
    assert_eq!(value_imports_of(import), ["../client/types.ts", "./b.ts"]);
    let resolved = resolve_import("www/src/ui/app.ts", "../client/types.ts");
    assert_eq!(resolved.as_deref(), Some("www/src/client/types.ts"));
}

fn page_files() -> Vec<Source> {
    files_below(&root().join("www/src"), &|path| path.ends_with(".ts"))
}

/// `client` of `www/src/client/types.ts`; none for files that stand directly in `www/src`.
fn page_folder(path: &str) -> Option<&str> {
    let (folder, _) = path.strip_prefix("www/src/")?.split_once('/')?;
    Some(folder)
}

fn imports_of(text: &str) -> Vec<String> {
    import_lines(text).map(|(from, _)| from).collect()
}

/// Without those of types alone, which are gone when the page runs.
fn value_imports_of(text: &str) -> Vec<String> {
    import_lines(text)
        .filter(|(_, of_types)| !of_types)
        .map(|(from, _)| from)
        .collect()
}

/// What is imported, and whether it is types alone. Statements may run over several lines.
fn import_lines(text: &str) -> impl Iterator<Item = (String, bool)> + '_ {
    text.split(';').filter_map(|statement| {
        let last = statement.trim_end();
        let first = statement.trim_start();
        let start = first
            .find("import")
            .into_iter()
            .chain(first.find("export"))
            .min()?;
        let quoted = last.strip_suffix('\'')?.rsplit_once('\'')?;
        let keyword = quoted.0.trim_end();
        if !keyword.ends_with("from") && !keyword.ends_with("import") {
            return None;
        }
        let of_types = first[start..].split_whitespace().nth(1) == Some("type");
        Some((quoted.1.to_string(), of_types))
    })
}

fn resolve_import(from: &str, import: &str) -> Option<String> {
    if !import.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in import.split(['/']) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name.split('?').next().unwrap_or(name)),
        }
    }
    Some(parts.join("/"))
}
