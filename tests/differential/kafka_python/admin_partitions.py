"""create_partitions."""
import os
import time

from kafka import KafkaAdminClient
from kafka.admin import NewPartitions, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 2, 1)])



def attempt(what, call):
    try:
        print(what, call().topic_errors)
    except Exception as error:
        print(what, type(error).__name__, error.errno, error.message)


attempt("more", lambda: admin.create_partitions({name: NewPartitions(4)}))
attempt("fewer", lambda: admin.create_partitions({name: NewPartitions(1)}))
attempt("same", lambda: admin.create_partitions({name: NewPartitions(4)}))
attempt("nothing", lambda: admin.create_partitions({f"no-{RUN}": NewPartitions(4)}))
while len(admin.describe_topics([name])[0]["partitions"]) != 4:
    time.sleep(0.1)
print(len(admin.describe_topics([name])[0]["partitions"]))
admin.close()
