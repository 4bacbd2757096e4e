"""seek, seek_to_beginning, seek_to_end, position."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(8):
    producer.send(name, b"%d" % n)
producer.flush(30)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest")
zero = TopicPartition(name, 0)


def step():
    for _ in range(10):
        for records in consumer.poll(1000, max_records=1).values():
            return records[0].offset
    return None


for call in (lambda: consumer.seek(zero, 3), lambda: consumer.position(zero)):
    try:
        print(call())
    except AssertionError as error:
        print("AssertionError", error)
consumer.assign([zero])
print(consumer.position(zero), step(), consumer.position(zero))
consumer.seek(zero, 6)
print(consumer.position(zero), step(), step(), consumer.position(zero))
consumer.seek_to_beginning(zero)
print(consumer.position(zero), step())
consumer.seek_to_end(zero)
print(consumer.position(zero))
consumer.seek_to_beginning()
print(step(), consumer.highwater(zero))
for wrong in (-1, "x"):
    try:
        consumer.seek(zero, wrong)
    except AssertionError as error:
        print("AssertionError", error)
consumer.close()
