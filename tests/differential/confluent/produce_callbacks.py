"""Delivery callbacks: what they get, when they run, and what flush and poll return."""
import os

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"cb-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)


def done(error, message):
    print(error, message.topic(), message.partition(), message.offset(), message.key(), message.value(),
          message.headers(), message.timestamp()[0], message.error(), message.latency() > 0, len(message))


producer = Producer({"bootstrap.servers": BOOTSTRAP, "linger.ms": 20})
for n in range(3):
    producer.produce(name, key=f"k{n}", value=f"v{n}", callback=done, headers={"h": "1"})
print("queued", len(producer))
print("left", producer.flush(30), len(producer))
producer.produce(name, None, "tombstone", on_delivery=done)
producer.produce(name, b"", on_delivery=done, timestamp=1234)
print("left", producer.flush(), bool(producer))
default = Producer({"bootstrap.servers": BOOTSTRAP, "on_delivery": lambda error, message: print("default", error)})
default.produce(name, "x")
default.produce(name, "y", callback=done)
print(default.flush(30))
quiet = Producer({"bootstrap.servers": BOOTSTRAP, "delivery.report.only.error": True})
quiet.produce(name, "z", callback=done)
print(quiet.flush(30), quiet.poll(0))
