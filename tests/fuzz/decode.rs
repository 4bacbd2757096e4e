//! Every decoder of every version against damaged messages: no panic, no memory beyond the order of the
//! frame's own size, and what is accepted can be written and is then stable.

use crate::mutate::mutate;
use crate::random::{self, Arbitrary, Random};
use crate::{guarded, hex, run_for};
use bytes::Bytes;
use kafka_sandbox::protocol::generated as g;
use kafka_sandbox::protocol::{EncodeError, Message, Reader};

/// Valid messages to damage, for each message and version.
const SEEDS_PER_VERSION: u64 = 3;
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

macro_rules! collect_all {
    ($($message:ident),*) => {{
        let mut targets = Vec::new();
        $(collect::<g::$message>(&mut targets);)*
        targets
    }};
}

#[test]
fn damaged_messages_are_refused_or_read_and_nothing_worse() {
    let targets = kafka_sandbox::with_every_message!(collect_all);
    let (mut frames, mut accepted) = (0u64, 0u64);
    let mut bytes = Vec::new();
    run_for(1, |r| {
        let target = &targets[r.below(targets.len())];
        bytes.clear();
        bytes.extend_from_slice(&target.valid);
        mutate(r, &mut bytes);
        let input = Bytes::copy_from_slice(&bytes);
        let name = format_args!("{} v{}", target.name, target.version);
        let outcome = guarded(&name, &bytes, || (target.decode)(&input, target.version));
        match outcome {
            Ok(ok) => accepted += u64::from(ok),
            Err(why) => panic!("{name}: {why}: {}", hex(&bytes)),
        }
        frames += 1;
    });
    assert!(
        accepted > 0 && accepted < frames,
        "the damage is neither fatal nor harmless"
    );
}
