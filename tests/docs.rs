//! Documents that the code can check: what they say is compared with what the code has.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes the generated parts anew.

use kafka_sandbox::api::registry::APIS;
use kafka_sandbox::protocol::ApiKey;
use kafka_sandbox::shell::tool::{ErrorStyle, all_tools};

/// Compares the part of `path` between two markers with `generated`, or writes it.
fn check(path: &str, name: &str, generated: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the document is there");
    let (begin, end) = (
        format!("<!-- begin {name} -->\n"),
        format!("<!-- end {name} -->"),
    );
    let (head, rest) = text
        .split_once(&begin)
        .expect("the part begins with its marker");
    let (old, tail) = rest
        .split_once(&end)
        .expect("the part ends with its marker");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let new = format!("{head}{begin}{generated}{end}{tail}");
        std::fs::write(&path, new).expect("the document can be written");
        return;
    }
    assert_eq!(
        old, generated,
        "{path} is behind: UPDATE_DOCS=1 cargo test --test docs"
    );
}

#[test]
fn compat_lists_every_api_and_its_versions() {
    let mut table = String::from("| key | API | ours | Apache Kafka 4.3.1 |\n|---|---|---|---|\n");
    for key in ApiKey::all() {
        let Some((min, max)) = key.served_by_kafka() else {
            continue;
        };
        let ours = APIS
            .iter()
            .find(|api| api.key == key.0)
            .map_or("–".to_owned(), |api| {
                format!("{} to {}", api.advertised_min, api.max_version)
            });
        table.push_str(&format!(
            "| {} | {} | {ours} | {min} to {max} |\n",
            key.0,
            key.name()
        ));
    }
    check("docs/COMPAT.md", "apis", &table);
}

#[test]
fn compat_lists_every_tool_and_its_options() {
    let mut table =
        String::from("| tool | options | of older Kafka, with a notice |\n|---|---|---|\n");
    for tool in all_tools().filter(|tool| tool.errors != ErrorStyle::Plain) {
        let names = |old: bool| {
            let mut names: Vec<String> = tool
                .options
                .iter()
                .filter(|option| option.legacy.is_some() == old)
                .map(|option| format!("`--{}`", option.name))
                .collect();
            names.sort();
            names.join(", ")
        };
        table.push_str(&format!(
            "| `{}` | {} | {} |\n",
            tool.name,
            names(false),
            names(true)
        ));
    }
    check("docs/COMPAT.md", "tools", &table);
}
