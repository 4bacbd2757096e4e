"""What produce refuses at once, and what a delivery report says."""
import os

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
name = f"bad-{RUN}"
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
admin.create_topics(
    [NewTopic(name, 1, 1, config={"max.message.bytes": "1000"})])[name].result(30)
producer = Producer({"bootstrap.servers": BOOTSTRAP})
producer.produce(name, "first")
producer.flush(30)
attempts = [
    dict(value=5), dict(value="x", key=5), dict(value="x", headers="h"), dict(value="x", headers=[("a", 1)]),
    dict(value="x", headers=["a"]), dict(value="x", timestamp="now"), dict(value=bytearray(b"x")),
    dict(value="x", partition=9), dict(value=b"x" * 2_000_000), dict(value="x", partition="0")]
for arguments in attempts:
    try:
        producer.produce(name, **arguments)
        print("queued")
    except KafkaException as error:
        print(repr(error))
    except Exception as error:
        print(type(error).__name__, error)
try:
    producer.produce(None, "x")
except TypeError as error:
    print(error)
reports = []
producer.produce(name, b"x" * 5000, on_delivery=lambda error, message: reports.append((error, message.error(),
                                                                                       message.offset())))
producer.flush(30)
for report in sorted(reports, key=str):
    print(report)
