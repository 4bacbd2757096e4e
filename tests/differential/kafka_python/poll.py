"""poll: what it gives, and max_records."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 2, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(10):
    producer.send(name, b"%d" % n, partition=n % 2)
producer.flush(30)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest")
both = [TopicPartition(name, n) for n in (0, 1)]
consumer.assign(both)
got = {}
while sum(map(len, got.values())) < 10:
    found = consumer.poll(timeout_ms=1000, max_records=3)
    assert sum(map(len, found.values())) <= 3
    for partition, records in found.items():
        got.setdefault(partition, []).extend(r.value for r in records)
for partition in both:
    print(partition, got[partition])
print(consumer.poll(timeout_ms=300), consumer.poll())
consumer.close()
