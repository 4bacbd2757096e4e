//! What Kafka's generated code does with values that a version cannot carry, and what the schemas say.

use bytes::Bytes;
use kafka_sandbox::protocol::messages::{
    FetchRequest, FetchResponse, ListOffsetsRequest, MetadataRequest, ProduceRequest,
};
use kafka_sandbox::protocol::{ApiKey, DecodeError, EncodeError, Message, Request, generated as g};

#[test]
fn null_is_refused_where_a_version_has_none() {
    let all_topics = MetadataRequest {
        topics: None,
        ..Default::default()
    };
    let refused = all_topics.to_bytes(0);
    let expected = EncodeError::UnexpectedNull {
        field: "topics",
        version: 0,
    };
    assert_eq!(refused, Err(expected));
    assert_eq!(
        all_topics.to_bytes(4),
        Ok(Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 1]))
    );

    let null = Bytes::from_static(&[0xff; 4]);
    assert_eq!(
        MetadataRequest::from_bytes(null.clone(), 0),
        Err(DecodeError::UnexpectedNull)
    );
    assert_eq!(
        MetadataRequest::from_bytes(null, 1).map(|m| m.topics),
        Ok(None)
    );
}

#[test]
fn a_value_that_would_get_lost_is_refused_unless_it_is_ignorable() {
    let read_committed = FetchRequest {
        isolation_level: 1,
        ..Default::default()
    };
    assert!(read_committed.to_bytes(4).is_ok());
    let create = MetadataRequest {
        allow_auto_topic_creation: false,
        ..Default::default()
    };
    let expected = EncodeError::UnsupportedField {
        field: "allow_auto_topic_creation",
        version: 3,
    };
    assert_eq!(create.to_bytes(3), Err(expected));
    let fetch = FetchRequest {
        rack_id: "r".into(),
        ..Default::default()
    };
    assert!(fetch.to_bytes(4).is_ok(), "rack_id is ignorable");
}

#[test]
fn a_version_out_of_range_is_refused() {
    for version in [-1, 2, 14, i16::MAX, i16::MIN] {
        let refused = ProduceRequest::from_bytes(Bytes::new(), version);
        let expected = DecodeError::UnsupportedVersion {
            message: "ProduceRequest",
            version,
        };
        assert_eq!(refused, Err(expected));
        assert!(ProduceRequest::default().to_bytes(version).is_err());
    }
}

#[test]
fn unknown_tagged_fields_are_kept_and_stand_in_order() {
    let mut request = ListOffsetsRequest::default();
    request
        .unknown_tagged_fields
        .push((9, Bytes::from_static(b"nine")));
    request
        .unknown_tagged_fields
        .push((7, Bytes::from_static(b"seven")));
    let bytes = request.to_bytes(6).expect("encodes");
    assert!(bytes.ends_with(b"\x02\x07\x05seven\x09\x04nine"));
    assert_eq!(request.to_bytes(5), Err(EncodeError::TagsNotSupported));
    request.unknown_tagged_fields.push((9, Bytes::new()));
    assert_eq!(request.to_bytes(6), Err(EncodeError::DuplicateTag(9)));
}

#[test]
fn a_known_tag_is_left_out_at_its_default_and_refused_in_other_versions() {
    let mut request = FetchRequest {
        cluster_id: Some("c".into()),
        ..Default::default()
    };
    let with = request.to_bytes(12).expect("encodes");
    request.cluster_id = None;
    let without = request.to_bytes(12).expect("encodes");
    assert_eq!(with.len(), without.len() + 4);

    // Node endpoints (tag 0) begin in version 16 of the response.
    let response = FetchResponse {
        node_endpoints: vec![Default::default()],
        ..Default::default()
    };
    let bytes = response.to_bytes(16).expect("encodes");
    assert_eq!(FetchResponse::from_bytes(bytes.clone(), 16), Ok(response));
    assert_eq!(
        FetchResponse::from_bytes(bytes, 12),
        Err(DecodeError::InvalidTag(0))
    );
}

#[test]
fn defaults_are_the_schemas() {
    let request = FetchRequest::default();
    assert_eq!((request.replica_id, request.max_bytes), (-1, i32::MAX));
    assert_eq!(request.replica_state.replica_id, -1);
    assert_eq!(
        g::MetadataResponse::default().cluster_authorized_operations,
        i32::MIN
    );
    assert_eq!(g::PartitionChangeRecord::default().leader, -2);
    assert_eq!(
        g::fetch_request::FetchPartition::default().high_watermark,
        i64::MAX
    );
}

fn check_api<R: Request>() {
    let (first, last) = R::API_KEY
        .served_by_kafka()
        .unwrap_or((R::MIN_VERSION, R::MAX_VERSION));
    // Produce is advertised from 0 but has no such versions; InitProducerId 6 is not released.
    let first = if R::API_KEY == ApiKey::PRODUCE {
        3
    } else {
        first
    };
    assert!(
        R::MIN_VERSION == first && last <= R::MAX_VERSION,
        "{}",
        R::NAME
    );
    assert_eq!(R::NAME, format!("{}Request", R::API_KEY.name()));
    assert_eq!(R::Response::NAME, format!("{}Response", R::API_KEY.name()));
    for version in R::MIN_VERSION..=R::MAX_VERSION {
        assert_eq!(
            R::API_KEY.request_header_version(version),
            Some(R::header_version(version))
        );
        let header = Some(R::response_header_version(version));
        assert_eq!(R::API_KEY.response_header_version(version), header);
    }
}

macro_rules! check_apis {
    ($($request:ident),*) => { $(check_api::<g::$request>();)* };
}

#[test]
fn every_api_has_the_versions_that_kafka_advertises() {
    kafka_sandbox::with_every_request!(check_apis);
}
