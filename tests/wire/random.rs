//! A seeded source of random field values, biased towards the ends of their ranges.

use bytes::Bytes;
use kafka_sandbox::protocol::{Message, Rope, TaggedFields, Uuid};

/// A value of a message or of a part of one that `version` can carry.
pub trait Arbitrary {
    fn arbitrary(r: &mut Random, version: i16) -> Self;
}

/// Splitmix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.u64() % n as u64) as usize
    }

    /// A number of which one in four is the smallest, -1, 0 or the greatest.
    pub fn i64(&mut self) -> i64 {
        match self.below(16) {
            0 => i64::MIN,
            1 => -1,
            2 => 0,
            3 => i64::MAX,
            4..8 => self.below(1000) as i64,
            _ => self.u64() as i64,
        }
    }

    pub fn bool(&mut self) -> bool {
        self.below(2) == 1
    }

    pub fn i8(&mut self) -> i8 {
        self.i64() as i8
    }

    pub fn i16(&mut self) -> i16 {
        self.i64() as i16
    }

    pub fn u16(&mut self) -> u16 {
        self.i64() as u16
    }

    pub fn i32(&mut self) -> i32 {
        self.i64() as i32
    }

    pub fn f64(&mut self) -> f64 {
        self.i64() as f64 / 8.0
    }

    pub fn uuid(&mut self) -> Uuid {
        if self.below(4) == 0 {
            return Uuid::ZERO;
        }
        Uuid::from_random(self.u64(), self.u64())
    }

    pub fn string(&mut self) -> String {
        let n = if self.below(20) == 0 {
            200
        } else {
            self.below(9)
        };
        (0..n)
            .map(|_| char::from_u32(self.below(0x400) as u32).unwrap_or('?'))
            .collect()
    }

    pub fn bytes(&mut self) -> Bytes {
        let n = if self.below(20) == 0 {
            5000
        } else {
            self.below(40)
        };
        (0..n).map(|_| self.u64() as u8).collect()
    }

    pub fn rope(&mut self) -> Rope {
        Rope((0..self.below(3)).map(|_| self.bytes()).collect())
    }

    pub fn array<T>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| element(self)).collect()
    }

    pub fn option<T>(
        &mut self,
        null_allowed: bool,
        value: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if null_allowed && self.below(4) == 0 {
            None
        } else {
            Some(value(self))
        }
    }

    /// Tagged fields with numbers that no schema uses.
    pub fn unknown_tags(&mut self) -> TaggedFields {
        let n = if self.below(4) == 0 {
            1 + self.below(2)
        } else {
            0
        };
        (0..n)
            .map(|i| (1000 + 1000 * i as u32, self.bytes()))
            .collect()
    }
}

/// A random message, and its bytes.
pub fn message<M: Message + Arbitrary>(r: &mut Random, version: i16) -> (M, Bytes) {
    let message = M::arbitrary(r, version);
    match message.to_bytes(version) {
        Ok(bytes) => (message, bytes),
        Err(why) => panic!(
            "{} v{version} cannot be written: {why}\n{message:?}",
            M::NAME
        ),
    }
}
