"""metrics of both clients have the groups that notebooks look at."""
import os

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, client_id="me")
producer.send(name, b"x").get(30)
print([n for n in sorted(producer.metrics()) if "node" not in n], producer.config["client_id"], producer.config["acks"])
consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest")
next(consumer)
print([n for n in sorted(consumer.metrics()) if "node" not in n], consumer.config["fetch_max_wait_ms"], consumer.bootstrap_connected())
print(sorted(set(consumer.metrics()["consumer-fetch-manager-metrics"]))[:4])
consumer.close()
producer.close()
