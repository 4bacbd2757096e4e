"""list_offsets and delete_records."""
import os

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
name = f"off-{RUN}"
admin.create_topics([NewTopic(name, 2, 1, config={"retention.ms": "-1"})])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
for n in range(6):
    producer.produce(name, b"%d" % n, partition=0, timestamp=1000 + n)
producer.flush(30)
for spec in (OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.max_timestamp(), OffsetSpec.for_timestamp(1003),
             OffsetSpec.for_timestamp(9999)):
    for partition, future in admin.list_offsets({TopicPartition(name, 0): spec}).items():
        info = future.result(30)
        print(partition, info.offset, info.timestamp, info.leader_epoch)
for partition in (TopicPartition(name, 0, 2), TopicPartition(name, 0, 50), TopicPartition(f"no-{RUN}", 0, 1)):
    for key, future in admin.delete_records([partition]).items():
        try:
            print(key, future.result(30).low_watermark)
        except Exception as error:
            print(key, error)
print(admin.list_offsets({TopicPartition(name, 0): OffsetSpec.earliest()})[TopicPartition(name, 0)].result(30).offset)
try:
    admin.list_offsets({TopicPartition(f"no-{RUN}", 0): OffsetSpec.latest()})[TopicPartition(f"no-{RUN}", 0)].result(30)
except Exception as error:
    print(error)
