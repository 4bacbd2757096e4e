//! The codecs against payloads that Apache Kafka 4.3.1's Java client wrote, against themselves, and against
//! bytes that nobody should have written.

use kafka_sandbox_codecs::{CodecError, compress, decompress};
use proptest::prelude::*;

const GZIP: u8 = 1;
const SNAPPY: u8 = 2;
const LZ4: u8 = 3;
const ZSTD: u8 = 4;
const ALL: [u8; 4] = [GZIP, SNAPPY, LZ4, ZSTD];

/// What the files in `data/` hold, compressed with the Java client's default levels.
fn text() -> Vec<u8> {
    let line = |i| format!("line {i} of a text that repeats itself\n");
    (0..3000).map(line).collect::<String>().into_bytes()
}

fn by_java(codec: u8) -> &'static [u8] {
    match codec {
        GZIP => include_bytes!("data/gzip.java.bin"),
        SNAPPY => include_bytes!("data/snappy.java.bin"),
        LZ4 => include_bytes!("data/lz4.java.bin"),
        _ => include_bytes!("data/zstd.java.bin"),
    }
}

#[test]
fn what_java_wrote_is_read() {
    for codec in ALL {
        assert_eq!(
            decompress(codec, by_java(codec), 1 << 20),
            Ok(text()),
            "codec {codec}"
        );
    }
}

#[test]
fn frames_are_of_the_kind_that_java_reads() {
    let snappy = compress(SNAPPY, &text()).expect("compressed");
    assert_eq!(snappy[..16], by_java(SNAPPY)[..16], "the xerial header");
    let lz4 = compress(LZ4, &text()).expect("compressed");
    assert_eq!(
        lz4[..6],
        by_java(LZ4)[..6],
        "magic, independent blocks of 64 KB, no content checksum"
    );
    assert_eq!(compress(GZIP, b"x").expect("compressed")[..2], [0x1f, 0x8b]);
    assert_eq!(
        compress(ZSTD, b"x").expect("compressed")[..4],
        [0x28, 0xb5, 0x2f, 0xfd]
    );
}

#[test]
fn raw_snappy_is_read_too() {
    let raw = snap::raw::Encoder::new()
        .compress_vec(&text())
        .expect("compressed");
    assert_eq!(decompress(SNAPPY, &raw, 1 << 20), Ok(text()));
}

/// As python-lz4 and cramjam write them unless they are told otherwise; Java's reader refuses them.
#[test]
fn lz4_blocks_that_depend_on_each_other_are_refused() {
    let mut frame = compress(LZ4, &text()).expect("compressed");
    frame[4] &= !0x20;
    let refused = decompress(LZ4, &frame, 1 << 20).expect_err("refused");
    assert_eq!(
        refused.to_string(),
        "invalid lz4 data: its blocks depend on each other"
    );
}

#[test]
fn several_frames_are_one_payload() {
    for codec in [GZIP, SNAPPY, ZSTD] {
        let mut two = compress(codec, b"one ").expect("compressed");
        two.extend(compress(codec, b"two").expect("compressed"));
        assert_eq!(
            decompress(codec, &two, 100),
            Ok(b"one two".to_vec()),
            "codec {codec}"
        );
    }
}

#[test]
fn nothing_is_something_too() {
    for codec in ALL {
        let empty = compress(codec, b"").expect("compressed");
        assert_eq!(
            decompress(codec, &empty, 0),
            Ok(Vec::new()),
            "codec {codec}"
        );
    }
}

#[test]
fn the_limit_holds() {
    let bomb = vec![0; 10 << 20];
    for codec in ALL {
        let packed = compress(codec, &bomb).expect("compressed");
        let limit_bytes = 1 << 20;
        let refused = decompress(codec, &packed, limit_bytes);
        assert_eq!(
            refused,
            Err(CodecError::TooLarge { limit_bytes }),
            "codec {codec}"
        );
        assert_eq!(
            decompress(codec, &packed, bomb.len()).as_deref(),
            Ok(&bomb[..])
        );
    }
}

#[test]
fn a_zstd_window_beyond_the_limit_costs_nothing() {
    // A frame that declares a window of 3.75 TB around three raw bytes.
    let frame = [
        0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x19, 0x00, 0x00, b'a', b'b', b'c',
    ];
    assert_eq!(decompress(ZSTD, &frame, 1000), Ok(b"abc".to_vec()));
}

#[test]
fn a_snappy_block_cannot_declare_more_than_it_holds() {
    // 2^31 - 1 bytes out of six.
    let block = [0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
    let refused = decompress(SNAPPY, &block, usize::MAX);
    assert!(
        matches!(
            refused,
            Err(CodecError::Corrupt {
                codec: "snappy",
                ..
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn what_is_cut_off_is_refused() {
    for codec in ALL {
        let whole = by_java(codec);
        for at in [1, 7, 20, whole.len() / 2, whole.len() - 10] {
            let cut = decompress(codec, &whole[..at], 1 << 20);
            assert_ne!(cut, Ok(text()), "codec {codec} cut at {at}");
        }
    }
}

#[test]
fn there_are_four_codecs() {
    assert_eq!(compress(5, b""), Err(CodecError::UnknownCodec(5)));
    let error = decompress(0, b"", 1).expect_err("0 is no compression");
    assert_eq!(error.to_string(), "Unknown compression type id: 0");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn there_and_back(data in prop::collection::vec(any::<u8>(), 0..40_000), repeat in 1usize..4) {
        let data = data.repeat(repeat);
        for codec in ALL {
            let packed = compress(codec, &data).expect("compressed");
            let unpacked = decompress(codec, &packed, data.len());
            prop_assert!(unpacked.as_deref() == Ok(&data[..]), "codec {}", codec);
        }
    }

    /// Damaged payloads are refused or give something within the limit; they never panic.
    #[test]
    fn damage_is_harmless(codec in 1u8..5, hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = by_java(codec).to_vec();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(out) = decompress(codec, &bytes, 200_000) {
            prop_assert!(out.len() <= 200_000);
        }
    }

    #[test]
    fn noise_is_harmless(codec in 1u8..5, mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decompress(codec, &bytes, 10_000);
        let magic = by_java(codec);
        let n = bytes.len().min(16);
        bytes[..n].copy_from_slice(&magic[..n]);
        let _ = decompress(codec, &bytes, 10_000);
    }
}
