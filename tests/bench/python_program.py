"""What `python.mjs` measures: a client produces 10,000 records of 100 bytes, flushes, and consumes them. Times in ms."""

import time

RECORDS = 10_000
VALUE = b"x" * 100


def measure_kafka_python(bootstrap, topic):
    from kafka import KafkaConsumer, KafkaProducer

    producer = KafkaProducer(bootstrap_servers=bootstrap)
    producer.send(topic, VALUE).get(timeout=30)
    began = time.perf_counter()
    for _ in range(RECORDS):
        producer.send(topic, VALUE)
    producer.flush()
    produced = time.perf_counter() - began
    producer.close()
    consumer = KafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    messages = iter(consumer)
    next(messages)
    began = time.perf_counter()
    for _ in range(RECORDS):
        next(messages)
    consumed = time.perf_counter() - began
    consumer.close()
    return {"produced": produced * 1000, "consumed": consumed * 1000}


def measure_confluent(bootstrap, topic):
    from confluent_kafka import Consumer, Producer

    producer = Producer({"bootstrap.servers": bootstrap})
    producer.produce(topic, VALUE)
    producer.flush()
    began = time.perf_counter()
    for _ in range(RECORDS):
        producer.produce(topic, VALUE)
    producer.flush()
    produced = time.perf_counter() - began
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    while consumer.poll(1) is None:
        pass
    began = time.perf_counter()
    left = RECORDS
    while left:
        message = consumer.poll(1)
        left -= message is not None and message.error() is None
    consumed = time.perf_counter() - began
    consumer.close()
    return {"produced": produced * 1000, "consumed": consumed * 1000}


if __name__ == "__main__":
    import json
    import sys

    print(json.dumps(measure_kafka_python(sys.argv[1], sys.argv[2])))
