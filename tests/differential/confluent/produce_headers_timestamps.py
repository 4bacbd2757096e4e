"""Headers and timestamps there and back."""
import os

from confluent_kafka import (TIMESTAMP_CREATE_TIME, TIMESTAMP_LOG_APPEND_TIME, Consumer, Producer, TopicPartition)
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
names = [f"created-{RUN}", f"appended-{RUN}"]
admin.create_topics([NewTopic(names[0], 1, 1)])[names[0]].result(30)
admin.create_topics([NewTopic(names[1], 1, 1, config={"message.timestamp.type": "LogAppendTime"})])[
    names[1]].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
stamps = []
for name in names:
    producer.produce(name, "1", headers=[("a", b"1"), ("a", "two"), ("none", None), ("empty", b"")], timestamp=5000,
                     on_delivery=lambda e, m: stamps.append(m.timestamp()))
    producer.produce(name, "2", headers={"k": b"\x00\xff", "ä": "ü"})
    producer.produce(name, "3", headers=[])
    producer.produce(name, "4")
    producer.flush(30)
print(stamps[0], stamps[1][0] == TIMESTAMP_LOG_APPEND_TIME, stamps[1][1] > 5000)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
for name in names:
    consumer.assign([TopicPartition(name, 0, 0)])
    for _ in range(4):
        message = consumer.poll(30)
        kind, stamp = message.timestamp()
        print(message.value(), message.headers(), kind, stamp if kind == TIMESTAMP_CREATE_TIME and stamp < 10000
              else stamp > 10000)
consumer.close()
