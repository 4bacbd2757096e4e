"""A consumer that waits sees what is written meanwhile."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP)
zero = TopicPartition(name, 0)
consumer.assign([zero])
print(consumer.position(zero), consumer.poll(300))
for n in range(3):
    producer.send(name, b"%d" % n).get(30)
    found = {}
    while not found:
        found = consumer.poll(1000)
    print([(r.offset, r.value) for r in found[zero]], consumer.position(zero), consumer.highwater(zero))
consumer.close()
