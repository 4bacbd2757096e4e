//! Whole frames of real clients and brokers, damaged, and the framing of records in logs.

use crate::captured::{Captured, FILES, captured};
use crate::mutate::mutate;
use crate::{guarded, run_for};
use bytes::Bytes;
use kafka_sandbox::protocol::frame::{self, RequestFrame};
use kafka_sandbox::protocol::generated as g;
use kafka_sandbox::protocol::records::{self, GroupRecordKey, MetadataFrame};
use kafka_sandbox::protocol::{ApiKey, Request};

/// Longer frames are left out: what they add is opaque to the decoder.
const MAX_FRAME: usize = 600;

/// `None` if the frame belongs to another API; else whether it was accepted.
fn request<R: Request>(read: &RequestFrame) -> Option<bool> {
    (read.api_key == R::API_KEY).then(|| read.decode::<R>().is_ok())
}

fn response<R: Request>(api_key: ApiKey, bytes: &Bytes, version: i16) -> Option<bool> {
    let accepted = || frame::decode_response::<R>(bytes.clone(), version).is_ok();
    (api_key == R::API_KEY).then(accepted)
}

macro_rules! any {
    ($($request:ident),*) => {
        |seed: &Captured, bytes: &Bytes| {
            if !seed.is_request {
                let (key, version) = (seed.api_key, seed.version);
                return None$(.or_else(|| response::<g::$request>(key, bytes, version)))*;
            }
            let read = RequestFrame::parse(bytes.clone()).ok()?;
            None$(.or_else(|| request::<g::$request>(&read)))*
        }
    };
}

#[test]
fn damaged_frames_are_refused_or_read_and_nothing_worse() {
    let seeds: Vec<Captured> = FILES
        .iter()
        .flat_map(|(_, text)| captured(text))
        .filter(|seed| seed.bytes.len() <= MAX_FRAME)
        .collect();
    assert!(
        seeds.len() > 200,
        "only {} frames to start from",
        seeds.len()
    );
    let decode = kafka_sandbox::with_every_request!(any);
    let (mut accepted, mut refused) = (0u64, 0u64);
    run_for(1, |r| {
        let seed = &seeds[r.below(seeds.len())];
        let mut bytes = seed.bytes.to_vec();
        mutate(r, &mut bytes);
        let input = Bytes::copy_from_slice(&bytes);
        let name = format_args!("{} v{}", seed.api_key, seed.version);
        match guarded(&name, &bytes, || decode(seed, &input)) {
            Some(true) => accepted += 1,
            Some(false) | None => refused += 1,
        }
    });
    assert!(
        accepted > 0 && refused > 0,
        "the damage is neither fatal nor harmless"
    );
}

#[test]
fn damaged_log_records_are_refused_or_read_and_nothing_worse() {
    let seeds: [&[u8]; 4] = [
        &[
            1, 2, 0, 2, b't', 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0,
        ],
        &[0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3],
        &[0, 2, 0, 1, b'g'],
        &[
            0, 3, 0, 0, 0, 1, 0, 1, b't', 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0xff,
            0xff,
        ],
    ];
    let mut parsed = 0u64;
    run_for(10, |r| {
        let mut bytes = seeds[r.below(seeds.len())].to_vec();
        mutate(r, &mut bytes);
        let input = Bytes::copy_from_slice(&bytes);
        parsed += guarded(&"a log record", &bytes, || {
            let topic = MetadataFrame::parse(input.clone())
                .and_then(|frame| frame.decode::<g::TopicRecord>());
            let key = GroupRecordKey::parse(input.clone());
            let value = records::decode_coordinator_value::<g::GroupMetadataValue>(input.clone());
            let subscription = records::decode_subscription(input.clone());
            u64::from(topic.is_ok())
                + u64::from(key.is_ok())
                + u64::from(value.is_ok())
                + u64::from(subscription.is_ok())
        });
    });
    assert!(parsed > 0, "some damage is harmless");
}
