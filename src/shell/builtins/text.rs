//! Tools that pass text on: `cat`, `head`, `tail`, `wc`, `tee`.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::getopt::Syntax;
use super::input::{Input, or_stdin};
use bytes::Bytes;
use std::collections::VecDeque;

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "cat",
        summary: "print files",
        run: |call| Box::pin(cat(call)),
    },
    Builtin {
        name: "head",
        summary: "print the first lines",
        run: |call| Box::pin(head(call)),
    },
    Builtin {
        name: "tail",
        summary: "print the last lines",
        run: |call| Box::pin(tail(call)),
    },
    Builtin {
        name: "tee",
        summary: "print and save input",
        run: |call| Box::pin(tee(call)),
    },
    Builtin {
        name: "wc",
        summary: "count lines, words, bytes",
        run: |call| Box::pin(wc(call)),
    },
];

async fn cat(call: Call) -> Result<i32, Stop> {
    let syntax = Syntax {
        short: "nu",
        long: &[("number", 'n')],
        status: 1,
    };
    let parsed = syntax.parse(&call)?;
    let (number, mut line, mut at_start, mut status) = (parsed.has('n'), 0, true, 0);
    for name in or_stdin(&parsed.operands) {
        let mut input = match Input::open(&call, &name) {
            Ok(input) => input,
            Err(error) => {
                call.complain(format!("{name}: {error}"));
                status = 1;
                continue;
            }
        };
        while let Some(chunk) = input.chunk().await? {
            if !number {
                call.io.out(&chunk);
                call.io.flush().await?;
                continue;
            }
            for piece in chunk.split_inclusive(|b| *b == b'\n') {
                if at_start {
                    line += 1;
                    call.io.out(format!("{line:6}\t"));
                }
                at_start = piece.ends_with(b"\n");
                call.io.out(piece);
                call.io.spill().await?;
            }
        }
    }
    Ok(status)
}

/// How much `head` and `tail` print.
#[derive(Clone, Copy)]
struct Amount {
    bytes: bool,
    count: usize,
    /// `-n -5` of `head`, `-n +5` of `tail`.
    other_end: bool,
}

fn amount(call: &Call, text: &str, bytes: bool, mark: char) -> Result<Amount, Stop> {
    let other_end = text.starts_with(mark);
    let digits = text.trim_start_matches(['+', '-']);
    let (number, factor) = match digits.trim_end_matches("iB").chars().last() {
        Some('k' | 'K') => (
            &digits[..1 + digits.find(['k', 'K']).unwrap_or(1) - 1],
            1024,
        ),
        Some('M') => (&digits[..digits.find('M').unwrap_or(0)], 1024 * 1024),
        _ => (digits, 1),
    };
    match number.parse::<usize>() {
        Ok(count) => Ok(Amount {
            bytes,
            count: count.saturating_mul(factor),
            other_end,
        }),
        Err(_) => {
            let what = if bytes { "bytes" } else { "lines" };
            Err(call.fail(
                1,
                format!("invalid number of {what}: \u{2018}{text}\u{2019}"),
            ))
        }
    }
}

struct Ends {
    amount: Amount,
    names: Vec<String>,
    headers: bool,
}

/// The command line of `head` and `tail`, the old `-5` included.
fn ends(call: &mut Call, mark: char) -> Result<Ends, Stop> {
    if let Some(word) = call.args.first_mut() {
        let digits = word.strip_prefix('-').unwrap_or("");
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            *word = format!("-n{digits}");
        }
    }
    let syntax = Syntax {
        short: "n:c:qvfF",
        long: &[
            ("lines", 'n'),
            ("bytes", 'c'),
            ("quiet", 'q'),
            ("silent", 'q'),
            ("verbose", 'v'),
            ("follow", 'f'),
        ],
        status: 1,
    };
    let parsed = syntax.parse(call)?;
    if parsed.has('f') || parsed.has('F') {
        return Err(call.fail(1, "following a file is not supported by this shell"));
    }
    let default = Amount {
        bytes: false,
        count: 10,
        other_end: false,
    };
    let mut wanted = default;
    for (letter, value) in &parsed.options {
        if let ('n' | 'c', Some(value)) = (letter, value) {
            wanted = amount(call, value, *letter == 'c', mark)?;
        }
    }
    let several = parsed.operands.len() > 1;
    let headers = (several || parsed.has('v')) && !parsed.has('q');
    Ok(Ends {
        amount: wanted,
        names: or_stdin(&parsed.operands),
        headers,
    })
}

/// Opens each file and says its name above it, if need be.
fn open_end(call: &Call, ends: &Ends, name: &str, first: &mut bool) -> Option<Input> {
    match Input::open(call, name) {
        Ok(input) => {
            if ends.headers {
                let shown = if name == "-" { "standard input" } else { name };
                let gap = if *first { "" } else { "\n" };
                call.io.out_line(format!("{gap}==> {shown} <=="));
                *first = false;
            }
            Some(input)
        }
        Err(super::super::FsError::IsADirectory) => {
            call.complain(format!("error reading '{name}': Is a directory"));
            None
        }
        Err(error) => {
            call.complain(format!("cannot open '{name}' for reading: {error}"));
            None
        }
    }
}

async fn head(mut call: Call) -> Result<i32, Stop> {
    let ends = ends(&mut call, '-')?;
    let (mut status, mut first) = (0, true);
    for name in &ends.names {
        let Some(mut input) = open_end(&call, &ends, name, &mut first) else {
            status = 1;
            continue;
        };
        if ends.amount.other_end {
            let all = input.all().await?;
            let keep = all.len() - last_part(&all, ends.amount).len();
            call.io.out(&all[..keep]);
        } else {
            first_part(&call, &mut input, ends.amount).await?;
        }
        call.io.flush().await?;
    }
    Ok(status)
}

/// Prints lines or bytes from the start and stops reading when it has enough.
async fn first_part(call: &Call, input: &mut Input, amount: Amount) -> Result<(), Stop> {
    let mut left = amount.count;
    while left > 0 {
        let Some(chunk) = input.chunk().await? else {
            return Ok(());
        };
        let mut end = 0;
        if amount.bytes {
            end = left.min(chunk.len());
            left -= end;
        } else {
            while left > 0 && end < chunk.len() {
                match chunk[end..].iter().position(|b| *b == b'\n') {
                    Some(at) => {
                        end += at + 1;
                        left -= 1;
                    }
                    None => end = chunk.len(),
                }
            }
        }
        call.io.out(&chunk[..end]);
        call.io.flush().await?;
        input.put_back(chunk.slice(end..));
    }
    Ok(())
}

/// The last lines or bytes of a text.
fn last_part(all: &[u8], amount: Amount) -> &[u8] {
    if amount.bytes {
        return &all[all.len().saturating_sub(amount.count)..];
    }
    if amount.count == 0 {
        return &[];
    }
    let body = all.strip_suffix(b"\n").unwrap_or(all);
    let mut newlines = body.iter().enumerate().rev().filter(|(_, b)| **b == b'\n');
    match newlines.nth(amount.count - 1) {
        Some((at, _)) => &all[at + 1..],
        None => all,
    }
}

async fn tail(mut call: Call) -> Result<i32, Stop> {
    let ends = ends(&mut call, '+')?;
    let (mut status, mut first) = (0, true);
    for name in &ends.names {
        let Some(mut input) = open_end(&call, &ends, name, &mut first) else {
            status = 1;
            continue;
        };
        let amount = ends.amount;
        if amount.other_end {
            skip_part(&call, &mut input, amount).await?;
            continue;
        }
        // Blocks that the last part cannot reach any more are let go.
        let mut held: VecDeque<Bytes> = VecDeque::new();
        let mut sizes: VecDeque<usize> = VecDeque::new();
        let mut total = 0;
        while let Some(block) = input.lines().await? {
            let size = match amount.bytes {
                true => block.len(),
                false => block.iter().filter(|b| **b == b'\n').count(),
            };
            total += size;
            held.push_back(block);
            sizes.push_back(size);
            while sizes.len() > 1 && total - sizes[0] > amount.count {
                total -= sizes.pop_front().unwrap_or(0);
                held.pop_front();
            }
        }
        let all: Vec<u8> = held.iter().flat_map(|b| b.iter().copied()).collect();
        call.io.out(last_part(&all, amount));
        call.io.flush().await?;
    }
    Ok(status)
}

/// `tail -n +5`: all from the fifth line on.
async fn skip_part(call: &Call, input: &mut Input, amount: Amount) -> Result<(), Stop> {
    let mut skip = amount.count.saturating_sub(1);
    while let Some(chunk) = input.chunk().await? {
        let mut start = 0;
        if amount.bytes {
            start = skip.min(chunk.len());
            skip -= start;
        }
        while !amount.bytes && skip > 0 && start < chunk.len() {
            match chunk[start..].iter().position(|b| *b == b'\n') {
                Some(at) => {
                    start += at + 1;
                    skip -= 1;
                }
                None => start = chunk.len(),
            }
        }
        call.io.out(&chunk[start..]);
        call.io.flush().await?;
    }
    Ok(())
}

async fn tee(call: Call) -> Result<i32, Stop> {
    let syntax = Syntax {
        short: "ai",
        long: &[("append", 'a')],
        status: 1,
    };
    let parsed = syntax.parse(&call)?;
    let fs = call.session.fs().clone();
    let (mut status, mut paths) = (0, Vec::new());
    for name in &parsed.operands {
        let path = call.session.resolve(name);
        let opened = if parsed.has('a') {
            fs.append(&path, b"")
        } else {
            fs.write(&path, b"")
        };
        match opened {
            _ if name == "/dev/null" => {}
            Ok(()) => paths.push(path),
            Err(error) => {
                call.complain(format!("{name}: {error}"));
                status = 1;
            }
        }
    }
    while let Some(chunk) = call.io.read_chunk().await? {
        for path in &paths {
            fs.append(path, &chunk)?;
        }
        call.io.out(&chunk);
        call.io.flush().await?;
    }
    Ok(status)
}

#[derive(Clone, Copy, Default)]
struct Counts {
    lines: u64,
    words: u64,
    chars: u64,
    bytes: u64,
    longest: u64,
}

async fn wc(call: Call) -> Result<i32, Stop> {
    let long = [
        ("lines", 'l'),
        ("words", 'w'),
        ("bytes", 'c'),
        ("chars", 'm'),
        ("max-line-length", 'L'),
    ];
    let syntax = Syntax {
        short: "lwcmL",
        long: &long,
        status: 1,
    };
    let parsed = syntax.parse(&call)?;
    let any = "lwcmL".chars().any(|c| parsed.has(c));
    let wanted: Vec<char> = "lwmcL"
        .chars()
        .filter(|c| {
            if any {
                parsed.has(*c)
            } else {
                "lwc".contains(*c)
            }
        })
        .collect();
    let names = or_stdin(&parsed.operands);
    let width = wc_width(&call, &names, wanted.len());
    let show = |counts: &Counts, name: &str| {
        let columns: Vec<String> = wanted
            .iter()
            .map(|letter| match letter {
                'l' => counts.lines,
                'w' => counts.words,
                'm' => counts.chars,
                'c' => counts.bytes,
                _ => counts.longest,
            })
            .map(|n| format!("{n:width$}"))
            .collect();
        let space = if name.is_empty() { "" } else { " " };
        call.io
            .out_line(format!("{}{space}{name}", columns.join(" ")));
    };
    let (mut total, mut status) = (Counts::default(), 0);
    for name in &names {
        let mut input = match Input::open(&call, name) {
            Ok(input) => input,
            Err(error) => {
                call.complain(format!("{name}: {error}"));
                status = 1;
                continue;
            }
        };
        let mut counts = Counts::default();
        while let Some(block) = input.lines().await? {
            count(&block, &mut counts);
            call.io.breathe().await?;
        }
        total.lines += counts.lines;
        total.words += counts.words;
        total.chars += counts.chars;
        total.bytes += counts.bytes;
        total.longest = total.longest.max(counts.longest);
        show(&counts, if parsed.operands.is_empty() { "" } else { name });
    }
    if names.len() > 1 {
        show(&total, "total");
    }
    Ok(status)
}

/// As wide as the sum of the sizes of the files; 7 where a size is unknown.
fn wc_width(call: &Call, names: &[String], columns: usize) -> usize {
    if names.len() == 1 && columns == 1 {
        return 1;
    }
    let (mut least, mut total) = (1, 0);
    for name in names {
        if name == "-" {
            match call.io.stdin_size() {
                Some(size) => total += size as u64,
                None => least = 7,
            }
        } else if let Ok(found) = call.session.fs().metadata(&call.session.resolve(name)) {
            if found.is_dir {
                least = 7;
            }
            total += found.len;
        }
    }
    total.to_string().len().max(least)
}

fn count(block: &[u8], counts: &mut Counts) {
    counts.bytes += block.len() as u64;
    counts.chars += block.iter().filter(|b| (**b & 0xc0) != 0x80).count() as u64;
    let mut in_word = false;
    for byte in block {
        let space = byte.is_ascii_whitespace() || *byte == 11;
        counts.words += u64::from(!space && !in_word);
        in_word = !space;
        counts.lines += u64::from(*byte == b'\n');
    }
    for line in block.split(|b| *b == b'\n') {
        let length = line.iter().filter(|b| (**b & 0xc0) != 0x80).count() as u64;
        counts.longest = counts.longest.max(length);
    }
}
