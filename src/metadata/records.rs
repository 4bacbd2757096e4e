//! The records of `__cluster_metadata`: Kafka's own KRaft records, as many as this cluster has use
//! for.
//!
//! What a record changes is told by [`super::image`]; this module only knows how records are
//! written.

use crate::protocol::messages::{
    BrokerRegistrationChangeRecord, ClientQuotaRecord, ConfigRecord, FeatureLevelRecord,
    PartitionChangeRecord, PartitionRecord, ProducerIdsRecord, RegisterBrokerRecord,
    RemoveTopicRecord, RemoveUserScramCredentialRecord, TopicRecord, UserScramCredentialRecord,
};
use crate::protocol::records::{MetadataFrame, encode_metadata_record};
use crate::protocol::{DecodeError, EncodeError, MetadataRecord};
use bytes::Bytes;

macro_rules! records {
    ($($name:ident($body:ty, $version:literal),)*) => {
        /// One record of the metadata log.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Record {
            $($name($body),)*
        }

        impl Record {
            /// The value of the record in the log, in the version that Kafka 4.3 writes.
            pub fn encode(&self) -> Result<Bytes, EncodeError> {
                match self {
                    $(Record::$name(body) => encode_metadata_record(body, $version),)*
                }
            }

            /// Reads the value of a record of the log.
            pub fn decode(value: Bytes) -> Result<Record, DecodeError> {
                let frame = MetadataFrame::parse(value)?;
                match frame.record_type {
                    $(<$body>::RECORD_TYPE => frame.decode().map(Record::$name),)*
                    other => Err(DecodeError::UnknownType {
                        what: "metadata record type",
                        value: other.into(),
                    }),
                }
            }
        }

        $(impl From<$body> for Record {
            fn from(body: $body) -> Self {
                Record::$name(body)
            }
        })*
    };
}

records! {
    RegisterBroker(RegisterBrokerRecord, 3),
    BrokerRegistrationChange(BrokerRegistrationChangeRecord, 2),
    FeatureLevel(FeatureLevelRecord, 0),
    Topic(TopicRecord, 0),
    RemoveTopic(RemoveTopicRecord, 0),
    Partition(PartitionRecord, 2),
    PartitionChange(PartitionChangeRecord, 2),
    Config(ConfigRecord, 0),
    ClientQuota(ClientQuotaRecord, 0),
    ProducerIds(ProducerIdsRecord, 0),
    UserScramCredential(UserScramCredentialRecord, 0),
    RemoveUserScramCredential(RemoveUserScramCredentialRecord, 0),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Uuid;

    #[test]
    fn what_is_written_is_read() {
        let records: [Record; 3] = [
            TopicRecord {
                name: "t".into(),
                topic_id: Uuid([7; 16]),
                ..Default::default()
            }
            .into(),
            PartitionRecord {
                topic_id: Uuid([7; 16]),
                replicas: vec![1, 2],
                isr: vec![1, 2],
                directories: vec![Uuid([1; 16]), Uuid([2; 16])],
                ..Default::default()
            }
            .into(),
            ConfigRecord {
                resource_type: 4,
                name: "min.insync.replicas".into(),
                value: Some("1".into()),
                ..Default::default()
            }
            .into(),
        ];
        for record in records {
            let bytes = record.encode().expect("encodes");
            assert_eq!(Record::decode(bytes), Ok(record));
        }
    }

    #[test]
    fn a_record_of_a_later_kafka_is_refused() {
        assert!(Record::decode(Bytes::from_static(&[1, 99, 0])).is_err());
    }
}
