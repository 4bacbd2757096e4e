"""auto.offset.reset: earliest, latest, error; an offset that is not there."""
import os
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"reset-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(3):
    producer.produce(name, str(n))
producer.flush(30)
for reset in ("earliest", "smallest", "beginning", "latest", "error"):
    consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": f"{reset}-{RUN}", "auto.offset.reset": reset,
                         "log_level": 0})
    consumer.assign([TopicPartition(name, 0)])
    message = consumer.poll(20 if reset != "latest" else 2)
    print(reset, message and (message.error(), message.offset(), message.topic(), message.partition()))
    consumer.assign([TopicPartition(name, 0, 100)])
    message = consumer.poll(20 if reset not in ("latest", "error") else 2)
    print(reset, message and (message.error() and message.error().name(), message.offset()))
    consumer.close()
