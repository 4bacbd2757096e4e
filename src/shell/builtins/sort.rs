//! `sort` and `uniq`. Text is compared byte by byte, as in the locale C.UTF-8.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::getopt::Syntax;
use super::input::{Input, lines, or_stdin};
use crate::base::sort_by;
use std::cmp::Ordering;

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "sort",
        summary: "sort lines",
        run: |call| Box::pin(sort(call)),
    },
    Builtin {
        name: "uniq",
        summary: "join or count equal lines in a row",
        run: |call| Box::pin(uniq(call)),
    },
];

/// How keys are compared.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Order {
    numeric: bool,
    reverse: bool,
    fold: bool,
    blanks: bool,
}

/// `-k 2.3n,4`: fields and characters counted from 1.
struct Key {
    start: (usize, usize),
    end: Option<(usize, usize)>,
    order: Order,
    own_order: bool,
}

fn set(order: &mut Order, letter: char) -> bool {
    match letter {
        'n' => order.numeric = true,
        'r' => order.reverse = true,
        'f' => order.fold = true,
        'b' => order.blanks = true,
        _ => return false,
    }
    true
}

fn key(call: &Call, text: &str) -> Result<Key, Stop> {
    let invalid = |why: &str| call.fail(2, format!("{why}: \u{2018}{text}\u{2019}"));
    let mut order = Order::default();
    let mut own_order = false;
    let mut position = |part: &str| -> Result<(usize, usize), Stop> {
        let end = part
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(part.len());
        for letter in part[end..].chars() {
            own_order = true;
            if !set(&mut order, letter) {
                return Err(invalid(
                    "stray character in field spec: invalid field specification",
                ));
            }
        }
        let (field, offset) = part[..end].split_once('.').unwrap_or((&part[..end], "0"));
        let number = |t: &str| {
            t.parse::<usize>()
                .map_err(|_| invalid("invalid number at field start"))
        };
        Ok((number(field)?, number(offset)?))
    };
    let (start, end) = match text.split_once(',') {
        Some((start, end)) => (position(start)?, Some(position(end)?)),
        None => (position(text)?, None),
    };
    if start.0 == 0 {
        return Err(call.fail(
            2,
            format!("-: invalid field specification \u{2018}{text}\u{2019}"),
        ));
    }
    Ok(Key {
        start,
        end,
        order,
        own_order,
    })
}

struct Sorter {
    keys: Vec<Key>,
    order: Order,
    separator: Option<u8>,
    stable: bool,
    unique: bool,
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

impl Sorter {
    /// Where a field begins: behind so many separators.
    fn field_start(&self, line: &[u8], skip: usize) -> usize {
        let mut at = 0;
        for _ in 0..skip {
            if let Some(separator) = self.separator {
                match line[at..].iter().position(|b| *b == separator) {
                    Some(found) => at += found + 1,
                    None => return line.len(),
                }
            } else {
                at += line[at..].iter().take_while(|b| is_blank(**b)).count();
                at += line[at..].iter().take_while(|b| !is_blank(**b)).count();
            }
        }
        at
    }

    fn field_end(&self, line: &[u8], field: usize) -> usize {
        let start = self.field_start(line, field - 1);
        match self.separator {
            Some(separator) => line[start..]
                .iter()
                .position(|b| *b == separator)
                .map_or(line.len(), |n| start + n),
            None => self.field_start(line, field),
        }
    }

    fn part<'l>(&self, line: &'l [u8], key: &Key, order: Order) -> &'l [u8] {
        let blanks = |at: usize| match order.blanks {
            true => at + line[at..].iter().take_while(|b| is_blank(**b)).count(),
            false => at,
        };
        let start = blanks(self.field_start(line, key.start.0 - 1));
        let start = (start + key.start.1.saturating_sub(1)).min(line.len());
        let end = match key.end {
            None => line.len(),
            Some((0, _)) => 0,
            Some((field, 0)) => self.field_end(line, field),
            Some((field, chars)) => {
                (blanks(self.field_start(line, field - 1)) + chars).min(line.len())
            }
        };
        &line[start..end.max(start)]
    }

    fn by_keys(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.keys.is_empty() {
            return compare(a, b, self.order);
        }
        for key in &self.keys {
            let order = if key.own_order { key.order } else { self.order };
            let found = compare(self.part(a, key, order), self.part(b, key, order), order);
            if found != Ordering::Equal {
                return found;
            }
        }
        Ordering::Equal
    }

    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        let found = self.by_keys(a, b);
        if found != Ordering::Equal || self.stable || self.unique {
            return found;
        }
        if self.order.reverse {
            b.cmp(a)
        } else {
            a.cmp(b)
        }
    }
}

fn compare(a: &[u8], b: &[u8], order: Order) -> Ordering {
    let found = if order.numeric {
        numeric(a, b)
    } else {
        let trim = |t: &[u8]| match order.blanks {
            true => t.iter().take_while(|b| is_blank(**b)).count(),
            false => 0,
        };
        let (a, b) = (&a[trim(a)..], &b[trim(b)..]);
        if order.fold {
            a.iter()
                .map(u8::to_ascii_uppercase)
                .cmp(b.iter().map(u8::to_ascii_uppercase))
        } else {
            a.cmp(b)
        }
    };
    if order.reverse {
        found.reverse()
    } else {
        found
    }
}

/// The number at the start of a text: sign, digits without leading zeros, decimals without
/// trailing ones.
fn number(text: &[u8]) -> (bool, &[u8], &[u8]) {
    let text = &text[text.iter().take_while(|b| is_blank(**b)).count()..];
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let digits = |t: &[u8]| t.iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = &text[..digits(text)];
    let decimals = match &text[whole.len()..] {
        [b'.', rest @ ..] => &rest[..digits(rest)],
        _ => &[],
    };
    let zeros = whole.iter().take_while(|b| **b == b'0').count();
    let end = decimals
        .iter()
        .rposition(|b| *b != b'0')
        .map_or(0, |n| n + 1);
    (negative, &whole[zeros..], &decimals[..end])
}

fn numeric(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (number(a), number(b));
    let is_zero = |n: &(bool, &[u8], &[u8])| n.1.is_empty() && n.2.is_empty();
    let negative = |n: &(bool, &[u8], &[u8])| n.0 && !is_zero(n);
    let size =
        a.1.len()
            .cmp(&b.1.len())
            .then(a.1.cmp(b.1))
            .then(a.2.cmp(b.2));
    match (negative(&a), negative(&b)) {
        (true, true) => size.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => size,
    }
}

async fn sort(call: Call) -> Result<i32, Stop> {
    let long = [
        ("reverse", 'r'),
        ("numeric-sort", 'n'),
        ("unique", 'u'),
        ("key", 'k'),
        ("field-separator", 't'),
        ("ignore-case", 'f'),
        ("ignore-leading-blanks", 'b'),
        ("stable", 's'),
        ("output", 'o'),
    ];
    let parsed = Syntax {
        short: "rnuk:t:fbso:",
        long: &long,
        status: 2,
    }
    .parse(&call)?;
    let mut sorter = Sorter {
        keys: Vec::new(),
        order: Order::default(),
        separator: None,
        stable: parsed.has('s'),
        unique: parsed.has('u'),
    };
    for (letter, value) in &parsed.options {
        set(&mut sorter.order, *letter);
        match (letter, value.as_deref()) {
            ('k', Some(text)) => sorter.keys.push(key(&call, text)?),
            ('t', Some(text)) => match text.as_bytes() {
                [one] => sorter.separator = Some(*one),
                [] => return Err(call.fail(2, "empty tab")),
                b"\\0" => sorter.separator = Some(0),
                b"\\t" => return Err(call.fail(2, "multi-character tab \u{2018}\\t\u{2019}")),
                _ => {
                    return Err(call.fail(2, format!("multi-character tab \u{2018}{text}\u{2019}")));
                }
            },
            _ => {}
        }
    }
    let mut blocks = Vec::new();
    for name in or_stdin(&parsed.operands) {
        match Input::open(&call, &name) {
            Ok(mut input) => blocks.push(input.all().await?),
            Err(error) => return Err(call.fail(2, format!("cannot read: {name}: {error}"))),
        }
    }
    let mut all: Vec<&[u8]> = blocks
        .iter()
        .filter(|b| !b.is_empty())
        .flat_map(|b| lines(b))
        .collect();
    sort_by(&mut all, |a, b| sorter.compare(a, b));
    if sorter.unique {
        all.dedup_by(|a, b| sorter.by_keys(a, b) == Ordering::Equal);
    }
    if let Some(name) = parsed.value('o') {
        let mut text = all.join(&b'\n');
        if !all.is_empty() {
            text.push(b'\n');
        }
        return match call.session.write_file(name, &text) {
            Ok(()) => Ok(0),
            Err(error) => Err(call.fail(2, format!("open failed: {name}: {error}"))),
        };
    }
    for line in all {
        call.io.out_line(line);
        call.io.spill().await?;
    }
    Ok(0)
}

async fn uniq(call: Call) -> Result<i32, Stop> {
    let long = [
        ("count", 'c'),
        ("repeated", 'd'),
        ("unique", 'u'),
        ("ignore-case", 'i'),
    ];
    let parsed = Syntax {
        short: "cdui",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let name = parsed.operands.first().map_or("-", String::as_str);
    let mut input = match Input::open(&call, name) {
        Ok(input) => input,
        Err(error) => return Err(call.fail(1, format!("{name}: {error}"))),
    };
    let (count, only_repeated, only_unique) = (parsed.has('c'), parsed.has('d'), parsed.has('u'));
    let same = |a: &[u8], b: &[u8]| match parsed.has('i') {
        true => a.eq_ignore_ascii_case(b),
        false => a == b,
    };
    let mut text = Vec::new();
    let mut show = |line: &[u8], times: usize| {
        if (times == 1 && only_repeated) || (times > 1 && only_unique) {
            return;
        }
        if count {
            text.extend_from_slice(format!("{times:7} ").as_bytes());
        }
        text.extend_from_slice(line);
        text.push(b'\n');
    };
    let mut last: Option<(Vec<u8>, usize)> = None;
    while let Some(block) = input.lines().await? {
        for line in lines(&block) {
            match &mut last {
                Some((held, times)) if same(held, line) => *times += 1,
                _ => {
                    if let Some((held, times)) = last.replace((line.to_vec(), 1)) {
                        show(&held, times);
                    }
                }
            }
        }
        call.io.breathe().await?;
    }
    if let Some((held, times)) = last {
        show(&held, times);
    }
    match parsed.operands.get(1) {
        Some(name) => call.session.write_file(name, &text)?,
        None => call.io.out(text),
    }
    Ok(0)
}
