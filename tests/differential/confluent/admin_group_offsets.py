"""list_consumer_group_offsets and alter_consumer_group_offsets."""
import os

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
topic, group = f"t-{RUN}", f"g-{RUN}"
admin.create_topics([NewTopic(topic, 3, 1)])[topic].result(30)
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group})
consumer.commit(offsets=[TopicPartition(topic, 0, 5), TopicPartition(topic, 1, 7, "note")], asynchronous=False)
consumer.close()


def show(request):
    found = admin.list_consumer_group_offsets([request])[request.group_id].result(30)
    for p in sorted(found.topic_partitions):
        print(p, p.metadata)


show(ConsumerGroupTopicPartitions(group))
show(ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0), TopicPartition(topic, 2)]))
moved = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 1), TopicPartition(f"no-{RUN}", 0, 1)])
for p in admin.alter_consumer_group_offsets([moved])[group].result(30).topic_partitions:
    print(p)
show(ConsumerGroupTopicPartitions(group))
print(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(f"no-{RUN}")])[f"no-{RUN}"].result(30)
      .topic_partitions)
for wrong in (None, [], [ConsumerGroupTopicPartitions(group, [])]):
    try:
        admin.list_consumer_group_offsets(wrong)
    except Exception as error:
        print(type(error).__name__, error)
