"""store_offsets with enable.auto.offset.store off."""
import os

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"store-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(4):
    producer.produce(name, str(n))
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest",
                     "enable.auto.offset.store": False})


def attempt(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


consumer.subscribe([name])
message = consumer.poll(20)
attempt(lambda: consumer.commit(asynchronous=False))
attempt(lambda: consumer.store_offsets(message))
attempt(lambda: consumer.commit(asynchronous=False))
attempt(lambda: consumer.store_offsets(offsets=[TopicPartition(name, 0, 3)]))
attempt(lambda: consumer.store_offsets(offsets=[TopicPartition(name, 8, 3)]))
attempt(lambda: consumer.store_offsets())
attempt(lambda: consumer.store_offsets(message, [TopicPartition(name, 0, 3)]))
consumer.close()
other = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
print(other.committed([TopicPartition(name, 0)], timeout=10))
attempt(lambda: other.store_offsets(offsets=[TopicPartition(name, 0, 3)]))
other.close()
