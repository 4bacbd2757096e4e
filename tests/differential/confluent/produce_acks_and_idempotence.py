"""acks, idempotence and compression give the same records."""
import os

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "check.crcs": True})
cases = [{"acks": "0"}, {"acks": 1}, {"acks": "all"}, {"enable.idempotence": True}, {"compression.type": "gzip"},
         {"compression.type": "gzip", "compression.level": 9, "linger.ms": 50}, {"batch.num.messages": 7},
         {"batch.size": 200}, {"linger.ms": 0}]
for number, case in enumerate(cases):
    name = f"acks-{number}-{RUN}"
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
    offsets = []
    producer = Producer({"bootstrap.servers": BOOTSTRAP, **case})
    for n in range(50):
        producer.produce(name, b"value %d" % n, on_delivery=lambda error, message: offsets.append(message.offset()))
    left = producer.flush(30)
    consumer.assign([TopicPartition(name, 0, 0)])
    values = [m.value() for m in consumer.consume(50, 20)]
    print(case, left, offsets == list(range(50)) or set(offsets), values == [b"value %d" % n for n in range(50)])
consumer.close()
