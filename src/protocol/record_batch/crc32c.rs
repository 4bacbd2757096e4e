//! CRC-32C (Castagnoli), the checksum of record batches and of stored chunks.
//!
//! Natively the crate `crc32c` uses the processor's instruction. WebAssembly has none: there three
//! interleaved slice-by-8 streams hide the latency of the table look-ups, about twice as fast as the
//! crates that were measured. The tables are built at first use because they do not compress.

/// The CRC-32C of `bytes`.
pub fn crc32c(bytes: &[u8]) -> u32 {
    crc32c_append(0, bytes)
}

/// The CRC-32C of what had `crc`, followed by `bytes`.
pub fn crc32c_append(crc: u32, bytes: &[u8]) -> u32 {
    #[cfg(not(target_arch = "wasm32"))]
    {
        crc32c::crc32c_append(crc, bytes)
    }
    #[cfg(target_arch = "wasm32")]
    {
        software::append(crc, bytes)
    }
}

#[cfg(any(target_arch = "wasm32", test))]
mod software {
    use std::sync::OnceLock;

    const POLYNOMIAL: u32 = 0x82f6_3b78;
    /// Bytes per stream; the shorter serves batches of a few records.
    const LONG: usize = 2048;
    const SHORT: usize = 256;

    type Shift = [[u32; 256]; 4];
    type Matrix = [u32; 32];

    struct Tables {
        slices: [[u32; 256]; 8],
        /// Appending as many zero bytes as one stream, and as two streams, is long.
        long: [Shift; 2],
        short: [Shift; 2],
    }

    static TABLES: OnceLock<Box<Tables>> = OnceLock::new();

    fn tables() -> &'static Tables {
        TABLES.get_or_init(|| {
            let mut slices = [[0u32; 256]; 8];
            for (i, entry) in slices[0].iter_mut().enumerate() {
                *entry = (0..8).fold(i as u32, |crc, _| shift_bit(crc));
            }
            for k in 1..8 {
                for i in 0..256 {
                    let before = slices[k - 1][i];
                    slices[k][i] = (before >> 8) ^ slices[0][(before & 255) as usize];
                }
            }
            Box::new(Tables {
                slices,
                long: [zeros(LONG), zeros(2 * LONG)],
                short: [zeros(SHORT), zeros(2 * SHORT)],
            })
        })
    }

    fn shift_bit(crc: u32) -> u32 {
        if crc & 1 == 0 {
            crc >> 1
        } else {
            (crc >> 1) ^ POLYNOMIAL
        }
    }

    fn apply(matrix: &Matrix, mut vector: u32) -> u32 {
        let mut out = 0;
        for row in matrix {
            if vector & 1 != 0 {
                out ^= row;
            }
            vector >>= 1;
        }
        out
    }

    /// The effect of `len` zero bytes on a checksum, by squaring the matrix of one.
    fn zeros(mut len: usize) -> Shift {
        let mut square: Matrix =
            std::array::from_fn(|i| (0..8).fold(1u32 << i, |crc, _| shift_bit(crc)));
        let mut all: Matrix = std::array::from_fn(|i| 1 << i);
        while len != 0 {
            if len & 1 != 0 {
                all = std::array::from_fn(|i| apply(&square, all[i]));
            }
            square = std::array::from_fn(|i| apply(&square, square[i]));
            len >>= 1;
        }
        std::array::from_fn(|byte| {
            std::array::from_fn(|value| apply(&all, (value as u32) << (8 * byte)))
        })
    }

    #[inline(always)]
    fn shift(table: &Shift, crc: u32) -> u32 {
        table[0][(crc & 255) as usize]
            ^ table[1][(crc >> 8 & 255) as usize]
            ^ table[2][(crc >> 16 & 255) as usize]
            ^ table[3][(crc >> 24) as usize]
    }

    #[inline(always)]
    fn step(t: &[[u32; 256]; 8], crc: u32, bytes: &[u8; 8]) -> u32 {
        let low = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) ^ crc;
        let high = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        t[7][(low & 255) as usize]
            ^ t[6][(low >> 8 & 255) as usize]
            ^ t[5][(low >> 16 & 255) as usize]
            ^ t[4][(low >> 24) as usize]
            ^ t[3][(high & 255) as usize]
            ^ t[2][(high >> 8 & 255) as usize]
            ^ t[1][(high >> 16 & 255) as usize]
            ^ t[0][(high >> 24) as usize]
    }

    /// Whole blocks of three streams of `LEN` bytes; returns the checksum and what is left.
    #[inline(always)]
    fn blocks<'a, const LEN: usize>(
        t: &Tables,
        shifts: &[Shift; 2],
        mut crc: u32,
        mut bytes: &'a [u8],
    ) -> (u32, &'a [u8]) {
        while let Some((block, rest)) = bytes.split_at_checked(3 * LEN) {
            let (first, others) = block.split_at(LEN);
            let (second, third) = others.split_at(LEN);
            let streams = first
                .as_chunks::<8>()
                .0
                .iter()
                .zip(second.as_chunks::<8>().0)
                .zip(third.as_chunks::<8>().0);
            let (mut a, mut b, mut c) = (crc, 0, 0);
            for ((x, y), z) in streams {
                a = step(&t.slices, a, x);
                b = step(&t.slices, b, y);
                c = step(&t.slices, c, z);
            }
            crc = shift(&shifts[1], a) ^ shift(&shifts[0], b) ^ c;
            bytes = rest;
        }
        (crc, bytes)
    }

    pub fn append(crc: u32, bytes: &[u8]) -> u32 {
        let t = tables();
        let (crc, rest) = blocks::<LONG>(t, &t.long, !crc, bytes);
        let (mut crc, rest) = blocks::<SHORT>(t, &t.short, crc, rest);
        let (eights, rest) = rest.as_chunks::<8>();
        for eight in eights {
            crc = step(&t.slices, crc, eight);
        }
        for &byte in rest {
            crc = (crc >> 8) ^ t.slices[0][((crc ^ u32::from(byte)) & 255) as usize];
        }
        !crc
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rng;

    #[test]
    fn the_check_value_of_the_standard() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(software::append(0, b"123456789"), 0xe306_9283);
    }

    #[test]
    fn streams_agree_with_the_processor_at_every_length_and_cut() {
        let mut rng = Rng::new(7);
        let bytes: Vec<u8> = (0..20_000).map(|_| rng.next_u64() as u8).collect();
        for len in (0..900).chain([6143, 6144, 6145, 12_288, 13_056, 20_000]) {
            let part = &bytes[..len];
            let whole = crc32c(part);
            assert_eq!(software::append(0, part), whole, "{len}");
            let (head, tail) = part.split_at(rng.below(len as u64 + 1) as usize);
            assert_eq!(
                software::append(software::append(0, head), tail),
                whole,
                "{len}"
            );
        }
    }
}
