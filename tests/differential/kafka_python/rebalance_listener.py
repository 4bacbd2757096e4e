"""A listener is told of what is assigned and revoked."""
import os

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 2, 1)])



class Listener(ConsumerRebalanceListener):
    def on_partitions_assigned(self, assigned):
        print("assigned", sorted(assigned))

    def on_partitions_revoked(self, revoked):
        print("revoked", sorted(revoked))


consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=RUN)
consumer.subscribe([name], listener=Listener())
while len(consumer.assignment()) < 2:
    consumer.poll(200)
consumer.close()
try:
    KafkaConsumer(bootstrap_servers=BOOTSTRAP).subscribe([name], listener=print)
except TypeError as error:
    print(str(error)[:60])
