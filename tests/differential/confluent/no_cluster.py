"""Nobody listens: what times out, and with which words."""
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

nobody = {"bootstrap.servers": "127.0.0.1:1", "log_level": 0}
told = []


def attempt(name, call):
    try:
        print(name, call())
    except KafkaException as error:
        print(name, error)


producer = Producer({**nobody, "message.timeout.ms": 1500, "error_cb": told.append})
producer.produce("t", "v", "k", on_delivery=lambda e, m: print(e, m.topic(), m.partition(), m.offset(), m.timestamp()))
print("after a moment", producer.flush(0.2) > 0)
print(producer.flush(10))
print(sorted({error.name() for error in told}), [str(error) for error in told if error.name() == "_ALL_BROKERS_DOWN"])
print({error.retriable() for error in told}, {error.fatal() for error in told})
attempt("list_topics", lambda: producer.list_topics(timeout=1))
admin = AdminClient(nobody)
attempt("create", lambda: admin.create_topics([NewTopic("t", 1, 1)], request_timeout=1)["t"].result(10))
attempt("groups", lambda: admin.list_consumer_groups(request_timeout=1).result(10).errors)
attempt("describe", lambda: admin.describe_consumer_groups(["g"], request_timeout=1)["g"].result(10))
consumer = Consumer({**nobody, "group.id": "g"})
consumer.subscribe(["t"])
attempt("poll", lambda: consumer.poll(1))
attempt("committed", lambda: consumer.committed([TopicPartition("t", 0)], timeout=1))
attempt("watermarks", lambda: consumer.get_watermark_offsets(TopicPartition("t", 0), timeout=1))
consumer.close()
