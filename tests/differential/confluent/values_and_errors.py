"""TopicPartition, KafkaError, KafkaException, Message and the rest, without a cluster."""
import pickle

import confluent_kafka
from confluent_kafka import (IsolationLevel, KafkaError, KafkaException, Message, TopicPartition, Uuid, libversion,
                             version)
from confluent_kafka.admin import NewPartitions, NewTopic

print(version(), libversion()[0], confluent_kafka.__version__)
a, b = TopicPartition("a", 1, 5, "meta", 3), TopicPartition("a", 1)
print(a, b, a == b, a < TopicPartition("b"), sorted([TopicPartition("b"), a]), hash(a) == hash(b), a.leader_epoch)
a.offset = 9
print(a.offset, a.metadata, a.error)
for call in (lambda: a == 1, lambda: TopicPartition(1), lambda: TopicPartition("a", "b"),
             lambda: setattr(a, "topic", "b"), lambda: setattr(a, "offset", "x")):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
for code in (0, 3, 36, -191, -195, 999, -999):
    error = KafkaError(code)
    print(repr(error), error.code(), error.name(), error.str(), error.fatal(), error.retriable(), bool(error))
print(KafkaError(5, "why", True, True, True), KafkaError(3) == KafkaError._PARTITION_EOF, KafkaError(3) == 3)
print(KafkaError(3) < KafkaError(4), KafkaError(-191) == KafkaError._PARTITION_EOF, hash(KafkaError(-5)))
print(repr(KafkaException(KafkaError(3))), str(KafkaException(KafkaError(3))), isinstance(KafkaException(), Exception))
print(pickle.loads(pickle.dumps(KafkaError(7, "x"))), pickle.loads(pickle.dumps(Message("t", 1, 2, b"k", b"v"))).key())
m = Message("t", 0, 3, b"k", b"v", [("h", b"1")], None, (1, 1000), 0.5, 4)
print(m.topic(), m.partition(), m.offset(), m.key(), m.value(), m.headers(), m.error(), m.timestamp(), m.latency(),
      m.leader_epoch(), len(m), m == Message("t", 0, 3, b"k", b"v", [("h", b"1")], None, (1, 1000), 0.5, 4))
m.set_value("changed")
m.set_key(None)
m.set_headers([])
print(m.value(), m.key(), m.headers(), Message().offset(), Message().partition(), Message().timestamp(), len(Message()))
print(Uuid(1, -2), Uuid(1, -2).get_least_significant_bits(), hash(Uuid(3, 5)))
print(NewTopic("t"), NewTopic("t", 3, 1) == NewTopic("t", 3), NewPartitions("t", 4), NewTopic("t", 1) < NewTopic("u", 1))
print(IsolationLevel.READ_COMMITTED, confluent_kafka.OFFSET_BEGINNING, confluent_kafka.OFFSET_END,
      confluent_kafka.OFFSET_STORED, confluent_kafka.OFFSET_INVALID)
print(confluent_kafka.Producer, confluent_kafka.Consumer, KafkaError, KafkaException, Message, TopicPartition)
print(len([name for name in dir(KafkaError) if name.isupper()]))
