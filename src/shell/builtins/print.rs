//! Tools that print what they are told: `echo`, `printf`, `seq`, `yes`.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};
use super::escape::unescape;

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "echo",
        summary: "print words",
        run: |call| Box::pin(echo(call)),
    },
    Builtin {
        name: "printf",
        summary: "print by a format",
        run: |call| Box::pin(printf(call)),
    },
    Builtin {
        name: "seq",
        summary: "print numbers in a row",
        run: |call| Box::pin(seq(call)),
    },
    Builtin {
        name: "yes",
        summary: "print a line for ever",
        run: |call| Box::pin(yes(call)),
    },
];

async fn echo(call: Call) -> Result<i32, Stop> {
    let (mut newline, mut escapes, mut first) = (true, false, 0);
    for word in &call.args {
        let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) else {
            break;
        };
        if !letters.chars().all(|c| "neE".contains(c)) {
            break;
        }
        for letter in letters.chars() {
            match letter {
                'n' => newline = false,
                'e' => escapes = true,
                _ => escapes = false,
            }
        }
        first += 1;
    }
    let text = call.args[first..].join(" ");
    if escapes {
        let text = unescape(&text, false);
        call.io.out(text.bytes);
        newline &= !text.stop;
    } else {
        call.io.out(text);
    }
    if newline {
        call.io.out("\n");
    }
    Ok(0)
}

/// One `%…` of a format.
struct Directive {
    left: bool,
    zero: bool,
    plus: bool,
    width: Option<i64>,
    precision: Option<usize>,
    letter: char,
}

impl Directive {
    fn pad(&self, text: String, zero_allowed: bool) -> String {
        let width = self.width.map_or(0, i64::unsigned_abs) as usize;
        let missing = width.saturating_sub(text.chars().count());
        if self.left || self.width.is_some_and(|w| w < 0) {
            return text + &" ".repeat(missing);
        }
        if self.zero && zero_allowed {
            let (sign, digits) = match text.strip_prefix('-') {
                Some(digits) => ("-", digits),
                None => ("", text.as_str()),
            };
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        " ".repeat(missing) + &text
    }
}

async fn printf(call: Call) -> Result<i32, Stop> {
    let args = match call.args.first().map(String::as_str) {
        Some("--") => &call.args[1..],
        _ => &call.args[..],
    };
    let Some((format, args)) = args.split_first() else {
        call.io
            .err_line("printf: usage: printf [-v var] format [arguments]");
        return Ok(2);
    };
    let mut printer = Printer {
        call: &call,
        args: args.iter(),
        used: false,
        status: 0,
    };
    loop {
        printer.used = false;
        let stopped = !printer.once(format)?;
        call.io.spill().await?;
        if stopped || !printer.used || printer.args.len() == 0 {
            return Ok(printer.status);
        }
    }
}

struct Printer<'a> {
    call: &'a Call,
    args: std::slice::Iter<'a, String>,
    used: bool,
    status: i32,
}

impl Printer<'_> {
    fn fail(&self, why: &str) -> Stop {
        self.call.io.err_line(format!("bash: printf: {why}"));
        Stop::Exit(1)
    }

    fn next(&mut self) -> String {
        self.used = true;
        self.args.next().cloned().unwrap_or_default()
    }

    /// Goes through the format once; false if `\c` ends the output.
    fn once(&mut self, format: &str) -> Result<bool, Stop> {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            let text = unescape(&rest[..at], true);
            self.call.io.out(&text.bytes);
            if text.stop {
                return Ok(false);
            }
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                self.call.io.out("%");
                rest = after;
                continue;
            }
            let (directive, after) = self.directive(rest)?;
            rest = after;
            if !self.print(&directive)? {
                return Ok(false);
            }
        }
        let text = unescape(rest, true);
        self.call.io.out(&text.bytes);
        Ok(!text.stop)
    }

    fn directive<'f>(&mut self, format: &'f str) -> Result<(Directive, &'f str), Stop> {
        let mut directive = Directive {
            left: false,
            zero: false,
            plus: false,
            width: None,
            precision: None,
            letter: '\0',
        };
        let mut rest = format;
        while let Some(c) = rest.chars().next().filter(|c| "-0+ #".contains(*c)) {
            directive.left |= c == '-';
            directive.zero |= c == '0';
            directive.plus |= c == '+';
            rest = &rest[1..];
        }
        let number = |me: &mut Self, rest: &mut &'f str| -> Option<i64> {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                return Some(me.next().parse().unwrap_or(0));
            }
            let len = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, after) = rest.split_at(len);
            *rest = after;
            // Padding beyond this is a mistake or an attack.
            digits.parse::<i64>().ok().map(|n| n.min(16 << 20))
        };
        directive.width = number(self, &mut rest);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            directive.precision = Some(number(self, &mut rest).unwrap_or(0).max(0) as usize);
        }
        let Some(letter) = rest.chars().next() else {
            return Err(self
                .call
                .fail(1, format!("`%{format}': missing format character")));
        };
        directive.letter = letter;
        Ok((directive, &rest[letter.len_utf8()..]))
    }

    fn print(&mut self, directive: &Directive) -> Result<bool, Stop> {
        let io = &self.call.io.clone();
        match directive.letter {
            's' | 'b' | 'q' => {
                let mut text = self.next();
                let mut stop = false;
                if directive.letter == 'b' {
                    let plain = unescape(&text, false);
                    stop = plain.stop;
                    text = String::from_utf8_lossy(&plain.bytes).into_owned();
                }
                if let Some(most) = directive.precision {
                    text = text.chars().take(most).collect();
                }
                io.out(directive.pad(text, false));
                return Ok(!stop);
            }
            'c' => {
                let text = self.next().chars().take(1).collect();
                io.out(directive.pad(text, false));
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let value = self.integer();
                let mut text = match directive.letter {
                    'x' => format!("{value:x}"),
                    'X' => format!("{value:X}"),
                    'o' => format!("{value:o}"),
                    'u' => (value as u64).to_string(),
                    _ if directive.plus && value >= 0 => format!("+{value}"),
                    _ => value.to_string(),
                };
                if let Some(least) = directive.precision {
                    let least = least.min(1000);
                    let sign = if value < 0 { "-" } else { "" };
                    text = format!("{sign}{:0>least$}", text.trim_start_matches('-'));
                }
                io.out(directive.pad(text, directive.precision.is_none()));
            }
            'f' | 'F' | 'e' | 'g' | 'E' | 'G' => {
                let word = self.next();
                let value: f64 = word
                    .trim()
                    .parse()
                    .unwrap_or_else(|_| self.invalid(&word) as f64);
                let digits = directive.precision.unwrap_or(6).min(300);
                let text = match directive.letter.to_ascii_lowercase() {
                    'f' => format!("{value:.digits$}"),
                    'e' => exponent(value, digits),
                    _ => general(value, digits.max(1)),
                };
                io.out(directive.pad(text, true));
            }
            other => {
                return Err(self.fail(&format!("`{other}': invalid format character")));
            }
        }
        Ok(true)
    }

    fn integer(&mut self) -> i64 {
        let word = self.next();
        let text = word.trim_start();
        if text.is_empty() {
            return 0;
        }
        if let Some(c) = text
            .strip_prefix(['\'', '"'])
            .and_then(|t| t.chars().next())
        {
            return i64::from(u32::from(c));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let value = if let Some(hex) = digits.strip_prefix("0x") {
            i64::from_str_radix(hex, 16).ok()
        } else if digits.len() > 1 && digits.starts_with('0') {
            i64::from_str_radix(digits, 8).ok()
        } else {
            digits.parse().ok()
        };
        match value {
            Some(value) if negative => -value,
            Some(value) => value,
            None => {
                let end = digits.bytes().take_while(u8::is_ascii_digit).count();
                self.invalid(&word);
                let value = digits[..end].parse().unwrap_or(0);
                if negative { -value } else { value }
            }
        }
    }

    fn invalid(&mut self, word: &str) -> i64 {
        if !word.is_empty() {
            self.call
                .io
                .err_line(format!("bash: printf: {word}: invalid number"));
            self.status = 1;
        }
        0
    }
}

/// `%e`: at least two digits of exponent.
fn exponent(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let number: i32 = exponent.parse().unwrap_or(0);
            let sign = if number < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", number.abs())
        }
        None => text,
    }
}

/// `%g`: the shorter of `%f` and `%e`, without zeros at the end.
pub(super) fn general(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let scientific = exponent(value, digits - 1);
    let power: i32 = scientific
        .rsplit_once('e')
        .map_or(0, |(_, e)| e.parse().unwrap_or(0));
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if power < -4 || power >= digits as i32 {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{exponent}", trim(mantissa));
    }
    let decimals = (digits as i32 - 1 - power).max(0) as usize;
    trim(&format!("{value:.decimals$}"))
}

async fn seq(call: Call) -> Result<i32, Stop> {
    let (mut separator, mut wide, mut operands) = ("\n".to_owned(), false, Vec::new());
    let mut words = call.args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-w" | "--equal-width" => wide = true,
            "-s" => separator = words.next().cloned().unwrap_or_default(),
            _ if word.starts_with("-s") => separator = word[2..].to_owned(),
            _ => match word.parse::<f64>() {
                Ok(_) => operands.push(word.as_str()),
                Err(_) if word.starts_with('-') && word.len() > 1 => {
                    let letter = word.chars().nth(1).unwrap_or('-');
                    call.complain(format!("invalid option -- '{letter}'"));
                    call.io.err_line("Try 'seq --help' for more information.");
                    return Ok(1);
                }
                Err(_) => {
                    call.complain(format!(
                        "invalid floating point argument: \u{2018}{word}\u{2019}"
                    ));
                    call.io.err_line("Try 'seq --help' for more information.");
                    return Ok(1);
                }
            },
        }
    }
    let (first, step, last) = match operands[..] {
        [last] => ("1", "1", last),
        [first, last] => (first, "1", last),
        [first, step, last] => (first, step, last),
        [] => return Err(usage(&call, "missing operand")),
        _ => {
            let why = format!("extra operand \u{2018}{}\u{2019}", operands[3]);
            return Err(usage(&call, &why));
        }
    };
    if step.parse() == Ok(0.0) {
        return Err(usage(
            &call,
            &format!("invalid Zero increment value: \u{2018}{step}\u{2019}"),
        ));
    }
    let decimals = [first, step].map(|t| t.split_once('.').map_or(0, |(_, d)| d.len()));
    let decimals = decimals[0].max(decimals[1]).min(17);
    count(&call, [first, step, last], decimals, &separator, wide).await
}

fn usage(call: &Call, why: &str) -> Stop {
    call.complain(why);
    call.io
        .err_line(format!("Try '{} --help' for more information.", call.name));
    Stop::Exit(1)
}

async fn count(
    call: &Call,
    [first, step, last]: [&str; 3],
    decimals: usize,
    separator: &str,
    wide: bool,
) -> Result<i32, Stop> {
    // Counting in units of the last decimal keeps 0.1 steps exact.
    let scale = 10f64.powi(decimals as i32);
    let unit = |text: &str| (text.parse::<f64>().unwrap_or(0.0) * scale).round() as i128;
    let (first, step) = (unit(first), unit(step));
    let last = (last.parse::<f64>().unwrap_or(0.0) * scale + if step > 0 { 1e-9 } else { -1e-9 })
        .clamp(-1e30, 1e30);
    let last = if step > 0 { last.floor() } else { last.ceil() } as i128;
    let show = |value: i128| match decimals {
        0 => value.to_string(),
        _ => format!("{:.decimals$}", value as f64 / scale),
    };
    let width = if wide {
        show(first).len().max(show(last).len())
    } else {
        0
    };
    let mut value = first;
    let mut any = false;
    while (step > 0 && value <= last) || (step < 0 && value >= last) {
        if any {
            call.io.out(separator);
        }
        let text = show(value);
        match text.strip_prefix('-') {
            _ if !wide => call.io.out(text),
            Some(digits) => call.io.out(format!("-{digits:0>0$}", width - 1)),
            None => call.io.out(format!("{text:0>width$}")),
        }
        any = true;
        value += step;
        call.io.spill().await?;
    }
    if any {
        call.io.out("\n");
    }
    Ok(0)
}

async fn yes(call: Call) -> Result<i32, Stop> {
    let words = if call.args.is_empty() {
        "y".to_owned()
    } else {
        call.args.join(" ")
    };
    let line = words + "\n";
    let block = line.repeat(1 + 8192 / line.len());
    loop {
        call.io.out(&block);
        call.io.flush().await?;
    }
}
