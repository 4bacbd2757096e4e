//! Byte for byte the same as the crate `kafka-protocol`, for every message and version that it knows.

use crate::random::{self, Arbitrary, Random};
use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, Encodable};
use kafka_sandbox::protocol::Message;
use kafka_sandbox::protocol::generated as g;

const ROUNDS: u64 = 20;

/// Returns how many versions both know.
fn check<Ours, Theirs>() -> usize
where
    Ours: Message + Arbitrary,
    Theirs: Decodable + Encodable + kafka_protocol::protocol::Message + std::fmt::Debug,
{
    let theirs = Theirs::VERSIONS;
    let versions = Ours::MIN_VERSION.max(theirs.min)..=Ours::MAX_VERSION.min(theirs.max);
    let count = versions.clone().count();
    for version in versions {
        for seed in 0..ROUNDS {
            let (sent, bytes) = random::message::<Ours>(&mut Random::new(seed), version);
            let context = || format!("{} v{version}, seed {seed}: {sent:?}", Ours::NAME);
            let mut input = bytes.clone();
            let read = match Theirs::decode(&mut input, version) {
                Ok(read) => read,
                Err(why) => panic!("{}\nis not read: {why}", context()),
            };
            assert!(
                input.is_empty(),
                "{}\nis read to {} before its end",
                context(),
                input.len()
            );
            let mut output = BytesMut::new();
            if let Err(why) = read.encode(&mut output, version) {
                panic!("{}\nis not written: {why}", context());
            }
            assert_eq!(Bytes::from(output), bytes, "{}", context());
        }
    }
    count
}

macro_rules! check_requests {
    ($($request:ident),*) => {
        0 $(+ check::<g::$request, kafka_protocol::messages::$request>()
            + check::<
                <g::$request as kafka_sandbox::protocol::Request>::Response,
                <kafka_protocol::messages::$request as kafka_protocol::protocol::Request>::Response,
            >())*
    };
}

#[test]
fn requests_and_responses_have_the_bytes_of_an_independent_codec() {
    let compared = kafka_sandbox::with_every_request!(check_requests);
    assert!(compared > 280, "only {compared} versions were compared");
}
