"""SerializingProducer.produce_batch takes bytes: it is Producer's."""
import os

from confluent_kafka import SerializingProducer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.serialization import StringSerializer

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(RUN, 1, 1)])[RUN].result(30)
producer = SerializingProducer({"bootstrap.servers": BOOTSTRAP, "value.serializer": StringSerializer()})


def done(error, message):
    print(error, message.offset(), message.key(), message.value())


print(producer.produce_batch(RUN, [{"key": b"a", "value": b"one"}, {"value": "two"}], on_delivery=done))
print(producer.flush(30))
