//! ApiVersions: the list, the fallback, features.

use crate::support::*;
use bytes::Bytes;
use kafka_sandbox::api::registry::APIS;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::frame::decode_response;
use kafka_sandbox::protocol::messages::ApiVersionsRequest;
use kafka_sandbox::sim::machine::Machine;

fn request() -> ApiVersionsRequest {
    ApiVersionsRequest {
        client_software_name: "test".into(),
        client_software_version: "1.0".into(),
        ..Default::default()
    }
}

#[test]
fn every_version_lists_what_is_served() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    for version in 0..=4 {
        let response = machine.call(conn, version, &request());
        assert_eq!(
            (response.error_code, response.api_keys.len()),
            (NONE, APIS.len())
        );
        let produce = &response.api_keys[0];
        assert_eq!(
            (produce.api_key, produce.min_version, produce.max_version),
            (0, 0, 13)
        );
    }
}

#[test]
fn features_are_those_that_are_served() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    let response = machine.call(conn, 4, &request());
    let names: Vec<&str> = response
        .finalized_features
        .iter()
        .map(|f| f.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["eligible.leader.replicas.version", "metadata.version"]
    );
    assert!(response.finalized_features_epoch >= 0);
}

#[test]
fn a_version_that_is_too_new_is_answered_in_version_0() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    for version in [5u8, 99] {
        let frame = [0, 18, 0, version, 0, 0, 0, 9, 0xff, 0xff, 0, 1, 1, 0];
        machine.send_bytes(conn, Bytes::copy_from_slice(&frame));
        let bytes = machine.receive_bytes(conn).expect("an answer");
        let (correlation, response) =
            decode_response::<ApiVersionsRequest>(bytes, 0).expect("version 0");
        assert_eq!(correlation, 9);
        assert_eq!(response.error_code, ErrorCode::UNSUPPORTED_VERSION.code());
        let own = &response.api_keys[0];
        assert_eq!((own.api_key, own.min_version, own.max_version), (18, 0, 4));
    }
    assert_eq!(machine.call(conn, 3, &request()).error_code, NONE);
}

#[test]
fn a_client_without_a_proper_name_is_refused() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    let mut request = request();
    request.client_software_name = "-x".into();
    let response = machine.call(conn, 3, &request);
    assert_eq!(response.error_code, ErrorCode::INVALID_REQUEST.code());
}
