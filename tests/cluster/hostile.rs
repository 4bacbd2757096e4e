//! Bytes that no client should send: the connection is closed with a reason, and the cluster goes
//! on.

use crate::support::*;
use bytes::Bytes;
use kafka_sandbox::api::registry::APIS;
use kafka_sandbox::base::{ConnId, Rng};
use kafka_sandbox::protocol::frame::encode_request;
use kafka_sandbox::protocol::messages::{ApiVersionsRequest, MetadataRequest};
use kafka_sandbox::protocol::{ApiKey, Rope};
use kafka_sandbox::sim::machine::Machine;

fn still_serves(machine: &mut Machine) {
    let conn = machine.connect(1);
    let request = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    assert_eq!(machine.call(conn, 9, &request).brokers.len(), 3);
    machine.disconnect(conn);
}

/// Sends a frame on a connection of its own; gives why it was closed, if it was.
fn send(machine: &mut Machine, bytes: &[u8]) -> (ConnId, Option<String>) {
    let conn = machine.connect(1);
    machine.send_bytes(conn, Bytes::copy_from_slice(bytes));
    (conn, machine.closed(conn).map(str::to_owned))
}

#[test]
fn short_frames_and_unknown_apis_close_the_connection() {
    let mut machine = Machine::new();
    for frame in [
        &[][..],
        &[0],
        &[0, 3, 0, 9, 0, 0],
        &[3, 231, 0, 0, 0, 0, 0, 1, 0xff, 0xff],
        &[0xff, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff],
    ] {
        let (_, why) = send(&mut machine, frame);
        assert!(why.is_some(), "{frame:?}");
    }
    still_serves(&mut machine);
}

#[test]
fn versions_that_are_not_served_close_the_connection() {
    let mut machine = Machine::new();
    for (key, version, name) in [
        (0, 2, "Produce version 2"),
        (0, 99, "Produce version 99"),
        (1, 3, "Fetch version 3"),
        (3, 14, "Metadata version 14"),
        (17, 0, "SaslHandshake version 0"),
        (24, 0, "AddPartitionsToTxn version 0"),
    ] {
        let frame = [0, key, 0, version, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0];
        let (_, why) = send(&mut machine, &frame);
        let why = why.unwrap_or_else(|| panic!("{name} was answered"));
        assert!(why.starts_with(name), "{why}");
    }
    still_serves(&mut machine);
}

#[test]
fn bodies_that_are_cut_off_close_the_connection() {
    let mut machine = Machine::new();
    let request = produce_request("t", 0, -1, batch(&["a"]));
    let whole = Rope(encode_request(9, 1, Some("x"), &request).expect("encodes")).to_bytes();
    for length in 0..whole.len() {
        let (conn, why) = send(&mut machine, &whole[..length]);
        assert!(why.is_some(), "{length} of {} bytes", whole.len());
        assert!(machine.receive_bytes(conn).is_none());
    }
    still_serves(&mut machine);
}

#[test]
fn declared_lengths_that_lie_are_not_believed() {
    let mut machine = Machine::new();
    // Metadata v9 with a compact array of 2^28 topics in five bytes; v1 with one of 2^31 - 1.
    let flexible = [
        0, 3, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07,
    ];
    let classic = [0, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0x7f, 0xff, 0xff, 0xff];
    for frame in [&flexible[..], &classic[..]] {
        let (_, why) = send(&mut machine, frame);
        assert!(why.is_some());
    }
    still_serves(&mut machine);
}

#[test]
fn a_flood_of_requests_closes_only_its_own_connection() {
    let mut machine = Machine::new();
    machine.hold_storage(true);
    machine.restart(2);
    let conn = machine.connect(1);
    let request = ApiVersionsRequest::default();
    for _ in 0..20_000 {
        machine.send(conn, 0, &request);
    }
    assert!(machine.closed(conn).is_some());
    machine.hold_storage(false);
    still_serves(&mut machine);
}

/// Random bytes behind valid headers of every API and version, and valid requests with flipped
/// bits.
#[test]
fn noise_never_panics() {
    let mut machine = Machine::new();
    create_topic(&mut machine, "t", 1, 1);
    let mut rng = Rng::new(7);
    let valid = Rope(
        encode_request(9, 1, Some("x"), &produce_request("t", 0, -1, batch(&["a"])))
            .expect("encodes"),
    )
    .to_bytes();
    for round in 0..20_000u64 {
        let frame = if round % 4 == 0 {
            let mut frame = valid.to_vec();
            let bit = rng.below(frame.len() as u64 * 8) as usize;
            frame[bit / 8] ^= 1 << (bit % 8);
            frame
        } else {
            let api = APIS[rng.below(APIS.len() as u64) as usize];
            let versions = (api.max_version - api.min_version) as u64 + 1;
            let version = api.min_version + rng.below(versions) as i16;
            let mut frame = Vec::new();
            frame.extend_from_slice(&api.key.to_be_bytes());
            frame.extend_from_slice(&version.to_be_bytes());
            frame.extend_from_slice(&[0, 0, 0, 1, 0xff, 0xff]);
            if ApiKey(api.key).request_header_version(version) == Some(2) {
                frame.push(0);
            }
            for _ in 0..rng.below(40) {
                // Small numbers look like lengths and versions, so they get further.
                let small = rng.below(3) > 0;
                frame.push(if small {
                    rng.below(4) as u8
                } else {
                    rng.next_u64() as u8
                });
            }
            frame
        };
        let (conn, _) = send(&mut machine, &frame);
        machine.disconnect(conn);
        if round % 512 == 0 {
            machine.advance(10_000);
        }
    }
    still_serves(&mut machine);
}
