"""Producer and consumer on threads of their own."""
import os
import threading

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 1, 1)])

seen = []


def read():
    consumer = KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, auto_offset_reset="earliest", group_id=RUN)
    for record in consumer:
        seen.append(record.value)
        if len(seen) == 20:
            break
    consumer.close()


reader = threading.Thread(target=read)
reader.start()
producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
writers = [threading.Thread(target=lambda part=part: [producer.send(name, b"%d" % (part * 10 + n)) for n in range(10)])
           for part in range(2)]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
producer.flush(30)
reader.join(40)
print(reader.is_alive(), sorted(int(value) for value in seen))
producer.close()
