//! `LineMessageReader`: how a line of standard input becomes a record.

use super::super::failure::Failure;
use super::super::java;
use crate::client::Properties;
use regex_lite::Regex;

/// The settings of `--reader-property`, checked.
#[derive(Debug)]
pub struct LineReader {
    parse_key: bool,
    key_separator: String,
    parse_headers: bool,
    headers_delimiter: String,
    headers_separator: Regex,
    headers_key_separator: String,
    /// What cannot be taken apart is a value, and no error.
    ignore_error: bool,
    /// A key, value, header or line of headers that equals this is null.
    null_marker: Option<String>,
    line_number: u64,
}

/// A line taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed<'l> {
    pub key: Option<&'l str>,
    pub value: Option<&'l str>,
    pub headers: Vec<(&'l str, Option<&'l str>)>,
}

impl LineReader {
    pub fn new(properties: &Properties) -> Result<LineReader, Failure> {
        let text = |name: &str, default: &str| match properties.get(name) {
            Some(value) => value.clone(),
            None => default.to_owned(),
        };
        let on = |name: &str| text(name, "").trim().eq_ignore_ascii_case("true");
        let key_separator = text("key.separator", "\t");
        let headers_delimiter = text("headers.delimiter", "\t");
        let headers_separator = text("headers.separator", ",");
        let headers_key_separator = text("headers.key.separator", ":");
        let pattern = java::compile_pattern(&headers_separator)?;
        let null_marker = properties.get("null.marker").cloned();
        let delimiters = [
            ("headers.delimiter", &headers_delimiter),
            ("headers.separator", &headers_separator),
            ("headers.key.separator", &headers_key_separator),
        ];
        for (first, second) in [(0, 1), (0, 2), (1, 2)] {
            let ((one, a), (other, b)) = (delimiters[first], delimiters[second]);
            differ(one, a, other, b)?;
        }
        if let Some(marker) = &null_marker {
            differ("null.marker", marker, "key.separator", &key_separator)?;
            for at in [1, 0, 2] {
                let (name, value) = delimiters[at];
                differ("null.marker", marker, name, value)?;
            }
        }
        Ok(LineReader {
            parse_key: on("parse.key"),
            parse_headers: on("parse.headers"),
            ignore_error: on("ignore.error"),
            headers_separator: pattern,
            key_separator,
            headers_delimiter,
            headers_key_separator,
            null_marker,
            line_number: 0,
        })
    }

    /// Takes the next line apart. `line` is without its end.
    pub fn parse<'l>(&mut self, line: &'l str) -> Result<Parsed<'l>, Failure> {
        self.line_number += 1;
        let mut rest = line;
        let mut cut = |on: bool, separator: &str, what: &str| -> Result<Option<&'l str>, Failure> {
            if !on {
                return Ok(None);
            }
            match rest.split_once(separator) {
                Some((begin, end)) => {
                    rest = end;
                    Ok(Some(begin))
                }
                None if self.ignore_error => Ok(None),
                None => Err(Failure::kafka(format!(
                    "No {what} found on line number {}: '{line}'",
                    self.line_number
                ))),
            }
        };
        let headers = cut(
            self.parse_headers,
            &self.headers_delimiter,
            "headers delimiter",
        )?;
        let key = cut(self.parse_key, &self.key_separator, "key separator")?;
        let headers = match headers.filter(|text| !self.is_null(text)) {
            Some(text) => self.split_headers(text)?,
            None => Vec::new(),
        };
        Ok(Parsed {
            key: key.filter(|text| !self.is_null(text)),
            value: Some(rest).filter(|text| !self.is_null(text)),
            headers,
        })
    }

    fn is_null(&self, text: &str) -> bool {
        self.null_marker.as_deref() == Some(text)
    }

    fn split_headers<'l>(&self, text: &'l str) -> Result<Vec<(&'l str, Option<&'l str>)>, Failure> {
        let pair = |pair: &'l str| match pair.split_once(&*self.headers_key_separator) {
            Some((key, _)) if self.is_null(key) => Err(Failure::kafka(format!(
                "Header keys should not be equal to the null marker '{key}' as they can't be null"
            ))),
            Some((key, value)) => Ok((key, Some(value).filter(|v| !self.is_null(v)))),
            None if self.ignore_error => Ok((pair, None)),
            None => Err(Failure::kafka(format!(
                "No header key separator found in pair '{pair}' on line number {}",
                self.line_number
            ))),
        };
        java::split(&self.headers_separator, text)
            .into_iter()
            .map(pair)
            .collect()
    }
}

fn differ(one: &str, a: &str, other: &str, b: &str) -> Result<(), Failure> {
    if a == b {
        return Err(Failure::kafka(format!(
            "{one} and {other} may not be equal"
        )));
    }
    Ok(())
}

/// The lines of a text as `BufferedReader.readLine` gives them: ends are `\n`, `\r` and `\r\n`.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) else {
            return Some(std::mem::take(&mut rest));
        };
        let line = &rest[..end];
        let both = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
        rest = &rest[end + if both { 2 } else { 1 }..];
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::properties::parse_arguments;
    use super::*;

    fn reader(arguments: &[&str]) -> LineReader {
        LineReader::new(&parse_arguments(arguments.iter().copied())).unwrap()
    }

    fn refused(arguments: &[&str], line: &str) -> String {
        let failure = match LineReader::new(&parse_arguments(arguments.iter().copied())) {
            Ok(mut reader) => reader.parse(line).unwrap_err(),
            Err(failure) => failure,
        };
        failure.message().to_owned()
    }

    #[test]
    fn lines_end_as_java_ends_them() {
        let split: Vec<_> = lines("a\nb\r\nc\rd\n\n").collect();
        assert_eq!(split, ["a", "b", "c", "d", ""]);
        assert_eq!(lines("x").collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn a_line_is_a_value_unless_told_otherwise() {
        let parsed = reader(&[]).parse("k\tv").unwrap();
        assert_eq!((parsed.key, parsed.value), (None, Some("k\tv")));
    }

    #[test]
    fn keys_headers_and_nulls_are_cut_off() {
        let mut r = reader(&["parse.key=true", "parse.headers=true", "null.marker=NULL"]);
        let parsed = r.parse("a:1,b:NULL\tk\tv\tw").unwrap();
        assert_eq!(parsed.headers, [("a", Some("1")), ("b", None)]);
        assert_eq!((parsed.key, parsed.value), (Some("k"), Some("v\tw")));
        let parsed = r.parse("NULL\tNULL\tNULL").unwrap();
        assert_eq!((parsed.key, parsed.value), (None, None));
        assert!(parsed.headers.is_empty());
    }

    #[test]
    fn what_cannot_be_taken_apart_is_an_error_or_a_value() {
        let key = ["parse.key=true", "key.separator=:"];
        assert_eq!(
            refused(&key, "x"),
            "No key separator found on line number 1: 'x'"
        );
        let parsed = reader(&["parse.key=true", "ignore.error=true"])
            .parse("x")
            .map(|p| (p.key, p.value));
        assert_eq!(parsed, Ok((None, Some("x"))));
        assert_eq!(
            refused(&["parse.headers=true"], "h\tv"),
            "No header key separator found in pair 'h' on line number 1"
        );
    }

    #[test]
    fn separators_must_differ() {
        assert_eq!(
            refused(&["headers.delimiter=,"], ""),
            "headers.delimiter and headers.separator may not be equal"
        );
        assert_eq!(
            refused(&["null.marker=,"], ""),
            "null.marker and headers.separator may not be equal"
        );
    }
}
