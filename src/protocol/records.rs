//! Framing of the records that Kafka keeps in its own logs, and of what group members tell each other.
//!
//! Metadata records (`__cluster_metadata`) carry frame version, type and version in front; keys and
//! values of `__consumer_offsets`, subscriptions and assignments carry a 16-bit number.

use super::error::{DecodeError, EncodeError};
use super::message::{CoordinatorRecord, Message, MetadataRecord};
use super::messages::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, GroupMetadataKey, OffsetCommitKey,
};
use super::reader::Reader;
use super::writer::Writer;
use bytes::Bytes;

/// The only version of the frame around a metadata record.
const METADATA_FRAME_VERSION: u32 = 1;

/// A record of the metadata log whose type and version are read and whose fields are not yet.
#[derive(Debug, Clone)]
pub struct MetadataFrame {
    pub record_type: i16,
    pub version: i16,
    pub body: Reader,
}

impl MetadataFrame {
    pub fn parse(value: Bytes) -> Result<MetadataFrame, DecodeError> {
        let mut body = Reader::new(value);
        let frame_version = body.unsigned_varint()?;
        if frame_version != METADATA_FRAME_VERSION {
            let value = frame_version as i32;
            return Err(DecodeError::UnknownType {
                what: "metadata frame version",
                value,
            });
        }
        let record_type = small(&mut body, "metadata record type")?;
        let version = small(&mut body, "metadata record version")?;
        Ok(MetadataFrame {
            record_type,
            version,
            body,
        })
    }

    /// Reads the record. Fails if bytes are left over.
    pub fn decode<R: MetadataRecord>(&self) -> Result<R, DecodeError> {
        let mut r = self.body.clone();
        let record = R::decode(&mut r, self.version)?;
        r.expect_end()?;
        Ok(record)
    }
}

fn small(r: &mut Reader, what: &'static str) -> Result<i16, DecodeError> {
    let value = r.unsigned_varint()?;
    i16::try_from(value).map_err(|_| DecodeError::UnknownType {
        what,
        value: value as i32,
    })
}

/// The value of a record of the metadata log.
pub fn encode_metadata_record<R: MetadataRecord>(
    record: &R,
    version: i16,
) -> Result<Bytes, EncodeError> {
    let mut w = Writer::new();
    w.unsigned_varint(METADATA_FRAME_VERSION);
    w.unsigned_varint(R::RECORD_TYPE as u32);
    w.unsigned_varint(version as u32);
    record.encode(&mut w, version)?;
    Ok(w.finish_flat())
}

/// The key of a record of `__consumer_offsets`.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupRecordKey {
    OffsetCommit(OffsetCommitKey),
    GroupMetadata(GroupMetadataKey),
    /// A type that this project does not use (newer group protocols).
    Other(i16),
}

impl GroupRecordKey {
    /// Reads a key. Types 0 and 1 are the same to a reader.
    pub fn parse(key: Bytes) -> Result<GroupRecordKey, DecodeError> {
        let mut r = Reader::new(key);
        let parsed = match r.i16()? {
            0 | OffsetCommitKey::RECORD_TYPE => {
                GroupRecordKey::OffsetCommit(OffsetCommitKey::decode(&mut r, 0)?)
            }
            GroupMetadataKey::RECORD_TYPE => {
                GroupRecordKey::GroupMetadata(GroupMetadataKey::decode(&mut r, 0)?)
            }
            other => return Ok(GroupRecordKey::Other(other)),
        };
        r.expect_end()?;
        Ok(parsed)
    }
}

/// A key of `__consumer_offsets`: the record's type, then the key's fields.
pub fn encode_coordinator_key<K: CoordinatorRecord>(key: &K) -> Result<Bytes, EncodeError> {
    encode_prefixed(K::RECORD_TYPE, key, 0)
}

/// A value of `__consumer_offsets`: its version, then its fields. A tombstone is a null value instead.
pub fn encode_coordinator_value<V: CoordinatorRecord>(
    value: &V,
    version: i16,
) -> Result<Bytes, EncodeError> {
    encode_prefixed(version, value, version)
}

/// Reads a value of `__consumer_offsets`. Fails if bytes are left over.
pub fn decode_coordinator_value<V: CoordinatorRecord>(value: Bytes) -> Result<V, DecodeError> {
    let mut r = Reader::new(value);
    let version = r.i16()?;
    let decoded = V::decode(&mut r, version)?;
    r.expect_end()?;
    Ok(decoded)
}

/// A member's subscription as it stands in `JoinGroupRequest.protocols[].metadata`.
pub fn encode_subscription(
    subscription: &ConsumerProtocolSubscription,
    version: i16,
) -> Result<Bytes, EncodeError> {
    encode_prefixed(version, subscription, version)
}

/// A member's assignment as it stands in `SyncGroupRequest.assignments[].assignment`.
pub fn encode_assignment(
    assignment: &ConsumerProtocolAssignment,
    version: i16,
) -> Result<Bytes, EncodeError> {
    encode_prefixed(version, assignment, version)
}

/// Reads a subscription. A version newer than ours is read as ours, because new versions only add fields.
pub fn decode_subscription(bytes: Bytes) -> Result<ConsumerProtocolSubscription, DecodeError> {
    decode_newest(bytes)
}

/// Reads an assignment; newer versions as with [`decode_subscription`].
pub fn decode_assignment(bytes: Bytes) -> Result<ConsumerProtocolAssignment, DecodeError> {
    decode_newest(bytes)
}

fn encode_prefixed<M: Message>(
    prefix: i16,
    message: &M,
    version: i16,
) -> Result<Bytes, EncodeError> {
    let mut w = Writer::new();
    w.i16(prefix);
    message.encode(&mut w, version)?;
    Ok(w.finish_flat())
}

fn decode_newest<M: Message>(bytes: Bytes) -> Result<M, DecodeError> {
    let mut r = Reader::new(bytes);
    let version = r.i16()?.min(M::MAX_VERSION);
    M::decode(&mut r, version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Uuid;
    use crate::protocol::messages::{GroupMetadataValue, OffsetCommitValue, TopicRecord};

    #[test]
    fn a_metadata_record_has_kraft_s_frame() {
        let topic_id = Uuid([7; 16]);
        let record = TopicRecord {
            name: "t".into(),
            topic_id,
            ..Default::default()
        };
        let bytes = encode_metadata_record(&record, 0).expect("encodes");
        assert_eq!(&bytes[..5], [1, 2, 0, 2, b't']);
        let frame = MetadataFrame::parse(bytes).expect("parses");
        assert_eq!(
            (frame.record_type, frame.version),
            (TopicRecord::RECORD_TYPE, 0)
        );
        assert_eq!(frame.decode(), Ok(record));
    }

    #[test]
    fn another_frame_version_is_an_error() {
        let frame = MetadataFrame::parse(Bytes::from_static(&[2, 2, 0]));
        let expected = DecodeError::UnknownType {
            what: "metadata frame version",
            value: 2,
        };
        assert_eq!(frame.err(), Some(expected));
    }

    #[test]
    fn group_keys_are_told_apart_by_their_type() {
        let key = OffsetCommitKey {
            group: "g".into(),
            topic: "t".into(),
            partition: 3,
        };
        let bytes = encode_coordinator_key(&key).expect("encodes");
        assert_eq!(&bytes[..], [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3]);
        assert_eq!(
            GroupRecordKey::parse(bytes),
            Ok(GroupRecordKey::OffsetCommit(key))
        );

        let key = GroupMetadataKey { group: "g".into() };
        let bytes = encode_coordinator_key(&key).expect("encodes");
        assert_eq!(
            GroupRecordKey::parse(bytes),
            Ok(GroupRecordKey::GroupMetadata(key))
        );

        let newer = GroupRecordKey::parse(Bytes::from_static(&[0, 3, 1, 2]));
        assert_eq!(newer, Ok(GroupRecordKey::Other(3)));
    }

    #[test]
    fn group_values_carry_their_version() {
        let value = OffsetCommitValue {
            offset: 5,
            commit_timestamp: 9,
            ..Default::default()
        };
        let bytes = encode_coordinator_value(&value, 3).expect("encodes");
        assert_eq!(&bytes[..2], [0, 3]);
        assert_eq!(decode_coordinator_value(bytes), Ok(value));
        let value = GroupMetadataValue {
            generation: 4,
            ..Default::default()
        };
        let bytes = encode_coordinator_value(&value, 4).expect("encodes");
        assert_eq!(decode_coordinator_value(bytes), Ok(value));
    }

    #[test]
    fn a_subscription_of_a_later_version_is_read_as_ours() {
        let topics = vec!["t".to_owned()];
        let subscription = ConsumerProtocolSubscription {
            topics,
            ..Default::default()
        };
        let mut bytes = encode_subscription(&subscription, 3)
            .expect("encodes")
            .to_vec();
        bytes[1] = 9;
        bytes.extend_from_slice(b"later fields");
        assert_eq!(decode_subscription(Bytes::from(bytes)), Ok(subscription));
    }
}
