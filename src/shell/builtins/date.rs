//! `date`, always in UTC.

use super::super::io::Stop;
use super::super::time::{Civil, civil, days_of};
use super::super::tool::{Builtin, Call};
use super::getopt::Syntax;

pub(super) const TOOLS: &[Builtin] = &[Builtin {
    name: "date",
    summary: "print the time",
    run: |call| Box::pin(date(call)),
}];

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

async fn date(call: Call) -> Result<i32, Stop> {
    let long = [
        ("utc", 'u'),
        ("date", 'd'),
        ("iso-8601", 'I'),
        ("universal", 'u'),
    ];
    let parsed = Syntax {
        short: "ud:IR",
        long: &long,
        status: 1,
    }
    .parse(&call)?;
    let now = call.session.env().runtime.wall_ms();
    let wall_ms = match parsed.value('d') {
        None => now,
        Some(text) => match moment(text, now) {
            Some(wall_ms) => wall_ms,
            None => return Err(call.fail(1, format!("invalid date \u{2018}{text}\u{2019}"))),
        },
    };
    let format = match parsed.operands.first() {
        Some(word) => match word.strip_prefix('+') {
            Some(format) => format,
            None => return Err(call.fail(1, format!("invalid date \u{2018}{word}\u{2019}"))),
        },
        None if parsed.has('I') => "%F",
        None if parsed.has('R') => "%a, %d %b %Y %T %z",
        None => "%a %b %e %T %Z %Y",
    };
    call.io.out_line(show(format, wall_ms));
    Ok(0)
}

/// `@seconds`, `now`, `YYYY-MM-DD`, with a time behind a space or `T`.
fn moment(text: &str, now: i64) -> Option<i64> {
    let text = text.trim().trim_end_matches('Z').trim_end_matches(" UTC");
    if text.is_empty() || text == "now" {
        return Some(now);
    }
    if let Some(seconds) = text.strip_prefix('@') {
        let seconds: f64 = seconds.parse().ok()?;
        return (seconds.abs() < 1e12).then_some((seconds * 1000.0) as i64);
    }
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "0:0:0"));
    let mut parts = day.splitn(3, '-').map(str::parse::<u32>);
    let (year, month, day) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year > 9999 {
        return None;
    }
    let mut parts = time.trim().splitn(3, ':').map(str::parse::<f64>);
    let hour = parts.next()?.ok()?;
    let minute = parts.next().unwrap_or(Ok(0.0)).ok()?;
    let second = parts.next().unwrap_or(Ok(0.0)).ok()?;
    let ms = ((hour * 60.0 + minute) * 60.0 + second) * 1000.0;
    let valid = (0.0..24.0).contains(&hour) && (0.0..60.0).contains(&minute);
    valid.then(|| days_of(i64::from(year), month, day) * 86_400_000 + ms as i64)
}

fn show(format: &str, wall_ms: i64) -> String {
    let c = civil(wall_ms);
    let mut text = String::new();
    let mut chars = format.chars();
    while let Some(next) = chars.next() {
        if next != '%' {
            text.push(next);
            continue;
        }
        let mut letter = chars.next();
        let unpadded = letter == Some('-');
        if unpadded {
            letter = chars.next();
        }
        let mut digits = String::new();
        while let Some(d) = letter.filter(char::is_ascii_digit) {
            digits.push(d);
            letter = chars.next();
        }
        let Some(letter) = letter else {
            text.push('%');
            break;
        };
        let shown =
            field(letter, &c, wall_ms, &digits).unwrap_or_else(|| format!("%{digits}{letter}"));
        if unpadded {
            let trimmed = shown.trim_start_matches(['0', ' ']);
            text.push_str(if trimmed.is_empty() { "0" } else { trimmed });
        } else {
            text.push_str(&shown);
        }
    }
    text
}

fn field(letter: char, c: &Civil, wall_ms: i64, digits: &str) -> Option<String> {
    let hour12 = match c.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let (day, month) = (DAYS[c.weekday as usize], MONTHS[c.month as usize - 1]);
    Some(match letter {
        '%' => "%".to_owned(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'Y' => c.year.to_string(),
        'y' => format!("{:02}", c.year.rem_euclid(100)),
        'm' => format!("{:02}", c.month),
        'd' => format!("{:02}", c.day),
        'e' => format!("{:2}", c.day),
        'H' => format!("{:02}", c.hour),
        'I' => format!("{hour12:02}"),
        'M' => format!("{:02}", c.minute),
        'S' => format!("{:02}", c.second),
        'N' => {
            let nanos = format!("{:03}000000", c.milli);
            nanos[..digits.parse().unwrap_or(9).clamp(1, 9)].to_owned()
        }
        's' => wall_ms.div_euclid(1000).to_string(),
        'j' => format!("{:03}", c.year_day),
        'p' => if c.hour < 12 { "AM" } else { "PM" }.to_owned(),
        'u' => if c.weekday == 0 { 7 } else { c.weekday }.to_string(),
        'w' => c.weekday.to_string(),
        'a' => day[..3].to_owned(),
        'A' => day.to_owned(),
        'b' | 'h' => month[..3].to_owned(),
        'B' => month.to_owned(),
        'Z' => "UTC".to_owned(),
        'z' => "+0000".to_owned(),
        'F' => show("%Y-%m-%d", wall_ms),
        'T' | 'X' => show("%H:%M:%S", wall_ms),
        'R' => show("%H:%M", wall_ms),
        'D' | 'x' => show("%m/%d/%y", wall_ms),
        'c' => show("%a %b %e %T %Y", wall_ms),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_gnu_date() {
        let at = moment("2024-02-09T03:04:05.678", 0).unwrap();
        assert_eq!(
            show("%Y-%m-%dT%H:%M:%S.%3NZ", at),
            "2024-02-09T03:04:05.678Z"
        );
        assert_eq!(
            show("%a %b %e %T %Z %Y", at),
            "Fri Feb  9 03:04:05 UTC 2024"
        );
        assert_eq!(show("%s %j %-d %I%p %q", at), "1707447845 040 9 03AM %q");
        assert_eq!(moment("@12", 0), Some(12_000));
        assert_eq!(moment("2024-13-01", 0), None);
    }
}
