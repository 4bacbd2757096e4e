"""enable.partition.eof: the event and what can be done with it."""
import os
import re

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"eof-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
producer.produce(name, "x")
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest",
                     "enable.partition.eof": True})
consumer.subscribe([name])
for _ in range(2):
    message = consumer.poll(20)
    if message.error():
        print(message.error().code() == KafkaError._PARTITION_EOF, message.error() == KafkaError._PARTITION_EOF)
        print(re.sub("broker [0-9]", "broker N", str(message.error())))
        print(re.sub("broker [0-9]", "broker N", message.value().decode()), message.offset(), message.key())
        print(message.timestamp(), message.topic(), message.partition(), message.error().retriable())
        for call in (lambda: consumer.commit(message), lambda: consumer.store_offsets(message)):
            try:
                call()
            except KafkaException as error:
                print(re.sub("broker [0-9]", "broker N", str(error)))
    else:
        print(message.value())
print(consumer.poll(1))
producer.produce(name, "y")
producer.flush(30)
print(consumer.poll(20).value(), consumer.poll(20).error().name())
consumer.close()
