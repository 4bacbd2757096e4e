"""Incremental assignment: what the callbacks of a lone cooperative member get."""
import os

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"coop-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN,
                     "partition.assignment.strategy": "cooperative-sticky"})
consumer.subscribe([name], on_assign=lambda c, p: print("assigned", sorted(p)),
                   on_revoke=lambda c, p: print("revoked", sorted(p)))
while not consumer.assignment():
    consumer.poll(0.2)
print(sorted(consumer.assignment()))
for call in (lambda: consumer.incremental_assign([TopicPartition(name, 0)]),
             lambda: consumer.incremental_unassign([TopicPartition(name, 5)])):
    try:
        print(call())
    except KafkaException as error:
        print(error)
consumer.incremental_unassign([TopicPartition(name, 0)])
print(consumer.assignment())
consumer.incremental_assign([TopicPartition(name, 0, 0)])
print(sorted(consumer.assignment()))
consumer.close()
