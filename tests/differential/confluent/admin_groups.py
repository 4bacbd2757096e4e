"""A group's life through the admin client: listed, described, emptied, deleted."""
import os
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
topic, group = f"t-{RUN}", f"g-{RUN}"
admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
producer.produce(topic, "x", partition=0)
producer.flush(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group, "client.id": "me",
                     "auto.offset.reset": "earliest"})
consumer.subscribe([topic])
message = consumer.poll(30)
print(message.value())
consumer.commit(asynchronous=False)


def show():
    listed = [g for g in admin.list_consumer_groups().result(30).valid if g.group_id == group]
    print([(g.is_simple_consumer_group, g.state.name, g.type.name) for g in listed])
    for name, future in admin.describe_consumer_groups([group]).items():
        found = future.result(30)
        print(name, found.is_simple_consumer_group, found.partition_assignor, found.state.name, found.type.name)
        for member in found.members:
            print(member.member_id.startswith("me-"), member.client_id, member.host, member.group_instance_id,
                  sorted((p.topic, p.partition) for p in member.assignment.topic_partitions))


show()
print(consumer.memberid().startswith("me-"))
try:
    admin.delete_consumer_groups([group])[group].result(30)
except Exception as error:
    print(error)
consumer.close()
show()
print(admin.delete_consumer_groups([group])[group].result(30))
try:
    admin.delete_consumer_groups([group])[group].result(30)
except Exception as error:
    print(error)
gone = admin.describe_consumer_groups([group])[group].result(30)
print(gone.state.name, gone.members, repr(gone.partition_assignor), gone.is_simple_consumer_group)
