"""A full queue, a purged one, and batches of dicts."""
import os

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"full-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP, "queue.buffering.max.messages": 3, "linger.ms": 60000})
for n in range(5):
    try:
        producer.produce(name, str(n), on_delivery=lambda error, message: print(error, message.value()))
        print("queued", len(producer))
    except BufferError as error:
        print("BufferError", error)
producer.purge(in_flight=False)
while len(producer):
    producer.poll(1)
batch = [{"value": b"a"}, {"value": b"x" * 2_000_000}, {"key": "k", "value": None}]
other = Producer({"bootstrap.servers": BOOTSTRAP})
print(other.produce_batch(name, batch, on_delivery=lambda error, message: print(error, message.key())))
print([entry.get("_error") for entry in batch])
print(other.flush(30), other.produce_batch(name, []))
for wrong in ("x", [1]):
    try:
        other.produce_batch(name, wrong)
    except TypeError as error:
        print(error)
