"""list_topics: what the objects say of themselves."""
import os

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
config = {"bootstrap.servers": BOOTSTRAP}
admin = AdminClient(config)
name = f"meta-{RUN}"
admin.create_topics([NewTopic(name, 3, 2)])[name].result(30)
for client in (admin, Producer(config), Consumer({**config, "group.id": RUN})):
    found = client.list_topics(name, timeout=10)
    topic = found.topics[name]
    print(sorted(found.brokers), found.controller_id in found.brokers, found.cluster_id == client.cluster_id())
    print(repr(topic), str(topic), topic.error, sorted(topic.partitions))
    for number, partition in sorted(topic.partitions.items()):
        print(repr(partition), str(partition), partition.id == number, partition.leader in partition.isrs,
              len(partition.replicas), partition.error)
# A consumer: what an admin client asks for comes to be, sooner or later.
print(Consumer({**config, "group.id": RUN}).list_topics(f"none-{RUN}", timeout=10).topics)
print(name in admin.list_topics(timeout=10).topics)
try:
    admin.list_topics(5)
except TypeError as error:
    print(error)
