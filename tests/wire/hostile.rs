//! Bytes that lie about what follows: a typed error, and no memory taken on their word.

use bytes::Bytes;
use kafka_sandbox::protocol::messages::{
    CreateTopicsRequest, FetchRequest, JoinGroupRequest, MetadataRequest,
};
use kafka_sandbox::protocol::{DecodeError, Message, Reader};

#[test]
fn a_huge_array_in_a_five_byte_body_is_refused() {
    let declared = 0x7fff_ffff_u64;
    let body = Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff, 0]);
    let refused = MetadataRequest::from_bytes(body, 4);
    assert_eq!(
        refused,
        Err(DecodeError::LengthTooLarge { declared, left: 1 })
    );

    let body = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f]);
    let refused = MetadataRequest::from_bytes(body, 13);
    assert_eq!(
        refused,
        Err(DecodeError::LengthTooLarge {
            declared: 0xffff_fffe,
            left: 0
        })
    );
}

#[test]
fn a_varint_without_an_end_is_refused() {
    let refused = MetadataRequest::from_bytes(Bytes::from_static(&[0xff; 9]), 13);
    assert_eq!(refused, Err(DecodeError::VarintTooLong));
    assert_eq!(
        Reader::new(Bytes::from_static(&[0xff; 12])).varlong(),
        Err(DecodeError::VarintTooLong)
    );
}

#[test]
fn a_string_that_is_not_utf8_is_refused() {
    let refused = MetadataRequest::from_bytes(Bytes::from_static(&[0, 0, 0, 1, 0, 1, 0xff]), 0);
    assert_eq!(refused, Err(DecodeError::InvalidUtf8));
}

#[test]
fn a_string_longer_than_kafka_allows_is_refused() {
    let mut body = vec![2, 0x81, 0x80, 0x02]; // one topic whose name has 32768 bytes
    body.extend_from_slice(&[b'a'; 40_000]);
    let refused = MetadataRequest::from_bytes(Bytes::from(body), 9);
    assert_eq!(refused, Err(DecodeError::StringTooLong(32_768)));
}

#[test]
fn tagged_fields_that_claim_too_much_are_refused() {
    // No topics, no flags, then 2³² − 1 tagged fields.
    let body = [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f];
    let refused = MetadataRequest::from_bytes(Bytes::copy_from_slice(&body), 9);
    assert_eq!(
        refused,
        Err(DecodeError::UnexpectedEnd { needed: 1, left: 0 })
    );
    // One tagged field of 100 bytes of which one is there.
    let body = [1, 0, 0, 0, 1, 5, 100, 1];
    let refused = MetadataRequest::from_bytes(Bytes::copy_from_slice(&body), 9);
    assert_eq!(
        refused,
        Err(DecodeError::UnexpectedEnd {
            needed: 100,
            left: 1
        })
    );
}

#[test]
fn a_known_tagged_field_must_fill_its_size() {
    let request = FetchRequest {
        cluster_id: Some("c".into()),
        ..Default::default()
    };
    let mut bytes = request.to_bytes(12).expect("encodes").to_vec();
    let n = bytes.len();
    assert_eq!(bytes[n - 5..], [1, 0, 2, 2, b'c']);
    bytes[n - 3] = 3;
    bytes.push(0);
    let refused = FetchRequest::from_bytes(Bytes::from(bytes), 12);
    assert_eq!(refused, Err(DecodeError::InvalidTag(0)));
}

#[test]
fn negative_lengths_read_as_null_and_are_refused_where_null_is() {
    let body = Bytes::from_static(&[0x80, 0, 0, 0]);
    assert_eq!(
        MetadataRequest::from_bytes(body.clone(), 1).map(|m| m.topics),
        Ok(None)
    );
    assert_eq!(
        CreateTopicsRequest::from_bytes(body, 2),
        Err(DecodeError::UnexpectedNull)
    );
    let group_id = Bytes::from_static(&[0xff, 0xff]);
    assert_eq!(
        JoinGroupRequest::from_bytes(group_id, 0),
        Err(DecodeError::UnexpectedNull)
    );
}
