"""What a sent record's future gives."""
import os

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(3):
    sent = producer.send(name, key=b"k%d" % n, value=b"value %d" % n).get(30)
    print(sent.topic, sent.partition, sent.offset, sent.topic_partition, sent.serialized_key_size,
          sent.serialized_value_size, sent.timestamp > 0)
future = producer.send(name, b"x", timestamp_ms=5000)
producer.flush(30)
print(future.is_done, future.succeeded(), future.value.timestamp, producer.bootstrap_connected())
producer.close()
