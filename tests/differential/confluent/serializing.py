"""SerializingProducer and DeserializingConsumer of the wheel."""
import json
import os
import warnings

from confluent_kafka import DeserializingConsumer, SerializingProducer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.error import ConsumeError, ValueDeserializationError, ValueSerializationError
from confluent_kafka.serialization import (DoubleSerializer, IntegerDeserializer, IntegerSerializer,
                                           StringDeserializer, StringSerializer)

warnings.simplefilter("ignore")
BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"serde-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = SerializingProducer({
    "bootstrap.servers": BOOTSTRAP, "key.serializer": StringSerializer("utf_8"),
    "value.serializer": lambda value, context: json.dumps(value).encode()})
producer.produce(topic=name, key="k", value={"n": 1}, on_delivery=lambda e, m: print(e, m.offset(), m.value()))
producer.produce(topic=name, key="k2", value=[1, 2])
print(producer.flush(30))
try:
    producer.produce(topic=name, key="k", value=object())
except ValueSerializationError as error:
    print(type(error).__name__, error.code)
consumer = DeserializingConsumer({
    "bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest",
    "key.deserializer": StringDeserializer(), "value.deserializer": lambda value, context: json.loads(value)})
consumer.subscribe([name])
for _ in range(2):
    message = consumer.poll(20)
    print(message.key(), message.value())
consumer.close()
strict = DeserializingConsumer({
    "bootstrap.servers": BOOTSTRAP, "group.id": f"strict-{RUN}", "auto.offset.reset": "earliest",
    "value.deserializer": IntegerDeserializer()})
strict.subscribe([name])
try:
    print(strict.poll(20).value())
except ValueDeserializationError as error:
    print(type(error).__name__, error.code, isinstance(error, ConsumeError))
strict.close()
print(IntegerSerializer()(258), DoubleSerializer()(1.5), StringSerializer()("é"))
