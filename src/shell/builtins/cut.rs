//! `cut` and `tr`. Both work on bytes, as GNU's do.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::escape::unescape;
use super::getopt::Syntax;
use super::input::{Input, lines, or_stdin};

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "cut",
        summary: "print parts of lines",
        run: |call| Box::pin(cut(call)),
    },
    Builtin {
        name: "tr",
        summary: "replace or delete characters",
        run: |call| Box::pin(tr(call)),
    },
];

/// `1,3-5,7-`: positions counted from 1, both ends included.
fn ranges(call: &Call, list: &str, what: &str) -> Result<Vec<(usize, usize)>, Stop> {
    let invalid = || {
        call.complain(format!("invalid {what} value \u{2018}{list}\u{2019}"));
        call.io.err_line("Try 'cut --help' for more information.");
        Stop::Exit(1)
    };
    let number = |text: &str, default| match text {
        "" => Ok(default),
        _ => text.parse::<usize>().map_err(|_| invalid()),
    };
    let mut found = Vec::new();
    for part in list.split([',', ' ']) {
        let range = match part.split_once('-') {
            Some(("", "")) => return Err(invalid()),
            Some((from, to)) => (number(from, 1)?, number(to, usize::MAX)?),
            None => {
                let one = number(part, 0)?;
                (one, one)
            }
        };
        if range.0 == 0 {
            let why = match what {
                "field" => "fields are numbered from 1",
                _ => "byte/character positions are numbered from 1",
            };
            call.complain(why);
            call.io.err_line("Try 'cut --help' for more information.");
            return Err(Stop::Exit(1));
        }
        if range.1 < range.0 {
            call.complain("invalid decreasing range");
            call.io.err_line("Try 'cut --help' for more information.");
            return Err(Stop::Exit(1));
        }
        found.push(range);
    }
    Ok(found)
}

async fn cut(call: Call) -> Result<i32, Stop> {
    let long = [
        ("delimiter", 'd'),
        ("fields", 'f'),
        ("characters", 'c'),
        ("bytes", 'b'),
        ("only-delimited", 's'),
        ("complement", 'C'),
        ("output-delimiter", 'o'),
    ];
    let parsed = Syntax {
        short: "d:f:c:b:sCo:",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let usage = |why: &str| {
        call.complain(why);
        call.io.err_line("Try 'cut --help' for more information.");
        Stop::Exit(1)
    };
    let by_bytes = parsed.value('c').or(parsed.value('b'));
    let (list, what) = match (parsed.value('f'), by_bytes) {
        (Some(_), Some(_)) => return Err(usage("only one list may be specified")),
        (Some(list), None) => (list, "field"),
        (None, Some(list)) => (list, "byte/character"),
        (None, None) => {
            return Err(usage(
                "you must specify a list of bytes, characters, or fields",
            ));
        }
    };
    let ranges = ranges(&call, list, what)?;
    let delimiter = match parsed.value('d').map(str::as_bytes) {
        None => b'\t',
        Some(_) if by_bytes.is_some() => {
            return Err(usage(
                "an input delimiter may be specified only when operating on fields",
            ));
        }
        Some([one]) => *one,
        Some([]) => 0,
        Some(_) => return Err(usage("the delimiter must be a single character")),
    };
    let chosen =
        |at: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&at)) != parsed.has('C');
    let joint = parsed
        .value('o')
        .map_or(vec![delimiter], |t| t.as_bytes().to_vec());
    let mut status = 0;
    for name in or_stdin(&parsed.operands) {
        let mut input = match Input::open(&call, &name) {
            Ok(input) => input,
            Err(error) => {
                call.complain(format!("{name}: {error}"));
                status = 1;
                continue;
            }
        };
        while let Some(block) = input.lines().await? {
            for line in lines(&block) {
                if by_bytes.is_some() {
                    let kept: Vec<u8> = (1..)
                        .zip(line)
                        .filter(|(n, _)| chosen(*n))
                        .map(|(_, b)| *b)
                        .collect();
                    call.io.out_line(kept);
                } else if !line.contains(&delimiter) {
                    if !parsed.has('s') {
                        call.io.out_line(line);
                    }
                } else {
                    let fields = (1..).zip(line.split(|b| *b == delimiter));
                    let kept: Vec<&[u8]> =
                        fields.filter(|(n, _)| chosen(*n)).map(|(_, f)| f).collect();
                    call.io.out_line(kept.join(&joint[..]));
                }
                call.io.spill().await?;
            }
        }
    }
    Ok(status)
}

/// One element of a set of `tr`: a character, and whether it may be repeated to fill the set.
struct Set {
    bytes: Vec<u8>,
    /// `[x*]`: where to repeat which character until the set is long enough.
    fill: Option<(usize, u8)>,
    classes: bool,
}

fn class(name: &str) -> Option<Vec<u8>> {
    let test: fn(u8) -> bool = match name {
        "alpha" => |b| b.is_ascii_alphabetic(),
        "digit" => |b| b.is_ascii_digit(),
        "alnum" => |b| b.is_ascii_alphanumeric(),
        "upper" => |b| b.is_ascii_uppercase(),
        "lower" => |b| b.is_ascii_lowercase(),
        "space" => |b| b.is_ascii_whitespace() || b == 11,
        "blank" => |b| b == b' ' || b == b'\t',
        "punct" => |b| b.is_ascii_punctuation(),
        "cntrl" => |b| b.is_ascii_control(),
        "print" => |b| (32..127).contains(&b),
        "graph" => |b| b.is_ascii_graphic(),
        "xdigit" => |b| b.is_ascii_hexdigit(),
        _ => return None,
    };
    Some((0..=255).filter(|b| test(*b)).collect())
}

/// One character of a set, escapes included, and what is left.
fn element(text: &[u8]) -> (u8, bool, &[u8]) {
    if let [b'\\', escaped, ..] = text {
        let octal = text[1..]
            .iter()
            .take(3)
            .take_while(|b| (b'0'..=b'7').contains(b))
            .count();
        let len = 1 + octal.max(1);
        let source = String::from_utf8_lossy(&text[..len.min(text.len())]).into_owned();
        let bytes = unescape(&source, true).bytes;
        let byte = if bytes.len() == 1 { bytes[0] } else { *escaped };
        return (byte, true, &text[len..]);
    }
    (text[0], false, &text[1..])
}

fn set(call: &Call, text: &str) -> Result<Set, Stop> {
    let mut set = Set {
        bytes: Vec::new(),
        fill: None,
        classes: false,
    };
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix(b"[:")
            && let Some(end) = inner.windows(2).position(|w| w == b":]")
        {
            let name = String::from_utf8_lossy(&inner[..end]).into_owned();
            let Some(bytes) = class(&name) else {
                return Err(call.fail(1, format!("invalid character class \u{2018}{name}\u{2019}")));
            };
            set.bytes.extend(bytes);
            set.classes = true;
            rest = &inner[end + 2..];
            continue;
        }
        if let [b'[', repeated, b'*', tail @ ..] = rest
            && let Some(end) = tail.iter().position(|b| *b == b']')
            && let Ok(count) = std::str::from_utf8(&tail[..end])
            && (count.is_empty() || count.parse::<usize>().is_ok())
        {
            match count.parse().unwrap_or(0) {
                0 => set.fill = Some((set.bytes.len(), *repeated)),
                n => set
                    .bytes
                    .extend(std::iter::repeat_n(*repeated, usize::min(n, 256))),
            }
            rest = &tail[end + 1..];
            continue;
        }
        let (first, _, after) = element(rest);
        if let [b'-', tail @ ..] = after
            && !tail.is_empty()
        {
            let (last, _, after) = element(tail);
            if last < first {
                let shown = &text[text.len() - rest.len()..text.len() - after.len()];
                return Err(call.fail(
                    1,
                    format!("range-endpoints of '{shown}' are in reverse collating sequence order"),
                ));
            }
            set.bytes.extend(first..=last);
            rest = after;
            continue;
        }
        set.bytes.push(first);
        rest = after;
    }
    Ok(set)
}

async fn tr(call: Call) -> Result<i32, Stop> {
    let long = [
        ("delete", 'd'),
        ("squeeze-repeats", 's'),
        ("complement", 'c'),
        ("truncate-set1", 't'),
    ];
    let parsed = Syntax {
        short: "+dscCt",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let (delete, squeeze) = (parsed.has('d'), parsed.has('s'));
    let needed = if delete == squeeze { 2 } else { 1 };
    let operands = &parsed.operands;
    if operands.len() < needed {
        match operands.last() {
            None => call.complain("missing operand"),
            Some(last) => {
                call.complain(format!("missing operand after \u{2018}{last}\u{2019}"));
                let both = "Two strings must be given when ";
                let when = if delete {
                    "both deleting and squeezing repeats."
                } else {
                    "translating."
                };
                call.io.err_line(format!("{both}{when}"));
            }
        }
        call.io.err_line("Try 'tr --help' for more information.");
        return Ok(1);
    }
    let most = if delete && !squeeze { 1 } else { 2 };
    if operands.len() > most {
        call.complain(format!("extra operand \u{2018}{}\u{2019}", operands[most]));
        if most == 1 {
            call.io
                .err_line("Only one string may be given when deleting without squeezing repeats.");
        }
        call.io.err_line("Try 'tr --help' for more information.");
        return Ok(1);
    }
    let mut first = set(&call, &operands[0])?;
    if parsed.has('c') || parsed.has('C') {
        first.bytes = (0..=255).filter(|b| !first.bytes.contains(b)).collect();
    }
    let second = operands.get(1).map(|text| set(&call, text)).transpose()?;
    let translate = !delete && second.is_some();
    let mut map: Vec<u8> = (0..=255).collect();
    let mut squeezed = [false; 256];
    let squeeze_set = second.as_ref().map_or(&first.bytes, |s| &s.bytes);
    if squeeze {
        squeeze_set
            .iter()
            .for_each(|b| squeezed[usize::from(*b)] = true);
    }
    if translate && let Some(second) = &second {
        fill_map(&call, &first, second, parsed.has('t'), &mut map)?;
    }
    let mut deleted = [false; 256];
    if delete {
        first
            .bytes
            .iter()
            .for_each(|b| deleted[usize::from(*b)] = true);
    }
    let mut last = None;
    while let Some(chunk) = call.io.read_chunk().await? {
        let mut text = Vec::with_capacity(chunk.len());
        for byte in chunk.iter().filter(|b| !deleted[usize::from(**b)]) {
            let byte = map[usize::from(*byte)];
            if last != Some(byte) || !squeezed[usize::from(byte)] {
                text.push(byte);
            }
            last = Some(byte);
        }
        call.io.out(text);
        call.io.flush().await?;
    }
    Ok(0)
}

fn fill_map(
    call: &Call,
    first: &Set,
    second: &Set,
    truncate: bool,
    map: &mut [u8],
) -> Result<(), Stop> {
    let mut targets = second.bytes.clone();
    if let Some((at, byte)) = second.fill {
        let missing = first.bytes.len().saturating_sub(targets.len());
        targets.splice(at..at, std::iter::repeat_n(byte, missing));
    }
    let Some(last) = targets.last().copied() else {
        if first.bytes.is_empty() {
            return Ok(());
        }
        return Err(call.fail(1, "when not truncating set1, string2 must be non-empty"));
    };
    for (at, byte) in first.bytes.iter().enumerate() {
        match targets.get(at) {
            Some(target) => map[usize::from(*byte)] = *target,
            None if truncate => break,
            None => map[usize::from(*byte)] = last,
        }
    }
    Ok(())
}
