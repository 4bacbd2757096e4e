"""delete_topics: one that is, one that is not."""
import os

from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
names = [f"del-{n}-{RUN}" for n in range(3)]
for future in admin.create_topics([NewTopic(n, 1, 1) for n in names]).values():
    future.result(30)
for topic, future in admin.delete_topics([*names[:2], f"no-{RUN}"], operation_timeout=30).items():
    try:
        print(topic, future.result(30))
    except Exception as error:
        print(topic, error)
for wrong in ([], "x", [None]):
    try:
        admin.delete_topics(wrong)
        print("taken")
    except Exception as error:
        print(type(error).__name__, error)
print(admin.delete_topics([names[2]])[names[2]].result(30))
