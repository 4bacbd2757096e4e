"""Callbacks and errbacks of futures."""
import os

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
told = []
for n in range(3):
    producer.send(name, b"%d" % n).add_callback(told.append).add_errback(lambda error: told.append(type(error).__name__))
producer.flush(30)
print([(m.topic, m.partition, m.offset) for m in told])
future = producer.send(name, b"x")
producer.flush(30)
print(future.get(1).offset, future.failed(), future.retriable())
producer.close()
