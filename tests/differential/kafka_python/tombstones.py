"""A compacted topic insists on keys; null values come back as None."""
import itertools
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1, topic_configs={"cleanup.policy": "compact"})])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, retries=0)
print(producer.send(name, b"v", b"k").get(30).offset, producer.send(name, None, b"k").get(30).offset)
try:
    producer.send(name, b"v").get(30)
except Exception as error:
    print(type(error).__name__, error)
consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest", consumer_timeout_ms=60000)
print([(r.key, r.value) for r in itertools.islice(consumer, 2)])
consumer.close()
