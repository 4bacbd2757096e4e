"""The requests that this client sends, each at the version that librdkafka 2.16 sends to Kafka
4.

NAME: (key, version, flexible, request, response). A field is `name:type`; types are i8 i16 i32
i64 bool uuid str bytes records; `?` before a type: may be null; `[type]` an array, `[field field
…]` an array of structures. Tagged fields are left out (none is needed).
"""

_TOPICS_DONE = "throttle:i32 topics:[name:str error:i16 message:?str]"
_ALTERED = "throttle:i32 resources:[error:i16 message:?str type:i8 name:str]"
_METADATA_TOPICS = (
    "topics:[error:i16 name:?str id:uuid internal:bool partitions:[error:i16 id:i32 leader:i32 epoch:i32 "
    "replicas:[i32] isrs:[i32] offline:[i32]] operations:i32]"
)
_METADATA = (
    "throttle:i32 brokers:[id:i32 host:str port:i32 rack:?str] cluster_id:?str controller_id:i32 "
    + _METADATA_TOPICS
)
_MEMBER = "group:str generation:i32 member:str instance:?str"

APIS = {
    "Produce": (
        0,
        10,
        True,
        "transactional_id:?str acks:i16 timeout:i32 topics:[name:str partitions:[id:i32 records:records]]",
        "topics:[name:str partitions:[id:i32 error:i16 offset:i64 append_time:i64 start:i64 "
        "record_errors:[index:i32 message:?str] message:?str]] throttle:i32",
    ),
    "Fetch": (
        1,
        16,
        True,
        "max_wait:i32 min_bytes:i32 max_bytes:i32 isolation:i8 session:i32 session_epoch:i32 "
        "topics:[id:uuid partitions:[id:i32 epoch:i32 offset:i64 last_epoch:i32 start:i64 max_bytes:i32]] "
        "forgotten:[id:uuid partitions:[i32]] rack:str",
        "throttle:i32 error:i16 session:i32 topics:[id:uuid partitions:[id:i32 error:i16 high:i64 "
        "stable:i64 start:i64 aborted:?[producer_id:i64 first:i64] preferred:i32 records:?records]]",
    ),
    "ListOffsets": (
        2,
        7,
        True,
        "replica:i32 isolation:i8 topics:[name:str partitions:[id:i32 epoch:i32 timestamp:i64]]",
        "throttle:i32 topics:[name:str partitions:[id:i32 error:i16 timestamp:i64 offset:i64 "
        "epoch:i32]]",
    ),
    "Metadata": (
        3,
        13,
        True,
        "topics:?[id:uuid name:?str] create:bool topic_operations:bool",
        _METADATA + " error:i16",
    ),
    "MetadataOperations": (
        3,
        10,
        True,
        "topics:?[id:uuid name:?str] create:bool cluster_operations:bool " "topic_operations:bool",
        _METADATA + " cluster_operations:i32",
    ),
    "OffsetCommit": (
        8,
        9,
        True,
        _MEMBER + " topics:[name:str partitions:[id:i32 offset:i64 epoch:i32 metadata:?str]]",
        "throttle:i32 topics:[name:str partitions:[id:i32 error:i16]]",
    ),
    "OffsetFetch": (
        9,
        9,
        True,
        "groups:[group:str member:?str member_epoch:i32 topics:?[name:str partitions:[i32]]] "
        "stable:bool",
        "throttle:i32 groups:[group:str topics:[name:str partitions:[id:i32 offset:i64 epoch:i32 "
        "metadata:?str error:i16]] error:i16]",
    ),
    "FindCoordinator": (
        10,
        2,
        False,
        "key:str type:i8",
        "throttle:i32 error:i16 message:?str node:i32 host:str port:i32",
    ),
    "JoinGroup": (
        11,
        5,
        False,
        "group:str session_timeout:i32 rebalance_timeout:i32 member:str instance:?str type:str "
        "protocols:[name:str metadata:bytes]",
        "throttle:i32 error:i16 generation:i32 protocol:str leader:str member:str "
        "members:[member:str instance:?str metadata:bytes]",
    ),
    "Heartbeat": (12, 3, False, _MEMBER, "throttle:i32 error:i16"),
    "LeaveGroup": (13, 1, False, "group:str member:str", "throttle:i32 error:i16"),
    "SyncGroup": (
        14,
        3,
        False,
        _MEMBER + " assignments:[member:str assignment:bytes]",
        "throttle:i32 error:i16 assignment:bytes",
    ),
    "DescribeGroups": (
        15,
        5,
        True,
        "groups:[str] operations:bool",
        "throttle:i32 groups:[error:i16 group:str state:str type:str protocol:str "
        "members:[member:str instance:?str client_id:str host:str metadata:bytes "
        "assignment:bytes] operations:i32]",
    ),
    "ListGroups": (
        16,
        5,
        True,
        "states:[str] types:[str]",
        "throttle:i32 error:i16 groups:[group:str protocol_type:str state:str type:str]",
    ),
    "ApiVersions": (
        18,
        3,
        True,
        "software:str version:str",
        "error:i16 apis:[key:i16 min:i16 max:i16] throttle:i32",
    ),
    "CreateTopics": (
        19,
        4,
        False,
        "topics:[name:str partitions:i32 replication:i16 assignments:[id:i32 brokers:[i32]] "
        "configs:[name:str value:?str]] timeout:i32 validate:bool",
        _TOPICS_DONE,
    ),
    "DeleteTopics": (
        20,
        4,
        True,
        "names:[str] timeout:i32",
        "throttle:i32 topics:[name:str error:i16]",
    ),
    "DeleteRecords": (
        21,
        2,
        True,
        "topics:[name:str partitions:[id:i32 offset:i64]] timeout:i32",
        "throttle:i32 topics:[name:str partitions:[id:i32 low:i64 error:i16]]",
    ),
    "InitProducerId": (
        22,
        4,
        True,
        "transactional_id:?str timeout:i32 producer_id:i64 epoch:i16",
        "throttle:i32 error:i16 producer_id:i64 epoch:i16",
    ),
    "DescribeConfigs": (
        32,
        1,
        False,
        "resources:[type:i8 name:str keys:?[str]] synonyms:bool",
        "throttle:i32 resources:[error:i16 message:?str type:i8 name:str configs:[name:str "
        "value:?str read_only:bool source:i8 sensitive:bool synonyms:[name:str value:?str "
        "source:i8]]]",
    ),
    "AlterConfigs": (
        33,
        2,
        True,
        "resources:[type:i8 name:str configs:[name:str value:?str]] validate:bool",
        _ALTERED,
    ),
    "CreatePartitions": (
        37,
        2,
        True,
        "topics:[name:str count:i32 assignments:?[brokers:[i32]]] timeout:i32 validate:bool",
        _TOPICS_DONE,
    ),
    "DeleteGroups": (42, 2, True, "groups:[str]", "throttle:i32 groups:[group:str error:i16]"),
    "ElectLeaders": (
        43,
        2,
        True,
        "type:i8 topics:?[name:str partitions:[i32]] timeout:i32",
        "throttle:i32 error:i16 topics:[name:str partitions:[id:i32 error:i16 message:?str]]",
    ),
    "IncrementalAlterConfigs": (
        44,
        1,
        True,
        "resources:[type:i8 name:str configs:[name:str op:i8 value:?str]] validate:bool",
        _ALTERED,
    ),
}
