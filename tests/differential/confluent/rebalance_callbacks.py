"""on_assign, on_revoke and what they may do."""
import os

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"rebalance-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(6):
    producer.produce(name, str(n), partition=n % 2)
producer.flush(30)


def rewound(consumer, partitions):
    print("assigned", sorted(partitions))
    for partition in partitions:
        partition.offset = 2
    consumer.assign(partitions)


consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest"})
consumer.subscribe([name], on_assign=rewound, on_revoke=lambda c, p: print("revoked", sorted(p)),
                   on_lost=lambda c, p: print("lost", p))
print(sorted(consumer.poll(20).value() for _ in range(2)))
print(sorted(consumer.assignment()))
consumer.unsubscribe()
print(consumer.poll(1), consumer.assignment())
consumer.subscribe([name], on_assign=lambda c, p: print("again", len(p)))
while not consumer.assignment():
    consumer.poll(0.2)
consumer.close()
for wrong in ("x", [], [""], ["a", "a"], ["^["]):
    try:
        Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN}).subscribe(wrong)
    except Exception as error:
        print(type(error).__name__, error)
try:
    Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN}).subscribe([name], on_assign=1)
except TypeError as error:
    print(error)
