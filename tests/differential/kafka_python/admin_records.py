"""delete_records."""
import itertools
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(6):
    producer.send(name, b"%d" % n)
producer.flush(30)
zero = TopicPartition(name, 0)
print(admin.delete_records({zero: 4}))
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest", consumer_timeout_ms=60000)
consumer.assign([zero])
print([r.offset for r in itertools.islice(consumer, 2)], consumer.beginning_offsets([zero]))
try:
    print(admin.delete_records({zero: 400}))
except Exception as error:
    print(type(error).__name__, str(error)[:40])
consumer.close()
