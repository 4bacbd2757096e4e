"""AdminClient's operations on topics, records and offsets of partitions. Configurations are in
admin_cluster.py.
"""

import struct

from .coordinator import by_topic
from .errors import CODES, KafkaError, broker_error
from .structs import NewPartitions, NewTopic, Uuid, partition_list, topic_partition

_NOENT, _MISSING = CODES["_NOENT"], CODES["UNKNOWN_TOPIC_OR_PART"]
_NO_LEADERS = "Failed to query partition leaders: No leaders found"
_MOST_PARTITIONS = 100000


def operations_of(bits):
    """The numbers of the ACL operations in a bit field; None if they were not asked for."""
    if bits == -(1 << 31):
        return None
    return [number for number in range(31) if bits >> number & 1]


def node_of(client, number):
    """A confluent_kafka.Node; None for a broker that there is not."""
    from confluent_kafka import Node

    broker = client.brokers.get(number)
    return Node(id=number, host=broker.host, port=broker.port) if broker is not None else None


def _errors(body):
    return {
        entry["name"]: broker_error(entry["error"], entry.get("message"))
        for entry in body["topics"]
    }


def _replicas(assignment, count, what):
    wrong = ValueError(
        f"replica_assignment must be a list of int lists with an outer size of {what}"
    )
    if not isinstance(assignment, list) or len(assignment) != count:
        raise wrong
    for replicas in assignment:
        if (
            not isinstance(replicas, list)
            or not replicas
            or not all(isinstance(r, int) for r in replicas)
        ):
            raise wrong
    return assignment


def _timeout_ms(seconds):
    return int(seconds * 1000) if seconds >= 0 else 60000


def _new_topic(new):
    if not isinstance(new, NewTopic):
        raise ValueError("Expected list of NewTopic objects")
    if not -1 <= new.num_partitions <= _MOST_PARTITIONS:
        raise ValueError(
            f"Invalid NewTopic({new.topic}): num_partitions out of expected range "
            f"1..{_MOST_PARTITIONS} or -1 for broker default"
        )
    if not -1 <= new.replication_factor <= 10000:
        raise ValueError(
            f"Invalid NewTopic({new.topic}): replication_factor out of expected range -1..10000"
        )
    body = {
        "name": new.topic,
        "partitions": new.num_partitions,
        "replication": new.replication_factor,
    }
    if new.replica_assignment is not None:
        if new.replication_factor != -1:
            raise ValueError("replication_factor and replica_assignment are mutually exclusive")
        if new.num_partitions == -1:
            raise ValueError(
                "Specifying a default partition count and a replica assignment are mutually exclusive"
            )
        lists = _replicas(new.replica_assignment, new.num_partitions, "num_partitions")
        body["assignments"] = [
            {"id": number, "brokers": brokers} for number, brokers in enumerate(lists)
        ]
        body["partitions"] = -1
    if new.config:
        body["configs"] = [
            {"name": str(name), "value": None if value is None else str(value)}
            for name, value in new.config.items()
        ]
    return body


class TopicAdmin:
    """See the module."""

    def create_topics(
        self, topics, future, validate_only=False, request_timeout=-1, operation_timeout=-1
    ):
        if not isinstance(topics, list) or not topics:
            raise ValueError("Expected non-empty list of NewTopic objects")
        _check_bool(validate_only, "validate_only")
        body = {
            "topics": [_new_topic(new) for new in topics],
            "timeout": _timeout_ms(operation_timeout),
            "validate": validate_only,
        }
        job = self._job(future, request_timeout, "controller")
        job.to_controller("CreateTopics", body, lambda answer: job.done(_errors(answer)))

    def delete_topics(self, topics, future, request_timeout=-1, operation_timeout=-1):
        if not isinstance(topics, list):
            raise TypeError(f"argument 1 must be list, not {type(topics).__name__}")
        if not topics:
            raise ValueError("Expected non-empty list of topic strings")
        if any(topic is None for topic in topics):
            raise ValueError("Expected list of topic strings, not NoneType")
        job = self._job(future, request_timeout, "controller")
        job.to_controller(
            "DeleteTopics",
            {"names": [str(t) for t in topics], "timeout": _timeout_ms(operation_timeout)},
            lambda answer: job.done(_errors(answer)),
        )

    def create_partitions(
        self, new_partitions, future, validate_only=False, request_timeout=-1, operation_timeout=-1
    ):
        if not isinstance(new_partitions, list) or not new_partitions:
            raise ValueError("Expected non-empty list of NewPartitions objects")
        _check_bool(validate_only, "validate_only")
        entries = []
        for new in new_partitions:
            if not isinstance(new, NewPartitions):
                raise ValueError("Expected list of NewPartitions objects")
            if not 1 <= new.new_total_count <= _MOST_PARTITIONS:
                raise ValueError(
                    f"Invalid NewPartitions({new.topic}): new_total_cnt out of expected range "
                    f"1..{_MOST_PARTITIONS}"
                )
            lists = new.replica_assignment
            if lists is not None:
                _replicas(lists, len(lists) if isinstance(lists, list) else -1, "new_total_count")
            entries.append(
                {
                    "name": new.topic,
                    "count": new.new_total_count,
                    "assignments": None if lists is None else [{"brokers": b} for b in lists],
                }
            )
        job = self._job(future, request_timeout, "controller")
        job.to_controller(
            "CreatePartitions",
            {
                "topics": entries,
                "timeout": _timeout_ms(operation_timeout),
                "validate": validate_only,
            },
            lambda answer: job.done(_errors(answer)),
        )

    def describe_topics(
        self, topic_names, future, request_timeout=-1, include_authorized_operations=False
    ):
        if not isinstance(topic_names, list):
            raise TypeError("Expected a list of topics")
        job = self._job(future, request_timeout)
        client = self._client

        def answered(body):
            found = {entry["name"]: entry for entry in body["topics"]}
            job.done([_describe(client, found[name]) for name in topic_names])

        if not topic_names:
            client.loop.call(lambda: job.done([]))
        else:
            job.metadata(
                topic_names, answered, "topic_operations" if include_authorized_operations else None
            )

    # Offsets and records

    def list_offsets(
        self, topic_partitions, future, isolation_level_value=None, request_timeout=-1
    ):
        partition_list(topic_partitions)
        job = self._job(future, request_timeout)
        wanted = [(p.topic, p.partition, p.offset) for p in topic_partitions]

        def answered(rows):
            from confluent_kafka.admin import ListOffsetsResultInfo

            result = {}
            for topic, number, offset in wanted:
                entry = rows.get((topic, number))
                if entry is None or entry["error"]:
                    value = KafkaError(entry["error"] if entry else _MISSING)
                else:
                    value = ListOffsetsResultInfo(
                        offset=entry["offset"],
                        timestamp=entry["timestamp"],
                        leader_epoch=entry["epoch"],
                    )
                result[topic_partition(topic, number, offset)] = value
            job.done(result)

        def item(number, value):
            return {"id": number, "epoch": -1, "timestamp": value}

        self._by_leader(
            job,
            "ListOffsets",
            {"replica": -1, "isolation": isolation_level_value or 0},
            wanted,
            item,
            answered,
        )

    def delete_records(
        self, topic_partition_offsets, future, request_timeout=-1, operation_timeout=-1
    ):
        partition_list(topic_partition_offsets)
        job = self._job(future, request_timeout)
        wanted = [(p.topic, p.partition, p.offset) for p in topic_partition_offsets]

        def answered(rows):
            from confluent_kafka.admin import DeletedRecords

            result = {}
            for topic, number, offset in wanted:
                entry = rows.get((topic, number))
                if entry is None or entry["error"]:
                    value = KafkaError(entry["error"] if entry else _MISSING)
                else:
                    value = DeletedRecords(low_watermark=entry["low"])
                result[topic_partition(topic, number, offset)] = value
            job.done(result)

        self._by_leader(
            job,
            "DeleteRecords",
            {"timeout": _timeout_ms(operation_timeout)},
            wanted,
            lambda number, offset: {"id": number, "offset": offset},
            answered,
        )

    def _by_leader(self, job, name, common, wanted, item, then):
        """Splits (topic, partition, value) rows by leader; `then({(topic, partition): answer})`."""
        client = self._client
        rows, left = {}, [0]

        def known(_body):
            leaders = {}
            for topic, number, value in wanted:
                leader = client.leader(topic, number)
                if leader is not None:
                    leaders.setdefault(leader, []).append((topic, item(number, value)))
            if not leaders and wanted:
                job.fail(_NOENT, _NO_LEADERS)
                return
            left[0] = len(leaders)
            for leader, entries in leaders.items():
                job.to_broker(leader, name, {**common, "topics": by_topic(entries)}, got)
            if not leaders:
                then(rows)

        def got(body):
            for topic in body["topics"]:
                for entry in topic["partitions"]:
                    rows[topic["name"], entry["id"]] = entry
            left[0] -= 1
            if not left[0]:
                then(rows)

        job.metadata(sorted({topic for topic, _, _ in wanted}), known)

    def elect_leaders(
        self, election_type, partitions, future, request_timeout=-1, operation_timeout=-1
    ):
        if partitions is not None and not isinstance(partitions, list):
            raise ValueError("partitions must be None or a list")
        topics = None
        if partitions is not None:
            topics = by_topic((p.topic, p.partition) for p in partition_list(partitions))
        job = self._job(future, request_timeout, "controller")

        def answered(body):
            if body["error"]:
                job.fail(body["error"])
                return
            job.done(
                {
                    topic_partition(t["name"], p["id"], 0, None, -1, p["error"]): (
                        broker_error(p["error"], p["message"])
                    )
                    for t in body["topics"]
                    for p in t["partitions"]
                }
            )

        job.to_controller(
            "ElectLeaders",
            {"type": election_type, "topics": topics, "timeout": _timeout_ms(operation_timeout)},
            answered,
        )


def _check_bool(value, name):
    if not isinstance(value, bool):
        raise TypeError(f"Expected {name} to be bool type, not {type(value).__name__}")


def _describe(client, entry):
    """A TopicDescription of a topic's metadata, or its error."""
    from confluent_kafka import TopicPartitionInfo
    from confluent_kafka.admin import TopicDescription

    if entry["error"]:
        return KafkaError(entry["error"])
    partitions = [
        TopicPartitionInfo(
            id=p["id"],
            leader=node_of(client, p["leader"]),
            replicas=[node_of(client, n) for n in p["replicas"]],
            isr=[node_of(client, n) for n in p["isrs"]],
        )
        for p in sorted(entry["partitions"], key=lambda p: p["id"])
    ]
    more = {}
    operations = operations_of(entry["operations"])
    if operations is not None:
        more["authorized_operations"] = operations
    return TopicDescription(
        name=entry["name"],
        topic_id=Uuid(*struct.unpack(">qq", entry["id"])),
        is_internal=entry["internal"],
        partitions=partitions,
        **more,
    )
