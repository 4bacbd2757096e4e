//! Whatever a version can carry comes back as it was.

use crate::random::{self, Arbitrary, Random};
use bytes::Bytes;
use kafka_sandbox::protocol::generated as g;
use kafka_sandbox::protocol::{Message, Reader};

/// Random values per message and version.
const ROUNDS: u64 = 40;

fn check<M: Message + Arbitrary>() {
    for version in M::MIN_VERSION..=M::MAX_VERSION {
        for seed in 0..ROUNDS {
            let (sent, bytes) = random::message::<M>(&mut Random::new(seed), version);
            match M::from_bytes(bytes.clone(), version) {
                Ok(read) => assert_eq!(read, sent, "{} v{version}, seed {seed}", M::NAME),
                Err(why) => panic!("{} v{version}, seed {seed}: {why}\n{sent:?}", M::NAME),
            }
            every_cut_is_an_error::<M>(&bytes, version);
        }
        let default = M::default();
        // Where a version cannot carry the defaults of a newer one there is nothing to compare.
        if let Ok(bytes) = default.to_bytes(version) {
            assert_eq!(
                M::from_bytes(bytes, version),
                Ok(default),
                "{} v{version}",
                M::NAME
            );
        }
    }
}

fn every_cut_is_an_error<M: Message>(bytes: &Bytes, version: i16) {
    let step = 1 + bytes.len() / 50;
    for n in (0..bytes.len()).step_by(step) {
        let cut = M::decode(&mut Reader::new(bytes.slice(..n)), version);
        assert!(
            cut.is_err(),
            "{} v{version} cut at {n} of {}",
            M::NAME,
            bytes.len()
        );
    }
}

macro_rules! check_all {
    ($($message:ident),*) => { $(check::<g::$message>();)* };
}

#[test]
fn every_message_of_every_version_comes_back_as_it_was() {
    kafka_sandbox::with_every_message!(check_all);
}
