"""on_commit: asynchronous commits and those that happen at the end."""
import os
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"oncommit-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(4):
    producer.produce(name, str(n))
producer.flush(30)
told = []
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest",
                     "auto.commit.interval.ms": 60000, "enable.auto.offset.store": False,
                     "on_commit": lambda error, partitions: told.append((error, partitions))})
consumer.subscribe([name])
# The polls below read on before the commit has begun, or after: what it commits is stored by hand.
consumer.store_offsets(consumer.poll(20))
print(consumer.commit())
while not told:
    consumer.poll(0.1)
print(told.pop())
print(consumer.commit(offsets=[TopicPartition(name, 0, 1)], asynchronous=True))
while not told:
    consumer.poll(0.1)
print(told.pop()[0])
consumer.store_offsets(offsets=[TopicPartition(name, 0, 4)])
consumer.close()
print(len(told), told[-1:] and told[-1][0])
