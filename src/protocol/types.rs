//! Values that Kafka's messages are made of and Rust has no type for.

use bytes::{Bytes, BytesMut};
use std::fmt;

/// Tagged fields (KIP-482) that a message carries and its schema does not know: number and raw value.
pub type TaggedFields = Vec<(u32, Bytes)>;

/// A Kafka UUID. Shown and parsed as Kafka does: 22 characters of URL-safe base64 without padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Uuid {
    /// No id: `AAAAAAAAAAAAAAAAAAAAAA`.
    pub const ZERO: Uuid = Uuid([0; 16]);
    /// Reserved: the topic id of the metadata log.
    pub const ONE: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// A random (version 4) UUID from 128 random bits.
    pub fn from_random(high: u64, low: u64) -> Uuid {
        let mut bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Uuid(bytes)
    }

    /// Reads what `Display` writes. `None` for anything but 16 bytes in base64; padding is accepted.
    pub fn parse(text: &str) -> Option<Uuid> {
        let digits = text.trim_end_matches('=').as_bytes();
        if digits.len() != 22 {
            return None;
        }
        let mut value = 0u128;
        for (i, digit) in digits.iter().enumerate() {
            let bits = ALPHABET.iter().position(|c| c == digit)? as u128;
            // 22 digits are 132 bits; the last four bits of the last digit do not count.
            value = if i < 21 {
                value << 6 | bits
            } else {
                value << 2 | bits >> 4
            };
        }
        Some(Uuid(value.to_be_bytes()))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_be_bytes(self.0);
        let mut text = [0u8; 22];
        for (i, out) in text.iter_mut().enumerate() {
            let bits = if i < 21 {
                value >> (122 - 6 * i)
            } else {
                value << 4
            };
            *out = ALPHABET[(bits & 63) as usize];
        }
        f.write_str(std::str::from_utf8(&text).expect("base64 is ASCII"))
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One blob in several pieces: what a fetch returns without joining the batches it is made of.
#[derive(Debug, Clone, Default)]
pub struct Rope(pub Vec<Bytes>);

impl Rope {
    /// Bytes in all pieces.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Bytes::is_empty)
    }

    /// The blob in one piece; copies only if there are several.
    pub fn to_bytes(&self) -> Bytes {
        match self.0.as_slice() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => {
                let mut flat = BytesMut::with_capacity(self.len());
                for piece in many {
                    flat.extend_from_slice(piece);
                }
                flat.freeze()
            }
        }
    }
}

impl From<Bytes> for Rope {
    fn from(bytes: Bytes) -> Self {
        Rope(if bytes.is_empty() {
            Vec::new()
        } else {
            vec![bytes]
        })
    }
}

/// Ropes are equal if their bytes are, however they are cut into pieces.
impl PartialEq for Rope {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.0.iter().flatten().eq(other.0.iter().flatten())
    }
}

impl Eq for Rope {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_shown_as_kafka_shows_it() {
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Uuid::ONE.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        assert_eq!(Uuid([0xff; 16]).to_string(), "_____________________w");
        let id = Uuid::from_random(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210);
        assert_eq!(id.to_string(), "ASNFZ4mrTe--3LqYdlQyEA");
        assert_eq!(Uuid::parse("ASNFZ4mrTe--3LqYdlQyEA"), Some(id));
        assert_eq!(Uuid::parse("ASNFZ4mrTe--3LqYdlQyEA=="), Some(id));
    }

    #[test]
    fn what_is_not_a_uuid_is_refused() {
        for text in [
            "",
            "AAAA",
            "AAAAAAAAAAAAAAAAAAAAA!",
            "AAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(Uuid::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ropes_compare_by_content() {
        let pieces = Rope(vec![
            Bytes::from_static(b"ab"),
            Bytes::new(),
            Bytes::from_static(b"c"),
        ]);
        assert_eq!(pieces, Rope::from(Bytes::from_static(b"abc")));
        assert_eq!(&pieces.to_bytes()[..], b"abc");
        assert_ne!(pieces, Rope::from(Bytes::from_static(b"abd")));
        assert!(Rope(vec![Bytes::new()]).is_empty());
    }
}
