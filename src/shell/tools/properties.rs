//! Settings as Kafka's tools take them: Java's properties files, `key=value` arguments, options that stand for
//! a setting.

use super::failure::Failure;
use crate::client::Properties;
use crate::shell::options::{OptError, Options};
use crate::shell::session::Session;

/// The settings in a file, or `java.nio.file.NoSuchFileException`.
pub fn load(session: &Session, path: &str) -> Result<Properties, Failure> {
    let missing = |_| Failure::new("java.nio.file.NoSuchFileException", path);
    let bytes = session.read_file(path).map_err(missing)?;
    Ok(parse(&String::from_utf8_lossy(&bytes)))
}

/// Java's properties format: `key=value`, `key: value` or `key value`, comments with `#` and `!`, `\` at the end
/// of a line that goes on, escapes.
pub fn parse(text: &str) -> Properties {
    let mut properties = Properties::default();
    let mut whole = String::new();
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '\t', '\u{c}']);
        if whole.is_empty() && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        whole.push_str(line);
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            whole.pop();
            continue;
        }
        let (key, value) = split(&whole);
        properties.insert(unescape(key), unescape(value));
        whole.clear();
    }
    if !whole.is_empty() {
        let (key, value) = split(&whole);
        properties.insert(unescape(key), unescape(value));
    }
    properties
}

/// At the first separator that is not escaped; spaces around it do not count.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c| {
        let ends = !escaped && matches!(c, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = c == '\\' && !escaped;
        ends
    });
    let end = end.unwrap_or(line.len());
    let space: &[char] = &[' ', '\t', '\u{c}'];
    let rest = line[end..].trim_start_matches(space);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (&line[..end], value.trim_start_matches(space))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits = chars.as_str().get(..4).unwrap_or("");
                match u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                {
                    Some(decoded) => {
                        out.push(decoded);
                        chars = chars.as_str()[4..].chars();
                    }
                    None => out.push('u'),
                }
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// Arguments `key=value`; one without a value sets the empty string.
pub fn parse_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Properties {
    let pair = |arg: &'a str| {
        let (key, value) = arg.split_once('=').unwrap_or((arg, ""));
        (key.to_owned(), value.to_owned())
    };
    arguments.into_iter().map(pair).collect()
}

/// An option on the command line wins over a setting, a setting over the option's default.
pub fn merge(
    properties: &mut Properties,
    key: &str,
    options: &Options,
    option: &str,
) -> Result<(), OptError> {
    if options.has(option) || !properties.contains_key(key) {
        match options.typed(option)? {
            Some(value) => properties.insert(key.to_owned(), value),
            None => properties.remove(key),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_java_reads_them() {
        let text =
            "# comment\n! other\n\n a = 1\nb:2\nc 3\nd\ne=x\\\n   y\nf=\\t|\\u00e9\ng\\=h=i=j\n";
        let read = parse(text);
        let pairs: Vec<_> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let expected = [
            ("a", "1"),
            ("b", "2"),
            ("c", "3"),
            ("d", ""),
            ("e", "xy"),
            ("f", "\t|é"),
            ("g=h", "i=j"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn arguments_split_at_their_first_equals_sign() {
        let read = parse_arguments(["a=1=2", "b", "c="]);
        assert_eq!(read["a"], "1=2");
        assert_eq!((&*read["b"], &*read["c"]), ("", ""));
    }
}
