"""The app's side of a client: serving events from poll, waiting for answers, and list_topics.
App threads only.
"""

import os
import threading
import time
import weakref

from . import config as conf
from .client import Client
from .errors import CODES, KafkaError, KafkaException, fail

_TIMED_OUT, _TRANSPORT = CODES["_TIMED_OUT"], CODES["_TRANSPORT"]


class Answer:
    """What the loop's thread will answer; waiting for it can be interrupted."""

    __slots__ = ("_event", "value")

    def __init__(self):
        self._event = threading.Event()
        self.value = None

    def set(self, *value):
        self.value = value
        self._event.set()

    def wait(self, timeout_s):
        """The tuple that was set, or None when time is up."""
        return self.value if self._event.wait(timeout_s) else None


def seconds(timeout):
    """The timeout of a call in seconds; None is for ever. Anything but a number is a TypeError."""
    if not isinstance(timeout, (int, float)):
        raise TypeError(f"must be real number, not {type(timeout).__name__}")
    return None if timeout < 0 else float(timeout)


class Handle:
    """Base of Producer, Consumer and _AdminClientImpl."""

    CLOSED = "Handle has been closed"

    def _open(self, kind, args, kwargs, what):
        config = conf.read(kind, args, kwargs)
        wrong = config.finish()
        if wrong:
            raise KafkaException(
                KafkaError(CODES["_INVALID_ARG"], f"Failed to create {what}: {wrong}")
            )
        client = self._client = Client(kind, config)
        self._config = config
        self._pid = os.getpid()
        if "stats_cb" in config.callbacks:
            from .stats import statistics

            client.stats = statistics(client, weakref.ref(self))
        self._finalizer = weakref.finalize(self, client.end, False)
        return client

    def _check_open(self):
        if self._client is None:
            raise RuntimeError(self.CLOSED)

    # Events

    def _serve(self):
        """Deals with the events that wait; how many there were. An exception of a callback ends it."""
        events, count = self._client.events, 0
        while events:
            event = events.popleft()
            count += 1
            self._deal(event)
            if self._client is None:
                break
        return count

    def _deal(self, event):
        """Events are calls; Producer and Consumer have one kind more each."""
        event()

    def _wait(self, deadline, ready):
        """Waits until `ready()` or the deadline (None: for ever)."""
        condition = self._client.condition
        with condition:
            while not ready():
                if deadline is None:
                    condition.wait()
                else:
                    left = deadline - time.monotonic()
                    if left <= 0 or not condition.wait(left) and not ready():
                        return False
        return True

    def _ask(self, question, timeout_s):
        """Runs `question(answer)` on the loop's thread and waits for its answer."""
        answer = Answer()
        self._client.loop.call(lambda: question(answer))
        return answer.wait(timeout_s)

    # What all three have

    def list_topics(self, topic=None, timeout=-1):
        """Metadata of the cluster, as confluent_kafka.admin.ClusterMetadata."""
        if topic is not None and not isinstance(topic, str):
            raise TypeError(f"argument 1 must be str or None, not {type(topic).__name__}")
        timeout_s = seconds(timeout)
        if self._client is None:
            raise RuntimeError("Handle has been closed")
        client = self._client

        def question(answer):
            client.metadata([topic] if topic is not None else None, answer.set, timeout_s)

        got = self._ask(question, timeout_s)
        if got is None:
            fail(_TRANSPORT if client.all_down else _TIMED_OUT, "Failed to get metadata")
        code, body = got
        if code:
            fail(_TRANSPORT if client.all_down else code, "Failed to get metadata")
        return cluster_metadata(client, body)

    def cluster_id(self, timeout=-1):
        """The cluster's id; None when time is up."""
        timeout_s = seconds(timeout)
        if self._client is None:
            raise RuntimeError("Handle has been closed")
        client = self._client
        if client.cluster_id is None:
            self._ask(lambda answer: client.metadata([], answer.set, timeout_s), timeout_s)
        return client.cluster_id

    def set_sasl_credentials(self, username, password):
        if self._client is None:
            raise RuntimeError("Handle has been closed")


def _filled(kind, **values):
    made = kind()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _error(code):
    return KafkaError(code) if code else None


def cluster_metadata(client, body):
    """A Metadata response as the wheel's own classes."""
    from confluent_kafka import admin

    brokers = {
        entry["id"]: _filled(
            admin.BrokerMetadata, id=entry["id"], host=entry["host"], port=entry["port"]
        )
        for entry in body["brokers"]
    }
    topics = {}
    for entry in body["topics"]:
        partitions = {
            p["id"]: _filled(
                admin.PartitionMetadata,
                id=p["id"],
                leader=p["leader"],
                error=_error(p["error"]),
                replicas=p["replicas"],
                isrs=p["isrs"],
            )
            for p in entry["partitions"]
        }
        topics[entry["name"]] = _filled(
            admin.TopicMetadata,
            topic=entry["name"],
            error=_error(entry["error"]),
            partitions=partitions,
        )
    source = next((b for b in client.all_brokers() if b.up), None)
    return _filled(
        admin.ClusterMetadata,
        cluster_id=body["cluster_id"],
        controller_id=body["controller_id"],
        brokers=brokers,
        topics=topics,
        orig_broker_id=source.id if source else -1,
        orig_broker_name=source.name if source else None,
    )
