"""Headers and nulls there and back."""
import itertools
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
producer.send(name, b"v", b"k", headers=[("a", b"1"), ("a", b"2"), ("empty", b"")], timestamp_ms=1234)
producer.send(name, None, b"gone")
producer.send(name, b"")
producer.flush(30)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, consumer_timeout_ms=60000)
partition = TopicPartition(name, 0)
consumer.assign([partition])
consumer.seek(partition, 0)
for record in itertools.islice(consumer, 3):
    print(record.offset, record.key, record.value, record.headers, record.timestamp_type,
          record.timestamp if record.timestamp < 10000 else "now", record.leader_epoch)
consumer.close()
