//! The table of figures: read from what benches print, shown, and put into docs/PERFORMANCE.md.

use crate::paths;
use crate::process::Outcome;

const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --save` -->";
const END: &str = "<!-- end of figures -->";

const HEAD: &str = "| what | measured | goal | met | bench | load |\n|---|---|---|---|---|---|\n";

/// What, measured, goal, met, the bench that found it, and how busy the machine was then.
type Row = [String; 6];

#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
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
            .push([what, measured, goal, met, format!("`{bench}`"), load()]);
    }

    /// As Markdown.
    pub fn text(&self) -> String {
        let rows = self
            .rows
            .iter()
            .map(|row| format!("| {} |\n", row.join(" | ")));
        HEAD.to_string() + &rows.collect::<String>()
    }

    /// Replaces what stands between the markers of docs/PERFORMANCE.md. `measured` are the benches that ran, `all` those
    /// that there are, in order: rows of the others stay.
    pub fn save(self, measured: &[&str], all: &[&str]) -> Outcome {
        let path = paths::root().join("docs/PERFORMANCE.md");
        let problem = |error: std::io::Error| format!("{}: {error}", path.display());
        let document = std::fs::read_to_string(&path).map_err(problem)?;
        let lacks = || format!("{} lacks its markers", path.display());
        let (_, old) = between(&document).ok_or_else(lacks)?;
        let table = self.merged(read(old), measured, all);
        let figures = format!(
            "`cargo xtask bench --save` on {}:\n\n{}",
            machine(),
            table.text()
        );
        let replaced = replace(&document, &figures).ok_or_else(lacks)?;
        std::fs::write(&path, replaced).map_err(problem)?;
        println!("Written to docs/PERFORMANCE.md.");
        Ok(())
    }

    fn merged(mut self, old: Vec<Row>, measured: &[&str], all: &[&str]) -> Self {
        let of = |row: &Row, bench: &str| row[4] == format!("`{bench}`");
        let kept = old
            .into_iter()
            .filter(|row| !measured.iter().any(|bench| of(row, bench)));
        self.rows.extend(kept);
        self.rows
            .sort_by_key(|row| all.iter().position(|bench| of(row, bench)));
        self
    }
}

/// The rows of a table as [`Table::text`] writes it.
fn read(figures: &str) -> Vec<Row> {
    figures
        .lines()
        .filter_map(|line| {
            let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
            let cells: Vec<String> = cells
                .split(" | ")
                .map(|cell| cell.trim().to_string())
                .collect();
            Row::try_from(cells)
                .ok()
                .filter(|row| row[4].starts_with('`'))
        })
        .collect()
}

/// What stands before the figures, and the figures.
fn between(document: &str) -> Option<(&str, &str)> {
    let (before, rest) = document.split_once(BEGIN)?;
    Some((before, rest.split_once(END)?.0))
}

fn replace(document: &str, figures: &str) -> Option<String> {
    let (before, _) = between(document)?;
    let (_, after) = document.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{figures}\n{END}{after}"))
}

/// How many programs wanted a processor in the last minute: figures of a loaded machine are worth less.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_string()
}

/// Its processors.
fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, name)| name);
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {count} threads")
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, Table, read, replace};

    #[test]
    fn rows_become_a_table() {
        let mut table = Table::default();
        table.read("sizes", "some words");
        table.read("sizes", "@row\tsize\t7 KB\t≤ 40 KB\tyes");
        let text = table.text();
        assert!(text.contains("|---|\n| size | 7 KB | ≤ 40 KB | yes | `sizes` | "));
    }

    #[test]
    fn rows_of_benches_that_did_not_run_stay() {
        let mut old = Table::default();
        old.read("page", "@row\tload\t1 s\t\t");
        old.read("sizes", "@row\tsize\t9 KB\t≤ 40 KB\tyes");
        let mut new = Table::default();
        new.read("sizes", "@row\tsize\t7 KB\t≤ 40 KB\tyes");
        let merged = new.merged(read(&old.text()), &["sizes"], &["sizes", "page"]);
        let shown: Vec<_> = merged.rows.iter().map(|row| [&row[0], &row[1]]).collect();
        assert_eq!(shown, [["size", "7 KB"], ["load", "1 s"]]);
    }

    #[test]
    fn figures_are_replaced_between_the_markers() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter");
        let replaced = replace(&document, "new").expect("has markers");
        assert_eq!(replaced, format!("before\n{BEGIN}\n\nnew\n{END}\nafter"));
        assert_eq!(replace("no markers", "new"), None);
    }
}
