"""describe_configs and alter_configs."""
import os
import time

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1, topic_configs={"cleanup.policy": "compact"})])

time.sleep(1)


def show():
    found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    for response in found:
        for error, message, kind, topic, entries in response.resources:
            print(error, message, kind, topic, len(entries) > 25)
            for entry in entries:
                if entry[0] in ("cleanup.policy", "retention.ms", "segment.bytes"):
                    print(entry)


show()
changed = ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": "1000"})
print([r.resources for r in admin.alter_configs([changed])] if isinstance(admin.alter_configs([changed]), list)
      else admin.alter_configs([changed]).resources)
show()
for broker in admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")]):
    print(broker.resources[0][0], broker.resources[0][2:4], len(broker.resources[0][4]) > 100)
admin.close()
