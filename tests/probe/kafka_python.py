"""What of kafka-python works here (2.3.3 and 3.0.12): kafka_python.py BOOTSTRAP."""
import logging
import re
import sys
import time
import uuid

import kafka
import kafka.admin as admin
import kafka.serializer
from kafka import (
    ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata,
    TopicPartition, errors,
)
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

from probe import MISSING, SAME, UNSERVED, Report

BOOTSTRAP = sys.argv[1].split(",")
NEW = kafka.__version__ >= "3"
RUN = uuid.uuid4().hex[:6]
TOPIC, GROUP = f"probe-{RUN}", f"probe-{RUN}"
P0 = TopicPartition(TOPIC, 0)
logging.getLogger("kafka").setLevel(logging.CRITICAL)
for kind in (KafkaAdminClient, KafkaConsumer, KafkaProducer):
    # Probes run side by side: 2.3.3 would want its first answer within two seconds.
    if "api_version_auto_timeout_ms" in kind.DEFAULT_CONFIG:
        kind.DEFAULT_CONFIG["api_version_auto_timeout_ms"] = 20_000


class Refused(Exception):
    """A row that saw what is foreseen: (verdict, why)."""


def classify(error):
    if isinstance(error, Refused):
        return error.args
    text = str(error)
    if api := re.search(r"does not support the '(\w+?)(?:Request)?(?:_v\d+)?' Kafka protocol", text):
        return UNSERVED, api[1]
    if "UnsupportedVersionError" in text and re.search(r"with type (transaction|1) |TRANSACTION/", text):
        return UNSERVED, "transactions"
    if "supported by both the client and broker" in text:
        return SAME, "the client is older than the versions there"
    return None


def committed(offset):
    return OffsetAndMetadata(offset, "", -1)


PRODUCER = {
    "bootstrap_connected": lambda p: p.bootstrap_connected() in (True, False),
    "partitions_for": lambda p: p.partitions_for(TOPIC) == {0, 1, 2},
    "send": lambda p: p.send(TOPIC, b"v", key=b"k", headers=[("h", b"1")], partition=0).get(20).offset >= 0,
    "flush": lambda p: p.flush(20),
    "metrics": lambda p: bool(p.metrics()),
    "max_usable_produce_magic": lambda p: p.max_usable_produce_magic((2, 0)) == 2,
    "__enter__": lambda p: p.__enter__() is p,
    "close": lambda p: p.close(10),
}
TRANSACTIONS = {
    "init_transactions": lambda p: p.init_transactions(),
    "begin_transaction": lambda p: p.begin_transaction(),
    "send_offsets_to_transaction": lambda p: p.send_offsets_to_transaction(
        {P0: committed(1)}, kafka.ConsumerGroupMetadata(GROUP) if NEW else GROUP),
    "commit_transaction": lambda p: p.commit_transaction(),
    "abort_transaction": lambda p: p.abort_transaction(),
}


def polled(c):
    end = time.time() + 30
    while time.time() < end:
        if c.poll(timeout_ms=500, max_records=1):
            return True
    return False


def committed_async(c):
    done = []
    c.commit_async({P0: committed(2)}, lambda offsets, answer: done.append(answer))
    end = time.time() + 20
    while not done and time.time() < end:
        c.poll(timeout_ms=100)
    return bool(done) and not isinstance(done[0], Exception)


CONSUMER = {
    "bootstrap": lambda c: c.bootstrap(timeout_ms=10_000),
    "bootstrap_connected": lambda c: c.bootstrap_connected() in (True, False),
    "topics": lambda c: TOPIC in c.topics(),
    "partitions_for_topic": lambda c: c.partitions_for_topic(TOPIC) == {0, 1, 2},
    "subscribe": lambda c: c.subscribe([TOPIC]),
    "subscription": lambda c: c.subscription() == {TOPIC},
    "poll": polled,
    "__iter__": lambda c: next(iter(c)).topic == TOPIC,
    "assignment": lambda c: len(c.assignment()) == 3,
    "group_metadata": lambda c: c.group_metadata().group_id == GROUP,
    "commit": lambda c: c.commit({P0: committed(1)}),
    "committed": lambda c: c.committed(P0) == 1,
    "commit_async": committed_async,
    "beginning_offsets": lambda c: c.beginning_offsets([P0]) == {P0: 0},
    "end_offsets": lambda c: c.end_offsets([P0])[P0] >= 3,
    "offsets_for_times": lambda c: c.offsets_for_times({P0: 0})[P0].offset == 0,
    "highwater": lambda c: c.highwater(P0) >= 3,
    "pause": lambda c: c.pause(P0),
    "paused": lambda c: c.paused() == {P0},
    "resume": lambda c: c.resume(P0),
    "seek": lambda c: c.seek(P0, 1),
    "position": lambda c: c.position(P0) == 1,
    "seek_to_beginning": lambda c: c.seek_to_beginning(P0) or c.position(P0) == 0,
    "seek_to_end": lambda c: c.seek_to_end(P0) or c.position(P0) >= 3,
    "metrics": lambda c: bool(c.metrics()),
    "unsubscribe": lambda c: c.unsubscribe(),
    "assign": lambda c: c.assign([P0]),
    "__enter__": lambda c: c.__enter__() is c,
    "close": lambda c: c.close(),
}

OTHER = f"{TOPIC}-other"


def acl(kind, resource, *pattern):
    return kind(principal="User:a", host="*", operation=admin.ACLOperation.READ,
                permission_type=admin.ACLPermissionType.ALLOW,
                resource_pattern=resource(admin.ResourceType.TOPIC, TOPIC, *pattern))


ACL = acl(admin.ACL, admin.ResourcePattern)
ACL_FILTER = acl(admin.ACLFilter, admin.ResourcePatternFilter, admin.ACLResourcePatternType.ANY)


def topic_config(**configs):
    return [ConfigResource(ConfigResourceType.TOPIC, TOPIC, configs or None)]


def raw(a):
    from kafka.protocol.admin import ListGroupsRequest
    return a.send_request(ListGroupsRequest[0]()) is not None


def raw_several(a):
    from kafka.protocol.admin import ListGroupsRequest
    return len(a.send_requests([(ListGroupsRequest[0](), None)])) == 1


def scram():
    return [admin.UserScramCredentialUpsertion("probe", admin.ScramMechanism.SCRAM_SHA_256, "pw", 4096)]


def removed(a):
    member = KafkaConsumer(TOPIC, bootstrap_servers=BOOTSTRAP, group_id=f"{GROUP}-m", group_instance_id="one")
    while not member.assignment():
        member.poll(timeout_ms=200)
    member.close()
    gone = a.remove_group_members(f"{GROUP}-m", [admin.MemberToRemove(group_instance_id="one")])
    return [error.__name__ for error in gone.values()] == ["NoError"]


def good(answers):
    """The answer for each partition is no error."""
    return [error.__name__ for error in answers.values()] == ["NoError"]


ADMIN = {
    "create_topics": lambda a: a.create_topics([NewTopic(OTHER, 1, 1)]),
    "wait_for_topics": lambda a: a.wait_for_topics([OTHER]),
    "list_topics": lambda a: OTHER in a.list_topics(),
    "describe_topics": lambda a: len(a.describe_topics([TOPIC])[0]["partitions"]) == 3,
    "describe_topic_partitions": lambda a: len(a.describe_topic_partitions([TOPIC])["topics"]) == 1,
    "create_partitions": lambda a: a.create_partitions({OTHER: NewPartitions(2)}),
    "describe_cluster": lambda a: len(a.describe_cluster()["brokers"]) == 3,
    "alter_configs": lambda a: a.alter_configs(topic_config(**{"retention.ms": "1234"})),
    "describe_configs": lambda a: "1234" in str(a.describe_configs(topic_config())),
    "reset_configs": lambda a: a.reset_configs(topic_config(**{"retention.ms": None})),
    "list_config_resources": lambda a: bool(a.list_config_resources()),
    "list_consumer_groups": lambda a: GROUP in str(a.list_consumer_groups()),
    "list_groups": lambda a: GROUP in str(a.list_groups()),
    "describe_consumer_groups": lambda a: "Empty" in str(a.describe_consumer_groups([GROUP])),
    "describe_groups": lambda a: "Empty" in str(a.describe_groups([GROUP])),
    "list_consumer_group_offsets": lambda a: a.list_consumer_group_offsets(GROUP)[P0].offset == 2,
    "list_group_offsets": lambda a: a.list_group_offsets(GROUP)[GROUP][P0].offset == 2,
    "alter_group_offsets": lambda a: good(a.alter_group_offsets(GROUP, {P0: committed(1)})),
    "reset_group_offsets": lambda a: bool(a.reset_group_offsets(GROUP, {P0: admin.OffsetSpec.EARLIEST})),
    "delete_group_offsets": lambda a: good(a.delete_group_offsets(GROUP, [P0])),
    "remove_group_members": removed,
    "delete_consumer_groups": lambda a: a.delete_consumer_groups([GROUP])[0][1].__name__ == "NoError",
    "delete_groups": lambda a: a.delete_groups([GROUP]) == {GROUP: "OK"},
    "list_partition_offsets": lambda a: a.list_partition_offsets({P0: admin.OffsetSpec.EARLIEST})[P0].offset == 0,
    "delete_records": lambda a: bool(a.delete_records({P0: 1})),
    "delete_topics": lambda a: a.delete_topics([OTHER]),
    "perform_leader_election": lambda a: a.perform_leader_election(0, {TOPIC: [0]}),
    "elect_leaders": lambda a: a.elect_leaders(0, {TOPIC: [0]}, raise_errors=False) is not None,
    "describe_log_dirs": lambda a: bool(a.describe_log_dirs()),
    "alter_replica_log_dirs": lambda a: bool(a.alter_replica_log_dirs({(TOPIC, 0, 1): "/data/broker-1"})),
    "list_partition_reassignments": lambda a: a.list_partition_reassignments() == {},
    "alter_partition_reassignments": lambda a: a.alter_partition_reassignments({P0: [1, 2]}),
    "api_versions": lambda a: len(a.api_versions()) > 30,
    "get_broker_version_data": lambda a: a.get_broker_version_data(1) is not None,
    "describe_features": lambda a: "metadata.version" in a.describe_features(),
    "update_features": lambda a: a.update_features({"metadata.version": 20}, validate_only=True),
    "describe_metadata_quorum": lambda a: a.describe_metadata_quorum(),
    "alter_user_scram_credentials": lambda a: a.alter_user_scram_credentials(scram()) == {"probe": None},
    "describe_user_scram_credentials": lambda a: "probe" in a.describe_user_scram_credentials(),
    "create_acls": lambda a: a.create_acls([ACL]),
    "describe_acls": lambda a: a.describe_acls(ACL_FILTER),
    "delete_acls": lambda a: a.delete_acls([ACL_FILTER]),
    "describe_producers": lambda a: bool(a.describe_producers([P0])),
    "list_transactions": lambda a: a.list_transactions(),
    "describe_transactions": lambda a: a.describe_transactions(["probe"]),
    "find_hanging_transactions": lambda a: a.find_hanging_transactions(),
    "abort_transaction": lambda a: a.abort_transaction(admin.AbortTransactionSpec(P0, 1, 0)),
    "send_request": raw,
    "send_requests": raw_several,
    "__enter__": lambda a: a.__enter__() is a,
    "close": lambda a: a.close(),
}


def raises(name, call):
    try:
        call()
    except Exception as error:
        assert type(error).__name__ == name, repr(error)
    else:
        raise AssertionError("nothing was raised")


def with_client(kind, call, *topics, **config):
    client = kind(*topics, bootstrap_servers=BOOTSTRAP, **config)
    try:
        return call(client)
    finally:
        client.close()


def nobody():
    timeout = "bootstrap_timeout_ms" if NEW else "api_version_auto_timeout_ms"
    KafkaConsumer(bootstrap_servers="localhost:1", **{timeout: 2000})


def of_consumer(call, *topics, **config):
    return lambda: with_client(KafkaConsumer, call, *topics, **config)


def of_admin(call):
    return lambda: with_client(KafkaAdminClient, call)


def of_producer(call, **config):
    return lambda: with_client(KafkaProducer, call, **config)


def behind_the_end(c):
    c.assign([P0])
    c.seek(P0, 10**6)
    c.poll(timeout_ms=5000)


# Each is provoked.
ERRORS = {
    "NoBrokersAvailable": nobody,
    "TopicAlreadyExistsError": of_admin(lambda a: a.create_topics([NewTopic(TOPIC, 1, 1)])),
    "UnknownTopicOrPartitionError": of_admin(lambda a: a.delete_topics([f"{TOPIC}-none"])),
    "InvalidTopicError": of_admin(lambda a: a.create_topics([NewTopic("a b", 1, 1)])),
    "InvalidReplicationFactorError": of_admin(lambda a: a.create_topics([NewTopic(OTHER, 1, 9)])),
    "InvalidPartitionsError": of_admin(lambda a: a.create_partitions({TOPIC: NewPartitions(1)})),
    "KafkaConfigurationError": of_consumer(None, session_timeout_ms=900_000, request_timeout_ms=10),
    "MessageSizeTooLargeError": of_producer(lambda p: p.send(TOPIC, b"x" * 2_000_000).get(10)),
    "KafkaTimeoutError": of_producer(lambda p: p.send(f"{TOPIC}-x", b"").get(0)),
    "IllegalStateError": of_consumer(lambda c: c.assign([P0]), TOPIC),
    "NoOffsetForPartitionError": of_consumer(lambda c: c.assign([P0]) or c.poll(timeout_ms=5000), auto_offset_reset="none"),
    "OffsetOutOfRangeError": of_consumer(behind_the_end, auto_offset_reset="none"),
}


def refused(kinds, verdict, why, **config):
    """A producer of these settings comes to nothing."""
    timeout = "bootstrap_timeout_ms" if NEW else "api_version_auto_timeout_ms"
    try:
        with_client(KafkaProducer, lambda p: p.send(TOPIC, b"").get(3), max_block_ms=3000, **{timeout: 3000}, **config)
    except errors.KafkaError as error:
        assert type(error).__name__ in kinds, repr(error)
        raise Refused(verdict, why) from error


SASL = {"sasl_mechanism": "PLAIN", "sasl_plain_username": "a", "sasl_plain_password": "b"}
SETTINGS = {
    "security_protocol=SSL": lambda: refused(
        ("NoBrokersAvailable", "KafkaTimeoutError"), MISSING, "the cluster speaks plain text", security_protocol="SSL"),
    "security_protocol=SASL_PLAINTEXT": lambda: refused(
        ("KafkaTimeoutError", "IncompatibleBrokerVersion", "UnsupportedVersionError"), UNSERVED, "SaslHandshake",
        security_protocol="SASL_PLAINTEXT", **SASL),
    **{f"compression_type={name}": lambda name=name: with_client(
        KafkaProducer, lambda p: p.send(TOPIC, b"a" * 500, partition=1).get(20).offset >= 0, compression_type=name)
       for name in ("gzip", "snappy", "lz4", "zstd")},
}


class Listener(ConsumerRebalanceListener):
    def on_partitions_revoked(self, revoked):
        pass

    def on_partitions_assigned(self, assigned):
        pass


def values(report):
    """What calls give, and what they take."""
    source = KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest")
    source.assign([P0])
    record = next(iter(source))
    found = source.offsets_for_times({P0: 0})[P0]
    source.close()
    sender = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    sent = sender.send(TOPIC, b"v").get(20)
    sender.close()
    report.values(record, sent, found, P0, committed(1), *topic_config(), NewTopic(OTHER, 1, 1), NewPartitions(2))
    checked = {"validate": lambda one: one.validate()}
    report.values(ACL, ACL_FILTER, ACL.resource_pattern, ACL_FILTER.resource_pattern, **checked)
    listener = {f"on_partitions_{what}": lambda one, what=what: getattr(one, f"on_partitions_{what}")([P0])
                for what in ("assigned", "revoked", "lost")}
    report.calls(ConsumerRebalanceListener, listener, Listener())
    if not NEW:
        return
    report.values(kafka.ConsumerGroupMetadata(GROUP), kafka.TopicPartitionReplica(TOPIC, 0, 1), admin.OffsetTimestamp(1),
                  admin.MemberToRemove(member_id="m"), *scram(),
                  admin.UserScramCredentialDeletion("u", admin.ScramMechanism.SCRAM_SHA_256))
    for kind, value in ((kafka.DefaultSerializer, "a"), (kafka.JsonSerializer, {"a": 1})):
        report.values(kind(), serialize=lambda s, v=value: isinstance(s.serialize(TOPIC, None, v), bytes),
                      deserialize=lambda s: s.deserialize(TOPIC, None, b'"a"') is not None, close=lambda s: s.close())


# For subclasses, what describes transactions (there are none), and the client's own inside.
BESIDES = {
    "Serializer", "Deserializer", "AsyncConsumerRebalanceListener", "SerializeWrapper", "DeserializeWrapper",
    "AbortTransactionSpec", "PartitionProducerState", "ProducerState", "TransactionDescription", "TransactionListing",
    "KafkaClient", "BrokerConnection",
}


def main():
    with_client(KafkaAdminClient, lambda a: a.create_topics([NewTopic(TOPIC, 3, 1)]))
    with_client(KafkaProducer, lambda p: [p.send(TOPIC, b"%d" % n, partition=0).get(20) for n in range(3)])
    report = Report(f"kafka-python {kafka.__version__}", classify)
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    sender = KafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id=f"probe-{RUN}", max_block_ms=5000)
    of_transactions = {name: lambda _p, call=call: call(sender) for name, call in TRANSACTIONS.items()}
    report.calls(KafkaProducer, PRODUCER | of_transactions, producer)
    sender.close(1)
    report.calls(KafkaConsumer, CONSUMER, KafkaConsumer(
        bootstrap_servers=BOOTSTRAP, group_id=GROUP, auto_offset_reset="earliest", enable_auto_commit=False))
    report.calls(KafkaAdminClient, ADMIN, KafkaAdminClient(bootstrap_servers=BOOTSTRAP))
    values(report)
    report.each("errors", {name: lambda name=name, call=call: raises(name, call)
                           for name, call in ERRORS.items() if hasattr(errors, name)})
    report.each("settings", SETTINGS)
    for module in (kafka, admin):
        report.enumerations(module)
    report.complete(kafka, admin, kafka.serializer, besides=BESIDES)
    report.show()


if __name__ == "__main__":
    main()
