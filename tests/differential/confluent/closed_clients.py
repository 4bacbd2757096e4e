"""Closed clients and context managers."""
import os

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]


def attempt(name, call):
    try:
        print(name, call())
    except Exception as error:
        print(name, type(error).__name__, error)


with AdminClient({"bootstrap.servers": BOOTSTRAP}) as admin:
    admin.create_topics([NewTopic(RUN, 1, 1)])[RUN].result(30)
attempt("admin", lambda: admin.create_topics([NewTopic(RUN, 1, 1)]))
attempt("admin list", lambda: admin.list_topics())
with Producer({"bootstrap.servers": BOOTSTRAP}) as producer:
    producer.produce(RUN, "x", on_delivery=lambda error, message: print("delivered", error, message.offset()))
for name in ("poll", "flush", "list_topics", "close", "purge"):
    attempt(name, getattr(producer, name))
attempt("produce", lambda: producer.produce(RUN, "x"))
attempt("len", lambda: (len(producer), bool(producer)))
with Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN, "auto.offset.reset": "earliest"}) as consumer:
    consumer.subscribe([RUN])
    print(consumer.poll(20).value())
for name in ("poll", "consume", "assignment", "unassign", "unsubscribe", "commit", "memberid", "list_topics", "close",
             "consumer_group_metadata"):
    attempt(name, getattr(consumer, name))
attempt("subscribe", lambda: consumer.subscribe([RUN]))
attempt("seek", lambda: consumer.seek(TopicPartition(RUN, 0, 0)))
attempt("committed", lambda: consumer.committed([]))
after = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": RUN})
print(after.committed([TopicPartition(RUN, 0)], timeout=10))
after.close()
