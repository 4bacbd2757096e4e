//! Zigzag variable length integers of the record format. Bounded: never reads past the slice.
//!
//! Every record of every produced batch goes through here, and the page's build favours size: what is
//! small is inlined by hand.

/// Reads from the front of a slice that shrinks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub rest: &'a [u8],
}

impl<'a> Reader<'a> {
    #[inline(always)]
    pub fn u8(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    #[inline(always)]
    pub fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(head)
    }

    /// Any negative length is null, as in Kafka.
    #[inline(always)]
    pub fn nullable_bytes(&mut self) -> Option<Option<&'a [u8]>> {
        let len = self.varint()?;
        if len < 0 {
            Some(None)
        } else {
            self.bytes(len as usize).map(Some)
        }
    }

    #[inline(always)]
    pub fn varint(&mut self) -> Option<i32> {
        match *self.rest {
            [first, ref rest @ ..] if first < 0x80 => {
                self.rest = rest;
                Some(zigzag32(u32::from(first)))
            }
            [first, second, ref rest @ ..] if second < 0x80 => {
                self.rest = rest;
                Some(zigzag32(u32::from(first & 0x7f) | u32::from(second) << 7))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Option<i32> {
        let mut value = 0u32;
        for (i, &byte) in self.rest.iter().take(5).enumerate() {
            value |= u32::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                self.rest = &self.rest[i + 1..];
                return Some(zigzag32(value));
            }
        }
        None
    }

    #[inline(always)]
    pub fn varlong(&mut self) -> Option<i64> {
        match *self.rest {
            [first, ref rest @ ..] if first < 0x80 => {
                self.rest = rest;
                Some(i64::from(zigzag32(u32::from(first))))
            }
            _ => self.long_varlong(),
        }
    }

    fn long_varlong(&mut self) -> Option<i64> {
        let mut value = 0u64;
        for (i, &byte) in self.rest.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                self.rest = &self.rest[i + 1..];
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }
}

#[inline(always)]
fn zigzag32(value: u32) -> i32 {
    (value >> 1) as i32 ^ -((value & 1) as i32)
}

/// Appends `value` as a varint; the same bytes serve 32 and 64 bit readers.
pub(super) fn put(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// How many bytes [`put`] writes.
pub(super) fn size(value: i64) -> usize {
    let zigzag = ((value << 1) ^ (value >> 63)) as u64;
    (64 - (zigzag | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_has_the_stated_size() {
        for value in [
            0,
            1,
            -1,
            63,
            64,
            -64,
            -65,
            8191,
            8192,
            i64::from(i32::MAX),
            i64::MIN,
            i64::MAX,
        ] {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(out.len(), size(value), "{value}");
            assert_eq!(Reader { rest: &out }.varlong(), Some(value));
            if let Ok(small) = i32::try_from(value) {
                let mut reader = Reader { rest: &out };
                assert_eq!(reader.varint(), Some(small));
                assert!(reader.rest.is_empty());
            }
        }
    }

    #[test]
    fn stops_at_the_end_and_at_overlong_forms() {
        assert_eq!(Reader { rest: &[] }.varint(), None);
        assert_eq!(
            Reader {
                rest: &[0x80, 0x80]
            }
            .varint(),
            None
        );
        assert_eq!(Reader { rest: &[0xff; 6] }.varint(), None);
        assert_eq!(Reader { rest: &[0xff; 11] }.varlong(), None);
    }
}
