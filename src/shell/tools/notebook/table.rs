//! Rows for a person or for a pipe.

use crate::shell::json::Json;
use crate::shell::tool::ToolCtx;

/// A cell: how it is shown in a table, and in JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    text: String,
    json: Json,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        Cell {
            json: Json::String(text.clone()),
            text,
        }
    }

    pub fn number(number: impl Into<i64>) -> Cell {
        let text = number.into().to_string();
        Cell {
            json: Json::Number(text.clone()),
            text,
        }
    }

    /// `-` in a table, null in JSON.
    pub fn none() -> Cell {
        Cell {
            text: "-".into(),
            json: Json::Null,
        }
    }

    /// Shown one way and told another way.
    pub fn both(text: impl Into<String>, json: Json) -> Cell {
        Cell {
            text: text.into(),
            json,
        }
    }

    pub fn shown(&self) -> &str {
        &self.text
    }
}

impl<T: Into<i64>> From<Option<T>> for Cell {
    fn from(number: Option<T>) -> Self {
        number.map_or_else(Cell::none, Cell::number)
    }
}

/// Columns with their names, as in `TOPIC`; in JSON they are `topic`, `end-offset` is `endOffset`.
pub struct Table<const N: usize> {
    pub columns: [&'static str; N],
    pub rows: Vec<[Cell; N]>,
}

impl<const N: usize> Table<N> {
    pub fn new(columns: [&'static str; N]) -> Self {
        Table {
            columns,
            rows: Vec::new(),
        }
    }

    /// Shows the table on standard output, or lines of JSON with `--json`.
    pub fn print(&self, ctx: &ToolCtx) {
        if ctx.options.has("json") {
            for row in &self.rows {
                ctx.io.out_line(json_line(&self.columns, row));
            }
        } else {
            ctx.io.out(self.layout());
        }
    }

    fn layout(&self) -> String {
        let widths: [usize; N] = std::array::from_fn(|at| {
            let cells = self.rows.iter().map(|row| row[at].text.chars().count());
            cells.max().unwrap_or(0).max(self.columns[at].len())
        });
        let mut text = line(&self.columns.map(str::to_owned), &widths);
        for row in &self.rows {
            text.push_str(&line(&row.clone().map(|cell| cell.text), &widths));
        }
        text
    }
}

/// Cells padded to the widths, but for spaces at the end; with a newline.
pub fn line(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths);
    let padded: Vec<String> = padded
        .map(|(cell, width)| format!("{cell:width$}"))
        .collect();
    format!("{}\n", padded.join("  ").trim_end())
}

/// One row as an object.
pub fn json_line(columns: &[&str], row: &[Cell]) -> String {
    let members = columns.iter().zip(row);
    let members = members.map(|(name, cell)| (camel(name), cell.json.clone()));
    Json::Object(members.collect()).compact()
}

fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars() {
        match c {
            '-' => upper = true,
            c if upper => {
                out.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_padded_and_named() {
        let mut table = Table::new(["TOPIC", "END-OFFSET"]);
        table.rows.push([Cell::text("orders"), Cell::number(7)]);
        table.rows.push([Cell::text("é"), Cell::none()]);
        assert_eq!(table.layout(), "TOPIC   END-OFFSET\norders  7\né       -\n");
        let json = json_line(&table.columns, &table.rows[0]);
        assert_eq!(json, r#"{"topic":"orders","endOffset":7}"#);
    }
}
