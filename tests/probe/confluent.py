"""What of confluent_kafka works here, with the C extension or over our own cimpl: confluent.py BOOTSTRAP."""
import asyncio
import re
import sys
import threading
import time
import uuid

import confluent_kafka as ck
import confluent_kafka.admin as admin
import confluent_kafka.aio as aio
import confluent_kafka.serialization as ser
from confluent_kafka import (
    Consumer, ConsumerGroupTopicPartitions, DeserializingConsumer, ElectionType, KafkaError,
    KafkaException, Producer, SerializingProducer, ShareConsumer, TopicCollection, TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec,
)

from probe import MISSING, SAME, UNSERVED, Report

BOOTSTRAP = sys.argv[1]
RUN = uuid.uuid4().hex[:6]
TOPIC, GROUP, OTHER = f"probe-{RUN}", f"probe-{RUN}", f"probe-{RUN}-other"
BASE = {"bootstrap.servers": BOOTSTRAP}
P0 = TopicPartition(TOPIC, 0)


def at(offset):
    return TopicPartition(TOPIC, 0, offset)


def classify(error):
    """Our cimpl says of what it lacks that it is not built in; librdkafka, when the cluster has not the API."""
    if isinstance(error, NotImplementedError):
        return SAME, "the wheel raises `NotImplementedError`"
    if not isinstance(error, KafkaException) or not isinstance(error.args[0], KafkaError):
        return (MISSING, str(error)) if isinstance(error, ImportError) else None
    code, text = error.args[0].code(), error.args[0].str()
    if code == KafkaError._NOT_IMPLEMENTED or "not built in" in text:
        # Without the method that says so.
        return MISSING, re.sub(r"^[\w.]+\(\): |^Failed to create \w+: ", "", text)
    if code == KafkaError._UNSUPPORTED_FEATURE:
        return UNSERVED, text
    return None


def until(truth, timeout_s=30):
    end = time.time() + timeout_s
    while not truth():
        if time.time() > end:
            return False
        time.sleep(0.05)
    return True


# ─── Producers and consumers ───

PRODUCER = {
    "produce": lambda p: p.produce(TOPIC, key="k", value="v", partition=0, headers=[("h", b"1")]),
    "__len__": lambda p: len(p) >= 0,
    "flush": lambda p: p.flush(20) == 0,
    "poll": lambda p: p.poll(0) == 0,
    "produce_batch": lambda p: p.produce_batch(TOPIC, [{"value": b"x"}]) == 1 and p.flush(20) == 0,
    "purge": lambda p: p.purge(),
    "list_topics": lambda p: TOPIC in p.list_topics(timeout=10).topics,
    "cluster_id": lambda p: len(p.cluster_id(timeout=10)) > 10,
    "set_sasl_credentials": lambda p: p.set_sasl_credentials("user", "password"),
    "__enter__": lambda p: p.__enter__() is p,
    "close": lambda p: p.close(),
}


TRANSACTIONS = {
    "init_transactions": lambda p: p.init_transactions(5),
    "begin_transaction": lambda p: p.begin_transaction(),
    "send_offsets_to_transaction": lambda p: p.send_offsets_to_transaction([at(1)], of_group(), 5),
    "commit_transaction": lambda p: p.commit_transaction(5),
    "abort_transaction": lambda p: p.abort_transaction(5),
}


def of_group():
    return Consumer({**BASE, "group.id": GROUP}).consumer_group_metadata()


def polled(c):
    return until(lambda: c.poll(0.5) is not None)


CONSUMER = {
    "assign": lambda c: c.assign([at(0)]),
    "consume": lambda c: len(c.consume(2, timeout=10)) == 2,
    "position": lambda c: polled(c) and c.position([P0])[0].offset >= 1,
    "store_offsets": lambda c: c.store_offsets(offsets=[at(2)]),
    "seek": lambda c: c.seek(at(0)),
    "pause": lambda c: c.pause([P0]),
    "resume": lambda c: c.resume([P0]),
    "get_watermark_offsets": lambda c: c.get_watermark_offsets(P0, timeout=10)[1] >= 3,
    "offsets_for_times": lambda c: c.offsets_for_times([at(0)], timeout=10)[0].offset == 0,
    "unassign": lambda c: c.unassign(),
    "incremental_assign": lambda c: c.incremental_assign([at(0)]),
    "incremental_unassign": lambda c: c.incremental_unassign([P0]),
    "subscribe": lambda c: c.subscribe([TOPIC]),
    "poll": polled,
    "assignment": lambda c: len(c.assignment()) == 3,
    "memberid": lambda c: bool(c.memberid()),
    "consumer_group_metadata": lambda c: c.consumer_group_metadata() is not None,
    "commit": lambda c: c.commit(offsets=[at(1)], asynchronous=False)[0].offset == 1,
    "committed": lambda c: c.committed([P0], timeout=10)[0].offset == 1,
    "unsubscribe": lambda c: c.unsubscribe(),
    "list_topics": lambda c: TOPIC in c.list_topics(timeout=10).topics,
    "cluster_id": lambda c: len(c.cluster_id(timeout=10)) > 10,
    "set_sasl_credentials": lambda c: c.set_sasl_credentials("user", "password"),
    "__enter__": lambda c: c.__enter__() is c,
    "close": lambda c: c.close(),
}


# ─── Administration ───

RESOURCE = ConfigResource(ConfigResource.Type.TOPIC, TOPIC)
RETENTION = ConfigEntry("retention.ms", "1234", incremental_operation=AlterConfigOpType.SET)


def acl(kind):
    return kind(admin.ResourceType.TOPIC, TOPIC, admin.ResourcePatternType.LITERAL, "User:a", "*",
                admin.AclOperation.READ, admin.AclPermissionType.ALLOW)


SCRAM = admin.UserScramCredentialUpsertion(
    "probe", admin.ScramCredentialInfo(admin.ScramMechanism.SCRAM_SHA_256, 4096), b"pw")


def only(futures):
    """The result of the one future of a dict, or of a future."""
    return (list(futures.values())[0] if isinstance(futures, dict) else futures).result(30)


def offsets_of(a):
    return only(a.list_consumer_group_offsets([ConsumerGroupTopicPartitions(GROUP)]))


ADMIN = {
    "create_topics": lambda a: only(a.create_topics([NewTopic(OTHER, 1, 1)])),
    "list_topics": lambda a: OTHER in a.list_topics(timeout=10).topics,
    "describe_topics": lambda a: only(a.describe_topics(TopicCollection([TOPIC]))).name == TOPIC,
    "create_partitions": lambda a: only(a.create_partitions([NewPartitions(OTHER, 2)])),
    "describe_cluster": lambda a: len(only(a.describe_cluster()).nodes) == 3,
    "cluster_id": lambda a: len(a.cluster_id(timeout=10)) > 10,
    "alter_configs": lambda a: only(a.alter_configs(
        [ConfigResource(ConfigResource.Type.TOPIC, TOPIC, set_config={"retention.ms": "1"})])),
    "incremental_alter_configs": lambda a: only(a.incremental_alter_configs(
        [ConfigResource(ConfigResource.Type.TOPIC, TOPIC, incremental_configs=[RETENTION])])),
    "describe_configs": lambda a: only(a.describe_configs([RESOURCE]))["retention.ms"].value == "1234",
    "list_groups": lambda a: GROUP in [g.id for g in a.list_groups(timeout=10)],
    "list_consumer_groups": lambda a: GROUP in [g.group_id for g in only(a.list_consumer_groups()).valid],
    "describe_consumer_groups": lambda a: only(a.describe_consumer_groups([GROUP])).state.name == "EMPTY",
    "list_consumer_group_offsets": lambda a: offsets_of(a).topic_partitions[0].offset >= 1,
    "alter_consumer_group_offsets": lambda a: only(a.alter_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(GROUP, [at(1)])])),
    "delete_consumer_groups": lambda a: only(a.delete_consumer_groups([GROUP])),
    "list_offsets": lambda a: only(a.list_offsets({P0: OffsetSpec.earliest()})).offset == 0,
    "delete_records": lambda a: only(a.delete_records([at(1)])).low_watermark == 1,
    "delete_topics": lambda a: only(a.delete_topics([OTHER])),
    "elect_leaders": lambda a: len(only(a.elect_leaders(ElectionType.PREFERRED, [P0]))) == 1,
    "create_acls": lambda a: only(a.create_acls([acl(admin.AclBinding)])),
    "describe_acls": lambda a: only(a.describe_acls(acl(admin.AclBindingFilter))),
    "delete_acls": lambda a: only(a.delete_acls([acl(admin.AclBindingFilter)])),
    "alter_user_scram_credentials": lambda a: only(a.alter_user_scram_credentials([SCRAM])),
    "describe_user_scram_credentials": lambda a: only(a.describe_user_scram_credentials(["probe"])),
    "set_sasl_credentials": lambda a: a.set_sasl_credentials("user", "password"),
    "poll": lambda a: a.poll(0) >= 0,
    "__len__": lambda a: len(a) >= 0,
    "__enter__": lambda a: a.__enter__() is a,
}

# ─── Values ───

ERROR = {
    "code": lambda e: e.code() == -191,
    "name": lambda e: e.name() == "_PARTITION_EOF",
    "str": lambda e: e.str() == "why",
    "fatal": lambda e: e.fatal() is False,
    "retriable": lambda e: e.retriable() is False,
    "txn_requires_abort": lambda e: e.txn_requires_abort() is False,
}
MESSAGE = {
    "topic": lambda m: m.topic() == TOPIC,
    "partition": lambda m: m.partition() == 0,
    "offset": lambda m: m.offset() == 1,
    "key": lambda m: m.key() == b"k",
    "value": lambda m: m.value() == b"v",
    "headers": lambda m: m.headers() == [("h", b"1")],
    "timestamp": lambda m: m.timestamp()[0] == ck.TIMESTAMP_CREATE_TIME,
    "leader_epoch": lambda m: m.leader_epoch() is not None,
    "latency": lambda m: m.latency() is None,
    "delivery_count": lambda m: m.delivery_count() is None,
    "error": lambda m: m.error() is None,
    "deserialized_key": lambda m: m.deserialized_key() == b"k",
    "deserialized_value": lambda m: m.deserialized_value() == b"v",
    "set_topic": lambda m: m.set_topic("t"),
    "set_key": lambda m: m.set_key(b"a"),
    "set_value": lambda m: m.set_value(b"b"),
    "set_headers": lambda m: m.set_headers([("a", b"b")]),
    "set_error": lambda m: m.set_error(KafkaError(1)),
    "__len__": lambda m: len(m) == 1,
}
SPECS = {
    "earliest": lambda s: s.earliest() is not None,
    "latest": lambda s: s.latest() is not None,
    "max_timestamp": lambda s: s.max_timestamp() is not None,
    "for_timestamp": lambda s: s.for_timestamp(1) is not None,
}
OF_CONFIGS = {
    "add_incremental_config": lambda c: c.add_incremental_config(RETENTION),
    "set_config": lambda c: c.set_config("retention.ms", "1"),
    "Type": lambda c: c.Type.TOPIC,
}


def described(report):
    """What the administration gives."""
    a = AdminClient(BASE)
    reader = Consumer({**BASE, "group.id": f"{GROUP}-v", "auto.offset.reset": "earliest"})
    reader.subscribe([TOPIC])
    polled(reader)
    cluster, group = only(a.describe_cluster()), only(a.describe_consumer_groups([f"{GROUP}-v"]))
    old = [g for g in a.list_groups(timeout=10) if g.members][0]
    reader.close()
    metadata = a.list_topics(timeout=10)
    topic = metadata.topics[TOPIC]
    listed = only(a.list_consumer_groups())
    details = only(a.describe_topics(TopicCollection([TOPIC])))
    bits = {name: lambda u, name=name: isinstance(getattr(u, name)(), int)
            for name in ("get_least_significant_bits", "get_most_significant_bits")}
    report.values(details, details.partitions[0], cluster, cluster.nodes[0], details.topic_id, **bits)
    report.values(group, group.members[0], group.members[0].assignment, listed, listed.valid[0], old, old.members[0])
    report.values(metadata, topic, topic.partitions[0], list(metadata.brokers.values())[0])
    report.values(only(a.list_offsets({P0: OffsetSpec.latest()})), only(a.delete_records([at(0)])))
    report.values(only(a.describe_configs([RESOURCE]))["retention.ms"])
    report.values(RESOURCE, **OF_CONFIGS)


def first_message():
    reader = Consumer({**BASE, "group.id": f"{GROUP}-v"})
    reader.assign([at(1)])
    try:
        return reader.consume(1, timeout=20)[0]
    finally:
        reader.close()


def values(report):
    described(report)
    report.calls(ck.Message, MESSAGE, first_message())
    report.calls(KafkaError, ERROR, KafkaError(-191, "why"))
    report.calls(OffsetSpec, SPECS, OffsetSpec)
    report.values(KafkaException(KafkaError(1)), ck.IllegalStateException("a"), ck.ConcurrentModificationException("a"))
    report.values(P0, NewTopic(OTHER, 1, 1), NewPartitions(OTHER, 2), TopicCollection([TOPIC]),
                  ConsumerGroupTopicPartitions(GROUP), ck.ThrottleEvent("b", 1, 1.0))
    report.values(ck.Messages([]), count=lambda m: m.count() == 0, records=lambda m: m.records() == [],
                  is_empty=lambda m: m.is_empty())
    report.values(acl(admin.AclBinding), acl(admin.AclBindingFilter), SCRAM, SCRAM.scram_credential_info,
                  admin.UserScramCredentialDeletion("u", admin.ScramMechanism.SCRAM_SHA_256),
                  admin.UserScramCredentialsDescription("u", []))


SERIALIZERS = {
    "StringSerializer": lambda: ser.StringSerializer()("é") == "é".encode(),
    "StringDeserializer": lambda: ser.StringDeserializer()(b"a") == "a",
    "IntegerSerializer": lambda: ser.IntegerSerializer()(1) == b"\0\0\0\1",
    "IntegerDeserializer": lambda: ser.IntegerDeserializer()(b"\0\0\0\1") == 1,
    "DoubleSerializer": lambda: len(ser.DoubleSerializer()(1.0)) == 8,
    "DoubleDeserializer": lambda: ser.DoubleDeserializer()(bytes(8)) == 0,
    "SerializationContext": lambda: ser.SerializationContext("t", ser.MessageField.KEY).topic == "t",
    "SerializationError": lambda: issubclass(ser.SerializationError, KafkaException),
}
# For subclasses, and what needs a registry of schemas.
BESIDES = {*SERIALIZERS, "Serializer", "Deserializer", "SerializerBuilder", "DeserializerBuilder",
           "UserScramCredentialAlteration", "ShareConsumer", "DeserializingShareConsumer"}
MODULES = {
    "confluent_kafka.schema_registry": lambda: __import__("confluent_kafka.schema_registry"),
    "confluent_kafka.avro": lambda: __import__("confluent_kafka.avro"),
}
SETTINGS = {
    "security.protocol=SSL": {"security.protocol": "SSL"},
    "sasl.mechanism=PLAIN": {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
                             "sasl.username": "a", "sasl.password": "b"},
    "group.protocol=consumer": {"group.protocol": "consumer"},
    "compression.type=zstd": {"compression.type": "zstd"},
}


def constructed(settings):
    kind = Consumer if "group.protocol" in settings else Producer
    kind({**BASE, **({"group.id": GROUP} if kind is Consumer else {}), **settings})


class Awaited:
    """A client of confluent_kafka.aio, used as its plain twin: each call waits for what it gives."""

    def __init__(self, kind, *args):
        self._loop = asyncio.SelectorEventLoop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._client = self._wait(self._made(kind, args))

    async def _made(self, kind, args):
        made = kind(*args)
        return await made if asyncio.iscoroutine(made) else made

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def __len__(self):
        return len(self._client)

    def __getattr__(self, name):
        method = getattr(self._client, name)
        return lambda *args, **more: self._wait(method(*args, **more))


def asynchronous(report, text, reading, text_back):
    """The clients for asyncio have the methods of the plain ones."""
    producers = {**PRODUCER, "produce": lambda p: p.produce(TOPIC, key="k", value="v", partition=0)}
    for kind, more in ((aio.AIOProducer, {}), (aio.AsyncSerializingProducer, text)):
        of_transactions = Awaited(kind, {**BASE, **more, "transactional.id": f"{TOPIC}-{kind.__name__}"})
        refused = {name: lambda _p, call=call, own=of_transactions: call(own) for name, call in TRANSACTIONS.items()}
        report.calls(kind, {**refused, **producers}, Awaited(kind, {**BASE, **more}))
    for kind, more in ((aio.AIOConsumer, {}), (aio.AsyncDeserializingConsumer, text_back)):
        report.calls(kind, CONSUMER, Awaited(kind, {**reading, **more, "group.id": f"{GROUP}-{kind.__name__}"}))


def main():
    a = AdminClient(BASE)
    only(a.create_topics([NewTopic(TOPIC, 3, 1)]))
    sender = Producer(BASE)
    for n in range(3):
        sender.produce(TOPIC, key=b"k", value=b"v", partition=0, headers=[("h", b"1")])
    assert sender.flush(20) == 0
    report = Report(f"confluent-kafka {ck.__version__}", classify)
    text = {f"{part}.serializer": ser.StringSerializer() for part in ("key", "value")}
    text_back = {f"{part}.deserializer": ser.StringDeserializer() for part in ("key", "value")}
    reading = {**BASE, "group.id": GROUP, "auto.offset.reset": "earliest", "enable.auto.offset.store": False}
    for kind, more in ((Producer, {}), (SerializingProducer, text)):
        of_transactions = kind({**BASE, **more, "transactional.id": f"{TOPIC}-{kind.__name__}"})
        refused = {name: lambda _p, call=call, own=of_transactions: call(own) for name, call in TRANSACTIONS.items()}
        report.calls(kind, {**refused, **PRODUCER}, kind({**BASE, **more}))
    report.calls(Consumer, CONSUMER, Consumer(reading))
    report.calls(DeserializingConsumer, CONSUMER,
                 DeserializingConsumer({**reading, **text_back, "group.id": f"{GROUP}-d"}))
    asynchronous(report, text, reading, text_back)
    report.calls(AdminClient, ADMIN, a)
    for kind in (ShareConsumer, ck.DeserializingShareConsumer):
        report.each(kind.__name__, {"the class itself": lambda kind=kind: kind({**BASE, "group.id": GROUP})})
    values(report)
    report.each("serialization", SERIALIZERS)
    report.each("modules", MODULES)
    report.each("settings", {name: lambda own=own: constructed(own) for name, own in SETTINGS.items()})
    for module in (ck, admin, ser):
        report.enumerations(module)
    report.complete(ck, admin, aio, ser, besides=BESIDES)
    report.show()


if __name__ == "__main__":
    main()
