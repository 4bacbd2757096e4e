"""What send refuses, and a record that is too large."""
import os

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": "1000"})])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for call in (lambda: producer.send(name), lambda: producer.send(name, "text"), lambda: producer.send(name, b"v", "key"),
             lambda: producer.send(name, b"v", headers=[("a", "text")]), lambda: producer.send(name, b"x" * 2_000_000),
             lambda: producer.send("not a topic", b"v"), lambda: producer.send("", b"v"),
             lambda: producer.send(name, b"x" * 5000).get(30)):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, str(error)[:150])
producer.close()
for call in (lambda: producer.send(name, b"v"), producer.close):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
