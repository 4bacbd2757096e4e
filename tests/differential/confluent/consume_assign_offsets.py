"""assign with offsets, watermarks, offsets for times."""
import os

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"assign-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics(
    [NewTopic(name, 2, 1, config={"retention.ms": "-1"})])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(8):
    producer.produce(name, str(n), partition=0, timestamp=1000 + 10 * n)
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest"})
zero = TopicPartition(name, 0)
print(consumer.get_watermark_offsets(zero), consumer.get_watermark_offsets(zero, cached=True))
for offset in (5, OFFSET_BEGINNING, -2001 - 1):
    consumer.assign([TopicPartition(name, 0, offset)])
    print(consumer.assignment(), consumer.poll(20).offset())
consumer.assign([TopicPartition(name, 0, OFFSET_END)])
print(consumer.poll(1))
consumer.assign([zero])
print(consumer.assignment(), consumer.position([zero]), consumer.poll(20).offset())
print(consumer.get_watermark_offsets(zero, cached=True))
print(consumer.offsets_for_times([TopicPartition(name, 0, 1025), TopicPartition(name, 1, 1)], timeout=10))
print(consumer.offsets_for_times([TopicPartition(name, 0, 99999)], timeout=10))
consumer.unassign()
print(consumer.assignment())
for call in (lambda: consumer.get_watermark_offsets(TopicPartition(f"no-{RUN}", 0), timeout=10),
             lambda: consumer.get_watermark_offsets(TopicPartition(name, 7), timeout=10),
             lambda: consumer.offsets_for_times([TopicPartition(f"no-{RUN}", 0, 1)], timeout=10)):
    try:
        call()
    except KafkaException as error:
        print(error)
for wrong in ("x", [1]):
    try:
        consumer.assign(wrong)
    except TypeError as error:
        print(error)
consumer.close()
