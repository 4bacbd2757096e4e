//! Java's habits that show in the output of Kafka's tools: the order of hash maps, how numbers are written,
//! what its regular expressions say.

use super::failure::Failure;
use crate::client::TopicPartition;
use crate::client::admin::QuotaEntity;
use crate::metadata::config::order::{hash_code, sort_as_hash_map_of, sort_by_hash_code};
use regex_lite::Regex;

/// Capacity of a `HashMap` that is made without one.
const DEFAULT_CAPACITY: usize = 16;

/// The order in which Java's `new HashMap<>(n)` gives `n` names back.
pub fn as_java_map<T>(mut items: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let capacity = items.len();
    sort_as_hash_map_of(&mut items, capacity, name);
    items
}

/// The order in which a `HashMap` that grew gives names back.
pub fn as_grown_map<T>(mut items: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    sort_as_hash_map_of(&mut items, DEFAULT_CAPACITY, name);
    items
}

/// The same for partitions as keys.
pub fn partitions_as_grown_map<T>(
    mut items: Vec<T>,
    key: impl Fn(&T) -> &TopicPartition,
) -> Vec<T> {
    let hash = |item: &T| {
        let tp = key(item);
        (tp.partition as u32)
            .wrapping_add(31)
            .wrapping_mul(31)
            .wrapping_add(hash_code(&tp.topic))
    };
    sort_by_hash_code(&mut items, DEFAULT_CAPACITY, hash);
    items
}

/// The same for entities of quotas, which hash as Java's `ClientQuotaEntity` does.
pub fn entities_as_grown_map<T>(mut items: Vec<T>, key: impl Fn(&T) -> &QuotaEntity) -> Vec<T> {
    let hash = |item: &T| {
        let parts = key(item)
            .iter()
            .map(|(kind, name)| hash_code(kind) ^ name.as_deref().map_or(0, hash_code));
        parts.fold(31u32, u32::wrapping_add)
    };
    sort_by_hash_code(&mut items, DEFAULT_CAPACITY, hash);
    items
}

/// `Double.toString`.
pub fn double_text(value: f64) -> String {
    match value {
        v if v.is_nan() => "NaN".to_owned(),
        v if v.is_infinite() => if v > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        v => from_scientific(&format!("{v:e}")),
    }
}

/// `Float.toString`.
pub fn float_text(value: f32) -> String {
    match value {
        v if v.is_nan() || v.is_infinite() => double_text(f64::from(v)),
        v => from_scientific(&format!("{v:e}")),
    }
}

/// From `-2.048e3`, with the fewest digits that tell the number from its neighbours.
fn from_scientific(text: &str) -> String {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let or_zero = |digits: &str| if digits.is_empty() { "0" } else { digits }.to_owned();
    match exponent {
        0..=6 => {
            let whole = exponent as usize + 1;
            let padded = format!("{digits:0<whole$}");
            format!("{sign}{}.{}", &padded[..whole], or_zero(&padded[whole..]))
        }
        -3..=-1 => format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize)),
        _ => format!(
            "{sign}{}.{}E{exponent}",
            &digits[..1],
            or_zero(&digits[1..])
        ),
    }
}

/// `Pattern.compile`. What this project's smaller engine cannot read is refused in Java's words too.
pub fn compile_pattern(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(pattern).map_err(|_| {
        let (why, at) = pattern_problem(pattern);
        let length = pattern.chars().count();
        let mut message = format!("{why} near index {at}\n{pattern}");
        if at < length {
            message.push_str(&format!("\n{}^", " ".repeat(at)));
        }
        Failure::new("java.util.regex.PatternSyntaxException", message)
    })
}

/// What is wrong with a pattern, and at which character.
fn pattern_problem(pattern: &str) -> (&'static str, usize) {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut open, mut in_class, mut at) = (0usize, false, 0);
    let mut repeatable = false;
    while at < chars.len() {
        match chars[at] {
            '\\' if at + 1 == chars.len() => return ("Unescaped trailing backslash", at + 1),
            '\\' => at += 1,
            ']' if in_class => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => open += 1,
            ')' if open == 0 => return ("Unmatched closing ')'", at.saturating_sub(1)),
            ')' => open -= 1,
            c @ ('*' | '+' | '?') if !repeatable => return (dangling(c), at),
            _ => {}
        }
        repeatable = !matches!(chars[at], '(' | '|' | '^') || at > 0 && chars[at - 1] == '\\';
        at += 1;
    }
    match (in_class, open) {
        (true, _) => ("Unclosed character class", chars.len() - 1),
        (_, 1..) => ("Unclosed group", chars.len()),
        _ => ("Unsupported construct", 0),
    }
}

fn dangling(c: char) -> &'static str {
    match c {
        '*' => "Dangling meta character '*'",
        '+' => "Dangling meta character '+'",
        _ => "Dangling meta character '?'",
    }
}

/// `Pattern.split`: no empty pieces at the end, none at the start for a match of nothing.
pub fn split<'t>(pattern: &Regex, text: &'t str) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for found in pattern.find_iter(text) {
        if found.end() > 0 && !(found.is_empty() && found.end() == text.len()) {
            pieces.push(&text[from..found.start()]);
            from = found.end();
        }
    }
    if pieces.is_empty() {
        return vec![text];
    }
    pieces.push(&text[from..]);
    while pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_java_writes_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (2048.0, "2048.0"),
            (50.5, "50.5"),
            (1e7, "1.0E7"),
            (12_345_678.9, "1.23456789E7"),
            (0.001, "0.001"),
            (0.000_12, "1.2E-4"),
            (-3.25, "-3.25"),
            (f64::MAX, "1.7976931348623157E308"),
        ] {
            assert_eq!(double_text(value), text);
        }
        assert_eq!(float_text(0.1), "0.1");
    }

    #[test]
    fn wrong_patterns_are_refused_in_java_s_words() {
        let message = |pattern: &str| compile_pattern(pattern).unwrap_err().message().to_owned();
        assert_eq!(message("["), "Unclosed character class near index 0\n[\n^");
        assert_eq!(message("a(b"), "Unclosed group near index 3\na(b");
        assert_eq!(
            message("*a"),
            "Dangling meta character '*' near index 0\n*a\n^"
        );
        assert!(compile_pattern("a|b.*[c]").is_ok());
    }

    #[test]
    fn splitting_drops_empty_pieces_at_the_end() {
        let comma = Regex::new(",").unwrap();
        assert_eq!(split(&comma, "a,,b,,"), ["a", "", "b"]);
        assert_eq!(split(&comma, ",a"), ["", "a"]);
        assert_eq!(split(&comma, ""), [""]);
        assert_eq!(split(&Regex::new("").unwrap(), "ab"), ["a", "b"]);
    }
}
