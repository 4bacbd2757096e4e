"""A group consumer reads everything: keys, values, nulls, offsets."""
import os

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"read-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(10):
    producer.produce(name, f"value {n}", f"key {n}", partition=n % 2)
producer.produce(name, None, "gone", partition=0)
producer.produce(name, b"", partition=1)
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest"})
print(consumer.assignment(), consumer.memberid())
consumer.subscribe([name])
messages = []
while len(messages) < 12:
    message = consumer.poll(5.0)
    if message is not None:
        messages.append(message)
for m in sorted(messages, key=lambda m: (m.partition(), m.offset())):
    print(m.topic(), m.partition(), m.offset(), m.key(), m.value(), m.error(), m.headers(), len(m), bool(m),
          m.leader_epoch(), m.latency())
print(sorted(consumer.assignment()))
print(sorted(consumer.position(consumer.assignment())))
print(consumer.poll(0), consumer.consume(5, 0))
consumer.close()
