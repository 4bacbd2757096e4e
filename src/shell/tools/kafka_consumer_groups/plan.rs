//! The CSV that `--export` writes and `--from-file` reads: topic, partition and offset, with the group in front
//! if there is more than one.

use super::super::failure::Failure;
use crate::client::TopicPartition;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `None` in a file for one group.
    pub group: Option<String>,
    pub partition: TopicPartition,
    pub offset: i64,
}

/// A line with its newline.
pub fn write(group: Option<&str>, partition: &TopicPartition, offset: i64) -> String {
    let group = group.map_or(String::new(), |group| quoted(group) + ",");
    let topic = quoted(&partition.topic);
    format!("{group}{topic},{},{offset}\n", partition.partition)
}

/// As Jackson writes a field: in quotes if it is long or has one of the characters up to the comma.
fn quoted(field: &str) -> String {
    const LONGEST_UNCHECKED: usize = 24;
    let plain = field.chars().count() <= LONGEST_UNCHECKED && field.chars().all(|c| c > ',');
    match plain {
        true => field.to_owned(),
        false => format!("\"{}\"", field.replace('"', "\"\"")),
    }
}

/// Reads a file. The form without groups is taken if only `one_group` was asked for and the first line fits it;
/// what does not fit it is said by `complain`, as Kafka does.
pub fn read(
    text: &str,
    one_group: bool,
    complain: &mut dyn FnMut(&Failure),
) -> Result<Vec<Row>, Failure> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    while lines.len() > 1 && lines.last() == Some(&"") {
        lines.pop();
    }
    let old_format = match row(lines[0], false) {
        Ok(_) => true,
        Err(error) => {
            complain(&error);
            false
        }
    };
    let with_group = !(one_group && old_format);
    lines
        .into_iter()
        .map(|line| row(line, with_group).map_err(Failure::runtime))
        .collect()
}

fn row(line: &str, with_group: bool) -> Result<Row, Failure> {
    let fields = fields(line);
    let names = 3 + usize::from(with_group);
    let field = |at: usize| fields.get(at).map_or("", |f| f.as_str());
    let first = usize::from(with_group);
    let topic = field(first).to_owned();
    let partition: i32 = number(field(first + 1), "int")?;
    let offset: i64 = number(field(first + 2), "long")?;
    if fields.len() > names {
        let extra = &fields[names];
        return Err(Failure::new(
            "com.fasterxml.jackson.dataformat.csv.CsvReadException",
            format!(
                "Too many entries: expected at most {names} (value #{names} ({} chars) \"{extra}\")",
                extra.chars().count()
            ),
        ));
    }
    Ok(Row {
        group: with_group.then(|| field(0).to_owned()),
        partition: TopicPartition::new(topic, partition),
        offset,
    })
}

/// Missing numbers are 0.
fn number<T: std::str::FromStr + Default>(text: &str, kind: &str) -> Result<T, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(T::default());
    }
    text.parse().map_err(|_| {
        Failure::new(
            "com.fasterxml.jackson.databind.exc.InvalidFormatException",
            format!(
                "Cannot deserialize value of type `{kind}` from String \"{text}\": not a valid `{kind}` value"
            ),
        )
    })
}

fn fields(line: &str) -> Vec<String> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut fields = vec![String::new()];
    let (mut in_quotes, mut chars) = (false, line.chars().peekable());
    while let Some(c) = chars.next() {
        let field = fields.last_mut().expect("there is always one");
        match c {
            '"' if in_quotes && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if in_quotes => in_quotes = false,
            '"' if field.is_empty() => in_quotes = true,
            ',' if !in_quotes => fields.push(String::new()),
            c => field.push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tp(topic: &str, partition: i32) -> TopicPartition {
        TopicPartition::new(topic, partition)
    }

    #[test]
    fn a_plan_survives_writing_and_reading() {
        let text = write(None, &tp("t", 0), 5) + &write(None, &tp("t", 1), 6);
        assert_eq!(text, "t,0,5\nt,1,6\n");
        let rows = read(&text, true, &mut |_| panic!("the first line fits")).unwrap();
        assert_eq!((&rows[1].partition, rows[1].offset), (&tp("t", 1), 6));
        assert_eq!(rows[0].group, None);
    }

    #[test]
    fn several_groups_are_named_after_a_complaint() {
        let text = write(Some("a b"), &tp("t", 0), 5);
        assert_eq!(text, "\"a b\",t,0,5\n");
        let mut complaints = Vec::new();
        let rows = read(&text, false, &mut |e| {
            complaints.push(e.message().to_owned())
        })
        .unwrap();
        assert_eq!(rows[0].group.as_deref(), Some("a b"));
        assert_eq!(complaints.len(), 1);
    }

    #[test]
    fn long_fields_are_quoted() {
        let topic = "a".repeat(25);
        assert_eq!(write(None, &tp(&topic, 0), 1), format!("\"{topic}\",0,1\n"));
    }

    #[test]
    fn a_wrong_number_is_named_twice() {
        let mut complaints = Vec::new();
        let error = read("t,0,many\n", true, &mut |e| complaints.push(e.to_text()));
        assert!(complaints[0].contains("type `long` from String \"many\""));
        assert!(
            error
                .unwrap_err()
                .message()
                .contains("type `int` from String \"many\"")
        );
    }
}
