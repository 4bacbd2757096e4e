"""AdminClient's operations on consumer groups and their offsets. Groups of KIP-848 and share
groups are not known.
"""

import warnings

from .admin_topics import node_of, operations_of
from .assignors import unpack_assignment
from .coordinator import Coordinator
from .errors import CODES, KafkaError, broker_error, fail
from .handle import seconds
from .structs import topic_partition

_DEPRECATED = "list_groups() is deprecated, use list_consumer_groups() and describe_consumer_groups() instead."
_STATES = {"PreparingRebalance": 1, "CompletingRebalance": 2, "Stable": 3, "Dead": 4, "Empty": 5}
_STATE_NAMES = {0: "Unknown", **{number: name for name, number in _STATES.items()}}
_TYPES = {"consumer": 1, "classic": 2}
_TYPE_NAMES = {1: "Consumer", 2: "Classic"}
_RETRIED = {
    CODES[name]
    for name in (
        "COORDINATOR_LOAD_IN_PROGRESS",
        "COORDINATOR_NOT_AVAILABLE",
        "NOT_COORDINATOR",
        "_TRANSPORT",
    )
}


def _group_names(group_ids, what):
    if not isinstance(group_ids, list) or not group_ids:
        raise ValueError(f"Expected non-empty list of {what}")
    return group_ids


class GroupAdmin:
    """See the module."""

    def _per_group(self, job, groups, ask, collect):
        """Asks each group's coordinator; the results come in the order of `groups`."""
        results, client = {}, self._client
        left = [len(groups)]

        def start():
            for index, group in enumerate(groups):
                one(index, Coordinator(client, group))

        def one(index, coordinator):
            name, body, error_of = ask(groups[index])

            def got(code, answer):
                if not job.open:
                    return
                code = code or error_of(answer)
                if code in _RETRIED and not client.ended:
                    coordinator.node = None
                    job.later(lambda: one(index, coordinator), 0.2)
                    return
                results[index] = (
                    KafkaError(code) if code else collect(groups[index], coordinator, answer)
                )
                left[0] -= 1
                if not left[0]:
                    job.done([results[i] for i in range(len(groups))])

            coordinator.send(name, body, got, job.left_s)

        client.loop.call(start)

    def list_consumer_groups(self, future, states_int=None, types_int=None, request_timeout=-1):
        for given, what in ((states_int, "states"), (types_int, "types")):
            if given is not None and not isinstance(given, list):
                raise TypeError(f"{what} must of type list")
        body = {
            "states": [_STATE_NAMES[s] for s in states_int or ()],
            "types": [_TYPE_NAMES.get(t, "Unknown") for t in types_int or ()],
        }
        job = self._job(future, request_timeout)
        client = self._client
        job.fail = lambda code, text=None: job.done(_listing([], [KafkaError(code, text)]))

        def answered(_body):
            valid, errors, left = [], [], [len(client.brokers)]

            def got(code, answer):
                code = code or answer["error"]
                if code:
                    errors.append(KafkaError(code))
                else:
                    valid.extend(answer["groups"])
                left[0] -= 1
                if not left[0]:
                    job.done(_listing(valid, errors))

            for node in list(client.brokers):
                client.send(node, "ListGroups", body, got, job.left_s)

        job.metadata([], answered)

    def describe_consumer_groups(
        self, group_ids, future, request_timeout=-1, include_authorized_operations=False
    ):
        _group_names(group_ids, "group_ids")
        job = self._job(future, request_timeout)
        client = self._client
        operations = include_authorized_operations
        self._per_group(
            job,
            group_ids,
            lambda group: (
                "DescribeGroups",
                {"groups": [group], "operations": operations},
                lambda body: body["groups"][0]["error"],
            ),
            lambda group, coordinator, body: _description(client, coordinator, body["groups"][0]),
        )

    def delete_consumer_groups(self, group_ids, future, request_timeout=-1):
        _group_names(group_ids, "group_ids")
        job = self._job(future, request_timeout)
        self._per_group(
            job,
            group_ids,
            lambda group: (
                "DeleteGroups",
                {"groups": [group]},
                lambda body: body["groups"][0]["error"],
            ),
            lambda group, coordinator, body: None,
        )

    def list_consumer_group_offsets(
        self, request, future, require_stable=False, request_timeout=-1
    ):
        job = self._job(future, request_timeout)
        asked = request[0]
        coordinator = Coordinator(self._client, asked.group_id)
        pairs = (
            None
            if asked.topic_partitions is None
            else [(p.topic, p.partition) for p in asked.topic_partitions]
        )

        def got(code, found):
            from confluent_kafka import ConsumerGroupTopicPartitions

            if code:
                job.done([KafkaError(code)])
                return
            keys = pairs if pairs is not None else sorted(found)
            rows = [
                topic_partition(*key, _offset(found.get(key)), *_rest(found.get(key)))
                for key in keys
            ]
            job.done([ConsumerGroupTopicPartitions(group_id=asked.group_id, topic_partitions=rows)])

        self._client.loop.call(lambda: coordinator.fetch_offsets(pairs, got))

    def alter_consumer_group_offsets(self, requests, future, request_timeout=-1):
        job = self._job(future, request_timeout)
        asked = requests[0]
        coordinator = Coordinator(self._client, asked.group_id)
        rows = [
            (p.topic, p.partition, p.offset, p._epoch, p.metadata) for p in asked.topic_partitions
        ]

        def got(code, errors):
            from confluent_kafka import ConsumerGroupTopicPartitions

            if code and not errors:
                job.done([KafkaError(code)])
                return
            made = [topic_partition(t, n, o, m, e, errors.get((t, n), 0)) for t, n, o, e, m in rows]
            job.done([ConsumerGroupTopicPartitions(asked.group_id, topic_partitions=sorted(made))])

        self._client.loop.call(lambda: coordinator.commit(rows, -1, "", None, got, attempts=0))

    def list_groups(self, group=None, timeout=-1):
        """GroupMetadata of all groups or one, as the deprecated call gives it."""
        warnings.warn(_DEPRECATED, DeprecationWarning, 3)
        timeout_s = seconds(timeout)
        if self._client is None:
            raise RuntimeError("Handle has been closed")
        got = self._ask(
            lambda answer: _ListGroups(self._client, group, answer.set, timeout_s), timeout_s
        )
        if got is None or got[0]:
            fail(got[0] if got else CODES["_TIMED_OUT"], "Failed to list groups")
        return got[1]


def _offset(entry):
    return entry[0] if entry is not None and entry[0] >= 0 else -1001


def _rest(entry):
    return (entry[2] or None, entry[1], entry[3]) if entry is not None else (None, -1, 0)


def _listing(groups, errors):
    from confluent_kafka.admin import ConsumerGroupListing, ListConsumerGroupsResult

    valid = [
        ConsumerGroupListing(
            group_id=g["group"],
            is_simple_consumer_group=g["protocol_type"] == "",
            state=_STATES.get(g["state"], 0),
            type=_TYPES.get(g["type"].lower(), 0),
        )
        for g in groups
        if g["protocol_type"] in ("", "consumer")
    ]
    return ListConsumerGroupsResult(valid=valid, errors=errors)


def _description(client, coordinator, entry):
    from confluent_kafka.admin import (
        ConsumerGroupDescription,
        MemberAssignment,
        MemberDescription,
    )

    members = []
    for member in entry["members"]:
        partitions = [topic_partition(*pair) for pair in unpack_assignment(member["assignment"])]
        more = {"group_instance_id": member["instance"]} if member["instance"] else {}
        members.append(
            MemberDescription(
                member_id=member["member"],
                client_id=member["client_id"],
                host=member["host"],
                assignment=MemberAssignment(partitions),
                **more,
            )
        )
    more = {}
    operations = operations_of(entry["operations"])
    if operations is not None:
        more["authorized_operations"] = operations
    return ConsumerGroupDescription(
        group_id=entry["group"],
        is_simple_consumer_group=entry["type"] == "",
        members=members,
        partition_assignor=entry["protocol"],
        state=_STATES.get(entry["state"], 0),
        type=_TYPES["classic"],
        coordinator=node_of(client, coordinator.node),
        **more,
    )


class _ListGroups:
    """ListGroups of every broker, then DescribeGroups of what it coordinates. `done(code, [GroupMetadata])`."""

    def __init__(self, client, group, done, timeout_s):
        self.client, self.group, self.done, self.timeout_s = client, group, done, timeout_s
        self.made, self.left = [], 0
        client.metadata([], self._known, timeout_s)

    def _known(self, code, _body):
        if code:
            self.done(code, [])
            return
        self.left = len(self.client.brokers)
        for node in list(self.client.brokers):
            self.client.send(
                node,
                "ListGroups",
                {},
                lambda code, body, node=node: self._listed(node, code, body),
                self.timeout_s,
            )

    def _listed(self, node, code, body):
        names = (
            [] if code else [g["group"] for g in body["groups"] if self.group in (None, g["group"])]
        )
        if not names:
            self._finished()
            return
        self.client.send(
            node,
            "DescribeGroups",
            {"groups": names},
            lambda code, body: self._described(node, code, body),
            self.timeout_s,
        )

    def _described(self, node, code, body):
        if code == 0:
            self.made += [_metadata(self.client, node, entry) for entry in body["groups"]]
        self._finished()

    def _finished(self):
        self.left -= 1
        if not self.left:
            self.done(0, self.made)


def _metadata(client, node, entry):
    from confluent_kafka.admin import BrokerMetadata, GroupMember, GroupMetadata

    broker, group = BrokerMetadata(), GroupMetadata()
    broker.id, broker.host, broker.port = node, client.brokers[node].host, client.brokers[node].port
    group.broker, group.id, group.state = broker, entry["group"], entry["state"]
    group.error = broker_error(entry["error"])
    group.protocol_type, group.protocol = entry["type"], entry["protocol"]
    group.members = []
    for one in entry["members"]:
        member = GroupMember()
        member.id, member.client_id, member.client_host = (
            one["member"],
            one["client_id"],
            one["host"],
        )
        member.metadata, member.assignment = one["metadata"], one["assignment"]
        group.members.append(member)
    return group
