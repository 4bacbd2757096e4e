"""A broker with its connection, and what is known of topics. On the loop's thread; client.py
decides who is asked what.
"""

import random
from collections import deque

from .errors import CODES
from .net import Connection

_TRANSPORT, _TIMED_OUT = CODES["_TRANSPORT"], CODES["_TIMED_OUT"]


class Broker:
    """A broker by its address; bootstrap brokers have id -1 until metadata tells who they are."""

    def __init__(self, client, node, host, port, label=None):
        self.client, self.id, self.host, self.port, self.label = client, node, host, port, label
        self.connection = None
        self.down = False
        self.attempts = 0
        self._retry = None
        self._waiting = deque()
        self.errors = self.disconnects = 0

    @property
    def name(self):
        if self.label is not None:
            return self.label
        return f"{self.host}:{self.port}/{'bootstrap' if self.id < 0 else self.id}"

    @property
    def up(self):
        return self.connection is not None and self.connection.up

    def connect(self):
        if self.connection is None and self._retry is None and not self.client.ended:
            conf = self.client.config
            self.connection = Connection(
                self.client.loop,
                self.host,
                self.port,
                conf["client.id"],
                self,
                conf["socket.connection.setup.timeout.ms"] / 1000,
            )

    def send(self, request):
        self.connect()
        if self.connection is None:
            self._waiting.append(request)
        else:
            self.connection.send(request)

    def connected(self, _connection):
        self.down, self.attempts = False, 0
        self.client.broker_up(self)

    def disconnected(self, connection, code, text):
        was_up = connection.sent > 1
        self.connection = None
        self.errors += 1
        self.disconnects += was_up
        self.down = True
        conf = self.client.config
        low, high = conf["reconnect.backoff.ms"], conf["reconnect.backoff.max.ms"]
        delay = min(high, low * 2 ** min(self.attempts, 20)) * random.uniform(0.75, 1.25) / 1000
        self.attempts += 1
        self._retry = self.client.loop.timer(0 if was_up else delay, self._again)
        self.client.broker_down(
            self, code, f"{self.name}: {text}", was_up and "Disconnected" in text
        )

    def _again(self):
        self._retry = None
        if self._waiting or self.client.wants(self):
            self.connect()
        if self.connection is not None:
            while self._waiting:
                self.connection.send(self._waiting.popleft())

    def expire(self, now):
        for request in [r for r in self._waiting if r.deadline <= now]:
            self._waiting.remove(request)
            request.done(_TIMED_OUT, None)

    def throttled(self, _connection, throttle_ms):
        self.client.throttled(self, throttle_ms)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        while self._waiting:
            self._waiting.popleft().done(_TRANSPORT, None)


class Topic:
    """What metadata last said of a topic."""

    __slots__ = ("name", "id", "error", "leaders", "unknown_since")

    def __init__(self, name):
        self.name, self.id, self.error, self.leaders, self.unknown_since = (
            name,
            None,
            None,
            {},
            None,
        )


def parse_addresses(text):
    """[(host, port)] of a list of bootstrap servers, and what is wrong with others."""
    found, wrong = [], []
    for entry in (part.strip() for part in (text or "").split(",")):
        protocol, separator, rest = entry.rpartition("://")
        if separator and protocol.upper() != "PLAINTEXT":
            wrong.append(
                f'Broker name "{entry}" parse error: unsupported protocol "{protocol.upper()}"'
            )
        elif rest:
            host, colon, port = rest.rpartition(":")
            digits = port if colon and port.isdigit() else ""
            found.append((host if colon else rest, int(digits or 0) & 0xFFFF if colon else 9092))
    return found, wrong
