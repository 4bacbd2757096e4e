"""consume(n, timeout)."""
import os
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"many-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(25):
    producer.produce(name, str(n))
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
consumer.assign([TopicPartition(name, 0, 0)])
print([m.value() for m in consumer.consume(10, 20)])
print([m.offset() for m in consumer.consume(num_messages=10, timeout=20)])
start = time.monotonic()
print([m.offset() for m in consumer.consume(10, 1)], time.monotonic() - start > 0.9)
print(consumer.consume(0, 0.1), consumer.consume(5, 0))
for wrong in (-1, 1_000_001, "x"):
    try:
        consumer.consume(wrong, 0)
    except Exception as error:
        print(type(error).__name__, error)
consumer.close()
