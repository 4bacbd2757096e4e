//! The formatters of `__consumer_offsets` and `__transaction_state`: a record as JSON, with the names and the
//! order of Kafka's message schemas, and no newline.

use super::super::failure::Failure;
use crate::client::ConsumerRecord;
use crate::protocol::messages::{
    GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue,
};
use crate::protocol::{DecodeError, Message, Reader};
use crate::shell::json::Json;
use bytes::Bytes;

/// Which records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Offsets,
    GroupMetadata,
    TransactionLog,
}

type Decoded = Result<Json, DecodeError>;

/// Appends the record if it is of the kind that is asked for.
pub fn write(kind: Kind, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), Failure> {
    let Some(key) = &record.key else {
        return Ok(());
    };
    match to_json(kind, key, record.value.as_ref()) {
        Ok(Some(json)) => out.extend_from_slice(json.compact().as_bytes()),
        Ok(None) => {}
        Err(error) => {
            let message = format!(
                "Could not read record at offset {} due to: {error}",
                record.offset
            );
            return Err(Failure::new("java.lang.RuntimeException", message));
        }
    }
    Ok(())
}

/// `None` for a record of another kind.
fn to_json(kind: Kind, key: &Bytes, value: Option<&Bytes>) -> Result<Option<Json>, DecodeError> {
    let mut key = Reader::new(key.clone());
    let record_type = key.i16()?;
    let (key, value): (Json, Option<(i16, Json)>) = match (kind, record_type) {
        (Kind::Offsets, 0 | 1) => {
            let read = |r: &mut Reader, version| offset_value(r, version, record_type == 0);
            (offset_key(&mut key)?, versioned(value, read)?)
        }
        (Kind::GroupMetadata, 2) => (group_key(&mut key)?, versioned(value, group_value)?),
        (Kind::TransactionLog, 0) => (
            object([("transactionalId", text(&key.string()?))]),
            versioned(value, transaction_value)?,
        ),
        _ => return Ok(None),
    };
    let value = match value {
        Some((version, data)) => object([("version", number(version)), ("data", data)]),
        None => Json::Null,
    };
    let key = object([("type", number(record_type)), ("data", key)]);
    Ok(Some(object([("key", key), ("value", value)])))
}

fn versioned(
    value: Option<&Bytes>,
    read: impl Fn(&mut Reader, i16) -> Decoded,
) -> Result<Option<(i16, Json)>, DecodeError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let mut r = Reader::new(value.clone());
    let version = r.i16()?;
    Ok(Some((version, read(&mut r, version)?)))
}

fn offset_key(r: &mut Reader) -> Decoded {
    let key = OffsetCommitKey::decode(r, 0)?;
    Ok(object([
        ("group", text(&key.group)),
        ("topic", text(&key.topic)),
        ("partition", number(key.partition)),
    ]))
}

/// `legacy` values come with keys of type 0 and have neither epoch nor expiry.
fn offset_value(r: &mut Reader, version: i16, legacy: bool) -> Decoded {
    let value = OffsetCommitValue::decode(r, version)?;
    let mut members = vec![("offset", number(value.offset))];
    if version >= 3 && !legacy {
        members.push(("leaderEpoch", number(value.leader_epoch)));
    }
    members.push(("metadata", text(&value.metadata)));
    members.push(("commitTimestamp", number(value.commit_timestamp)));
    if version == 1 && !legacy {
        members.push(("expireTimestamp", number(value.expire_timestamp)));
    }
    if version >= 4 && !value.topic_id.is_zero() {
        members.push(("topicId", text(&value.topic_id.to_string())));
    }
    Ok(object(members))
}

fn group_key(r: &mut Reader) -> Decoded {
    let key = GroupMetadataKey::decode(r, 0)?;
    Ok(object([("group", text(&key.group))]))
}

fn group_value(r: &mut Reader, version: i16) -> Decoded {
    let value = GroupMetadataValue::decode(r, version)?;
    let mut members = vec![
        ("protocolType", text(&value.protocol_type)),
        ("generation", number(value.generation)),
        ("protocol", nullable(value.protocol.as_deref())),
        ("leader", nullable(value.leader.as_deref())),
    ];
    if version >= 2 {
        let at = number(value.current_state_timestamp);
        members.push(("currentStateTimestamp", at));
    }
    let list = value.members.iter().map(|m| {
        let mut member = vec![("memberId", text(&m.member_id))];
        if version >= 3 {
            let instance = nullable(m.group_instance_id.as_deref());
            member.push(("groupInstanceId", instance));
        }
        member.push(("clientId", text(&m.client_id)));
        member.push(("clientHost", text(&m.client_host)));
        if version >= 1 {
            member.push(("rebalanceTimeout", number(m.rebalance_timeout)));
        }
        member.push(("sessionTimeout", number(m.session_timeout)));
        member.push(("subscription", text(&base64(&m.subscription))));
        member.push(("assignment", text(&base64(&m.assignment))));
        object(member)
    });
    members.push(("members", Json::Array(list.collect())));
    Ok(object(members))
}

/// The fields that all versions share; newer ones add tagged fields, which are left out.
fn transaction_value(r: &mut Reader, version: i16) -> Decoded {
    r.set_flexible(version >= 1);
    let producer_id = r.i64()?;
    let epoch = r.i16()?;
    let timeout = r.i32()?;
    let status = i16::from(r.i8()?);
    let partitions = r.array_opt(true, |r| {
        let partition = (r.string()?, r.array(Reader::i32)?);
        r.unknown_tagged_fields()?;
        Ok(partition)
    })?;
    let partitions = match partitions {
        None => Json::Null,
        Some(list) => Json::Array(
            list.iter()
                .map(|(topic, ids)| {
                    let ids = ids.iter().map(|id| number(*id)).collect();
                    object([("topic", text(topic)), ("partitionIds", Json::Array(ids))])
                })
                .collect(),
        ),
    };
    Ok(object([
        ("producerId", number(producer_id)),
        ("producerEpoch", number(epoch)),
        ("transactionTimeoutMs", number(timeout)),
        ("transactionStatus", number(status)),
        ("transactionPartitions", partitions),
        ("transactionLastUpdateTimestampMs", number(r.i64()?)),
        ("transactionStartTimestampMs", number(r.i64()?)),
    ]))
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, Json)>) -> Json {
    let member = |(name, value): (&str, Json)| (name.to_owned(), value);
    Json::Object(members.into_iter().map(member).collect())
}

fn number(value: impl Into<i64>) -> Json {
    Json::Number(value.into().to_string())
}

fn text(value: &str) -> Json {
    Json::String(value.to_owned())
}

fn nullable(value: Option<&str>) -> Json {
    value.map_or(Json::Null, text)
}

/// With padding, as Jackson writes bytes.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at > chunk.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::records::{encode_coordinator_key, encode_coordinator_value};

    #[test]
    fn an_offset_is_shown_with_the_fields_of_its_version() {
        let key = OffsetCommitKey {
            group: "g".into(),
            topic: "t".into(),
            partition: 3,
        };
        let value = OffsetCommitValue {
            offset: 5,
            commit_timestamp: 99,
            ..Default::default()
        };
        let key = encode_coordinator_key(&key).unwrap();
        let value = encode_coordinator_value(&value, 3).unwrap();
        let shown = to_json(Kind::Offsets, &key, Some(&value)).unwrap().unwrap();
        let expected = r#"{"key":{"type":1,"data":{"group":"g","topic":"t","partition":3}},"value":{"version":3,"data":{"offset":5,"leaderEpoch":-1,"metadata":"","commitTimestamp":99}}}"#;
        assert_eq!(shown.compact(), expected);
        let tombstone = to_json(Kind::Offsets, &key, None).unwrap().unwrap();
        assert!(tombstone.compact().ends_with(r#""value":null}"#));
        assert_eq!(to_json(Kind::GroupMetadata, &key, None), Ok(None));
    }

    #[test]
    fn bytes_are_shown_in_base64() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(base64(b"abc\xff"), "YWJj/w==");
    }
}
