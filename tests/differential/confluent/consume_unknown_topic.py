"""Subscribed to what is not there."""
import os

from confluent_kafka import Consumer

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
consumer.subscribe([f"no-{RUN}"])
message = consumer.poll(20)
print(message.error(), message.topic(), message.partition(), message.offset(), message.value())
print(consumer.poll(1), consumer.assignment(), consumer.memberid())
consumer.close()
