//! Backslash escapes of `echo -e`, `printf`, `tr` and `$'…'`.

/// What a text with escapes stands for.
pub struct Unescaped {
    pub bytes: Vec<u8>,
    /// `\c` was seen: nothing more is printed.
    pub stop: bool,
}

/// Replaces escapes. Octal is `\0nnn` as in `echo -e`, or `\nnn` with `short_octal`, as in `printf`
/// formats. Unknown escapes stay as they are.
pub fn unescape(text: &str, short_octal: bool) -> Unescaped {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'\\' || tail.is_empty() {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let (letter, tail) = (tail[0], &tail[1..]);
        if letter == b'c' {
            return Unescaped { bytes, stop: true };
        }
        rest = one(letter, tail, short_octal, &mut bytes);
    }
    Unescaped { bytes, stop: false }
}

/// Adds what one escape stands for; gives what is left behind it.
fn one<'a>(letter: u8, tail: &'a [u8], short_octal: bool, bytes: &mut Vec<u8>) -> &'a [u8] {
    let simple = match letter {
        b'a' => 7,
        b'b' => 8,
        b'e' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'\'' | b'"' if short_octal => letter,
        b'0' if !short_octal => return number(tail, 8, 3, b'0', bytes),
        b'0'..=b'7' if short_octal => {
            let (value, used) = digits(tail, 8, 2);
            bytes.push((u32::from(letter - b'0') * 8u32.pow(used as u32) + value) as u8);
            return &tail[used..];
        }
        b'x' => return number(tail, 16, 2, b'x', bytes),
        b'u' | b'U' => {
            let (value, used) = digits(tail, 16, if letter == b'u' { 4 } else { 8 });
            match char::from_u32(value).filter(|_| used > 0) {
                Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => bytes.extend_from_slice(&[b'\\', letter]),
            }
            return &tail[used..];
        }
        other => {
            bytes.extend_from_slice(&[b'\\', other]);
            return tail;
        }
    };
    bytes.push(simple);
    tail
}

fn number<'a>(
    tail: &'a [u8],
    radix: u32,
    most: usize,
    letter: u8,
    bytes: &mut Vec<u8>,
) -> &'a [u8] {
    let (value, used) = digits(tail, radix, most);
    match (used, letter) {
        (0, b'x') => bytes.extend_from_slice(b"\\x"),
        _ => bytes.push(value as u8),
    }
    &tail[used..]
}

fn digits(text: &[u8], radix: u32, most: usize) -> (u32, usize) {
    let mut value = 0u32;
    let mut used = 0;
    while used < most.min(text.len()) {
        let Some(digit) = char::from(text[used]).to_digit(radix) else {
            break;
        };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        used += 1;
    }
    (value, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_both_families() {
        assert_eq!(unescape(r"a\tb\n\\", false).bytes, b"a\tb\n\\");
        assert_eq!(unescape(r"\0101\x41\q", false).bytes, b"AA\\q");
        assert_eq!(unescape(r"\101\u00e9", true).bytes, "A\u{e9}".as_bytes());
        assert!(unescape(r"a\cb", false).stop);
        assert_eq!(unescape("a\\", false).bytes, b"a\\");
    }
}
