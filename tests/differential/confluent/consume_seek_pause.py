"""seek, pause, resume and position."""
import os

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"seek-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(10):
    producer.produce(name, str(n), partition=0)
producer.produce(name, "other", partition=1)
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
zero = TopicPartition(name, 0)
try:
    consumer.seek(TopicPartition(name, 0, 3))
except KafkaException as error:
    print(error)
consumer.assign([TopicPartition(name, 0, 0)])
print(consumer.poll(20).value(), consumer.position([zero]))
for offset in (7, OFFSET_BEGINNING, 3):
    consumer.seek(TopicPartition(name, 0, offset))
    print(consumer.position([zero]))
    print(consumer.poll(20).offset(), consumer.position([zero]))
consumer.pause([zero])
print(consumer.poll(1.5))
consumer.resume([zero])
print(consumer.poll(20).offset())
consumer.seek(TopicPartition(name, 0, OFFSET_END))
print(consumer.poll(1))
consumer.pause([TopicPartition(name, 1)])
consumer.assign([TopicPartition(name, 1, 0)])
print(consumer.poll(1))
consumer.resume([TopicPartition(name, 1)])
print(consumer.poll(20).value())
for call in (consumer.pause, consumer.resume, consumer.position):
    try:
        call("x")
    except TypeError as error:
        print(error)
try:
    consumer.seek("x")
except TypeError as error:
    print(error)
consumer.close()
