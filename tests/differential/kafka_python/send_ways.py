"""acks, compression, batches, idempotence: the same records."""
import itertools
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
cases = [{"acks": 1}, {"acks": "all"}, {"compression_type": "gzip"}, {"compression_type": "snappy"},
         {"compression_type": "lz4"}, {"compression_type": "zstd"}, {"batch_size": 100}, {"linger_ms": 20},
         {"enable_idempotence": True}, {"max_in_flight_requests_per_connection": 1, "retries": 3}]
for number, case in enumerate(cases):
    name = f"ways-{number}-{RUN}"
    admin.create_topics([NewTopic(name, 1, 1)])
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, **case)
    futures = [producer.send(name, b"value %d" % n) for n in range(100)]
    producer.flush(30)
    offsets = [future.get(30).offset for future in futures]
    producer.close()
    consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest",
                             consumer_timeout_ms=60000)
    print(case, offsets == list(range(100)), [r.value for r in itertools.islice(consumer, 100)] == [b"value %d" % n for n in range(100)])
    consumer.close()
