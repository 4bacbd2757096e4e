"""A pattern finds topics that are there."""
import os

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
names = [f"pat-{RUN}-{n}" for n in "ab"] + [f"other-{RUN}"]
for future in admin.create_topics([NewTopic(n, 1, 1) for n in names]).values():
    future.result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for name in names:
    producer.produce(name, name)
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest"})
consumer.subscribe([f"^pat-{RUN}.*"])
print(sorted(consumer.poll(30).value() for _ in range(2)))
print(sorted(p.topic for p in consumer.assignment()), consumer.poll(1))
consumer.close()
