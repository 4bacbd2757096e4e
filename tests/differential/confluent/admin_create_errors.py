"""What create_topics refuses, at once or through its futures."""
import os

from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
attempts = [
    NewTopic("bad name", 1, 1),
    NewTopic("", 1, 1),
    NewTopic(f"a-{RUN}", 0, 1),
    NewTopic(f"b-{RUN}", 1, 1, config={"no.such.config": "1"}),
    NewTopic(f"c-{RUN}", 1, 1, config={"retention.ms": "long"}),
    NewTopic(f"d-{RUN}", replica_assignment=[[1], [2]]),
    NewTopic(f"e-{RUN}", 2, 1, replica_assignment=[[1], [2]]),
    NewTopic(f"f-{RUN}", 2, replica_assignment=[[1]]),
    NewTopic(f"g-{RUN}", 2, replica_assignment=[[1], [99]]),
    NewTopic(f"h-{RUN}", 2, replica_assignment=[[1], [2]]),
    NewTopic(f"i-{RUN}", -5, 1),
]
for new in attempts:
    try:
        for topic, future in admin.create_topics([new]).items():
            print(topic, future.result(30))
    except Exception as error:
        print(type(error).__name__, error)
for arguments in ([], "topic", [3]):
    try:
        admin.create_topics(arguments)
    except Exception as error:
        print(type(error).__name__, error)
try:
    NewTopic(f"x-{RUN}", config=1)
except TypeError as error:
    print(error)
