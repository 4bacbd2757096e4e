"""pause, resume, paused."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 2, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in (0, 1):
    producer.send(name, b"%d" % n, partition=n)
producer.flush(30)
both = [TopicPartition(name, n) for n in (0, 1)]
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest")
consumer.assign(both)
consumer.pause(both[0])
got = {}
for _ in range(10):
    got.update(consumer.poll(300))
print(sorted(got), consumer.paused())
consumer.resume(both[0])
got = {}
while not got:
    got = consumer.poll(500)
print(sorted(got), consumer.paused())
consumer.close()
