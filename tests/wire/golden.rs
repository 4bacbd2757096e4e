//! Frames captured from real clients and a real cluster: read and written again, they are the same bytes.

use crate::captured::{Captured, FILES, captured, from_hex, lines};
use bytes::Bytes;
use kafka_sandbox::protocol::frame::{self, RequestFrame};
use kafka_sandbox::protocol::generated as g;
use kafka_sandbox::protocol::records::{self, GroupRecordKey, MetadataFrame};
use kafka_sandbox::protocol::{CoordinatorRecord, Message, MetadataRecord, Request, Rope};

fn flat(pieces: Vec<Bytes>) -> Bytes {
    Rope(pieces).to_bytes()
}

/// `None` if the frame belongs to another API.
fn check<R: Request>(captured: &Captured) -> Option<Result<(), String>> {
    (captured.api_key == R::API_KEY).then(|| {
        if captured.is_request {
            request::<R>(captured)
        } else {
            response::<R>(captured)
        }
    })
}

fn request<R: Request>(captured: &Captured) -> Result<(), String> {
    let read = RequestFrame::parse(captured.bytes.clone()).map_err(|e| e.to_string())?;
    let body: R = read.decode().map_err(|e| e.to_string())?;
    let client_id = read.client_id.as_deref();
    let again = frame::encode_request(read.api_version, read.correlation_id, client_id, &body)
        .map_err(|e| e.to_string())?;
    same(&flat(again), &captured.bytes, &format!("{body:?}"))
}

fn response<R: Request>(captured: &Captured) -> Result<(), String> {
    let (correlation_id, body) =
        frame::decode_response::<R>(captured.bytes.clone(), captured.version)
            .map_err(|e| e.to_string())?;
    let again = frame::encode_response::<R>(captured.version, correlation_id, &body)
        .map_err(|e| e.to_string())?;
    same(&flat(again), &captured.bytes, &format!("{body:?}"))
}

fn same(ours: &Bytes, theirs: &Bytes, what: &str) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    Err(format!(
        "other bytes\nours   {ours:02x?}\ntheirs {theirs:02x?}\n{what}"
    ))
}

macro_rules! check_any {
    ($($request:ident),*) => {
        |captured: &Captured| None$(.or_else(|| check::<g::$request>(captured)))*
    };
}

#[test]
fn frames_of_real_clients_come_back_byte_for_byte() {
    let check_frame = kafka_sandbox::with_every_request!(check_any);
    for (client, text) in FILES {
        let mut count = 0;
        for captured in captured(text) {
            let outcome = check_frame(&captured).expect("an API that is generated");
            if let Err(why) = outcome {
                let direction = if captured.is_request {
                    "request"
                } else {
                    "response"
                };
                panic!(
                    "{client}: {direction} {} v{}: {why}",
                    captured.api_key, captured.version
                );
            }
            count += 1;
        }
        assert!(count >= 40, "only {count} frames of {client}");
    }
}

fn metadata<R: MetadataRecord>(frame: &MetadataFrame) -> Option<Bytes> {
    (frame.record_type == R::RECORD_TYPE).then(|| {
        let record: R = frame.decode().expect("a record of a real log is read");
        records::encode_metadata_record(&record, frame.version).expect("and written")
    })
}

fn group_value<V: CoordinatorRecord>(bytes: &Bytes, version: i16) -> Bytes {
    let value: V = records::decode_coordinator_value(bytes.clone()).expect("a value is read");
    records::encode_coordinator_value(&value, version).expect("and written")
}

fn check_metadata(version: i16, value: &Bytes) {
    let frame = MetadataFrame::parse(value.clone()).expect("a frame");
    assert_eq!(frame.version, version);
    let again = metadata::<g::TopicRecord>(&frame)
        .or_else(|| metadata::<g::PartitionRecord>(&frame))
        .or_else(|| metadata::<g::RegisterBrokerRecord>(&frame))
        .or_else(|| metadata::<g::RegisterControllerRecord>(&frame))
        .or_else(|| metadata::<g::ConfigRecord>(&frame))
        .or_else(|| metadata::<g::FeatureLevelRecord>(&frame))
        .or_else(|| metadata::<g::RemoveTopicRecord>(&frame))
        .or_else(|| metadata::<g::ProducerIdsRecord>(&frame))
        .or_else(|| metadata::<g::ClientQuotaRecord>(&frame))
        .or_else(|| metadata::<g::BrokerRegistrationChangeRecord>(&frame))
        .or_else(|| metadata::<g::BeginTransactionRecord>(&frame))
        .or_else(|| metadata::<g::EndTransactionRecord>(&frame))
        .or_else(|| metadata::<g::NoOpRecord>(&frame));
    assert_eq!(
        again.as_ref(),
        Some(value),
        "metadata record {}",
        frame.record_type
    );
}

fn check_group(value_version: i16, key: &Bytes, value: Option<&Bytes>) {
    let parsed = GroupRecordKey::parse(key.clone()).expect("a key");
    let (key_again, value_again) = match &parsed {
        GroupRecordKey::OffsetCommit(key) => (
            records::encode_coordinator_key(key),
            value.map(|v| group_value::<g::OffsetCommitValue>(v, value_version)),
        ),
        GroupRecordKey::GroupMetadata(key) => (
            records::encode_coordinator_key(key),
            value.map(|v| group_value::<g::GroupMetadataValue>(v, value_version)),
        ),
        GroupRecordKey::Other(record_type) => panic!("unexpected record type {record_type}"),
    };
    assert_eq!(key_again.as_ref(), Ok(key));
    assert_eq!(value_again.as_ref(), value);
}

#[test]
fn records_of_a_real_cluster_s_logs_come_back_byte_for_byte() {
    for words in lines(include_str!("golden/logs.records")) {
        let version = words[2].parse().expect("a version");
        match words[0] {
            "metadata" => check_metadata(version, &from_hex(words[3])),
            "group" if words[4] == "-" => check_group(version, &from_hex(words[3]), None),
            "group" => check_group(version, &from_hex(words[3]), Some(&from_hex(words[4]))),
            other => panic!("unknown kind {other}"),
        }
    }
}

fn java<M: Message>(name: &str, version: i16, bytes: &Bytes) -> bool {
    if name != M::NAME {
        return false;
    }
    let message = M::from_bytes(bytes.clone(), version).expect("is read");
    assert_eq!(
        message.to_bytes(version).as_ref(),
        Ok(bytes),
        "{name} v{version}"
    );
    true
}

macro_rules! java_any {
    ($($message:ident),*) => {
        |name: &str, version: i16, bytes: &Bytes| {
            false $(|| java::<g::$message>(name, version, bytes))*
        }
    };
}

#[test]
fn headers_and_records_have_the_bytes_of_kafka_s_own_classes() {
    let check = kafka_sandbox::with_every_message!(java_any);
    for words in lines(include_str!("golden/java.messages")) {
        let version = words[1].parse().expect("a version");
        assert!(
            check(words[0], version, &from_hex(words[2])),
            "{} is generated",
            words[0]
        );
    }
}
