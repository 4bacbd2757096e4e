//! How records are shown.

use super::table::{Cell, json_line, line};
use crate::client::{ConsumerRecord, Header};
use crate::shell::json::Json;
use crate::shell::time::civil;
use crate::shell::tool::ToolCtx;

pub const COLUMNS: [&str; 7] = [
    "TOPIC",
    "PARTITION",
    "OFFSET",
    "TIMESTAMP",
    "KEY",
    "VALUE",
    "HEADERS",
];

/// Shows records as they come: a table whose columns grow when they must.
#[derive(Default)]
pub struct RecordPrinter {
    /// Widths so far; none before the first records.
    widths: Option<[usize; 7]>,
}

impl RecordPrinter {
    /// Shows these records, and the names of the columns before the first ones.
    pub fn print(&mut self, ctx: &ToolCtx, records: &[ConsumerRecord]) {
        let rows: Vec<[Cell; 7]> = records.iter().map(row).collect();
        if ctx.options.has("json") {
            let mut out = String::new();
            for row in &rows {
                out.push_str(&json_line(&COLUMNS, row));
                out.push('\n');
            }
            ctx.io.out(out);
            return;
        }
        let first = self.widths.is_none();
        let mut widths = self.widths.unwrap_or(COLUMNS.map(str::len));
        // The last columns may be as long as they like: only what stands before them is aligned.
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row).take(5) {
                *width = (*width).max(cell.shown().chars().count());
            }
        }
        let values = rows.iter().map(|row| row[5].shown().chars().count());
        widths[5] = widths[5].max(values.max().unwrap_or(0).min(40));
        self.widths = Some(widths);
        let mut out = String::new();
        if first {
            out.push_str(&line(&COLUMNS.map(str::to_owned), &widths));
        }
        for row in rows {
            let cells = row.map(|cell| cell.shown().to_owned());
            out.push_str(&line(&cells, &widths));
        }
        ctx.io.out(out);
    }
}

fn row(record: &ConsumerRecord) -> [Cell; 7] {
    [
        Cell::text(&*record.topic),
        Cell::number(record.partition),
        Cell::number(record.offset),
        timestamp(record.timestamp),
        bytes(record.key.as_deref()),
        bytes(record.value.as_deref()),
        headers(&record.headers),
    ]
}

/// A date for a person, milliseconds for a pipe.
pub fn timestamp(ms: i64) -> Cell {
    if ms < 0 {
        return Cell::none();
    }
    let c = civil(ms);
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second, c.milli
    );
    Cell::both(text, Json::Number(ms.to_string()))
}

/// Text as it is, with what would break the table escaped; other bytes in hexadecimal.
pub fn bytes(data: Option<&[u8]>) -> Cell {
    let Some(data) = data else {
        return Cell::both("null", Json::Null);
    };
    match std::str::from_utf8(data) {
        Ok(text) => Cell::both(escaped(text), Json::String(text.to_owned())),
        Err(_) => {
            let digits: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
            let lossy = String::from_utf8_lossy(data).into_owned();
            Cell::both(format!("0x{digits}"), Json::String(lossy))
        }
    }
}

fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

fn headers(headers: &[Header]) -> Cell {
    let shown: Vec<String> = headers
        .iter()
        .map(|h| format!("{}={}", h.key, bytes(h.value.as_deref()).shown()))
        .collect();
    let json = headers.iter().map(|h| {
        let value = match &h.value {
            Some(value) => Json::String(String::from_utf8_lossy(value).into_owned()),
            None => Json::Null,
        };
        Json::Object(vec![
            ("key".into(), Json::String(h.key.clone())),
            ("value".into(), value),
        ])
    });
    Cell::both(shown.join(","), Json::Array(json.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::record_batch::TimestampType;
    use bytes::Bytes;

    #[test]
    fn a_record_is_a_row_of_text_or_json() {
        let record = ConsumerRecord {
            topic: "t".into(),
            partition: 0,
            offset: 3,
            timestamp: 1_500,
            timestamp_type: TimestampType::CreateTime,
            leader_epoch: None,
            key: None,
            value: Some(Bytes::from_static(b"a\tb")),
            headers: vec![Header {
                key: "h".into(),
                value: Some(Bytes::from_static(b"1")),
            }],
        };
        let row = row(&record);
        let shown: Vec<&str> = row.iter().map(Cell::shown).collect();
        let expected = [
            "t",
            "0",
            "3",
            "1970-01-01T00:00:01.500Z",
            "null",
            "a\\tb",
            "h=1",
        ];
        assert_eq!(shown, expected);
        assert_eq!(
            json_line(&COLUMNS, &row),
            r#"{"topic":"t","partition":0,"offset":3,"timestamp":1500,"key":null,"value":"a\tb","headers":[{"key":"h","value":"1"}]}"#
        );
        assert_eq!(bytes(Some(b"\xff\x00")).shown(), "0xff00");
    }
}
