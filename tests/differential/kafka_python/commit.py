"""commit and committed, and where the next member goes on."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(6):
    producer.send(name, b"%d" % n)
producer.flush(30)
zero = TopicPartition(name, 0)
first = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, group_id=RUN, enable_auto_commit=False,
                      auto_offset_reset="earliest", max_poll_records=2)
print(first.committed(zero))
print(next(first).offset, next(first).offset)
first.commit()
print(first.committed(zero))
first.commit({zero: OffsetAndMetadata(5, "note", -1)})
print(first.committed(zero), first.committed(zero, metadata=True))
told = []
first.commit_async({zero: OffsetAndMetadata(4, "", -1)}, callback=lambda offsets, answer: told.append(offsets))
while not told:
    first.poll(100)
print(told[0], first.committed(zero))
first.close()
second = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, group_id=RUN, consumer_timeout_ms=60000)
print(next(second).offset)
second.close()
alone = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP)
try:
    alone.commit()
except AssertionError as error:
    print("AssertionError", error)
alone.close()
