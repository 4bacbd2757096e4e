"""What every client has: brokers and their connections, the metadata cache, and the queue of
events for the app.

Runs on the loop's thread, except `push` (any thread) and what says otherwise. It knows nothing
of records or groups.
"""

import itertools
import random
import sys
import threading
import time
from collections import deque

from .brokers import Broker, Topic, parse_addresses
from .errors import CODES, KafkaError
from .net import Loop
from .wire import Request

_NAMES = itertools.count(1)
_TRANSPORT, _TIMED_OUT = CODES["_TRANSPORT"], CODES["_TIMED_OUT"]
_PYTHON_LEVELS = (50, 50, 50, 40, 30, 20, 20, 10)


class Client:
    """The shared machinery of a producer, a consumer or an admin client."""

    def __init__(self, kind, config):
        self.kind, self.config = kind, config
        self.name = f"{config['client.id']}#{kind}-{next(_NAMES)}"
        self.started = time.time()
        self.loop = Loop()
        self.events = deque()
        self.condition = threading.Condition(threading.Lock())
        self.brokers = {}
        self.bootstrap = []
        self.others = set()
        self.topics = {}
        self.wanted = set()
        self.cluster_id, self.controller = None, -1
        self.ended = False
        # Called when the client ends; the app's threads may add to it.
        self.at_end = set()
        self.on_metadata = lambda: None
        self.on_tick = lambda now: None
        self.on_broker_up = lambda broker: None
        self.broker_wanted = lambda broker: False
        self.stats = None
        self._waiting = deque()
        self._refreshing = False
        self._refresh_again = set()
        self._refresh_timer = None
        self._refresh_delay = 0.1
        self._all_down = False

    # Life. `start` and `end` are called by the app.

    def start(self):
        for text in self.config.warnings():
            self.log(4, "CONFWARN", text, "app")
        addresses, wrong = parse_addresses(self.config["bootstrap.servers"])
        for text in wrong:
            self.log(4, "BROKER", text, "app")
        if not addresses:
            self.log(
                5,
                "CONFWARN",
                "No `bootstrap.servers` configured: client will not be able to connect to "
                "Kafka cluster",
                "app",
            )
        self.bootstrap = [Broker(self, -1, host, port) for host, port in addresses]
        self.loop.start(f"rdk:{self.name}")
        self.loop.call(self._first)

    def _first(self):
        self._tick()
        interval = self.config["topic.metadata.refresh.interval.ms"]
        if interval > 0:
            self._periodic = lambda: (
                self.refresh(self.wanted),
                self.loop.timer(interval / 1000, self._periodic),
            )
            self.loop.timer(interval / 1000, self._periodic)
        if self.stats is not None and self.config["statistics.interval.ms"]:
            self.loop.timer(self.config["statistics.interval.ms"] / 1000, self._emit_stats)
        self._connect_any()

    def end(self, wait=True):
        """Closes every connection and ends the thread."""
        if not self.ended:
            self.loop.call(self._close_all)
            self.loop.stop()
            if wait and self.loop.thread is not threading.current_thread():
                self.loop.thread.join(5)

    def _close_all(self):
        self.ended = True
        for told in list(self.at_end):
            told()
        for broker in (*self.brokers.values(), *self.bootstrap, *self.others):
            broker.close()
        while self._waiting:
            self._waiting.popleft().done(_TRANSPORT, None)

    def _tick(self):
        now = time.monotonic()
        for broker in (*self.brokers.values(), *self.bootstrap, *self.others):
            broker.expire(now)
        for request in [r for r in self._waiting if r.deadline <= now]:
            self._waiting.remove(request)
            request.done(_TRANSPORT if self._all_down else _TIMED_OUT, None)
        self.on_tick(now)
        if not self.ended:
            self.loop.timer(0.5, self._tick)

    def _emit_stats(self):
        text = self.stats()
        self.push(lambda: self.config.callbacks["stats_cb"](text))
        if not self.ended:
            self.loop.timer(self.config["statistics.interval.ms"] / 1000, self._emit_stats)

    # Events for the app

    def push(self, event):
        """Gives the app a callable to run from its next poll."""
        with self.condition:
            self.events.append(event)
            self.condition.notify_all()

    def log(self, level, facility, text, thread="main"):
        if level > self.config["log_level"]:
            return
        if self.config["log.thread.name"]:
            text = f"[thrd:{thread}]: {text}"
        logger = self.config.callbacks.get("logger")
        if logger is None:
            sys.stderr.write(f"%{level}|{time.time():.3f}|{facility}|{self.name}| {text}\n")
        else:
            self.push(
                lambda: logger.log(_PYTHON_LEVELS[level], "%s [%s] %s", facility, self.name, text)
            )

    def error(self, code, text, fatal=False):
        callback = self.config.callbacks.get("error_cb")
        if callback is not None:
            self.push(lambda: callback(KafkaError(code, text, fatal)))

    def throttled(self, broker, throttle_ms):
        callback = self.config.callbacks.get("throttle_cb")
        if callback is not None:

            def call():
                from confluent_kafka import ThrottleEvent

                callback(ThrottleEvent(broker.name, broker.id, throttle_ms / 1000))

            self.push(call)

    # Brokers

    def all_brokers(self):
        known = list(self.brokers.values())
        return known + [b for b in self.bootstrap if b.id < 0]

    def broker_up(self, broker):
        self._all_down = False
        while self._waiting:
            broker.send(self._waiting.popleft())
        if not self.brokers:
            self.refresh(self.wanted)
        self.on_broker_up(broker)

    def broker_down(self, broker, code, text, quiet):
        self.log(6 if quiet else 3, "FAIL", text, broker.name)
        self.error(code, text)
        brokers = self.all_brokers()
        if not self._all_down and all(b.down for b in brokers):
            self._all_down = True
            self.error(
                CODES["_ALL_BROKERS_DOWN"], f"{len(brokers)}/{len(brokers)} brokers are down"
            )
        if quiet:
            self.refresh(self.wanted)

    @property
    def all_down(self):
        return self._all_down

    def wants(self, broker):
        return (
            bool(self._waiting)
            or self.broker_wanted(broker)
            or (not any(b.up for b in self.all_brokers()))
        )

    def _connect_any(self):
        brokers = self.all_brokers()
        if brokers and not any(b.connection for b in brokers):
            random.choice(brokers).connect()

    def send_any(self, name, body, done, timeout_s=None):
        """To whichever broker is there, or will be."""
        request = Request(name, body, done, timeout_s or self.config["socket.timeout.ms"] / 1000)
        up = [b for b in (*self.all_brokers(), *self.others) if b.up]
        if up:
            idle = [b for b in up if not b.connection.busy]
            random.choice(idle or up).send(request)
        else:
            self._waiting.append(request)
            for broker in self.all_brokers():
                if broker.connection is None:
                    broker.connect()
                if broker.connection is not None:
                    break

    def send(self, node, name, body, done, timeout_s=None, answered=True):
        """To the broker with that id; an unknown one is a transport failure."""
        broker = self.brokers.get(node)
        if broker is None:
            return done(_TRANSPORT, None)
        broker.send(
            Request(
                name, body, done, timeout_s or self.config["socket.timeout.ms"] / 1000, answered
            )
        )
        return None

    # Metadata

    def metadata(self, names, done, timeout_s=None, create=False, operations=None):
        """Asks for topics (None: all) and updates the cache; `done(code, body)`."""
        body = {
            "topics": None if names is None else [{"name": name} for name in names],
            "create": create,
        }
        if operations:
            body[operations] = True

        def got(code, answer):
            if code == 0:
                self._learn(answer)
            done(code, answer)

        self.send_any("MetadataOperations" if operations else "Metadata", body, got, timeout_s)

    def _learn(self, body):
        self.cluster_id, self.controller = body["cluster_id"], body["controller_id"]
        for entry in body["brokers"]:
            broker = self.brokers.get(entry["id"])
            if broker is None or (broker.host, broker.port) != (entry["host"], entry["port"]):
                self.brokers[entry["id"]] = self._adopt(entry)
        now = time.monotonic()
        for entry in body["topics"]:
            topic = self.topics.get(entry["name"])
            if topic is None:
                topic = self.topics[entry["name"]] = Topic(entry["name"])
            topic.error, topic.id = entry["error"], entry["id"]
            if topic.error == 0:
                topic.leaders = {p["id"]: (p["leader"], p["epoch"]) for p in entry["partitions"]}
                topic.unknown_since = None
            elif topic.unknown_since is None:
                topic.unknown_since = now
                topic.leaders = {}

    def _adopt(self, entry):
        """The bootstrap broker with that address becomes the broker, with its connection."""
        for broker in self.bootstrap:
            if broker.id < 0 and (broker.host, broker.port) == (entry["host"], entry["port"]):
                broker.id = entry["id"]
                return broker
        return Broker(self, entry["id"], entry["host"], entry["port"])

    def refresh(self, names, create=None):
        """Asks for these topics soon; several calls become one request. `on_metadata` tells of the answer."""
        self._refresh_again.update(names)
        if self._refreshing or self.ended:
            return
        self._refreshing = True
        asked, self._refresh_again = self._refresh_again, set()
        auto = self.config["allow.auto.create.topics"]
        if not self.config.was_set("allow.auto.create.topics"):
            auto = self.kind == "producer"
        self.metadata(sorted(asked), lambda code, body: self._refreshed(code, asked), create=auto)

    def _refreshed(self, code, asked):
        self._refreshing = False
        if self.ended:
            return
        if code:
            self._refresh_again.update(asked)
            self.refresh_later()
        else:
            self.on_metadata()
            if self._refresh_again and self._refresh_timer is None:
                self.refresh_later()
            elif not self._refresh_again:
                self._refresh_delay = 0.1

    def refresh_later(self, names=()):
        """As `refresh`, after a delay that doubles up to a second."""
        self._refresh_again.update(names)
        if self._refresh_timer is None:
            self._refresh_timer = self.loop.timer(self._refresh_delay, self._refresh_now)
            self._refresh_delay = min(1.0, self._refresh_delay * 2)

    def _refresh_now(self):
        self._refresh_timer = None
        self.refresh(())

    def leader(self, topic, partition):
        """The broker id that leads it, or None."""
        known = self.topics.get(topic)
        entry = known.leaders.get(partition) if known is not None else None
        return (
            entry[0] if entry is not None and entry[0] >= 0 and entry[0] in self.brokers else None
        )

    def epoch(self, topic, partition):
        known = self.topics.get(topic)
        entry = known.leaders.get(partition) if known is not None else None
        return entry[1] if entry is not None else -1
