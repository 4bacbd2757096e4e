"""commit: by message, by offsets, of what was consumed; committed."""
import os

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"commit-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(6):
    producer.produce(name, str(n), partition=0)
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "enable.auto.commit": False,
                     "auto.offset.reset": "earliest"})
zero, one = TopicPartition(name, 0), TopicPartition(name, 1)


def attempt(**arguments):
    try:
        print(consumer.commit(**arguments))
    except (KafkaException, TypeError, ValueError) as error:
        print(type(error).__name__, error)


attempt(asynchronous=False)
attempt()
consumer.subscribe([name])
first = consumer.poll(20)
attempt(message=first, asynchronous=False)
print(consumer.committed([zero, one], timeout=10))
consumer.poll(20)
attempt(asynchronous=False)
attempt(asynchronous=False)
attempt(offsets=[TopicPartition(name, 0, 5, "hello"), TopicPartition(name, 1, 0)], asynchronous=False)
found = consumer.committed([zero, one], timeout=10)
print(found, [p.metadata for p in found])
attempt(offsets=[TopicPartition(name, 1)], asynchronous=False)
attempt(offsets=[TopicPartition(f"no-{RUN}", 0, 1)], asynchronous=False)
attempt(message=first, offsets=[])
attempt(message="x")
attempt(offsets="x")
print(consumer.committed([TopicPartition(f"no-{RUN}", 3)], timeout=10))
consumer.close()
again = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
again.subscribe([name])
print(again.poll(20).offset())
again.close()
