//! The one table of what we serve: key, name and version range of every API.
//!
//! ApiVersions is answered from it, requests are admitted by it, and the table in `docs/COMPAT.md`
//! is checked against it. An API that is not here is not advertised and not served.

/// One API that we serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Api {
    pub key: i16,
    /// As Kafka's `ApiKeys` spells it.
    pub name: &'static str,
    /// The least version that we admit.
    pub min_version: i16,
    pub max_version: i16,
    /// The least version that ApiVersions names. It differs for Produce alone: librdkafka before
    /// 2.11 would otherwise send everything uncompressed (KAFKA-18659), while versions 0 to 2 are
    /// refused as in Kafka 4.
    pub advertised_min: i16,
}

const fn api(key: i16, name: &'static str, min_version: i16, max_version: i16) -> Api {
    Api {
        key,
        name,
        min_version,
        max_version,
        advertised_min: min_version,
    }
}

/// The key of ApiVersions, whose handling differs in several places.
pub const API_VERSIONS: i16 = 18;
/// The key of Produce.
pub const PRODUCE: i16 = 0;

/// All APIs by key. The ranges are those of Kafka 4.3.
pub const APIS: &[Api] = &[
    Api {
        advertised_min: 0,
        ..api(0, "Produce", 3, 13)
    },
    api(1, "Fetch", 4, 18),
    api(2, "ListOffsets", 1, 11),
    api(3, "Metadata", 0, 13),
    api(8, "OffsetCommit", 2, 10),
    api(9, "OffsetFetch", 1, 10),
    api(10, "FindCoordinator", 0, 6),
    api(11, "JoinGroup", 0, 9),
    api(12, "Heartbeat", 0, 4),
    api(13, "LeaveGroup", 0, 5),
    api(14, "SyncGroup", 0, 5),
    api(15, "DescribeGroups", 0, 6),
    api(16, "ListGroups", 0, 5),
    api(18, "ApiVersions", 0, 4),
    api(19, "CreateTopics", 2, 7),
    api(20, "DeleteTopics", 1, 6),
    api(21, "DeleteRecords", 0, 2),
    api(22, "InitProducerId", 0, 5),
    api(23, "OffsetForLeaderEpoch", 2, 4),
    api(32, "DescribeConfigs", 1, 4),
    api(33, "AlterConfigs", 0, 2),
    api(35, "DescribeLogDirs", 1, 5),
    api(37, "CreatePartitions", 0, 3),
    api(42, "DeleteGroups", 0, 2),
    api(43, "ElectLeaders", 0, 2),
    api(44, "IncrementalAlterConfigs", 0, 1),
    api(46, "ListPartitionReassignments", 0, 0),
    api(47, "OffsetDelete", 0, 0),
    api(48, "DescribeClientQuotas", 0, 1),
    api(49, "AlterClientQuotas", 0, 1),
    api(50, "DescribeUserScramCredentials", 0, 0),
    api(51, "AlterUserScramCredentials", 0, 0),
    api(60, "DescribeCluster", 0, 2),
    api(61, "DescribeProducers", 0, 0),
    api(74, "ListConfigResources", 0, 1),
    api(75, "DescribeTopicPartitions", 0, 0),
];

/// The entry of an API, if we serve it.
pub fn find(key: i16) -> Option<&'static Api> {
    APIS.binary_search_by_key(&key, |api| api.key)
        .ok()
        .map(|index| &APIS[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ApiKey;

    #[test]
    fn the_ranges_are_those_of_kafka() {
        for api in APIS {
            let key = ApiKey(api.key);
            assert_eq!(api.name, key.name());
            let advertised = (api.advertised_min, api.max_version);
            assert_eq!(Some(advertised), key.served_by_kafka(), "{}", api.name);
        }
    }

    #[test]
    fn the_table_is_ordered_and_its_ranges_are_ranges() {
        assert!(APIS.windows(2).all(|pair| pair[0].key < pair[1].key));
        assert!(APIS.iter().all(|api| api.min_version <= api.max_version));
        assert_eq!(find(18).map(|api| api.name), Some("ApiVersions"));
        assert_eq!(
            find(4),
            None,
            "LeaderAndIsr is not an API of a KRaft broker"
        );
    }
}
