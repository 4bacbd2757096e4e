"""confluent-kafka (librdkafka) against a cluster: confluent.py BOOTSTRAP."""
import os
import threading
import time

from confluent_kafka import (
    OFFSET_BEGINNING, Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec,
)

from cases import BOOTSTRAP, case, main, start_member, topic_name


# One for all: futures of a client that is gone end with an error.
ADMIN = AdminClient({"bootstrap.servers": BOOTSTRAP})


def admin():
    return ADMIN


def new_topic(partitions=1, replicas=1, **configs):
    name = topic_name()
    admin().create_topics([NewTopic(name, partitions, replicas, config=configs)])[name].result(30)
    return name


def produce(topic, records, **config):
    """Sends (key, value, more) tuples; the delivered messages in the order of delivery."""
    delivered = []

    def done(error, message):
        if error:
            raise KafkaException(error)
        delivered.append(message)

    producer = Producer({"bootstrap.servers": BOOTSTRAP, **config})
    for key, value, more in records:
        producer.produce(topic, key=key, value=value, on_delivery=done, **more)
    assert producer.flush(30) == 0, "not all delivered"
    assert len(delivered) == len(records)
    return delivered


def plain(values):
    return [(None, value, {}) for value in values]


def consumer(group=None, **config):
    return Consumer({
        "bootstrap.servers": BOOTSTRAP, "group.id": group or topic_name("g"),
        "auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 500,
        **{key.replace("_", "."): value for key, value in config.items()}})


def read(source, count, timeout_s=120):
    records = []
    end = time.time() + timeout_s
    while len(records) < count and time.time() < end:
        message = source.poll(0.5)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        records.append(message)
    assert len(records) == count, f"{len(records)} of {count} records"
    return records


def read_all(topic, count):
    source = consumer()
    source.subscribe([topic])
    try:
        return read(source, count)
    finally:
        source.close()


def fails(code, call):
    try:
        call()
    except KafkaException as error:
        assert error.args[0].code() == code, error
        return error.args[0].str()
    raise AssertionError(f"no error {code}")


@case("create, list, describe topics")
def _():
    name = new_topic(3, 2)
    described = admin().list_topics(timeout=10).topics[name]
    assert len(described.partitions) == 3
    assert all(len(p.replicas) == 2 and p.leader in p.isrs for p in described.partitions.values())
    again = admin().create_topics([NewTopic(name, 1, 1)])[name]
    text = fails(KafkaError.TOPIC_ALREADY_EXISTS, lambda: again.result(30))
    assert text == f"Topic '{name}' already exists.", text


for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
    @case(f"compression {codec}")
    def _(codec=codec):
        topic = new_topic()
        values = [b"record %d " % i * 20 for i in range(50)]
        produce(topic, plain(values), **{"compression.type": codec, "linger.ms": 50})
        assert [m.value() for m in read_all(topic, 50)] == values


for acks in ("0", "1", "all"):
    @case(f"acks {acks}")
    def _(acks=acks):
        topic = new_topic()
        values = [b"%d" % i for i in range(10)]
        produce(topic, plain(values), acks=acks)
        assert [m.value() for m in read_all(topic, 10)] == values


@case("idempotent producer")
def _():
    topic = new_topic()
    values = [b"%d" % i for i in range(1000)]
    done = produce(topic, plain(values), **{"enable.idempotence": True})
    assert [m.offset() for m in done] == list(range(1000))
    assert [m.value() for m in read_all(topic, 1000)] == values


@case("keys, nulls and headers")
def _():
    topic = new_topic()
    headers = [("a", b"1"), ("a", b"2"), ("none", None), ("empty", b"")]
    produce(topic, [(b"k", b"v", {"headers": headers}), (b"gone", None, {}), (None, b"", {})])
    first, second, third = read_all(topic, 3)
    assert (first.key(), first.value(), first.headers()) == (b"k", b"v", headers), first.headers()
    assert (second.key(), second.value()) == (b"gone", None)
    assert (third.key(), third.value()) == (None, b"")


@case("values of 1 MB")
def _():
    topic = new_topic()
    value = os.urandom(999_000)
    produce(topic, plain([value, value[::-1]]))
    assert [m.value() for m in read_all(topic, 2)] == [value, value[::-1]]


@case("too large a record is refused")
def _():
    topic = new_topic(**{"max.message.bytes": "1000"})
    errors = []
    producer = Producer({"bootstrap.servers": BOOTSTRAP})
    producer.produce(topic, b"x" * 5000, on_delivery=lambda error, _: errors.append(error))
    producer.flush(30)
    assert errors[0].code() == KafkaError.MSG_SIZE_TOO_LARGE, errors


@case("consume from an offset, the end, a time")
def _():
    topic = new_topic()
    values = [b"%d" % i for i in range(10)]
    produce(topic, [(None, v, {"timestamp": 1_000_000 + i * 1000}) for i, v in enumerate(values)])
    source = consumer()
    source.assign([TopicPartition(topic, 0, 7)])
    assert [m.value() for m in read(source, 3)] == values[7:]
    source.seek(TopicPartition(topic, 0, OFFSET_BEGINNING))
    assert read(source, 1)[0].offset() == 0
    found = source.offsets_for_times([TopicPartition(topic, 0, 1_004_500)], timeout=10)
    assert found[0].offset == 5, found
    assert source.get_watermark_offsets(TopicPartition(topic, 0), timeout=10) == (0, 10)
    source.close()


@case("end of a partition")
def _():
    topic = new_topic()
    produce(topic, plain([b"x"]))
    source = consumer(enable_partition_eof=True)
    source.subscribe([topic])
    read(source, 1)
    end = time.time() + 20
    message = None
    while message is None and time.time() < end:
        message = source.poll(0.5)
    assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
    source.close()


class Member(threading.Thread):
    """A consumer that is polled by a thread of its own until it is asked to leave."""

    def __init__(self, topic, group, **config):
        super().__init__(daemon=True)
        self.consumer = consumer(group, **config)
        self.topic = topic
        self.owned = set()
        self.leaving = threading.Event()
        self.start()

    def run(self):
        self.consumer.subscribe([self.topic])
        while not self.leaving.is_set():
            self.consumer.poll(0.1)
            self.owned = {p.partition for p in self.consumer.assignment()}
        self.consumer.close()

    def leave(self):
        self.leaving.set()
        self.join(120)


def shared(members, partitions, timeout_s=120):
    """Waits until every partition has one owner and the load is even."""
    end = time.time() + timeout_s
    while time.time() < end:
        owned = [m.owned for m in members]
        even = all(len(parts) == partitions // len(members) for parts in owned)
        if even and len(set().union(*owned)) == partitions:
            return
        time.sleep(0.1)
    raise AssertionError(f"owned in the end: {owned}")


for strategy in ("range", "roundrobin", "cooperative-sticky"):
    @case(f"group of two and three members, one leaves ({strategy})")
    def _(strategy=strategy):
        topic, group = new_topic(6), topic_name("g")
        config = {"partition_assignment_strategy": strategy}
        members = [Member(topic, group, **config), Member(topic, group, **config)]
        shared(members, 6)
        members.append(Member(topic, group, **config))
        shared(members, 6)
        members.pop().leave()
        shared(members, 6)
        for one in members:
            one.leave()


@case("static member comes back")
def _():
    topic, group = new_topic(2), topic_name("g")
    first = Member(topic, group, group_instance_id="one")
    shared([first], 2)
    other = Member(topic, group, group_instance_id="two")
    shared([first, other], 2)
    kept = other.owned
    other.leave()
    other = Member(topic, group, group_instance_id="two")
    shared([first, other], 2)
    assert other.owned == kept
    first.leave()
    other.leave()


def be_member(topic, group):
    """A member on its own, for as long as its process lives; comes back when it has partitions."""
    one = Member(topic, group)
    end = time.time() + 120
    while not one.owned:
        assert one.is_alive() and time.time() < end, "it has ended, or has no partitions within 120 s"
        time.sleep(0.1)
    return one


@case("group goes on when a member dies")
def _():
    topic, group = new_topic(4), topic_name("g")
    other = start_member(topic, group)
    mine = Member(topic, group)
    end = time.time() + 120
    while len(mine.owned) != 2 and time.time() < end:
        time.sleep(0.1)
    other.kill()
    shared([mine], 4)
    mine.leave()


@case("commit and resume")
def _():
    topic, group = new_topic(), topic_name("g")
    produce(topic, plain([b"%d" % i for i in range(10)]))
    first = consumer(group, enable_auto_commit=False)
    first.subscribe([topic])
    messages = read(first, 4)
    first.commit(message=messages[-1], asynchronous=False)
    assert first.committed([TopicPartition(topic, 0)], timeout=10)[0].offset == 4
    first.close()
    second = consumer(group)
    second.subscribe([topic])
    assert read(second, 6)[0].value() == b"4"
    second.close()


@case("pause and resume")
def _():
    topic = new_topic(2)
    produce(topic, [(None, b"x", {"partition": n}) for n in (0, 1)])
    source = consumer()
    source.assign([TopicPartition(topic, n, 0) for n in (0, 1)])
    source.pause([TopicPartition(topic, 0)])
    assert read(source, 1)[0].partition() == 1
    source.resume([TopicPartition(topic, 0)])
    assert read(source, 1)[0].partition() == 0
    source.close()


@case("subscribe by pattern")
def _():
    prefix = topic_name("pat")
    names = [f"{prefix}-{n}" for n in "ab"]
    for future in admin().create_topics([NewTopic(n, 1, 1) for n in names]).values():
        future.result(30)
    for name in names:
        produce(name, plain([name.encode()]))
    source = consumer()
    source.subscribe([f"^{prefix}-.*"])
    assert sorted(m.value().decode() for m in read(source, 2)) == names
    source.close()


@case("admin of topics, configs, records")
def _():
    topic = new_topic()
    produce(topic, plain([b"%d" % i for i in range(5)]))
    client = admin()
    client.create_partitions([NewPartitions(topic, 3)])[topic].result(30)
    assert len(client.list_topics(topic, timeout=10).topics[topic].partitions) == 3
    smaller = client.create_partitions([NewPartitions(topic, 1)])[topic]
    text = fails(KafkaError.INVALID_PARTITIONS, lambda: smaller.result(30))
    assert text == f"The topic {topic} currently has 3 partition(s); 1 would not be an increase.", text
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    entry = ConfigEntry("retention.ms", "1234", incremental_operation=AlterConfigOpType.SET)
    changed = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    client.incremental_alter_configs([changed])[changed].result(30)
    assert client.describe_configs([resource])[resource].result(30)["retention.ms"].value == "1234"
    partition = TopicPartition(topic, 0, 2)
    deleted = list(client.delete_records([partition]).values())[0].result(30)
    assert deleted.low_watermark == 2
    listed = client.list_offsets({TopicPartition(topic, 0): OffsetSpec.earliest()})
    assert list(listed.values())[0].result(30).offset == 2
    cluster = client.describe_cluster().result(30)
    assert len(cluster.nodes) == 3 and cluster.controller is not None
    client.delete_topics([topic])[topic].result(30)
    gone = client.delete_topics([topic])[topic]
    fails(KafkaError.UNKNOWN_TOPIC_OR_PART, lambda: gone.result(30))


@case("admin of groups")
def _():
    topic, group = new_topic(), topic_name("g")
    produce(topic, plain([b"x"]))
    client = admin()
    one = consumer(group)
    one.subscribe([topic])
    read(one, 1)
    one.commit(asynchronous=False)
    groups = client.list_consumer_groups().result(30).valid
    assert group in [g.group_id for g in groups]
    described = client.describe_consumer_groups([group])[group].result(30)
    assert described.state.name == "STABLE" and len(described.members) == 1, described.state
    one.close()
    asked = ConsumerGroupTopicPartitions(group)
    offsets = client.list_consumer_group_offsets([asked])[group].result(30)
    assert offsets.topic_partitions[0].offset == 1
    moved = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 0)])
    client.alter_consumer_group_offsets([moved])[group].result(30)
    offsets = client.list_consumer_group_offsets([asked])[group].result(30)
    assert offsets.topic_partitions[0].offset == 0
    client.delete_consumer_groups([group])[group].result(30)
    assert group not in [g.group_id for g in client.list_consumer_groups().result(30).valid]


if __name__ == "__main__":
    main(be_member)
