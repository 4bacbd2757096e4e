//! Kafka's error codes, with the names and words that Kafka's own clients show for them.
//!
//! The facts are those of `org.apache.kafka.common.protocol.Errors` in Apache Kafka 4.3.1.

use std::fmt;

/// An error code as responses carry it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ErrorCode(pub i16);

/// What a client may do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// Nothing: the same request would fail again.
    Final,
    /// Send the request again.
    Retriable,
    /// Ask for fresh metadata or for the coordinator, then send the request again.
    StaleMetadata,
}

struct Facts {
    code: i16,
    name: &'static str,
    remedy: Remedy,
    exception: &'static str,
    message: &'static str,
}

macro_rules! error_codes {
    ($(($code:literal, $name:ident, $remedy:ident, $exception:literal, $message:literal),)*) => {
        impl ErrorCode {
            $(#[doc = $message] pub const $name: ErrorCode = ErrorCode($code);)*
        }
        /// In the order of the codes, without a gap, from -1 on.
        static FACTS: &[Facts] = &[$(Facts {
            code: $code,
            name: stringify!($name),
            remedy: Remedy::$remedy,
            exception: $exception,
            message: $message,
        },)*];
    };
}

impl ErrorCode {
    /// The code, or `UNKNOWN_SERVER_ERROR` for a number that Kafka 4.3 does not know, as its clients read it.
    pub fn from_code(code: i16) -> ErrorCode {
        if Self::lookup(code).is_some() {
            ErrorCode(code)
        } else {
            Self::UNKNOWN_SERVER_ERROR
        }
    }

    pub fn code(self) -> i16 {
        self.0
    }

    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The name, such as `UNKNOWN_TOPIC_OR_PARTITION`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// Simple name of the Java exception, such as `UnknownTopicOrPartitionException`; empty for `NONE`.
    pub fn exception_name(self) -> &'static str {
        self.facts().exception
    }

    /// Full name of the Java exception, as Kafka's tools print it; empty for `NONE`.
    pub fn exception_class(self) -> String {
        match self {
            Self::NONE => String::new(),
            Self::INVALID_RECORD => "org.apache.kafka.common.InvalidRecordException".to_owned(),
            _ => format!("org.apache.kafka.common.errors.{}", self.exception_name()),
        }
    }

    /// The words that go with the code when a response brings none of its own.
    pub fn message(self) -> &'static str {
        self.facts().message
    }

    /// Whether a client may send the request again.
    pub fn is_retriable(self) -> bool {
        self.facts().remedy != Remedy::Final
    }

    /// Whether a client should ask for fresh metadata, or for the coordinator, before it sends the request
    /// again (`RefreshRetriableException`).
    pub fn needs_refresh(self) -> bool {
        self.facts().remedy == Remedy::StaleMetadata
    }

    /// Every code that Kafka 4.3 knows, in order.
    pub fn all() -> impl Iterator<Item = ErrorCode> {
        FACTS.iter().map(|facts| ErrorCode(facts.code))
    }

    /// The code of this name.
    pub fn from_name(name: &str) -> Option<ErrorCode> {
        FACTS
            .iter()
            .find(|facts| facts.name == name)
            .map(|facts| ErrorCode(facts.code))
    }

    fn lookup(code: i16) -> Option<&'static Facts> {
        FACTS.get(usize::try_from(i32::from(code) + 1).ok()?)
    }

    fn facts(self) -> &'static Facts {
        Self::lookup(self.0).unwrap_or(&FACTS[0])
    }
}

impl From<ErrorCode> for i16 {
    fn from(error: ErrorCode) -> i16 {
        error.0
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name(), self.0)
    }
}

error_codes! {
    (-1, UNKNOWN_SERVER_ERROR, Final, "UnknownServerException",
        "The server experienced an unexpected error when processing the request."),
    (0, NONE, Final, "", "NONE"),
    (1, OFFSET_OUT_OF_RANGE, Final, "OffsetOutOfRangeException",
        "The requested offset is not within the range of offsets maintained by the server."),
    (2, CORRUPT_MESSAGE, Retriable, "CorruptRecordException",
        "This message has failed its CRC checksum, exceeds the valid size, has a null key for a \
         compacted topic, or is otherwise corrupt."),
    (3, UNKNOWN_TOPIC_OR_PARTITION, StaleMetadata, "UnknownTopicOrPartitionException",
        "This server does not host this topic-partition."),
    (4, INVALID_FETCH_SIZE, Final, "InvalidFetchSizeException",
        "The requested fetch size is invalid."),
    (5, LEADER_NOT_AVAILABLE, StaleMetadata, "LeaderNotAvailableException",
        "There is no leader for this topic-partition as we are in the middle of a leadership \
         election."),
    (6, NOT_LEADER_OR_FOLLOWER, StaleMetadata, "NotLeaderOrFollowerException",
        "For requests intended only for the leader, this error indicates that the broker is not \
         the current leader. For requests intended for any replica, this error indicates that \
         the broker is not a replica of the topic partition."),
    (7, REQUEST_TIMED_OUT, Retriable, "TimeoutException", "The request timed out."),
    (8, BROKER_NOT_AVAILABLE, Final, "BrokerNotAvailableException", "The broker is not available."),
    (9, REPLICA_NOT_AVAILABLE, StaleMetadata, "ReplicaNotAvailableException",
        "The replica is not available for the requested topic-partition. Produce/Fetch requests \
         and other requests intended only for the leader or follower return \
         NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the topic-partition."),
    (10, MESSAGE_TOO_LARGE, Final, "RecordTooLargeException",
        "The request included a message larger than the max message size the server will accept."),
    (11, STALE_CONTROLLER_EPOCH, Final, "ControllerMovedException",
        "The controller moved to another broker."),
    (12, OFFSET_METADATA_TOO_LARGE, Final, "OffsetMetadataTooLarge",
        "The metadata field of the offset request was too large."),
    (13, NETWORK_EXCEPTION, StaleMetadata, "NetworkException",
        "The server disconnected before a response was received."),
    (14, COORDINATOR_LOAD_IN_PROGRESS, Retriable, "CoordinatorLoadInProgressException",
        "The coordinator is loading and hence can't process requests."),
    (15, COORDINATOR_NOT_AVAILABLE, StaleMetadata, "CoordinatorNotAvailableException",
        "The coordinator is not available."),
    (16, NOT_COORDINATOR, StaleMetadata, "NotCoordinatorException",
        "This is not the correct coordinator."),
    (17, INVALID_TOPIC_EXCEPTION, Final, "InvalidTopicException",
        "The request attempted to perform an operation on an invalid topic."),
    (18, RECORD_LIST_TOO_LARGE, Final, "RecordBatchTooLargeException",
        "The request included message batch larger than the configured segment size on the \
         server."),
    (19, NOT_ENOUGH_REPLICAS, Retriable, "NotEnoughReplicasException",
        "Messages are rejected since there are fewer in-sync replicas than required."),
    (20, NOT_ENOUGH_REPLICAS_AFTER_APPEND, Retriable, "NotEnoughReplicasAfterAppendException",
        "Messages are written to the log, but to fewer in-sync replicas than required."),
    (21, INVALID_REQUIRED_ACKS, Final, "InvalidRequiredAcksException",
        "Produce request specified an invalid value for required acks."),
    (22, ILLEGAL_GENERATION, Final, "IllegalGenerationException",
        "Specified group generation id is not valid."),
    (23, INCONSISTENT_GROUP_PROTOCOL, Final, "InconsistentGroupProtocolException",
        "The group member's supported protocols are incompatible with those of existing members \
         or first group member tried to join with empty protocol type or empty protocol list."),
    (24, INVALID_GROUP_ID, Final, "InvalidGroupIdException", "The group id is invalid."),
    (25, UNKNOWN_MEMBER_ID, Final, "UnknownMemberIdException",
        "The coordinator is not aware of this member."),
    (26, INVALID_SESSION_TIMEOUT, Final, "InvalidSessionTimeoutException",
        "The session timeout is not within the range allowed by the broker (as configured by \
         group.min.session.timeout.ms and group.max.session.timeout.ms)."),
    (27, REBALANCE_IN_PROGRESS, Final, "RebalanceInProgressException",
        "The group is rebalancing, so a rejoin is needed."),
    (28, INVALID_COMMIT_OFFSET_SIZE, Final, "InvalidCommitOffsetSizeException",
        "The committing offset data size is not valid."),
    (29, TOPIC_AUTHORIZATION_FAILED, Final, "TopicAuthorizationException",
        "Topic authorization failed."),
    (30, GROUP_AUTHORIZATION_FAILED, Final, "GroupAuthorizationException",
        "Group authorization failed."),
    (31, CLUSTER_AUTHORIZATION_FAILED, Final, "ClusterAuthorizationException",
        "Cluster authorization failed."),
    (32, INVALID_TIMESTAMP, Final, "InvalidTimestampException",
        "The timestamp of the message is out of acceptable range."),
    (33, UNSUPPORTED_SASL_MECHANISM, Final, "UnsupportedSaslMechanismException",
        "The broker does not support the requested SASL mechanism."),
    (34, ILLEGAL_SASL_STATE, Final, "IllegalSaslStateException",
        "Request is not valid given the current SASL state."),
    (35, UNSUPPORTED_VERSION, Final, "UnsupportedVersionException",
        "The version of API is not supported."),
    (36, TOPIC_ALREADY_EXISTS, Final, "TopicExistsException",
        "Topic with this name already exists."),
    (37, INVALID_PARTITIONS, Final, "InvalidPartitionsException",
        "Number of partitions is below 1."),
    (38, INVALID_REPLICATION_FACTOR, Final, "InvalidReplicationFactorException",
        "Replication factor is below 1 or larger than the number of available brokers."),
    (39, INVALID_REPLICA_ASSIGNMENT, Final, "InvalidReplicaAssignmentException",
        "Replica assignment is invalid."),
    (40, INVALID_CONFIG, Final, "InvalidConfigurationException", "Configuration is invalid."),
    (41, NOT_CONTROLLER, Retriable, "NotControllerException",
        "This is not the correct controller for this cluster."),
    (42, INVALID_REQUEST, Final, "InvalidRequestException",
        "This most likely occurs because of a request being malformed by the client library or \
         the message was sent to an incompatible broker. See the broker logs for more details."),
    (43, UNSUPPORTED_FOR_MESSAGE_FORMAT, Final, "UnsupportedForMessageFormatException",
        "The message format version on the broker does not support the request."),
    (44, POLICY_VIOLATION, Final, "PolicyViolationException",
        "Request parameters do not satisfy the configured policy."),
    (45, OUT_OF_ORDER_SEQUENCE_NUMBER, Final, "OutOfOrderSequenceException",
        "The broker received an out of order sequence number."),
    (46, DUPLICATE_SEQUENCE_NUMBER, Final, "DuplicateSequenceException",
        "The broker received a duplicate sequence number."),
    (47, INVALID_PRODUCER_EPOCH, Final, "InvalidProducerEpochException",
        "Producer attempted to produce with an old epoch."),
    (48, INVALID_TXN_STATE, Final, "InvalidTxnStateException",
        "The producer attempted a transactional operation in an invalid state."),
    (49, INVALID_PRODUCER_ID_MAPPING, Final, "InvalidPidMappingException",
        "The producer attempted to use a producer id which is not currently assigned to its \
         transactional id."),
    (50, INVALID_TRANSACTION_TIMEOUT, Final, "InvalidTxnTimeoutException",
        "The transaction timeout is larger than the maximum value allowed by the broker (as \
         configured by transaction.max.timeout.ms)."),
    (51, CONCURRENT_TRANSACTIONS, Retriable, "ConcurrentTransactionsException",
        "The producer attempted to update a transaction while another concurrent operation on \
         the same transaction was ongoing."),
    (52, TRANSACTION_COORDINATOR_FENCED, Final, "TransactionCoordinatorFencedException",
        "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the \
         current coordinator for a given producer."),
    (53, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, Final, "TransactionalIdAuthorizationException",
        "Transactional Id authorization failed."),
    (54, SECURITY_DISABLED, Final, "SecurityDisabledException", "Security features are disabled."),
    (55, OPERATION_NOT_ATTEMPTED, Final, "OperationNotAttemptedException",
        "The broker did not attempt to execute this operation. This may happen for batched RPCs \
         where some operations in the batch failed, causing the broker to respond without \
         trying the rest."),
    (56, KAFKA_STORAGE_ERROR, StaleMetadata, "KafkaStorageException",
        "Disk error when trying to access log file on the disk."),
    (57, LOG_DIR_NOT_FOUND, Final, "LogDirNotFoundException",
        "The user-specified log directory is not found in the broker config."),
    (58, SASL_AUTHENTICATION_FAILED, Final, "SaslAuthenticationException",
        "SASL Authentication failed."),
    (59, UNKNOWN_PRODUCER_ID, Final, "UnknownProducerIdException",
        "This exception is raised by the broker if it could not locate the producer metadata \
         associated with the producerId in question. This could happen if, for instance, the \
         producer's records were deleted because their retention time had elapsed. Once the \
         last records of the producerId are removed, the producer's metadata is removed from \
         the broker, and future appends by the producer will return this exception."),
    (60, REASSIGNMENT_IN_PROGRESS, Final, "ReassignmentInProgressException",
        "A partition reassignment is in progress."),
    (61, DELEGATION_TOKEN_AUTH_DISABLED, Final, "DelegationTokenDisabledException",
        "Delegation Token feature is not enabled."),
    (62, DELEGATION_TOKEN_NOT_FOUND, Final, "DelegationTokenNotFoundException",
        "Delegation Token is not found on server."),
    (63, DELEGATION_TOKEN_OWNER_MISMATCH, Final, "DelegationTokenOwnerMismatchException",
        "Specified Principal is not valid Owner/Renewer."),
    (64, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, Final, "UnsupportedByAuthenticationException",
        "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on \
         delegation token authenticated channels."),
    (65, DELEGATION_TOKEN_AUTHORIZATION_FAILED, Final, "DelegationTokenAuthorizationException",
        "Delegation Token authorization failed."),
    (66, DELEGATION_TOKEN_EXPIRED, Final, "DelegationTokenExpiredException",
        "Delegation Token is expired."),
    (67, INVALID_PRINCIPAL_TYPE, Final, "InvalidPrincipalTypeException",
        "Supplied principalType is not supported."),
    (68, NON_EMPTY_GROUP, Final, "GroupNotEmptyException", "The group is not empty."),
    (69, GROUP_ID_NOT_FOUND, Final, "GroupIdNotFoundException", "The group id does not exist."),
    (70, FETCH_SESSION_ID_NOT_FOUND, Retriable, "FetchSessionIdNotFoundException",
        "The fetch session ID was not found."),
    (71, INVALID_FETCH_SESSION_EPOCH, Retriable, "InvalidFetchSessionEpochException",
        "The fetch session epoch is invalid."),
    (72, LISTENER_NOT_FOUND, StaleMetadata, "ListenerNotFoundException",
        "There is no listener on the leader broker that matches the listener on which metadata \
         request was processed."),
    (73, TOPIC_DELETION_DISABLED, Final, "TopicDeletionDisabledException",
        "Topic deletion is disabled."),
    (74, FENCED_LEADER_EPOCH, StaleMetadata, "FencedLeaderEpochException",
        "The leader epoch in the request is older than the epoch on the broker."),
    (75, UNKNOWN_LEADER_EPOCH, Retriable, "UnknownLeaderEpochException",
        "The leader epoch in the request is newer than the epoch on the broker."),
    (76, UNSUPPORTED_COMPRESSION_TYPE, Final, "UnsupportedCompressionTypeException",
        "The requesting client does not support the compression type of given partition."),
    (77, STALE_BROKER_EPOCH, Final, "StaleBrokerEpochException", "Broker epoch has changed."),
    (78, OFFSET_NOT_AVAILABLE, Retriable, "OffsetNotAvailableException",
        "The leader high watermark has not caught up from a recent leader election so the \
         offsets cannot be guaranteed to be monotonically increasing."),
    (79, MEMBER_ID_REQUIRED, Final, "MemberIdRequiredException",
        "The group member needs to have a valid member id before actually entering a consumer \
         group."),
    (80, PREFERRED_LEADER_NOT_AVAILABLE, StaleMetadata, "PreferredLeaderNotAvailableException",
        "The preferred leader was not available."),
    (81, GROUP_MAX_SIZE_REACHED, Final, "GroupMaxSizeReachedException",
        "The group has reached its maximum size."),
    (82, FENCED_INSTANCE_ID, Final, "FencedInstanceIdException",
        "The broker rejected this static consumer since another consumer with the same \
         group.instance.id has registered with a different member.id."),
    (83, ELIGIBLE_LEADERS_NOT_AVAILABLE, StaleMetadata, "EligibleLeadersNotAvailableException",
        "Eligible topic partition leaders are not available."),
    (84, ELECTION_NOT_NEEDED, StaleMetadata, "ElectionNotNeededException",
        "Leader election not needed for topic partition."),
    (85, NO_REASSIGNMENT_IN_PROGRESS, Final, "NoReassignmentInProgressException",
        "No partition reassignment is in progress."),
    (86, GROUP_SUBSCRIBED_TO_TOPIC, Final, "GroupSubscribedToTopicException",
        "Deleting offsets of a topic is forbidden while the consumer group is actively \
         subscribed to it."),
    (87, INVALID_RECORD, Final, "InvalidRecordException",
        "This record has failed the validation on broker and hence will be rejected."),
    (88, UNSTABLE_OFFSET_COMMIT, Retriable, "UnstableOffsetCommitException",
        "There are unstable offsets that need to be cleared."),
    (89, THROTTLING_QUOTA_EXCEEDED, Retriable, "ThrottlingQuotaExceededException",
        "The throttling quota has been exceeded."),
    (90, PRODUCER_FENCED, Final, "ProducerFencedException",
        "There is a newer producer with the same transactionalId which fences the current one."),
    (91, RESOURCE_NOT_FOUND, Final, "ResourceNotFoundException",
        "A request illegally referred to a resource that does not exist."),
    (92, DUPLICATE_RESOURCE, Final, "DuplicateResourceException",
        "A request illegally referred to the same resource twice."),
    (93, UNACCEPTABLE_CREDENTIAL, Final, "UnacceptableCredentialException",
        "Requested credential would not meet criteria for acceptability."),
    (94, INCONSISTENT_VOTER_SET, Final, "InconsistentVoterSetException",
        "Indicates that the either the sender or recipient of a voter-only request is not one \
         of the expected voters."),
    (95, INVALID_UPDATE_VERSION, Final, "InvalidUpdateVersionException",
        "The given update version was invalid."),
    (96, FEATURE_UPDATE_FAILED, Final, "FeatureUpdateFailedException",
        "Unable to update finalized features due to an unexpected server error."),
    (97, PRINCIPAL_DESERIALIZATION_FAILURE, Final, "PrincipalDeserializationException",
        "Request principal deserialization failed during forwarding. This indicates an internal \
         error on the broker cluster security setup."),
    (98, SNAPSHOT_NOT_FOUND, Final, "SnapshotNotFoundException",
        "Requested snapshot was not found."),
    (99, POSITION_OUT_OF_RANGE, Final, "PositionOutOfRangeException",
        "Requested position is not greater than or equal to zero, and less than the size of the \
         snapshot."),
    (100, UNKNOWN_TOPIC_ID, StaleMetadata, "UnknownTopicIdException",
        "This server does not host this topic ID."),
    (101, DUPLICATE_BROKER_REGISTRATION, Final, "DuplicateBrokerRegistrationException",
        "This broker ID is already in use."),
    (102, BROKER_ID_NOT_REGISTERED, Final, "BrokerIdNotRegisteredException",
        "The given broker ID was not registered."),
    (103, INCONSISTENT_TOPIC_ID, StaleMetadata, "InconsistentTopicIdException",
        "The log's topic ID did not match the topic ID in the request."),
    (104, INCONSISTENT_CLUSTER_ID, Final, "InconsistentClusterIdException",
        "The clusterId in the request does not match that found on the server."),
    (105, TRANSACTIONAL_ID_NOT_FOUND, Final, "TransactionalIdNotFoundException",
        "The transactionalId could not be found."),
    (106, FETCH_SESSION_TOPIC_ID_ERROR, Retriable, "FetchSessionTopicIdException",
        "The fetch session encountered inconsistent topic ID usage."),
    (107, INELIGIBLE_REPLICA, Final, "IneligibleReplicaException",
        "The new ISR contains at least one ineligible replica."),
    (108, NEW_LEADER_ELECTED, Final, "NewLeaderElectedException",
        "The AlterPartition request successfully updated the partition state but the leader has \
         changed."),
    (109, OFFSET_MOVED_TO_TIERED_STORAGE, Final, "OffsetMovedToTieredStorageException",
        "The requested offset is moved to tiered storage."),
    (110, FENCED_MEMBER_EPOCH, Final, "FencedMemberEpochException",
        "The member epoch is fenced by the group coordinator. The member must abandon all its \
         partitions and rejoin."),
    (111, UNRELEASED_INSTANCE_ID, Final, "UnreleasedInstanceIdException",
        "The instance ID is still used by another member in the consumer group. That member \
         must leave first."),
    (112, UNSUPPORTED_ASSIGNOR, Final, "UnsupportedAssignorException",
        "The assignor or its version range is not supported by the consumer group."),
    (113, STALE_MEMBER_EPOCH, Final, "StaleMemberEpochException",
        "The member epoch is stale. The member must retry after receiving its updated member \
         epoch via the ConsumerGroupHeartbeat API."),
    (114, MISMATCHED_ENDPOINT_TYPE, Final, "MismatchedEndpointTypeException",
        "The request was sent to an endpoint of the wrong type."),
    (115, UNSUPPORTED_ENDPOINT_TYPE, Final, "UnsupportedEndpointTypeException",
        "This endpoint type is not supported yet."),
    (116, UNKNOWN_CONTROLLER_ID, Final, "UnknownControllerIdException",
        "This controller ID is not known."),
    (117, UNKNOWN_SUBSCRIPTION_ID, Final, "UnknownSubscriptionIdException",
        "Client sent a push telemetry request with an invalid or outdated subscription ID."),
    (118, TELEMETRY_TOO_LARGE, Final, "TelemetryTooLargeException",
        "Client sent a push telemetry request larger than the maximum size the broker will \
         accept."),
    (119, INVALID_REGISTRATION, Final, "InvalidRegistrationException",
        "The controller has considered the broker registration to be invalid."),
    (120, TRANSACTION_ABORTABLE, Final, "TransactionAbortableException",
        "The server encountered an error with the transaction. The client can abort the \
         transaction to continue using this transactional ID."),
    (121, INVALID_RECORD_STATE, Final, "InvalidRecordStateException",
        "The record state is invalid. The acknowledgement of delivery could not be completed."),
    (122, SHARE_SESSION_NOT_FOUND, Retriable, "ShareSessionNotFoundException",
        "The share session was not found."),
    (123, INVALID_SHARE_SESSION_EPOCH, Retriable, "InvalidShareSessionEpochException",
        "The share session epoch is invalid."),
    (124, FENCED_STATE_EPOCH, Final, "FencedStateEpochException",
        "The share coordinator rejected the request because the share-group state epoch did not \
         match."),
    (125, INVALID_VOTER_KEY, Final, "InvalidVoterKeyException",
        "The voter key doesn't match the receiving replica's key."),
    (126, DUPLICATE_VOTER, Final, "DuplicateVoterException",
        "The voter is already part of the set of voters."),
    (127, VOTER_NOT_FOUND, Final, "VoterNotFoundException",
        "The voter is not part of the set of voters."),
    (128, INVALID_REGULAR_EXPRESSION, Final, "InvalidRegularExpression",
        "The regular expression is not valid."),
    (129, REBOOTSTRAP_REQUIRED, Final, "RebootstrapRequiredException",
        "Client metadata is stale. The client should rebootstrap to obtain new metadata."),
    (130, STREAMS_INVALID_TOPOLOGY, Final, "StreamsInvalidTopologyException",
        "The supplied topology is invalid."),
    (131, STREAMS_INVALID_TOPOLOGY_EPOCH, Final, "StreamsInvalidTopologyEpochException",
        "The supplied topology epoch is invalid."),
    (132, STREAMS_TOPOLOGY_FENCED, Final, "StreamsTopologyFencedException",
        "The supplied topology epoch is outdated."),
    (133, SHARE_SESSION_LIMIT_REACHED, Retriable, "ShareSessionLimitReachedException",
        "The limit of share sessions has been reached."),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_no_gap_and_names_lead_back_to_them() {
        for (i, error) in ErrorCode::all().enumerate() {
            assert_eq!(usize::try_from(error.0 + 1), Ok(i), "{error}");
            assert_eq!(ErrorCode::from_name(error.name()), Some(error));
            assert_eq!(ErrorCode::from_code(error.0), error);
        }
        assert_eq!(ErrorCode::all().last(), Some(ErrorCode(133)));
    }

    #[test]
    fn an_unknown_code_reads_as_unknown_server_error() {
        for code in [-2, 134, i16::MAX, i16::MIN] {
            assert_eq!(ErrorCode::from_code(code), ErrorCode::UNKNOWN_SERVER_ERROR);
            assert_eq!(ErrorCode(code).name(), "UNKNOWN_SERVER_ERROR");
        }
    }

    #[test]
    fn the_facts_are_those_of_the_java_clients() {
        let error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        assert_eq!(error.code(), 3);
        assert_eq!(
            error.message(),
            "This server does not host this topic-partition."
        );
        assert_eq!(
            error.exception_class(),
            "org.apache.kafka.common.errors.UnknownTopicOrPartitionException"
        );
        assert!(error.is_retriable() && error.needs_refresh());
        assert!(ErrorCode::REQUEST_TIMED_OUT.is_retriable());
        assert!(!ErrorCode::REQUEST_TIMED_OUT.needs_refresh());
        assert!(!ErrorCode::OFFSET_OUT_OF_RANGE.is_retriable());
    }
}
