"""What the configuration says to names and values it cannot take."""
import os

from confluent_kafka import Consumer, Producer

BOOTSTRAP = os.environ["BOOTSTRAP"]
cases = [
    {"no.such": 1}, {"acks": "some"}, {"acks": 5000}, {"linger.ms": "soon"}, {"linger.ms": -1},
    {"compression.type": "zip"}, {"enable.idempotence": "maybe"}, {"enable.idempotence": True, "acks": 1},
    {"enable.idempotence": True, "max.in.flight": 10}, {"enable.idempotence": True, "retries": 0},
    {"partitioner": "best"}, {"debug": "everything"}, {"batch.size": 0}, {"message.timeout.ms": 3, "linger.ms": 5},
    {"error_cb": 1}, {"stats_cb": 1}, {"throttle_cb": 1}, {"on_delivery": 1}, {"dr_cb": 1}, {"logger": None},
    {"delivery.report.only.error": 1}, {"transactional.id": "t", "enable.idempotence": False},
    {"reconnect.backoff.ms": 100, "reconnect.backoff.max.ms": 10}, {"statistics.interval.ms": 90000000},
    {"socket.timeout.ms": "0x10"}, {"retry.backoff.ms": None}, {"client.id": None}, {"security.protocol": "tcp"},
    {"sasl.jaas.config": "x"}, {"queue.buffering.max.messages": "many"}, {"default.topic.config": {"acks": "x"}},
    {"enable.gapless.guarantee": True}, {1: 2}]
for case in cases:
    try:
        Producer({"bootstrap.servers": BOOTSTRAP, **case})
        print(case, "taken")
    except Exception as error:
        print(case, type(error).__name__, error)
group = {"group.id": "g"}
cases = [
    {}, {**group, "auto.offset.reset": "none"}, {**group, "partition.assignment.strategy": "best"},
    {**group, "partition.assignment.strategy": "range,cooperative-sticky"}, {**group, "session.timeout.ms": 0},
    {**group, "max.poll.interval.ms": 10}, {**group, "on_commit": 1}, {**group, "isolation.level": "none"},
    {**group, "fetch.max.bytes": 1}, {**group, "fetch.min.bytes": 0}, {**group, "max.partition.fetch.bytes": "x"},
    {**group, "group.protocol": "new"}, {**group, "enable.auto.commit": "x"}, {**group, "on_delivery": print},
    {**group, "group.protocol": "consumer", "session.timeout.ms": 6000},
    {**group, "receive.message.max.bytes": 1000}, {**group, "heartbeat.interval.ms": 3.9}]
for case in cases:
    try:
        Consumer({"bootstrap.servers": BOOTSTRAP, **case}).close()
        print(case, "taken")
    except Exception as error:
        print(case, type(error).__name__, error)
for arguments in ((1,), ({}, {}), ("x",)):
    for kind in (Producer, Consumer):
        try:
            kind(*arguments)
        except TypeError as error:
            print(error)
