"""An exception in a delivery callback comes out of poll and flush."""
import os

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"raise-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)


def fails(error, message):
    raise ValueError(f"at {message.offset()}")


producer = Producer({"bootstrap.servers": BOOTSTRAP})
producer.produce(name, "x", callback=fails)
for call in (lambda: producer.flush(30), lambda: producer.flush(30)):
    try:
        print(call(), len(producer))
    except ValueError as error:
        print("raised", error)
producer.produce(name, "x", callback=fails)
try:
    while len(producer):
        producer.poll(1)
except ValueError as error:
    print("raised", error)
print(len(producer))
