"""Which partition keys go to; explicit partitions."""
import os

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 7, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for key in (b"a", b"b", b"key-1", b"user-17", "Zürich".encode(), b"x" * 100):
    print(key[:10], producer.send(name, key=key, value=b"v").get(30).partition)
print([producer.send(name, b"v", partition=n).get(30).partition for n in (6, 0, 3)])
print(sorted(producer.partitions_for(name)))
try:
    producer.send(name, b"v", partition=99)
except Exception as error:
    print(type(error).__name__, error)
producer.close()
