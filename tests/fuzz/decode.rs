//! Every decoder of every version against damaged messages: no panic, no memory beyond the order of the
//! frame's own size, and what is accepted can be written and is then stable.

use crate::memory::peak_of;
use crate::mutate::mutate;
use crate::random::{self, Arbitrary, Random};
use bytes::Bytes;
use kafka_sandbox::protocol::frame::RequestFrame;
use kafka_sandbox::protocol::generated as g;
use kafka_sandbox::protocol::records::{GroupRecordKey, MetadataFrame};
use kafka_sandbox::protocol::{EncodeError, Message, Reader};
use std::time::{Duration, Instant};

/// Valid messages to damage, for each message and version.
const SEEDS_PER_VERSION: u64 = 3;
/// A message may take this much memory for each byte of its frame: an empty string is one byte there and
/// three words here, and a growing vector may hold twice what it needs.
const MEMORY_PER_BYTE: usize = 160;
/// Room reserved for the first elements of nested arrays.
const MEMORY_BASE: usize = 128 * 1024;

struct Target {
    name: &'static str,
    version: i16,
    valid: Bytes,
    decode: fn(&Bytes, i16) -> Result<bool, String>,
}

/// Decodes; then what was accepted must survive being written and read. Returns whether it was accepted.
fn attempt<M: Message>(bytes: &Bytes, version: i16) -> Result<bool, String> {
    let Ok(message) = M::decode(&mut Reader::new(bytes.clone()), version) else {
        return Ok(false);
    };
    let first = match message.to_bytes(version) {
        Ok(first) => first,
        // A sender may repeat a tagged field; we would not.
        Err(EncodeError::DuplicateTag(_)) => return Ok(true),
        Err(why) => return Err(format!("accepted, but cannot be written: {why}")),
    };
    let again =
        M::from_bytes(first.clone(), version).map_err(|e| format!("not read again: {e}"))?;
    match again.to_bytes(version) {
        Ok(second) if second == first => Ok(true),
        other => Err(format!("written differently the second time: {other:?}")),
    }
}

fn collect<M: Message + Arbitrary>(targets: &mut Vec<Target>) {
    for version in M::MIN_VERSION..=M::MAX_VERSION {
        for seed in 0..SEEDS_PER_VERSION {
            // Small seeds keep the rate high; big blobs are opaque to the decoder anyway.
            let mut r = Random::new(seed);
            let valid = (0..20)
                .map(|_| random::message::<M>(&mut r, version).1)
                .min_by_key(|bytes| bytes.len().abs_diff(60))
                .expect("there are twenty");
            targets.push(Target {
                name: M::NAME,
                version,
                valid,
                decode: attempt::<M>,
            });
        }
    }
}

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

macro_rules! collect_all {
    ($($message:ident),*) => {{
        let mut targets = Vec::new();
        $(collect::<g::$message>(&mut targets);)*
        targets
    }};
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fuzz_one(target: &Target, bytes: &Bytes) -> bool {
    let run = || peak_of(|| (target.decode)(bytes, target.version));
    let (outcome, peak) = match std::panic::catch_unwind(run) {
        Ok(done) => done,
        Err(_) => panic!(
            "{} v{} panicked on {}",
            target.name,
            target.version,
            hex(bytes)
        ),
    };
    let limit = MEMORY_BASE + MEMORY_PER_BYTE * bytes.len();
    let context = || format!("{} v{} on {}", target.name, target.version, hex(bytes));
    assert!(
        peak <= limit,
        "{peak} bytes held, {limit} allowed: {}",
        context()
    );
    match outcome {
        Ok(accepted) => accepted,
        Err(why) => panic!("{why}: {}", context()),
    }
}

#[test]
fn damaged_messages_are_refused_or_read_and_nothing_worse() {
    let targets = kafka_sandbox::with_every_message!(collect_all);
    let seed = from_env("FUZZ_SEED", 1);
    let end = Instant::now() + Duration::from_secs(from_env("FUZZ_SECONDS", 2));
    let mut r = Random::new(seed);
    let (mut frames, mut accepted) = (0u64, 0u64);
    let mut bytes = Vec::new();
    while Instant::now() < end {
        for _ in 0..1000 {
            let target = &targets[r.below(targets.len())];
            bytes.clear();
            bytes.extend_from_slice(&target.valid);
            mutate(&mut r, &mut bytes);
            accepted += u64::from(fuzz_one(target, &Bytes::copy_from_slice(&bytes)));
            frames += 1;
        }
    }
    println!(
        "{frames} frames, {accepted} accepted, seed {seed}, {} targets",
        targets.len()
    );
    assert!(
        accepted > 0 && accepted < frames,
        "the damage is neither fatal nor harmless"
    );
}

#[test]
fn damaged_headers_and_log_records_are_refused_or_read_and_nothing_worse() {
    let seeds: [&[u8]; 5] = [
        &[0, 3, 0, 12, 0, 0, 0, 1, 0, 2, b'm', b'e', 0, 1, 1, 0, 0],
        &[0, 18, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 1, 0, 1, 9],
        &[
            1, 2, 0, 2, b't', 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0,
        ],
        &[0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3],
        &[0, 2, 0, 1, b'g'],
    ];
    let seed = from_env("FUZZ_SEED", 1);
    let end = Instant::now() + Duration::from_secs(from_env("FUZZ_SECONDS", 2).div_ceil(10));
    let mut r = Random::new(seed);
    let mut parsed = 0u64;
    while Instant::now() < end {
        for _ in 0..1000 {
            let mut bytes = seeds[r.below(seeds.len())].to_vec();
            mutate(&mut r, &mut bytes);
            let bytes = Bytes::from(bytes);
            parsed += u64::from(RequestFrame::parse(bytes.clone()).is_ok());
            parsed += u64::from(MetadataFrame::parse(bytes.clone()).is_ok());
            parsed += u64::from(GroupRecordKey::parse(bytes).is_ok());
        }
    }
    assert!(parsed > 0, "some damage is harmless");
}
