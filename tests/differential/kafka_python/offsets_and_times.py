"""beginning_offsets, end_offsets, offsets_for_times."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 2, 1, topic_configs={"retention.ms": "-1"})])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
for n in range(6):
    producer.send(name, b"%d" % n, partition=0, timestamp_ms=1000 + 10 * n)
producer.flush(30)
consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP)
both = [TopicPartition(name, n) for n in (0, 1)]
print(sorted(consumer.beginning_offsets(both).items()), sorted(consumer.end_offsets(both).items()))
print(consumer.offsets_for_times({both[0]: 1025}), consumer.offsets_for_times({both[0]: 99999}),
      consumer.offsets_for_times({both[1]: 1}))
print(consumer.partitions_for_topic(name), consumer.partitions_for_topic(f"no-{RUN}"))
print(name in consumer.topics())
try:
    consumer.offsets_for_times({both[0]: -5})
except ValueError as error:
    print(error)
consumer.close()
