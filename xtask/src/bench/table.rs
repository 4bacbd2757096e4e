//! The table of figures: read from what benches print, shown, and put into docs/PERFORMANCE.md.

use crate::paths;
use crate::process::Outcome;

const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --save` -->";
const END: &str = "<!-- end of figures -->";

#[derive(Default)]
pub struct Table {
    /// What, measured, goal, met, and the bench that found it.
    rows: Vec<[String; 5]>,
}

impl Table {
    /// A line that begins with `@row` has four fields: what, measured, goal, whether it is met. Other lines count nothing.
    pub fn read(&mut self, bench: &str, line: &str) {
        let mut fields = line.split('\t').map(str::to_string);
        if fields.next().as_deref() != Some("@row") {
            return;
        }
        let mut field = || fields.next().unwrap_or_default();
        let [what, measured, goal, met] = [field(), field(), field(), field()];
        self.rows
            .push([what, measured, goal, met, format!("`{bench}`")]);
    }

    /// As Markdown.
    pub fn text(&self) -> String {
        let mut text =
            String::from("| what | measured | goal | met | bench |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        text
    }

    /// Replaces what stands between the markers of docs/PERFORMANCE.md.
    pub fn save(&self, args: &[String]) -> Outcome {
        let path = paths::root().join("docs/PERFORMANCE.md");
        let problem = |error: std::io::Error| format!("{}: {error}", path.display());
        let document = std::fs::read_to_string(&path).map_err(problem)?;
        let note = format!("`cargo xtask bench {}` on {}:", args.join(" "), machine());
        let figures = format!("{note}\n\n{}", self.text());
        let replaced = replace(&document, &figures)
            .ok_or_else(|| format!("{} lacks its markers", path.display()))?;
        std::fs::write(&path, replaced).map_err(problem)?;
        println!("Written to docs/PERFORMANCE.md.");
        Ok(())
    }
}

fn replace(document: &str, figures: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{figures}\n{END}{after}"))
}

/// Processors and memory, and how busy others kept them: figures of a loaded machine are worth less.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, name)| name);
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?");
    format!("{model}, {count} threads, load {load} at the end")
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, Table, replace};

    #[test]
    fn rows_become_a_table() {
        let mut table = Table::default();
        table.read("sizes", "some words");
        table.read("sizes", "@row\tsize\t7 KB\t≤ 40 KB\tyes");
        let text = table.text();
        assert!(text.ends_with("|---|\n| size | 7 KB | ≤ 40 KB | yes | `sizes` |\n"));
    }

    #[test]
    fn figures_are_replaced_between_the_markers() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter");
        let replaced = replace(&document, "new").expect("has markers");
        assert_eq!(replaced, format!("before\n{BEGIN}\n\nnew\n{END}\nafter"));
        assert_eq!(replace("no markers", "new"), None);
    }
}
