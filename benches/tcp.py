"""librdkafka's producer and consumer against several brokers over TCP, in turns: ours, librdkafka's own mock, and
Apache Kafka where APACHE=HOST:PORT names one. Prints records per second and ratios; the best of each counts.

  tcp.py PATH_OF_THE_NATIVE_BINARY     (run with .venv-confluent-kafka's Python)
"""
import os
import socket
import subprocess
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

RECORDS = 500_000
VALUE = b"x" * 100
ROUNDS = 3


def produce(bootstrap, topic, more):
    producer = Producer(
        {"bootstrap.servers": bootstrap, "linger.ms": 5, "acks": "all", "queue.buffering.max.messages": 200_000, **more}
    )
    started = time.perf_counter()
    for _ in range(RECORDS):
        while True:
            try:
                producer.produce(topic, VALUE, partition=0)
                break
            except BufferError:
                producer.poll(0.01)
    left = producer.flush(120)
    took = time.perf_counter() - started
    assert left == 0, f"{left} records were not acknowledged"
    return RECORDS / took


def consume(bootstrap, topic):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench", "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, 0)])
    seen, started = 0, None
    while seen < RECORDS:
        batch = consumer.consume(10_000, timeout=10)
        assert batch, f"only {seen} records came"
        started = started or time.perf_counter()
        seen += len(batch)
    took = time.perf_counter() - started
    consumer.close()
    return seen / took


def create(bootstrap, topic):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for made in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        made.result(30)


def ours(binary):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([binary, "serve", "--listen", f"127.0.0.1:{port}", "--brokers", "1"], stdout=subprocess.PIPE)
    server.stdout.readline()
    return server, f"127.0.0.1:{port}"


def main():
    server, address = ours(sys.argv[1])
    mock = Producer({"bootstrap.servers": "unused:1", "test.mock.num.brokers": 1})
    mock_address = next(iter(mock.list_topics(timeout=10).brokers.values()))
    places = {"ours": address, "librdkafka's mock": f"{mock_address.host}:{mock_address.port}"}
    if os.environ.get("APACHE"):
        places["Apache Kafka"] = os.environ["APACHE"]
    best = {name: [0.0, 0.0] for name in places}
    try:
        for round_ in range(ROUNDS):
            for name, bootstrap in places.items():
                topic = f"bench-{os.getpid()}-{round_}"
                create(bootstrap, topic)
                best[name][0] = max(best[name][0], produce(bootstrap, topic, {}))
                best[name][1] = max(best[name][1], consume(bootstrap, topic))
    finally:
        server.terminate()
        server.wait()
    for name, (produced, consumed) in best.items():
        print(f"{name:20} produce {produced:12,.0f} records/s   consume {consumed:12,.0f} records/s")
    for name, goal in (("librdkafka's mock", 1.0), ("Apache Kafka", 1.5)):
        if name in best:
            ratios = [ours_ / theirs for ours_, theirs in zip(best["ours"], best[name])]
            verdict = "met" if min(ratios) >= goal else "NOT MET"
            print(f"ours / {name:20} produce {ratios[0]:.2f}   consume {ratios[1]:.2f}   goal {goal}   {verdict}")


main()
