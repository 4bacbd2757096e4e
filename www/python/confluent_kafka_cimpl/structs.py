"""The value classes of the C module: Message, TopicPartition, Uuid, NewTopic, NewPartitions. No
behaviour.
"""

import base64

from .errors import KafkaError


def _read_only(slot):
    def setter(self, value):
        raise AttributeError("readonly attribute")

    return property(lambda self: getattr(self, slot), setter)


def _int(value, name="an integer"):
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")


def text(value, position):
    """Checks a string argument as the C binding does."""
    if not isinstance(value, str):
        kind = "None" if value is None else type(value).__name__
        raise TypeError(f"argument {position} must be str, not {kind}")
    return value


class Message:
    """A record, a delivery report, or an error that was consumed."""

    __slots__ = """
        _topic _partition _offset _key _value _headers _error _tstype _timestamp _latency _epoch
        _count
    """.split()
    __module__ = "confluent_kafka.cimpl"
    __hash__ = None

    def __init__(
        self,
        topic=None,
        partition=-1,
        offset=-1001,
        key=None,
        value=None,
        headers=None,
        error=None,
        timestamp=None,
        latency=-1,
        leader_epoch=-1,
        delivery_count=-1,
    ):
        if timestamp is not None and not (isinstance(timestamp, tuple) and len(timestamp) == 2):
            raise TypeError("timestamp must be a tuple of (int, int)")
        self._topic, self._key, self._value = topic, key, value
        self._headers, self._error = headers, error
        self._partition = partition if partition >= 0 else -1
        self._offset = offset if offset >= 0 else -1001
        self._tstype, self._timestamp = timestamp or (0, 0)
        self._latency = latency if latency >= 0 else -1
        self._epoch = leader_epoch if leader_epoch >= 0 else -1
        self._count = delivery_count if delivery_count > 0 else -1

    def __class_getitem__(cls, _types):
        return cls

    def topic(self):
        return self._topic

    def partition(self):
        return self._partition if self._partition != -1 else None

    def offset(self):
        return self._offset if self._offset >= 0 else None

    def key(self):
        return self._key

    def value(self):
        return self._value

    deserialized_key = key
    deserialized_value = value

    def headers(self):
        return self._headers

    def error(self):
        return self._error

    def timestamp(self):
        return (self._tstype, self._timestamp)

    def latency(self):
        return None if self._latency == -1 else self._latency

    def leader_epoch(self):
        return self._epoch if self._epoch >= 0 else None

    def delivery_count(self):
        return self._count if self._count > 0 else None

    def set_topic(self, topic):
        self._topic = topic

    def set_key(self, key):
        self._key = key

    def set_value(self, value):
        self._value = value

    def set_headers(self, headers):
        self._headers = headers

    def set_error(self, error):
        self._error = error

    def __len__(self):
        return len(self._value) if self._value is not None else 0

    def _compared(self):
        return (
            self._topic,
            self._value,
            self._key,
            self._headers,
            self._partition,
            self._offset,
            self._epoch,
            self._timestamp,
        )

    def __eq__(self, other):
        if self is other:
            return True
        if not isinstance(other, Message) or self._compared() != other._compared():
            return False
        if self._error is None or other._error is None:
            return self._error is other._error
        return self._error == other._error

    def __ne__(self, other):
        return not self == other

    def __reduce__(self):
        return Message, (
            self._topic,
            self._partition,
            self._offset,
            self._key,
            self._value,
            self._headers,
            self._error,
            self.timestamp(),
            float(self._latency),
            self._epoch,
            self._count,
        )


def message(
    topic,
    partition,
    offset,
    key,
    value,
    headers,
    error,
    tstype,
    timestamp,
    latency,
    epoch,
    new=Message.__new__,
    cls=Message,
):
    """A Message without the checks of its constructor: the fast path of both clients."""
    made = new(cls)
    made._topic = topic
    made._partition = partition
    made._offset = offset
    made._key = key
    made._value = value
    made._headers = headers
    made._error = error
    made._tstype = tstype
    made._timestamp = timestamp
    made._latency = latency
    made._epoch = epoch
    made._count = -1
    return made


class TopicPartition:
    """Topic, partition, offset; equality and order look at topic and partition only."""

    __slots__ = ("_topic", "_partition", "_offset", "_metadata", "_epoch", "_error")
    __module__ = "cimpl"

    def __init__(self, topic, partition=-1, offset=-1001, metadata=None, leader_epoch=-1):
        self._topic = text(topic, 1)
        self._partition = _int(partition)
        self._offset = _int(offset)
        self._metadata = metadata
        self._epoch = leader_epoch if leader_epoch is not None and leader_epoch >= 0 else -1
        self._error = None

    topic = _read_only("_topic")
    metadata = _read_only("_metadata")
    error = _read_only("_error")
    partition = property(
        lambda self: self._partition, lambda self, value: setattr(self, "_partition", _int(value))
    )
    offset = property(
        lambda self: self._offset, lambda self, value: setattr(self, "_offset", _int(value))
    )
    leader_epoch = property(lambda self: self._epoch if self._epoch >= 0 else None)

    def __repr__(self):
        return (
            f"TopicPartition{{topic={self._topic},partition={self._partition},offset={self._offset},"
            f"leader_epoch={self.leader_epoch},error={self._error}}}"
        )

    __str__ = __repr__

    def _pair(self, other):
        if type(other) is not type(self):
            raise NotImplementedError
        return (self._topic, self._partition), (other._topic, other._partition)

    def __eq__(self, other):
        mine, theirs = self._pair(other)
        return mine == theirs

    def __ne__(self, other):
        mine, theirs = self._pair(other)
        return mine != theirs

    def __lt__(self, other):
        mine, theirs = self._pair(other)
        return mine < theirs

    def __le__(self, other):
        mine, theirs = self._pair(other)
        return mine <= theirs

    def __gt__(self, other):
        mine, theirs = self._pair(other)
        return mine > theirs

    def __ge__(self, other):
        mine, theirs = self._pair(other)
        return mine >= theirs

    def __hash__(self):
        return hash(self._topic) ^ self._partition


def topic_partition(topic, partition, offset=-1001, metadata=None, epoch=-1, error=0):
    """A TopicPartition as the library hands it out, with its error code."""
    made = TopicPartition(topic, partition, offset, metadata, epoch)
    if error:
        made._error = KafkaError(error)
    return made


def partition_list(partitions):
    """Checks what is said to be a list of TopicPartition."""
    if not isinstance(partitions, list):
        raise TypeError("requires list of TopicPartition")
    for entry in partitions:
        if type(entry) is not TopicPartition:
            raise TypeError("expected cimpl.TopicPartition")
    return partitions


class Uuid:
    """128 bits, shown in plain base64 as librdkafka does (not in Kafka's URL-safe alphabet)."""

    __slots__ = ("_most", "_least")
    __module__ = "cimpl"

    def __init__(self, most_significant_bits, least_significant_bits):
        self._most, self._least = _int(most_significant_bits), _int(least_significant_bits)

    def get_most_significant_bits(self):
        return self._most

    def get_least_significant_bits(self):
        return self._least

    def __repr__(self):
        mask = (1 << 64) - 1
        raw = (self._most & mask).to_bytes(8, "big") + (self._least & mask).to_bytes(8, "big")
        return base64.b64encode(raw).decode().rstrip("=")

    __str__ = __repr__

    def __hash__(self):
        return hash(self._most ^ self._least)

    def __eq__(self, other):
        return isinstance(other, Uuid) and (self._most, self._least) == (other._most, other._least)


class _New:
    """Order and equality of NewTopic and NewPartitions: by topic, then by count."""

    __slots__ = ()

    def _pair(self, other):
        if type(other) is not type(self):
            raise NotImplementedError
        return (self.topic, self._count()), (other.topic, other._count())

    __eq__ = TopicPartition.__eq__
    __ne__ = TopicPartition.__ne__
    __lt__ = TopicPartition.__lt__
    __le__ = TopicPartition.__le__
    __gt__ = TopicPartition.__gt__
    __ge__ = TopicPartition.__ge__

    def __hash__(self):
        return hash(self.topic) if self._count() == -1 else hash(self.topic) ^ self._count()

    def __str__(self):
        return repr(self)


class NewTopic(_New):
    """What AdminClient.create_topics() takes."""

    __slots__ = ("_topic", "num_partitions", "replication_factor", "replica_assignment", "config")
    __module__ = "cimpl"

    def __init__(
        self, topic, num_partitions=-1, replication_factor=-1, replica_assignment=None, config=None
    ):
        if config is not None and not isinstance(config, dict):
            raise TypeError("config must be a dict of strings")
        self._topic = text(topic, 1)
        self.num_partitions, self.replication_factor = _int(num_partitions), _int(
            replication_factor
        )
        self.replica_assignment, self.config = replica_assignment, config

    topic = _read_only("_topic")

    def _count(self):
        return self.num_partitions

    def __repr__(self):
        if self.num_partitions == -1:
            return f"NewTopic(topic={self._topic})"
        return f"NewTopic(topic={self._topic},num_partitions={self.num_partitions})"


class NewPartitions(_New):
    """What AdminClient.create_partitions() takes."""

    __slots__ = ("_topic", "new_total_count", "replica_assignment")
    __module__ = "cimpl"

    def __init__(self, topic, new_total_count, replica_assignment=None):
        self._topic, self.new_total_count = text(topic, 1), _int(new_total_count)
        self.replica_assignment = replica_assignment

    topic = _read_only("_topic")

    def _count(self):
        return self.new_total_count

    def __repr__(self):
        return f"NewPartitions(topic={self._topic},new_total_count={self.new_total_count})"
