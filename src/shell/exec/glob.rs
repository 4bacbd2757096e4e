//! File names for patterns: `*`, `?`, `[…]`.

use super::super::session::Session;

/// The files that a pattern stands for, sorted; `\` makes the next character plain.
pub(super) fn files(session: &Session, pattern: &str) -> Vec<String> {
    let absolute = pattern.starts_with('/');
    let parts: Vec<&str> = pattern.split('/').filter(|p| !p.is_empty()).collect();
    let mut found = vec![if absolute {
        "/".to_owned()
    } else {
        String::new()
    }];
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        found = found
            .iter()
            .flat_map(|dir| step(session, dir, part, last))
            .collect();
    }
    if pattern.ends_with('/') {
        found.retain(|path| is_dir(session, path));
        found.iter_mut().for_each(|path| path.push('/'));
    }
    found
}

fn is_dir(session: &Session, path: &str) -> bool {
    session
        .fs()
        .metadata(&session.resolve(path))
        .is_ok_and(|m| m.is_dir)
}

/// What one part of the pattern stands for inside a directory.
fn step(session: &Session, dir: &str, part: &str, last: bool) -> Vec<String> {
    let join = |name: &str| match dir {
        "" => name.to_owned(),
        _ if dir.ends_with('/') => format!("{dir}{name}"),
        _ => format!("{dir}/{name}"),
    };
    if !has_pattern(part) {
        let path = join(&plain(part));
        let there = session.fs().metadata(&session.resolve(&path)).is_ok();
        return if there { vec![path] } else { Vec::new() };
    }
    let entries = session.fs().list(&session.resolve(dir)).unwrap_or_default();
    entries
        .iter()
        .filter(|e| last || e.metadata.is_dir)
        .filter(|e| !e.name.starts_with('.') || part.starts_with('.'))
        .filter(|e| matches(part, &e.name))
        .map(|e| join(&e.name))
        .collect()
}

fn has_pattern(part: &str) -> bool {
    let mut chars = part.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

fn plain(part: &str) -> String {
    let mut chars = part.chars();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

/// Whether a name fits a pattern. Steps back at most to the last `*`, so the time is bounded by the
/// product of the lengths.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
            continue;
        }
        if let Some(len) = one(&pattern[p..], name[n]) {
            (p, n) = (p + len, n + 1);
            continue;
        }
        let Some((after, from)) = star else {
            return false;
        };
        star = Some((after, from + 1));
        (p, n) = (after, from + 1);
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Length of the pattern's first element if it fits the character.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['[', ..] => match class(pattern, c) {
            Some((fits, len)) => fits.then_some(len),
            None => (c == '[').then_some(1),
        },
        ['\\', plain, ..] => (*plain == c).then_some(2),
        [first, ..] => (*first == c).then_some(1),
        [] => None,
    }
}

/// `[a-z]`, `[!0-9]`: whether the character is in it, and the class's length; `None` if it is not one.
fn class(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = 1 + usize::from(negated);
    let mut at = start;
    let mut found = false;
    loop {
        let mut first = *pattern.get(at)?;
        if first == ']' && at > start {
            return Some((found != negated, at + 1));
        }
        if first == '\\' {
            at += 1;
            first = *pattern.get(at)?;
        }
        match (pattern.get(at + 1), pattern.get(at + 2)) {
            (Some('-'), Some(last)) if *last != ']' => {
                found |= (first..=*last).contains(&c);
                at += 3;
            }
            _ => {
                found |= first == c;
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (pattern, name, fits) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.gz", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[", "[", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("*a*b*", "xxaxxbxx", true),
            ("**", "", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_do_not_take_forever() {
        assert!(!matches(&"*a".repeat(30), &"a".repeat(29)));
        assert!(!matches(
            &format!("{}b", "*a".repeat(200)),
            &"a".repeat(2000)
        ));
    }
}
