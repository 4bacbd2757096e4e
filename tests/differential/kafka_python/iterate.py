"""A consumer is iterated over until nothing has come for a while."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(5):
    producer.send(name, b"%d" % n, key=b"k")
producer.flush(30)
consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, group_id=RUN, auto_offset_reset="earliest",
                         consumer_timeout_ms=6000)
for record in consumer:
    print(record.topic, record.partition, record.offset, record.key, record.value, record.headers, record.checksum)
print(consumer.subscription(), consumer.assignment(), consumer.position(TopicPartition(name, 0)))
print(list(consumer))
consumer.close()
