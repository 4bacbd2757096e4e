"""create_partitions: more, and what is refused."""
import os
import time

from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
name = f"grow-{RUN}"
admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
print(NewPartitions(name, 3))
for new in (NewPartitions(name, 3), NewPartitions(name, 1), NewPartitions(name, 3), NewPartitions(f"no-{RUN}", 3),
            NewPartitions(name, 5, [[1], [2]])):
    try:
        for topic, future in admin.create_partitions([new]).items():
            print(topic, future.result(30))
    except Exception as error:
        print(type(error).__name__, error)
while len(admin.list_topics(name, timeout=10).topics[name].partitions) != 5:
    time.sleep(0.1)
print(len(admin.list_topics(name, timeout=10).topics[name].partitions))
