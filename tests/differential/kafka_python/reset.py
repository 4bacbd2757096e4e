"""auto_offset_reset: earliest, latest, none; an offset that is not there."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(3):
    producer.send(name, b"%d" % n)
producer.flush(30)
zero = TopicPartition(name, 0)
for reset in ("earliest", "latest", "none"):
    for offset in (None, 100):
        consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset=reset)
        consumer.assign([zero])
        if offset is not None:
            consumer.seek(zero, offset)
        try:
            found = {}
            for _ in range(4):
                found = found or consumer.poll(500)
            print(reset, offset, [r.offset for records in found.values() for r in records])
        except Exception as error:
            print(reset, offset, type(error).__name__, error)
        consumer.close()
