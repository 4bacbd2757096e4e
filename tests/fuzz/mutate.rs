//! Small damage to a valid message, of the kinds that decoders trip over.

use crate::random::Random;

/// Values that lengths and counts like to have when they lie.
const EVIL: &[&[u8]] = &[
    &[0],
    &[1],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff],
    &[0x7f, 0xff],
    &[0x80, 0],
    &[0xff, 0xff, 0xff, 0xff],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x80, 0, 0, 0],
    &[0, 0x10, 0, 0],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0x7f],
    &[0x80, 0x80, 0x80, 0x80, 0x08],
];

/// Damages `bytes` in one to four places.
pub fn mutate(r: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..1 + r.below(4) {
        if bytes.is_empty() {
            bytes.push(r.u64() as u8);
        }
        let at = r.below(bytes.len());
        match r.below(7) {
            0 => bytes[at] ^= 1 << r.below(8),
            1 => bytes[at] = r.u64() as u8,
            2 => bytes.truncate(at),
            3 => overwrite(bytes, at, EVIL[r.below(EVIL.len())]),
            4 => {
                let evil = EVIL[r.below(EVIL.len())];
                bytes.splice(at..at, evil.iter().copied());
            }
            5 => {
                let end = (at + 1 + r.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let end = (at + 1 + r.below(16)).min(bytes.len());
                bytes.extend_from_within(at..end);
            }
        }
    }
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    for (place, value) in bytes[at..].iter_mut().zip(with) {
        *place = *value;
    }
}
