//! POSIX regular expressions, translated for the `regex-lite` crate.
//!
//! Differences that stay: of several alternatives the first that fits is taken, not the longest;
//! back-references in patterns are refused.

use regex_lite::{Regex, RegexBuilder};

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Fixed,
    Basic,
    Extended,
}

/// A pattern of `grep` or `sed`.
pub(super) fn compile(pattern: &str, dialect: Dialect, ignore_case: bool) -> Result<Regex, String> {
    let translated = match dialect {
        Dialect::Fixed => regex_lite::escape(pattern),
        _ => translate(pattern, dialect == Dialect::Extended)?,
    };
    RegexBuilder::new(&translated)
        .case_insensitive(ignore_case)
        .build()
        .map_err(|_| "Invalid regular expression".to_owned())
}

/// The text that a pattern stands for, if it stands for one text only.
pub(super) fn literal(pattern: &str, dialect: Dialect) -> Option<&str> {
    let plain = match dialect {
        Dialect::Fixed => true,
        Dialect::Basic => !pattern.contains(['\\', '.', '*', '[', '^', '$']),
        Dialect::Extended => {
            !pattern.contains(['\\', '.', '*', '[', '^', '$', '(', ')', '+', '?', '{', '|'])
        }
    };
    (plain && !pattern.contains('\n')).then_some(pattern)
}

struct Translator<'p> {
    chars: std::iter::Peekable<std::str::Chars<'p>>,
    extended: bool,
    out: String,
    open: usize,
    /// Nothing precedes here that a repetition could apply to.
    at_start: bool,
}

fn translate(pattern: &str, extended: bool) -> Result<String, String> {
    let mut t = Translator {
        chars: pattern.chars().peekable(),
        extended,
        out: String::new(),
        open: 0,
        at_start: true,
    };
    while let Some(c) = t.chars.next() {
        t.one(c)?;
    }
    if t.open > 0 {
        return Err("Unmatched ( or \\(".to_owned());
    }
    Ok(t.out)
}

impl Translator<'_> {
    fn one(&mut self, c: char) -> Result<(), String> {
        match c {
            '\\' => return self.escape(),
            '[' => return self.bracket(),
            '(' | ')' | '{' | '|' | '+' | '?' if self.extended => return self.operator(c),
            '*' if self.at_start => self.plain('*'),
            '*' => self.out.push('*'),
            '^' if self.extended || self.at_start => {
                self.out.push('^');
                return Ok(());
            }
            '$' if self.extended || self.ends_here() => self.out.push('$'),
            '.' => self.out.push('.'),
            _ => self.plain(c),
        }
        self.at_start = false;
        Ok(())
    }

    fn plain(&mut self, c: char) {
        if c.is_ascii_punctuation() && c != '<' && c != '>' {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// In a basic expression `$` is an anchor only at the end of the whole or of a group.
    fn ends_here(&self) -> bool {
        let rest: String = self.chars.clone().take(2).collect();
        rest.is_empty() || rest == "\\)" || rest == "\\|"
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(c) = self.chars.next() else {
            return Err("Trailing backslash".to_owned());
        };
        match c {
            '(' | ')' | '{' | '|' | '+' | '?' if !self.extended => return self.operator(c),
            '1'..='9' => return Err("back-references are not supported by this shell".to_owned()),
            'w' | 'W' | 's' | 'S' | 'b' | 'B' => {
                self.out.push('\\');
                self.out.push(c);
            }
            '<' => self.out.push_str("\\b{start}"),
            '>' => self.out.push_str("\\b{end}"),
            '`' => self.out.push_str("\\A"),
            '\'' => self.out.push_str("\\z"),
            'n' => self.out.push_str("\\n"),
            't' => self.out.push_str("\\t"),
            _ => self.plain(c),
        }
        self.at_start = false;
        Ok(())
    }

    /// An operator of extended expressions, which basic ones write with a backslash.
    fn operator(&mut self, c: char) -> Result<(), String> {
        match c {
            '(' => {
                self.open += 1;
                self.out.push('(');
                self.at_start = true;
                return Ok(());
            }
            ')' if self.open == 0 && self.extended => self.plain(')'),
            ')' if self.open == 0 => return Err("Unmatched ) or \\)".to_owned()),
            ')' => {
                self.open -= 1;
                self.out.push(')');
            }
            '|' => {
                self.out.push('|');
                self.at_start = true;
                return Ok(());
            }
            '{' => return self.interval(),
            _ if self.at_start && !self.extended => self.plain(c),
            // GNU takes a repetition of nothing as nothing.
            _ if self.at_start => {}
            _ => self.out.push(c),
        }
        self.at_start = false;
        Ok(())
    }

    fn interval(&mut self) -> Result<(), String> {
        let end = if self.extended { "}" } else { "\\}" };
        let rest: String = self.chars.clone().collect();
        let body = rest.find(end).map(|at| &rest[..at]);
        let valid = |b: &str| {
            b.starts_with(|c: char| c.is_ascii_digit() || c == ',')
                && b.chars().all(|c| c.is_ascii_digit() || c == ',')
        };
        match body {
            Some(body) if valid(body) && !self.at_start => {
                let from_zero = if body.starts_with(',') { "0" } else { "" };
                self.out.push_str(&format!("{{{from_zero}{body}}}"));
                let used = body.chars().count() + end.chars().count();
                self.chars.by_ref().take(used).for_each(drop);
            }
            _ if self.extended => self.plain('{'),
            _ => return Err("Invalid preceding regular expression".to_owned()),
        }
        self.at_start = false;
        Ok(())
    }

    /// `[…]`, where a backslash is an ordinary character.
    fn bracket(&mut self) -> Result<(), String> {
        let unmatched = || "Unmatched [, [^, [:, [., or [=".to_owned();
        self.out.push('[');
        if self.chars.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.chars.next().ok_or_else(unmatched)?;
            match c {
                ']' if !first => break,
                '[' if self.chars.peek() == Some(&':') => {
                    let rest: String = self.chars.clone().collect();
                    let end = rest.find(":]").ok_or_else(unmatched)?;
                    self.out.push_str(&format!("[{}]", &rest[..=end]));
                    self.chars
                        .by_ref()
                        .take(rest[..end + 2].chars().count())
                        .for_each(drop);
                }
                '\\' => match self.chars.peek() {
                    Some('n') => {
                        self.chars.next();
                        self.out.push_str("\\n");
                    }
                    Some('t') => {
                        self.chars.next();
                        self.out.push_str("\\t");
                    }
                    _ => self.out.push_str("\\\\"),
                },
                '[' | '&' | '~' | ']' | '^' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                '-' if first || self.chars.peek() == Some(&']') => self.out.push_str("\\-"),
                _ => self.out.push(c),
            }
            first = false;
        }
        self.out.push(']');
        self.at_start = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(pattern: &str, dialect: Dialect, text: &str) -> Option<String> {
        let regex = compile(pattern, dialect, false).expect(pattern);
        regex.find(text).map(|m| m.as_str().to_owned())
    }

    #[test]
    fn basic_expressions_escape_their_operators() {
        use Dialect::Basic;
        assert_eq!(finds("a+", Basic, "aa a+").as_deref(), Some("a+"));
        assert_eq!(finds("a\\+", Basic, "aa").as_deref(), Some("aa"));
        assert_eq!(finds("\\(a\\|b\\)c", Basic, "bc").as_deref(), Some("bc"));
        assert_eq!(finds("*a", Basic, "x*a").as_deref(), Some("*a"));
        assert_eq!(finds("a^b$c", Basic, "a^b$c").as_deref(), Some("a^b$c"));
        assert_eq!(finds("^a$", Basic, "a").as_deref(), Some("a"));
        assert_eq!(finds("x\\{2\\}", Basic, "xxx").as_deref(), Some("xx"));
        assert_eq!(finds("(id: ", Basic, "1 (id: 2").as_deref(), Some("(id: "));
        assert_eq!(finds("[0-9.]*", Basic, "1.5a").as_deref(), Some("1.5"));
        assert_eq!(finds("[^]a]", Basic, "]ab").as_deref(), Some("b"));
        assert_eq!(
            finds("[[:digit:][:space:]]\\+", Basic, "a1 2").as_deref(),
            Some("1 2")
        );
    }

    #[test]
    fn extended_expressions_do_not() {
        use Dialect::Extended;
        assert_eq!(finds("(a|b)+c?", Extended, "abc").as_deref(), Some("abc"));
        assert_eq!(finds("a{2,3}", Extended, "aaaa").as_deref(), Some("aaa"));
        assert_eq!(
            finds("{\"a\"}", Extended, "{\"a\"}").as_deref(),
            Some("{\"a\"}")
        );
        assert_eq!(finds("\\<b\\w*", Extended, "ab bc").as_deref(), Some("bc"));
        assert_eq!(
            finds("a\\.b/c", Extended, "a.b/c").as_deref(),
            Some("a.b/c")
        );
        assert!(compile("(a", Extended, false).is_err());
        assert!(compile("[a", Extended, false).is_err());
    }
}
