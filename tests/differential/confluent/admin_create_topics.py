"""Topics are made, one by one and together; a name that exists is refused."""
import os

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
names = [f"a-{RUN}", f"b-{RUN}", f"a-{RUN}"]
for name in names:
    new = NewTopic(name, num_partitions=2, replication_factor=1)
    print(new)
    for topic, future in admin.create_topics([new]).items():
        try:
            print(topic, future.result(30))
        except KafkaException as error:
            print(topic, "failed:", error)
            print(error.args[0].code(), error.args[0].name(), error.args[0].retriable(), error.args[0].fatal())
checked = admin.create_topics([NewTopic(f"c-{RUN}", 1, 1)], validate_only=True)
print(list(checked), [future.result(30) for future in checked.values()])
print(f"c-{RUN}" in admin.list_topics(timeout=10).topics)
