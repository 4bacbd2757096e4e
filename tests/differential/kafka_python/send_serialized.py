"""Serializers and deserializers."""
import itertools
import json
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, key_serializer=lambda key: key and key.encode(),
                         value_serializer=lambda value: json.dumps(value).encode())
producer.send(name, key="one", value={"n": 1})
producer.send(name, value=[1, "é", None])
producer.flush(30)
try:
    producer.send(name, value=object())
except TypeError as error:
    print(error)
consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest", consumer_timeout_ms=60000,
                         key_deserializer=lambda key: key and key.decode(), value_deserializer=json.loads)
for record in itertools.islice(consumer, 2):
    print(record.key, record.value, record.serialized_key_size, record.serialized_value_size)
consumer.close()
