"""describe_configs, incremental_alter_configs and alter_configs of a topic."""
import os
import warnings

from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource,
                                   NewTopic, ResourceType)

warnings.simplefilter("ignore")
BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
name = f"conf-{RUN}"
admin.create_topics([NewTopic(name, 1, 1, config={"cleanup.policy": "compact"})])[name].result(30)
resource = ConfigResource(ResourceType.TOPIC, name)


def show(*names):
    found = admin.describe_configs([resource])[resource].result(30)
    for one in names:
        entry = found[one]
        print(entry, entry.value, ConfigSource(entry.source).name, entry.is_default, entry.is_read_only,
              entry.is_sensitive, entry.is_synonym, sorted(entry.synonyms))
    return found


print(resource, len(show("cleanup.policy", "retention.ms", "max.message.bytes")) > 25)
for operation, key, value in (
        (AlterConfigOpType.SET, "retention.ms", "1000"), (AlterConfigOpType.APPEND, "cleanup.policy", "delete"),
        (AlterConfigOpType.SET, "retention.ms", "x"), (AlterConfigOpType.SET, "nothing", "1"),
        (AlterConfigOpType.DELETE, "retention.ms", None)):
    entry = ConfigEntry(key, value, incremental_operation=operation)
    changed = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
    try:
        print(operation.name, key, admin.incremental_alter_configs([changed])[changed].result(30))
    except Exception as error:
        print(operation.name, key, error)
    show("cleanup.policy", "retention.ms")
changed = ConfigResource("topic", name, set_config={"segment.bytes": "1048576"})
print(admin.alter_configs([changed])[changed].result(30))
show("cleanup.policy", "segment.bytes")
missing = ConfigResource("topic", f"no-{RUN}")
try:
    admin.describe_configs([missing])[missing].result(30)
except Exception as error:
    print(error)
for wrong in ([], ["x"]):
    try:
        admin.describe_configs(wrong)
    except Exception as error:
        print(type(error).__name__, error)
