//! The numbers of Kafka's APIs, with the names and versions that Apache Kafka 4.3.1 has for them.
//!
//! Every API is here, also those that nobody in this project serves: the protocol log names what
//! clients ask for, and the header of any request can be read.

use std::fmt;

/// Number of an API: the first field of every request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiKey(pub i16);

struct Facts {
    name: &'static str,
    flexible_from: i16,
    served: Option<(i16, i16)>,
}

macro_rules! api_keys {
    ($(($key:literal, $constant:ident, $name:literal, $flexible:expr, $served:expr),)*) => {
        impl ApiKey {
            $(pub const $constant: ApiKey = ApiKey($key);)*
        }
        /// In the order of the keys, without a gap, from 0 on.
        static FACTS: &[Facts] = &[$(Facts {
            name: $name,
            flexible_from: $flexible,
            served: $served,
        },)*];
    };
}

impl ApiKey {
    /// Whether Kafka 4.3 knows this API.
    pub fn is_known(self) -> bool {
        self.facts().is_some()
    }

    /// The name, such as `Produce`; `Unknown` for a number that Kafka 4.3 does not know.
    pub fn name(self) -> &'static str {
        self.facts().map_or("Unknown", |facts| facts.name)
    }

    /// The versions that a broker of Apache Kafka 4.3.1 advertises, first and last; `None` for what only
    /// controllers serve, what is gone, and client telemetry without a receiver. Produce is advertised
    /// from 0 on although requests below 3 are refused (KAFKA-18659).
    pub fn served_by_kafka(self) -> Option<(i16, i16)> {
        self.facts()?.served
    }

    /// The version of the request header that goes with this version of the API; `None` if the API is unknown.
    pub fn request_header_version(self, version: i16) -> Option<i16> {
        Some(if version >= self.facts()?.flexible_from {
            2
        } else {
            1
        })
    }

    /// The version of the response header. Always 0 for ApiVersions, so that a client can read the
    /// answer of a broker whose versions it does not know yet (KIP-511).
    pub fn response_header_version(self, version: i16) -> Option<i16> {
        let flexible = version >= self.facts()?.flexible_from;
        Some(i16::from(flexible && self != Self::API_VERSIONS))
    }

    /// Every API that Kafka 4.3 knows, in order.
    pub fn all() -> impl Iterator<Item = ApiKey> {
        (0..).zip(FACTS).map(|(key, _)| ApiKey(key))
    }

    fn facts(self) -> Option<&'static Facts> {
        FACTS.get(usize::try_from(self.0).ok()?)
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name(), self.0)
    }
}

// Key, constant, name, first flexible version, versions advertised by a 4.3.1 broker.
api_keys! {
    (0, PRODUCE, "Produce", 9, Some((0, 13))),
    (1, FETCH, "Fetch", 12, Some((4, 18))),
    (2, LIST_OFFSETS, "ListOffsets", 6, Some((1, 11))),
    (3, METADATA, "Metadata", 9, Some((0, 13))),
    (4, LEADER_AND_ISR, "LeaderAndIsr", i16::MAX, None),
    (5, STOP_REPLICA, "StopReplica", i16::MAX, None),
    (6, UPDATE_METADATA, "UpdateMetadata", i16::MAX, None),
    (7, CONTROLLED_SHUTDOWN, "ControlledShutdown", i16::MAX, None),
    (8, OFFSET_COMMIT, "OffsetCommit", 8, Some((2, 10))),
    (9, OFFSET_FETCH, "OffsetFetch", 6, Some((1, 10))),
    (10, FIND_COORDINATOR, "FindCoordinator", 3, Some((0, 6))),
    (11, JOIN_GROUP, "JoinGroup", 6, Some((0, 9))),
    (12, HEARTBEAT, "Heartbeat", 4, Some((0, 4))),
    (13, LEAVE_GROUP, "LeaveGroup", 4, Some((0, 5))),
    (14, SYNC_GROUP, "SyncGroup", 4, Some((0, 5))),
    (15, DESCRIBE_GROUPS, "DescribeGroups", 5, Some((0, 6))),
    (16, LIST_GROUPS, "ListGroups", 3, Some((0, 5))),
    (17, SASL_HANDSHAKE, "SaslHandshake", i16::MAX, Some((0, 1))),
    (18, API_VERSIONS, "ApiVersions", 3, Some((0, 4))),
    (19, CREATE_TOPICS, "CreateTopics", 5, Some((2, 7))),
    (20, DELETE_TOPICS, "DeleteTopics", 4, Some((1, 6))),
    (21, DELETE_RECORDS, "DeleteRecords", 2, Some((0, 2))),
    (22, INIT_PRODUCER_ID, "InitProducerId", 2, Some((0, 5))),
    (23, OFFSET_FOR_LEADER_EPOCH, "OffsetForLeaderEpoch", 4, Some((2, 4))),
    (24, ADD_PARTITIONS_TO_TXN, "AddPartitionsToTxn", 3, Some((0, 5))),
    (25, ADD_OFFSETS_TO_TXN, "AddOffsetsToTxn", 3, Some((0, 4))),
    (26, END_TXN, "EndTxn", 3, Some((0, 5))),
    (27, WRITE_TXN_MARKERS, "WriteTxnMarkers", 1, Some((1, 2))),
    (28, TXN_OFFSET_COMMIT, "TxnOffsetCommit", 3, Some((0, 5))),
    (29, DESCRIBE_ACLS, "DescribeAcls", 2, Some((1, 3))),
    (30, CREATE_ACLS, "CreateAcls", 2, Some((1, 3))),
    (31, DELETE_ACLS, "DeleteAcls", 2, Some((1, 3))),
    (32, DESCRIBE_CONFIGS, "DescribeConfigs", 4, Some((1, 4))),
    (33, ALTER_CONFIGS, "AlterConfigs", 2, Some((0, 2))),
    (34, ALTER_REPLICA_LOG_DIRS, "AlterReplicaLogDirs", 2, Some((1, 2))),
    (35, DESCRIBE_LOG_DIRS, "DescribeLogDirs", 2, Some((1, 5))),
    (36, SASL_AUTHENTICATE, "SaslAuthenticate", 2, Some((0, 2))),
    (37, CREATE_PARTITIONS, "CreatePartitions", 2, Some((0, 3))),
    (38, CREATE_DELEGATION_TOKEN, "CreateDelegationToken", 2, Some((1, 3))),
    (39, RENEW_DELEGATION_TOKEN, "RenewDelegationToken", 2, Some((1, 2))),
    (40, EXPIRE_DELEGATION_TOKEN, "ExpireDelegationToken", 2, Some((1, 2))),
    (41, DESCRIBE_DELEGATION_TOKEN, "DescribeDelegationToken", 2, Some((1, 3))),
    (42, DELETE_GROUPS, "DeleteGroups", 2, Some((0, 2))),
    (43, ELECT_LEADERS, "ElectLeaders", 2, Some((0, 2))),
    (44, INCREMENTAL_ALTER_CONFIGS, "IncrementalAlterConfigs", 1, Some((0, 1))),
    (45, ALTER_PARTITION_REASSIGNMENTS, "AlterPartitionReassignments", 0, Some((0, 1))),
    (46, LIST_PARTITION_REASSIGNMENTS, "ListPartitionReassignments", 0, Some((0, 0))),
    (47, OFFSET_DELETE, "OffsetDelete", i16::MAX, Some((0, 0))),
    (48, DESCRIBE_CLIENT_QUOTAS, "DescribeClientQuotas", 1, Some((0, 1))),
    (49, ALTER_CLIENT_QUOTAS, "AlterClientQuotas", 1, Some((0, 1))),
    (50, DESCRIBE_USER_SCRAM_CREDENTIALS, "DescribeUserScramCredentials", 0, Some((0, 0))),
    (51, ALTER_USER_SCRAM_CREDENTIALS, "AlterUserScramCredentials", 0, Some((0, 0))),
    (52, VOTE, "Vote", 0, None),
    (53, BEGIN_QUORUM_EPOCH, "BeginQuorumEpoch", 1, None),
    (54, END_QUORUM_EPOCH, "EndQuorumEpoch", 1, None),
    (55, DESCRIBE_QUORUM, "DescribeQuorum", 0, Some((0, 2))),
    (56, ALTER_PARTITION, "AlterPartition", 0, None),
    (57, UPDATE_FEATURES, "UpdateFeatures", 0, Some((0, 2))),
    (58, ENVELOPE, "Envelope", 0, None),
    (59, FETCH_SNAPSHOT, "FetchSnapshot", 0, None),
    (60, DESCRIBE_CLUSTER, "DescribeCluster", 0, Some((0, 2))),
    (61, DESCRIBE_PRODUCERS, "DescribeProducers", 0, Some((0, 0))),
    (62, BROKER_REGISTRATION, "BrokerRegistration", 0, None),
    (63, BROKER_HEARTBEAT, "BrokerHeartbeat", 0, None),
    (64, UNREGISTER_BROKER, "UnregisterBroker", 0, Some((0, 0))),
    (65, DESCRIBE_TRANSACTIONS, "DescribeTransactions", 0, Some((0, 0))),
    (66, LIST_TRANSACTIONS, "ListTransactions", 0, Some((0, 2))),
    (67, ALLOCATE_PRODUCER_IDS, "AllocateProducerIds", 0, None),
    (68, CONSUMER_GROUP_HEARTBEAT, "ConsumerGroupHeartbeat", 0, Some((0, 1))),
    (69, CONSUMER_GROUP_DESCRIBE, "ConsumerGroupDescribe", 0, Some((0, 1))),
    (70, CONTROLLER_REGISTRATION, "ControllerRegistration", 0, None),
    (71, GET_TELEMETRY_SUBSCRIPTIONS, "GetTelemetrySubscriptions", 0, None),
    (72, PUSH_TELEMETRY, "PushTelemetry", 0, None),
    (73, ASSIGN_REPLICAS_TO_DIRS, "AssignReplicasToDirs", 0, None),
    (74, LIST_CONFIG_RESOURCES, "ListConfigResources", 0, Some((0, 1))),
    (75, DESCRIBE_TOPIC_PARTITIONS, "DescribeTopicPartitions", 0, Some((0, 0))),
    (76, SHARE_GROUP_HEARTBEAT, "ShareGroupHeartbeat", 0, Some((1, 1))),
    (77, SHARE_GROUP_DESCRIBE, "ShareGroupDescribe", 0, Some((1, 1))),
    (78, SHARE_FETCH, "ShareFetch", 0, Some((1, 2))),
    (79, SHARE_ACKNOWLEDGE, "ShareAcknowledge", 0, Some((1, 2))),
    (80, ADD_RAFT_VOTER, "AddRaftVoter", 0, Some((0, 1))),
    (81, REMOVE_RAFT_VOTER, "RemoveRaftVoter", 0, Some((0, 0))),
    (82, UPDATE_RAFT_VOTER, "UpdateRaftVoter", 0, None),
    (83, INITIALIZE_SHARE_GROUP_STATE, "InitializeShareGroupState", 0, Some((0, 0))),
    (84, READ_SHARE_GROUP_STATE, "ReadShareGroupState", 0, Some((0, 0))),
    (85, WRITE_SHARE_GROUP_STATE, "WriteShareGroupState", 0, Some((0, 1))),
    (86, DELETE_SHARE_GROUP_STATE, "DeleteShareGroupState", 0, Some((0, 0))),
    (87, READ_SHARE_GROUP_STATE_SUMMARY, "ReadShareGroupStateSummary", 0, Some((0, 1))),
    (88, STREAMS_GROUP_HEARTBEAT, "StreamsGroupHeartbeat", 0, Some((0, 0))),
    (89, STREAMS_GROUP_DESCRIBE, "StreamsGroupDescribe", 0, Some((0, 0))),
    (90, DESCRIBE_SHARE_GROUP_OFFSETS, "DescribeShareGroupOffsets", 0, Some((0, 1))),
    (91, ALTER_SHARE_GROUP_OFFSETS, "AlterShareGroupOffsets", 0, Some((0, 0))),
    (92, DELETE_SHARE_GROUP_OFFSETS, "DeleteShareGroupOffsets", 0, Some((0, 0))),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_headers_of_known_and_unknown_apis() {
        assert_eq!(ApiKey::FETCH.to_string(), "Fetch");
        assert_eq!(ApiKey::DELETE_SHARE_GROUP_OFFSETS, ApiKey(92));
        assert_eq!(ApiKey::all().count(), 93);
        assert_eq!(ApiKey(93).name(), "Unknown");
        assert_eq!(ApiKey(-1).request_header_version(0), None);
        assert_eq!(ApiKey::FETCH.request_header_version(11), Some(1));
        assert_eq!(ApiKey::FETCH.request_header_version(12), Some(2));
        assert_eq!(ApiKey::FETCH.response_header_version(12), Some(1));
        assert_eq!(ApiKey::API_VERSIONS.request_header_version(3), Some(2));
        assert_eq!(ApiKey::API_VERSIONS.response_header_version(3), Some(0));
    }

    #[test]
    fn produce_is_advertised_from_zero() {
        assert_eq!(ApiKey::PRODUCE.served_by_kafka(), Some((0, 13)));
        assert_eq!(ApiKey::VOTE.served_by_kafka(), None);
        assert_eq!(ApiKey::GET_TELEMETRY_SUBSCRIPTIONS.served_by_kafka(), None);
    }
}
