"""stats_cb gets JSON, a logger gets what is logged: both from poll."""
import json
import logging
import os
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics([NewTopic(RUN, 1, 1)])[RUN].result(30)
seen = []
producer = Producer({"bootstrap.servers": BOOTSTRAP, "client.id": "stat", "statistics.interval.ms": 200,
                     "stats_cb": seen.append})
producer.produce(RUN, "x")
producer.flush(30)
while len(seen) < 2:
    producer.poll(1)
stats = json.loads(seen[-1])
print(type(seen[0]).__name__, stats["client_id"], stats["type"], stats["name"].startswith("stat#producer-"))
print(RUN in stats["topics"], sorted(stats["topics"][RUN]["partitions"])[-1], stats["txmsgs"])
print(all(key in stats for key in ("ts", "time", "replyq", "msg_cnt", "brokers", "tx", "rx", "tx_bytes", "rx_bytes")))
consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest",
                     "statistics.interval.ms": 200, "stats_cb": seen.append})
consumer.subscribe([RUN])
consumer.poll(20)
seen.clear()
while not seen:
    consumer.poll(0.3)
stats = json.loads(seen[0])
print(stats["type"], stats["cgrp"]["state"], stats["topics"][RUN]["partitions"]["0"]["hi_offset"])
consumer.close()
records = []


class Handler(logging.Handler):
    def emit(self, record):
        records.append((record.levelname, record.getMessage()))


logger = logging.getLogger("kafka")
logger.addHandler(Handler())
logger.propagate = False
odd = Producer({"bootstrap.servers": BOOTSTRAP, "client.id": "odd", "group.id": "g"}, logger=logger)
print(records)
odd.poll(0.5)
for level, text in records:
    print(level, text.split("#")[0], text.partition("] ")[2])
