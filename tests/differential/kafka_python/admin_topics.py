"""Topics: create, list, describe, delete, and what is refused."""
import os
import time

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
name = f"made-{RUN}"


def attempt(what, call):
    try:
        print(what, call())
    except Exception as error:
        print(what, type(error).__name__, error.errno, error.message)


made = admin.create_topics([NewTopic(name, 2, 1), NewTopic(f"two-{RUN}", 1, 3)], timeout_ms=30000)
print(made.topic_errors)
attempt("again", lambda: admin.create_topics([NewTopic(name, 2, 1)]))
attempt("name", lambda: admin.create_topics([NewTopic("not a topic", 1, 1)]))
attempt("replicas", lambda: admin.create_topics([NewTopic(f"x-{RUN}", 1, 9)]))
attempt("config", lambda: admin.create_topics([NewTopic(f"x-{RUN}", 1, 1, topic_configs={"no": "1"})]))
attempt("validate", lambda: admin.create_topics([NewTopic(f"x-{RUN}", 1, 1)], validate_only=True).topic_errors)
print(sorted(t for t in admin.list_topics() if RUN in t))
time.sleep(1)
for topic in admin.describe_topics([name, f"two-{RUN}", f"no-{RUN}"]):
    print(topic["error_code"], topic["topic"], topic["is_internal"], len(topic["partitions"]),
          [(p["partition"], len(p["replicas"]), len(p["isr"]), p["error_code"]) for p in
           sorted(topic["partitions"], key=lambda p: p["partition"])])
print(admin.delete_topics([name]).topic_error_codes)
attempt("gone", lambda: admin.delete_topics([f"no-{RUN}"]))
admin.close()
