"""The producer's half on the loop's thread: partitions the records, makes batches, sends them,
retries.

One batch per partition is in flight, so order is kept whatever fails. Delivery reports go back
as `Reports`, which the app serves. Transactions are not here.
"""

import random
import time
from collections import deque

from .batches import ENQUEUED, PARTITION, SIZE, TOPIC, Batch, Queue, Reports
from .compress import CODECS, NoCodec
from .errors import CODES
from .partitioners import PARTITIONERS
from .records import encode

_RETRIABLE = {CODES[name] for name in """
    NOT_LEADER_FOR_PARTITION LEADER_NOT_AVAILABLE REQUEST_TIMED_OUT NOT_ENOUGH_REPLICAS
    NOT_ENOUGH_REPLICAS_AFTER_APPEND NETWORK_EXCEPTION UNKNOWN_TOPIC_OR_PART KAFKA_STORAGE_ERROR
    FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH _TRANSPORT _TIMED_OUT COORDINATOR_LOAD_IN_PROGRESS
    THROTTLING_QUOTA_EXCEEDED
    """.split()}
_STALE = {CODES[name] for name in """
    NOT_LEADER_FOR_PARTITION LEADER_NOT_AVAILABLE UNKNOWN_TOPIC_OR_PART FENCED_LEADER_EPOCH
    KAFKA_STORAGE_ERROR _TRANSPORT _TIMED_OUT
    """.split()}
_LOST_TOPIC = (CODES["UNKNOWN_TOPIC_OR_PART"], CODES["LEADER_NOT_AVAILABLE"])
_MSG_TIMED_OUT, _PURGE_QUEUE = CODES["_MSG_TIMED_OUT"], CODES["_PURGE_QUEUE"]
_UNKNOWN_PARTITION = CODES["_UNKNOWN_PARTITION"]


class Sender:
    """Owned by a Producer; `inbox` is where its app threads put messages."""

    def __init__(self, client):
        self.client, config = client, client.config
        self.inbox = deque()
        self.woken = False
        self.flushing = 0
        self.owned = 0
        self.reported_in = 0
        self.counts = {}
        self.states = {}
        self.queues = {}
        self.unassigned = {}
        self.sticky = {}
        self.sent_messages = self.sent_bytes = 0
        self.linger_s = config["linger.ms"] / 1000
        self.batch_count = config["batch.num.messages"]
        self.batch_bytes = min(config["batch.size"], config["message.max.bytes"])
        self.acks = config["acks"]
        self.codec = CODECS[config["compression.type"]]
        self.level = config["compression.level"]
        self.timeout_s = config["message.timeout.ms"] / 1000 or None
        self.retries = config["retries"]
        self.partitioner, self.is_random = PARTITIONERS[config["partitioner"]]
        self.empty_is_none = config["partitioner"] == "consistent_random"
        self.sticky_s = (
            config["sticky.partitioning.linger.ms"] / 1000
            if config.was_set("sticky.partitioning.linger.ms")
            else 2 * self.linger_s
        )
        self.idempotent = config["enable.idempotence"]
        self.producer_id, self.producer_epoch = -1, -1
        self._asking_id = False
        self._drain_timer = None
        client.on_metadata = self.on_metadata
        client.on_tick = self.on_tick
        client.on_broker_up = lambda broker: self.send_ready()
        client.broker_wanted = lambda broker: self.owned > 0
        if self.idempotent:
            client.loop.call(self.ask_producer_id)

    # Idempotence

    def ask_producer_id(self):
        if self._asking_id or self.client.ended:
            return
        self._asking_id = True
        self.client.send_any(
            "InitProducerId", {"timeout": -1, "producer_id": -1, "epoch": -1}, self._got_id
        )

    def _got_id(self, code, body):
        self._asking_id = False
        if code == 0 and body["error"] == 0:
            self.producer_id, self.producer_epoch = body["producer_id"], body["epoch"]
            for queue in self.queues.values():
                queue.sequence = 0
            self.send_ready()
        elif not self.client.ended:
            self.client.loop.timer(0.5, self.ask_producer_id)

    # From the inbox to the partitions

    def drain(self):
        """Takes what the app has put in; starts lingering, or sends if there is enough.

        While `woken` the app need not call: this runs again after the linger time, until nothing came.
        """
        if self.linger_s <= 0:
            self.woken = False
        elif self._drain_timer is None:
            self._drain_timer = self.client.loop.timer(self.linger_s, self._drain_again)
        inbox = self.inbox
        touched = {}
        while inbox:
            self.owned += 1
            entry = inbox.popleft()
            queue = self._queue_for(entry)
            if queue is not None:
                queue.messages.append(entry)
                queue.bytes += entry[SIZE]
                touched[queue.topic, queue.id] = queue
        now = time.monotonic()
        for queue in touched.values():
            self._consider(queue, now)

    def _drain_again(self):
        self._drain_timer = None
        if not self.inbox:
            self.woken = False
        if self.inbox:
            self.woken = True
            self.drain()

    def _queue_for(self, entry):
        """The queue of the message's partition; None if it was put elsewhere or has failed."""
        topic = entry[TOPIC]
        count = self.counts.get(topic, 0)
        if not count:
            state = self.states.get(topic)
            if state:
                self._report([entry], entry[PARTITION], state)
                return None
            if topic not in self.unassigned:
                self.unassigned[topic] = deque()
                self.client.wanted.add(topic)
                self.client.refresh({topic})
            self.unassigned[topic].append(entry)
            return None
        partition = entry[PARTITION]
        if partition < 0:
            partition = self._partition(topic, entry[0], count)
        elif partition >= count:
            self._report([entry], partition, _UNKNOWN_PARTITION)
            return None
        queue = self.queues.get((topic, partition))
        if queue is None:
            queue = self.queues[topic, partition] = Queue(topic, partition)
        return queue

    def _partition(self, topic, key, count):
        if self.is_random and (key is None or not key and self.empty_is_none):
            if self.sticky_s <= 0:
                return random.randrange(count)
            partition, until, of = self.sticky.get(topic, (0, 0.0, 0))
            now = time.monotonic()
            if now >= until or of != count:
                partition = random.randrange(count)
                self.sticky[topic] = (partition, now + self.sticky_s, count)
            return partition
        return self.partitioner(key, count)

    def _consider(self, queue, now):
        if queue.flying:
            return
        if (
            self.flushing
            or self.linger_s <= 0
            or len(queue.messages) >= self.batch_count
            or queue.bytes >= self.batch_bytes
        ):
            self.send(queue)
        elif queue.due is None:
            queue.due = now + self.linger_s
            queue.timer = self.client.loop.timer(self.linger_s, lambda: self._lingered(queue))

    def _lingered(self, queue):
        queue.due = queue.timer = None
        if self.inbox:
            self.drain()
        if not queue.flying:
            self.send(queue)

    def flush(self):
        """Sends everything without lingering."""
        self.drain()
        self.send_ready()

    def send_ready(self):
        for queue in list(self.queues.values()):
            if (
                not queue.flying
                and (queue.messages or queue.batch)
                and (self.flushing or queue.batch or queue.due is None)
            ):
                self.send(queue)

    # Sending

    def _next_batch(self, queue):
        waiting, taken, size = queue.messages, [], 0
        limit, most = self.batch_bytes, self.batch_count
        while waiting and len(taken) < most:
            size += waiting[0][SIZE]
            if size > limit and taken:
                break
            entry = waiting.popleft()
            queue.bytes -= entry[SIZE]
            taken.append(entry)
        sequence = queue.sequence if self.idempotent else -1
        try:
            data = encode(
                taken,
                self.codec,
                self.level,
                self.producer_id if self.idempotent else -1,
                self.producer_epoch if self.idempotent else -1,
                sequence,
            )
        except NoCodec:
            self._report(taken, queue.id, CODES["_BAD_COMPRESSION"])
            return None
        if self.idempotent:
            queue.sequence = queue.sequence + len(taken) & 0x7FFFFFFF
        return Batch(taken, data)

    def send(self, queue):
        if queue.timer is not None:
            self.client.loop.cancel(queue.timer)
            queue.due = queue.timer = None
        if queue.flying or self.client.ended or not (queue.messages or queue.batch):
            return
        if self.idempotent and self.producer_id < 0:
            return self.ask_producer_id()
        leader = self.client.leader(queue.topic, queue.id)
        if leader is None:
            self.client.refresh_later({queue.topic})
            return None
        if queue.batch is None:
            queue.batch = self._next_batch(queue)
            if queue.batch is None:
                return None
        batch = queue.batch
        batch.attempts += 1
        queue.flying = True
        timeout_ms = self.client.config["request.timeout.ms"]
        self.client.send(
            leader,
            "Produce",
            {
                "acks": self.acks,
                "timeout": timeout_ms,
                "topics": [
                    {"name": queue.topic, "partitions": [{"id": queue.id, "records": batch.data}]}
                ],
            },
            lambda code, body: self._sent(queue, batch, code, body),
            timeout_ms / 1000 + 10,
            self.acks != 0,
        )
        return None

    def _sent(self, queue, batch, code, body):
        queue.flying = False
        offset, appended = -1001, -1
        if code == 0 and body is not None:
            entry = body["topics"][0]["partitions"][0]
            code, offset, appended = entry["error"], entry["offset"], entry["append_time"]
        if code == CODES["DUPLICATE_SEQUENCE_NUMBER"]:
            code, offset = 0, -1001
        if code and self._may_retry(code, batch):
            if code in _STALE:
                self.client.refresh_later({queue.topic})
            if not self.client.ended:
                self.client.loop.timer(
                    self.client.config["retry.backoff.ms"] / 1000, lambda: self._retry(queue)
                )
            return
        queue.batch = None
        self.sent_messages += len(batch.messages)
        self.sent_bytes += len(batch.data)
        self._report(batch.messages, queue.id, code, offset, appended)
        if code and self.idempotent:
            self.producer_id = -1
        if queue.messages:
            self._consider(queue, time.monotonic()) if queue.due is None else None
            if not queue.flying and (self.flushing or queue.due is None):
                self.send(queue)

    def _may_retry(self, code, batch):
        if self.client.ended or code not in _RETRIABLE or batch.attempts > self.retries:
            return False
        return self.timeout_s is None or time.time() - batch.messages[0][ENQUEUED] < self.timeout_s

    def _retry(self, queue):
        if not queue.flying and queue.batch is not None:
            self.send(queue)

    def _report(self, messages, partition, code, offset=-1001, appended=-1):
        self.reported_in += len(messages)
        self.client.push(Reports(messages, partition, code, offset, appended))
        self.owned -= len(messages)

    # Metadata, time, purge

    def on_metadata(self):
        for name in list(self.unassigned):
            topic = self.client.topics.get(name)
            if topic is None:
                continue
            if topic.error == 0 and topic.leaders:
                self.counts[name] = len(topic.leaders)
                self.states.pop(name, None)
                self._assign(name)
            elif topic.error in _LOST_TOPIC or topic.error == 0:
                limit_s = self.client.config["topic.metadata.propagation.max.ms"] / 1000
                if (
                    topic.unknown_since is not None
                    and time.monotonic() - topic.unknown_since > limit_s
                ):
                    self._fail_topic(name, topic.error)
                else:
                    self.client.refresh_later({name})
            elif topic.error:
                self._fail_topic(name, topic.error)
        for name, count in list(self.counts.items()):
            topic = self.client.topics.get(name)
            if topic is not None and topic.error == 0 and len(topic.leaders) > count:
                self.counts[name] = len(topic.leaders)
        self.send_ready()

    def _assign(self, name):
        now, touched = time.monotonic(), {}
        for entry in self.unassigned.pop(name):
            queue = self._queue_for(entry)
            if queue is not None:
                queue.messages.append(entry)
                queue.bytes += entry[SIZE]
                touched[queue.id] = queue
        for queue in touched.values():
            self._consider(queue, now)

    def _fail_topic(self, name, code):
        self.states[name] = code
        entries = self.unassigned.pop(name)
        if entries:
            self._report(list(entries), -1, code)

    def on_tick(self, _now):
        """Fails what has waited longer than message.timeout.ms."""
        if self.timeout_s is None:
            return
        oldest = time.time() - self.timeout_s
        if self.inbox:
            self.drain()
        for name, entries in self.unassigned.items():
            late = []
            while entries and entries[0][ENQUEUED] <= oldest:
                late.append(entries.popleft())
            if late:
                self._report(late, -1, _MSG_TIMED_OUT)
        for queue in self.queues.values():
            batch = queue.batch
            if batch is not None and not queue.flying and batch.messages[0][ENQUEUED] <= oldest:
                queue.batch = None
                self._report(batch.messages, queue.id, _MSG_TIMED_OUT)
            late = []
            while queue.messages and queue.messages[0][ENQUEUED] <= oldest:
                entry = queue.messages.popleft()
                queue.bytes -= entry[SIZE]
                late.append(entry)
            if late:
                self._report(late, queue.id, _MSG_TIMED_OUT)

    def purge(self, in_queue, in_flight):
        """Drops what waits, and what is on its way, with a report each."""
        self.drain()
        for queue in self.queues.values():
            if in_queue and queue.messages:
                dropped, queue.messages, queue.bytes = list(queue.messages), deque(), 0
                self._report(dropped, queue.id, _PURGE_QUEUE)
            if in_flight and queue.batch is not None and not queue.flying:
                dropped, queue.batch = queue.batch.messages, None
                self._report(dropped, queue.id, CODES["_PURGE_INFLIGHT"])
        if in_queue:
            for entries in self.unassigned.values():
                if entries:
                    dropped = list(entries)
                    entries.clear()
                    self._report(dropped, -1, _PURGE_QUEUE)
