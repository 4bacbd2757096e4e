"""Threads, producers, consumers and garbage, all at once, for as long as wanted: what `stress.mjs` measures.

A short run of it is a test (tests/e2e/python-stress.test.mjs).
"""

import gc
import json
import threading
import time

BOOTSTRAP = "localhost:9092"


class Stress:
    def __init__(self, seconds, name):
        self.end = time.time() + seconds
        self.topic = f"stress-{name}"
        self.counts = {}
        self.problems = []

    def going(self):
        return time.time() < self.end

    def count(self, what, by=1):
        self.counts[what] = self.counts.get(what, 0) + by

    def produce(self, name):
        from kafka import KafkaProducer

        producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, value_serializer=lambda value: json.dumps(value).encode())
        while self.going():
            for n in range(20):
                producer.send(self.topic, {"n": n, "pad": [{"a": each} for each in range(20)]})
            self.count(name, 20)
            producer.flush()
            time.sleep(0.05)
        producer.close()

    def consume(self, name):
        from kafka import KafkaConsumer

        consumer = KafkaConsumer(
            self.topic, bootstrap_servers=BOOTSTRAP, group_id=f"{self.topic}-{name}", auto_offset_reset="earliest",
            value_deserializer=json.loads, consumer_timeout_ms=500,
        )  # fmt: skip
        # On a slow machine joining the group may take longer than a short run.
        while self.going() or not self.counts.get(name):
            for message in consumer:
                assert len(message.value["pad"]) == 20
                self.count(name)
                if not self.going():
                    break
        consumer.close()

    def come_and_go(self, name):
        """Clients of both libraries that are made, used and closed again and again."""
        from confluent_kafka import Producer
        from kafka import KafkaConsumer

        while self.going():
            producer = Producer({"bootstrap.servers": BOOTSTRAP})
            producer.produce(self.topic, b'{"pad": [' + b"0," * 19 + b"0]}")
            producer.flush()
            consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP)
            assert self.topic in consumer.topics()
            consumer.close()
            self.count(name)
            time.sleep(0.2)

    def short_threads(self, name):
        while self.going():
            done = threading.Event()
            threads = [threading.Thread(target=done.wait, args=(5,)) for _ in range(20)]
            for thread in threads:
                thread.start()
            done.set()
            for thread in threads:
                thread.join()
            self.count(name, len(threads))
            time.sleep(0.05)

    def garbage(self, name):
        """Deep stacks that are suspended half-way, with cycles that only the collector can free."""

        def branch(n):
            return sorted([leaf(n - 1) for _ in range(2)]) if n > 0 else []

        def leaf(n):
            return max([branch(n)], key=lambda found: (time.sleep(0.002), len(found))[1]) if n > 0 else []

        while self.going():
            branch(5)
            ring = [dict(a=[1]) for _ in range(3000)]
            for each in ring:
                each["ring"] = ring
            self.count(name)

    def _guarded(self, work, name):
        try:
            work(name)
        except BaseException as error:
            self.problems.append(f"{name}: {type(error).__name__}: {error}")

    def run(self, each_second=lambda: None):
        """{what: how often}. Raises when a thread has failed."""
        jobs = {
            "producer 1": self.produce, "producer 2": self.produce, "consumer 1": self.consume, "consumer 2": self.consume,
            "consumer 3": self.consume, "come and go": self.come_and_go, "threads": self.short_threads, "garbage": self.garbage,
        }  # fmt: skip
        threads = [threading.Thread(target=self._guarded, args=(work, name)) for name, work in jobs.items()]
        for thread in threads:
            thread.start()
        while self.going():
            time.sleep(1)
            each_second()
        for thread in threads:
            thread.join(300)
        if any(thread.is_alive() for thread in threads):
            self.problems.append(f"still running: {[thread.name for thread in threads if thread.is_alive()]}")
        if self.problems:
            raise AssertionError("; ".join(self.problems))
        return self.counts


def census():
    """What must not grow: {what: how many}. To be called where nothing else runs, for it collects garbage."""
    import pyodide_js
    from sandbox_kernel import selecting

    gc.collect()
    return {
        "threads": threading.active_count(),
        "sockets": len(selecting.by_number),
        "handles": pyodide_js._module._hiwire_num_refs(),
    }


def memory_mb():
    import pyodide_js

    return pyodide_js._module.HEAP8.length / 2**20
