"""Which partition a key goes to, by partitioner."""
import os

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"part-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 7, 1)])[name].result(30)
keys = ["", "a", "b", "key-1", "key-2", "user-17", "Zürich", "x" * 100]
for partitioner in ("consistent_random", "consistent", "murmur2", "murmur2_random", "fnv1a", "fnv1a_random"):
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "partitioner": partitioner})
    went = {}
    for key in keys[1:] if partitioner == "consistent_random" else keys:
        producer.produce(name, b"v", key, on_delivery=lambda error, m: went.setdefault(m.key(), m.partition()))
    producer.flush(30)
    print(partitioner, sorted(went.items()))
producer = Producer({"bootstrap.servers": BOOTSTRAP})
went = []
for number in (6, 0, 3):
    producer.produce(name, b"v", "same", partition=number, on_delivery=lambda error, m: went.append(m.partition()))
    producer.flush(30)
print(went)
