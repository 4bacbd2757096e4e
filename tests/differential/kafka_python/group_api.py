"""Group offsets without subscribing; what needs a group."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

zero = TopicPartition(name, 0)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=RUN)
consumer.assign([zero])
consumer.commit({zero: OffsetAndMetadata(7, "x", -1)})
print(consumer.committed(zero), consumer.assignment())
try:
    print(consumer.committed("x"))
except Exception as error:
    print(type(error).__name__, error)
consumer.close()
for call in (lambda: KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, auto_offset_reset="best"),
             lambda: KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, no_such_setting=1),
             lambda: KafkaProducer(bootstrap_servers=BOOTSTRAP, acks=5),
             lambda: KafkaProducer(bootstrap_servers=BOOTSTRAP, compression_type="zip"),
             lambda: KafkaProducer(bootstrap_servers=BOOTSTRAP, no_such_setting=1),
             lambda: KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, group_id=RUN, session_timeout_ms=1000,
                                   heartbeat_interval_ms=3000, request_timeout_ms=500)):
    try:
        print(call() and "made")
    except Exception as error:
        print(type(error).__name__, error)
