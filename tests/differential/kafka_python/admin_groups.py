"""Groups: listed, described, their offsets, deleted."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 2, 1)])

group = f"g-{RUN}"
consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, group_id=group, client_id="me")
while len(consumer.assignment()) < 2:
    consumer.poll(200)
consumer.commit({TopicPartition(name, 0): OffsetAndMetadata(0, "m", -1)})


def show():
    print([g for g in admin.list_consumer_groups() if g[0] == group])
    for found in admin.describe_consumer_groups([group]):
        print(found.error_code, found.group, found.state, found.protocol_type, found.protocol, len(found.members),
              found.authorized_operations)
        for member in found.members:
            print(member.client_id, member.client_host, member.member_metadata,
                  member.member_assignment.assignment)


show()
print(admin.list_consumer_group_offsets(group))
for answer in admin.delete_consumer_groups([group]):
    print(answer)
consumer.close()
show()
print(admin.delete_consumer_groups([group]), admin.delete_consumer_groups([f"no-{RUN}"]))
print(admin.list_consumer_group_offsets(f"no-{RUN}"), admin.describe_consumer_groups([f"no-{RUN}"])[0].state)
admin.close()
