"""describe_topics and describe_cluster."""
import os

from confluent_kafka import TopicCollection
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
name = f"desc-{RUN}"
admin.create_topics([NewTopic(name, 2, 3)])[name].result(30)
for topic, future in admin.describe_topics(TopicCollection([name, f"no-{RUN}"])).items():
    try:
        found = future.result(30)
        print(found.name, found.is_internal, len(str(found.topic_id)), found.authorized_operations)
        for partition in found.partitions:
            print(partition.id, partition.leader.id in {1, 2, 3}, len(partition.replicas), len(partition.isr))
    except Exception as error:
        print(topic, error)
more = admin.describe_topics(TopicCollection([name]), include_authorized_operations=True)[name].result(30)
print([operation.name for operation in more.authorized_operations])
cluster = admin.describe_cluster().result(30)
print([node.id for node in sorted(cluster.nodes, key=lambda node: node.id)], cluster.controller.id in {1, 2, 3})
print(cluster.authorized_operations, cluster.nodes[0].rack, cluster.nodes[0].id_string)
cluster = admin.describe_cluster(include_authorized_operations=True).result(30)
print([operation.name for operation in cluster.authorized_operations])
