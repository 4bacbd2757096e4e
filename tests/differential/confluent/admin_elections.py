"""elect_leaders: nothing to elect, nothing there."""
import os

from confluent_kafka import ElectionType, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
name = f"elect-{RUN}"
admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
for partition in (TopicPartition(name, 0), TopicPartition(f"no-{RUN}", 0)):
    print(admin.elect_leaders(ElectionType.PREFERRED, [partition]).result(30))
