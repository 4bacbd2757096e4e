"""kafka-python (2.3.3 and 3.0.12) against a cluster: kafka_python.py BOOTSTRAP."""
import logging
import os
import threading
import time

import kafka
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError

import cases
from cases import case, main, start_member, topic_name

BOOTSTRAP = cases.BOOTSTRAP.split(",")
logging.basicConfig(level=logging.CRITICAL)
for kind in (KafkaAdminClient, KafkaConsumer, KafkaProducer):
    # Cases that run side by side, in several browsers at once, may take the two seconds in which 2.3.3 wants an answer.
    if "api_version_auto_timeout_ms" in kind.DEFAULT_CONFIG:
        kind.DEFAULT_CONFIG["api_version_auto_timeout_ms"] = 20_000


def admin():
    return KafkaAdminClient(bootstrap_servers=BOOTSTRAP)


def new_topic(partitions=1, replicas=1, **configs):
    name = topic_name()
    client = admin()
    client.create_topics([NewTopic(name, partitions, replicas, topic_configs=configs or None)])
    client.close()
    return name


def produce(topic, records, **config):
    """Sends (key, value) pairs; the metadata of each."""
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, **config)
    futures = [producer.send(topic, key=key, value=value) for key, value in records]
    producer.flush(30)
    done = [future.get(30) for future in futures]
    producer.close(30)
    return done


def consumer(*topics, **config):
    config.setdefault("auto_offset_reset", "earliest")
    return KafkaConsumer(*topics, bootstrap_servers=BOOTSTRAP, **config)


def read(source, count, timeout_s=120):
    records = []
    end = time.time() + timeout_s
    while len(records) < count and time.time() < end:
        for batch in source.poll(timeout_ms=500, max_records=count - len(records)).values():
            records.extend(batch)
    assert len(records) >= count, f"{len(records)} of {count} records"
    return records


def read_all(topic, count):
    source = consumer(topic)
    try:
        return read(source, count)
    finally:
        source.close()


@case("create, list, describe topics")
def _():
    name = new_topic(3, 2)
    client = admin()
    assert name in client.list_topics()
    described = client.describe_topics([name])[0]
    parts = described["partitions"]
    assert len(parts) == 3 and all(len(p.get("replicas", p.get("replica_nodes"))) == 2 for p in parts), described
    try:
        client.create_topics([NewTopic(name, 1, 1)])
        raise AssertionError("created twice")
    except TopicAlreadyExistsError as error:
        assert f"Topic '{name}' already exists." in str(error), error
    client.close()


for codec in (None, "gzip", "snappy", "lz4", "zstd"):
    @case(f"compression {codec or 'none'}")
    def _(codec=codec):
        topic = new_topic()
        values = [b"record %d " % i * 20 for i in range(50)]
        produce(topic, [(None, v) for v in values], compression_type=codec)
        assert [r.value for r in read_all(topic, 50)] == values


for acks in (1, "all"):
    @case(f"acks {acks}")
    def _(acks=acks):
        topic = new_topic()
        config = {} if acks == "all" else {"enable_idempotence": False}
        produce(topic, [(None, b"%d" % i) for i in range(10)], acks=acks, **config)
        assert [r.value for r in read_all(topic, 10)] == [b"%d" % i for i in range(10)]


@case("acks 0")
def _():
    topic = new_topic()
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks=0, enable_idempotence=False)
    for i in range(10):
        producer.send(topic, b"%d" % i)
        producer.flush(30)
    producer.close(30)
    # 2.3.3 leaves what it sent last in its own buffer, on Apache Kafka too.
    wanted = 10 if kafka.__version__ >= "3" else 0
    records = read_all_there_are(topic, wanted)
    assert [r.value for r in records] == [b"%d" % i for i in range(len(records))]


def read_all_there_are(topic, at_least):
    source = consumer(topic)
    records = read(source, at_least)
    for batch in source.poll(timeout_ms=500).values():
        records.extend(batch)
    source.close()
    return records


@case("idempotent producer")
def _():
    topic = new_topic()
    done = produce(topic, [(b"k", b"%d" % i) for i in range(100)],
                   enable_idempotence=True, acks="all")
    assert [m.offset for m in done] == list(range(100))
    assert [r.value for r in read_all(topic, 100)] == [b"%d" % i for i in range(100)]


@case("keys, nulls and headers")
def _():
    topic = new_topic()
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    headers = [("a", b"1"), ("a", b"2"), ("empty", b"")]
    producer.send(topic, key=b"k", value=b"v", headers=headers)
    producer.send(topic, key=b"gone", value=None)
    producer.send(topic, key=None, value=b"")
    producer.flush(30)
    producer.close()
    first, second, third = read_all(topic, 3)
    assert (first.key, first.value, list(first.headers)) == (b"k", b"v", headers), first
    assert (second.key, second.value) == (b"gone", None)
    assert (third.key, third.value) == (None, b"")


@case("values of 1 MB")
def _():
    topic = new_topic()
    value = os.urandom(1_000_000)
    produce(topic, [(None, value), (None, value[::-1])])
    records = read_all(topic, 2)
    assert [r.value for r in records] == [value, value[::-1]]


@case("too large a record is refused")
def _():
    topic = new_topic(**{"max.message.bytes": "1000"})
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    future = producer.send(topic, b"x" * 5000)
    try:
        future.get(30)
        raise AssertionError("accepted")
    except Exception as error:
        assert type(error).__name__ == "MessageSizeTooLargeError", repr(error)
    producer.close()


@case("keys go to the partitions of murmur2")
def _():
    topic = new_topic(5)
    done = produce(topic, [(b"key-%d" % i, b"") for i in range(20)])
    from kafka.partitioner.default import murmur2
    for i, metadata in enumerate(done):
        assert metadata.partition == (murmur2(b"key-%d" % i) & 0x7FFFFFFF) % 5


@case("consume from an offset, the end, a time")
def _():
    topic = new_topic()
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    for i in range(10):
        producer.send(topic, b"%d" % i, timestamp_ms=1_000_000 + i * 1000)
    producer.flush(30)
    producer.close()
    source = consumer()
    partition = TopicPartition(topic, 0)
    source.assign([partition])
    source.seek(partition, 7)
    assert [r.value for r in read(source, 3)] == [b"7", b"8", b"9"]
    source.seek_to_beginning(partition)
    assert source.position(partition) == 0
    source.seek_to_end(partition)
    assert source.position(partition) == 10
    found = source.offsets_for_times({partition: 1_004_500})
    assert found[partition].offset == 5 and found[partition].timestamp == 1_005_000, found
    assert source.offsets_for_times({partition: 9_000_000})[partition] is None
    assert source.beginning_offsets([partition]) == {partition: 0}
    assert source.end_offsets([partition]) == {partition: 10}
    source.close()


@case("LogAppendTime")
def _():
    topic = new_topic(**{"message.timestamp.type": "LogAppendTime"})
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    producer.send(topic, b"x", timestamp_ms=1)
    producer.flush(30)
    producer.close()
    record = read_all(topic, 1)[0]
    assert record.timestamp_type == 1 and abs(record.timestamp - time.time() * 1000) < 60_000, record


class Member(threading.Thread):
    """A consumer that is polled by a thread of its own until it is asked to leave."""

    def __init__(self, topic, group):
        super().__init__(daemon=True)
        self.consumer = member(topic, group)
        self.leaving = threading.Event()
        self.error = None
        self.start()

    def run(self):
        try:
            while not self.leaving.is_set():
                self.consumer.poll(timeout_ms=100)
            self.consumer.close()
        except BaseException as error:  # told where the case waits for it
            self.error = error

    def leave(self):
        self.leaving.set()
        self.join(120)


def shared(members, partitions, timeout_s=120):
    """Waits until every partition has one owner and the load is even."""
    end = time.time() + timeout_s
    while time.time() < end:
        owned = [set(m.consumer.assignment()) for m in members]
        even = all(len(parts) == partitions // len(members) for parts in owned)
        if even and len(set().union(*owned)) == partitions:
            return
        time.sleep(0.1)
    # Partition numbers only: the runner cuts long texts.
    numbers = [sorted(p.partition for p in parts) for parts in owned]
    raise AssertionError(f"owned in the end: {numbers}; errors: {[m.error for m in members]}")


def member(topic, group):
    one = consumer(topic, group_id=group, session_timeout_ms=6000, heartbeat_interval_ms=500)
    # It knows the partitions before it joins. A leader that learns of them later joins once more, and 3.0.12 forgets that
    # it does when the poll in which it began ends too early: it then waits for ever, on Apache Kafka as well.
    one.partitions_for_topic(topic)
    return one


@case("group of two and three members, one leaves")
def _():
    topic, group = new_topic(6), topic_name("g")
    members = [Member(topic, group), Member(topic, group)]
    shared(members, 6)
    members.append(Member(topic, group))
    shared(members, 6)
    members.pop().leave()
    shared(members, 6)
    for one in members:
        one.leave()


def be_member(topic, group):
    """A member on its own, for as long as its process lives; comes back when it has partitions."""
    one = Member(topic, group)
    end = time.time() + 120
    while not one.consumer.assignment():
        assert one.is_alive() and time.time() < end, one.error or "no partitions within 120 s"
        time.sleep(0.1)
    return one


@case("group goes on when a member dies")
def _():
    topic, group = new_topic(4), topic_name("g")
    other = start_member(topic, group)
    mine = member(topic, group)
    end = time.time() + 120
    while len(mine.assignment()) != 2 and time.time() < end:
        mine.poll(timeout_ms=200)
    assert len(mine.assignment()) == 2, mine.assignment()
    other.kill()
    end = time.time() + 120
    while len(mine.assignment()) != 4 and time.time() < end:
        mine.poll(timeout_ms=200)
    assert len(mine.assignment()) == 4, mine.assignment()
    mine.close()


@case("commit and resume")
def _():
    topic, group = new_topic(), topic_name("g")
    produce(topic, [(None, b"%d" % i) for i in range(10)])
    first = consumer(topic, group_id=group, enable_auto_commit=False, max_poll_records=4)
    assert [r.value for r in read(first, 4)] == [b"0", b"1", b"2", b"3"]
    first.commit()
    partition = TopicPartition(topic, 0)
    assert first.committed(partition) == 4
    first.close()
    second = consumer(topic, group_id=group, enable_auto_commit=False)
    assert [r.value for r in read(second, 6)][0] == b"4"
    second.close()


@case("pause and resume")
def _():
    topic = new_topic(2)
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    for partition in (0, 1):
        producer.send(topic, b"x", partition=partition)
    producer.flush(30)
    producer.close()
    source = consumer()
    both = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
    source.assign(both)
    source.pause(both[0])
    assert [r.partition for r in read(source, 1)] == [1]
    source.resume(both[0])
    assert [r.partition for r in read(source, 1)] == [0]
    source.close()


@case("subscribe by pattern")
def _():
    prefix = topic_name("pat")
    client = admin()
    client.create_topics([NewTopic(f"{prefix}-{n}", 1, 1) for n in "ab"])
    client.close()
    for n in "ab":
        produce(f"{prefix}-{n}", [(None, n.encode())])
    source = consumer(group_id=topic_name("g"))
    source.subscribe(pattern=f"^{prefix}-.*")
    assert sorted(r.value for r in read(source, 2)) == [b"a", b"b"]
    source.close()


@case("admin of partitions, configs, records, topics")
def _():
    topic = new_topic(1)
    produce(topic, [(None, b"%d" % i) for i in range(5)])
    client = admin()
    client.create_partitions({topic: NewPartitions(3)})
    assert len(client.describe_topics([topic])[0]["partitions"]) == 3
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "1234"})
    client.alter_configs([resource])
    assert "1234" in str(client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))
    client.delete_records({TopicPartition(topic, 0): 2})
    source = consumer()
    assert source.beginning_offsets([TopicPartition(topic, 0)]) == {TopicPartition(topic, 0): 2}
    source.close()
    client.delete_topics([topic])
    assert topic not in client.list_topics()
    try:
        client.delete_topics([topic])
        raise AssertionError("deleted twice")
    except UnknownTopicOrPartitionError:
        pass
    client.close()


@case("admin of groups")
def _():
    topic, group = new_topic(), topic_name("g")
    produce(topic, [(None, b"x")])
    one = consumer(topic, group_id=group)
    read(one, 1)
    one.commit()
    client = admin()
    list_groups = getattr(client, "list_consumer_groups", None) or client.list_groups
    describe = getattr(client, "describe_consumer_groups", None) or client.describe_groups
    offsets = getattr(client, "list_consumer_group_offsets", None) or client.list_group_offsets
    delete = getattr(client, "delete_consumer_groups", None) or client.delete_groups
    assert group in str(list_groups())
    assert "Stable" in str(describe([group]))
    one.close()
    assert "Empty" in str(describe([group]))
    listed = offsets(group) if hasattr(client, "list_consumer_group_offsets") else offsets([group])
    assert topic in str(listed)
    delete([group])
    assert group not in str(list_groups())
    client.close()


if __name__ == "__main__":
    main(be_member)
