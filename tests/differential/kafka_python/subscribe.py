"""subscribe by list and by pattern; what excludes what."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
names = [f"sub-{RUN}-{n}" for n in "ab"]
admin.create_topics([NewTopic(n, 1, 1) for n in names])
producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for name in names:
    producer.send(name, name.encode())
producer.flush(30)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=RUN, auto_offset_reset="earliest",
                         consumer_timeout_ms=60000)
consumer.subscribe(pattern=f"^sub-{RUN}-.*")
print(sorted(next(consumer).value for _ in names), sorted(consumer.subscription()))
for call in (lambda: consumer.assign([TopicPartition(names[0], 0)]), lambda: consumer.subscribe([names[0]], pattern="x"),
             lambda: consumer.subscribe(names[0]), lambda: consumer.subscribe(["not a topic"])):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
consumer.unsubscribe()
print(consumer.subscription(), consumer.assignment())
consumer.subscribe([names[1]])
print(consumer.subscription())
consumer.close()
