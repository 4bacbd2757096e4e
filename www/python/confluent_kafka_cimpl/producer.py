"""Producer of the C module: the app's side. Transactions are named as missing by the methods
that begin them.
"""

import time
import warnings
import weakref

from .batches import CALLBACK, ENQUEUED, SIZE, TOPIC, Reports
from .errors import CODES, KafkaError, KafkaException, err2str, fail
from .handle import Handle, seconds
from .records import pack_headers
from .sender import Sender
from .structs import message, text

_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 5
_UNKNOWN_PARTITION, _UNKNOWN_TOPIC = CODES["_UNKNOWN_PARTITION"], CODES["_UNKNOWN_TOPIC"]
_LOST = CODES["UNKNOWN_TOPIC_OR_PART"]


def _payload(value, position):
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytearray, memoryview)):
        raise TypeError(
            f"argument {position} must be read-only bytes-like object, not {type(value).__name__}"
        )
    raise TypeError(f"a bytes-like object is required, not '{type(value).__name__}'")


def header_list(headers):
    """[(str, bytes or None)] of what produce() takes."""
    if isinstance(headers, dict):
        pairs = list(headers.items())
    elif isinstance(headers, list):
        pairs = headers
    else:
        raise TypeError(
            "expected headers to be dict or list of (key, value) tuples, not "
            f"{type(headers).__name__}"
        )
    made = []
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Headers are expected to be a list of (key, value) tuples")
        name, value = pair
        if isinstance(value, str):
            value = value.encode()
        elif value is not None and not isinstance(value, bytes):
            raise TypeError(
                "expected header value to be None, binary, or unicode string, not "
                f"{type(value).__name__}"
            )
        made.append((str(name), value))
    return made


def _terminate(client, sender):
    """What a producer that is dropped says of what it never sent."""
    left = len(sender.inbox) + sender.owned
    if left:
        size = sum(entry[SIZE] - 12 for queue in sender.queues.values() for entry in queue.messages)
        client.log(
            4,
            "TERMINATE",
            f"Producer terminating with {left} message{'s' * (left > 1)} ({size} byte"
            f"{'s' * (size != 1)}) still in queue or transit: use flush() to wait for "
            "outstanding message delivery",
            "app",
        )
    client.end(False)


class Producer(Handle):
    """Asynchronous producer; delivery reports are served by poll() and flush()."""

    __module__ = "cimpl"
    CLOSED = "Producer has been closed"

    def __init__(self, *args, **kwargs):
        self._client = None
        client = self._open("producer", args, kwargs, "producer")
        config = client.config
        self._sender = sender = Sender(client)
        self._inbox = sender.inbox
        self._reported_out = 0
        self._pending_bytes = 0
        self._callback = config.callbacks.get("on_delivery")
        self._errors_only = config["delivery.report.only.error"]
        self._max_size = config["message.max.bytes"] - _OVERHEAD
        self._max_messages = config["queue.buffering.max.messages"]
        self._wake_count = sender.batch_count
        self._wake_bytes = sender.batch_bytes
        self._finalizer.detach()
        self._finalizer = weakref.finalize(self, _terminate, client, sender)
        client.start()

    def produce(
        self,
        topic,
        value=None,
        key=None,
        partition=-1,
        callback=None,
        on_delivery=None,
        timestamp=0,
        headers=None,
    ):
        """Queues a record; raises BufferError when the queue is full."""
        if topic.__class__ is not str:
            text(topic, 1)
        size = 0
        if value is not None:
            if value.__class__ is not bytes:
                value = _payload(value, 2)
            size = len(value)
        if key is not None:
            if key.__class__ is not bytes:
                key = _payload(key, 3)
            size += len(key)
        if partition.__class__ is not int or timestamp.__class__ is not int:
            self._check_numbers(partition, timestamp)
        if headers is not None:
            headers = pack_headers(header_list(headers))
            size += len(headers)
        sender = self._sender
        if self._client is None:
            raise RuntimeError(self.CLOSED)
        if size > self._max_size:
            fail(CODES["MSG_SIZE_TOO_LARGE"], "Unable to produce message")
        inbox = self._inbox
        waiting = len(inbox)
        if (
            waiting + sender.owned + sender.reported_in - self._reported_out
            >= self._max_messages
            > 0
        ):
            raise BufferError("Local: Queue full")
        if partition >= 0 or sender.states:
            self._check_partition(topic, partition)
        now = time.time()
        inbox.append(
            (
                key,
                value,
                timestamp or int(now * 1000),
                headers,
                topic,
                partition,
                on_delivery or callback or self._callback,
                now,
                size + 12,
            )
        )
        if waiting == 0:
            self._pending_bytes = size
        else:
            self._pending_bytes += size
        if not sender.woken:
            sender.woken = True
            self._client.loop.call(sender.drain)
        elif waiting == self._wake_count or self._pending_bytes > self._wake_bytes:
            self._pending_bytes = 0
            self._client.loop.call(sender.drain)

    @staticmethod
    def _check_numbers(partition, timestamp):
        for number in (partition, timestamp):
            if not isinstance(number, int):
                raise TypeError(
                    f"'{type(number).__name__}' object cannot be interpreted as an integer"
                )

    def _check_partition(self, topic, partition):
        """What librdkafka's partitioner refuses at once, since it knows the topic."""
        state = self._sender.states.get(topic)
        if state:
            fail(_UNKNOWN_TOPIC if state == _LOST else state, "Unable to produce message")
        count = self._sender.counts.get(topic)
        if count and partition >= count:
            fail(_UNKNOWN_PARTITION, "Unable to produce message")

    def produce_batch(self, topic, messages, partition=-1, callback=None, on_delivery=None):
        """Queues a list of dicts; how many were taken. One that failed gets `_error`."""
        if not isinstance(messages, list):
            raise TypeError("messages must be a list")
        for index, entry in enumerate(messages):
            if not isinstance(entry, dict):
                raise TypeError(f"Message at index {index} must be a dict")
        if messages:
            self._check_open()
        taken = 0
        for entry in messages:
            try:
                # Not what a subclass makes of it: SerializingProducer takes other arguments.
                Producer.produce(
                    self,
                    topic,
                    entry.get("value"),
                    entry.get("key"),
                    entry.get("partition", partition),
                    entry.get("callback") or on_delivery or callback,
                    None,
                    entry.get("timestamp", 0),
                    entry.get("headers"),
                )
                taken += 1
            except KafkaException as error:
                code = error.args[0].code()
                entry["_error"] = KafkaError(code, f"Message failed: {err2str(code)}")
            except BufferError:
                code = CODES["_QUEUE_FULL"]
                entry["_error"] = KafkaError(code, f"Message failed: {err2str(code)}")
        return taken

    # Serving

    def _deal(self, event):
        if event.__class__ is Reports:
            self._report(event)
        else:
            event()

    def _report(self, reports):
        messages, code = reports.messages, reports.code
        offset = reports.offset
        partition, done_s = reports.partition, reports.done_s
        tstype, appended = (1, -1) if code == 0 else (0, -1)
        if reports.appended >= 0:
            tstype, appended = 2, reports.appended
        index, total = 0, len(messages)
        quiet = code == 0 and self._errors_only
        try:
            while index < total:
                entry = messages[index]
                index += 1
                callback = entry[CALLBACK]
                if callback is None or quiet:
                    continue
                error = KafkaError(code) if code else None
                stamp = appended if code or tstype == 2 else entry[2]
                callback(
                    error,
                    message(
                        entry[TOPIC],
                        partition,
                        offset + index - 1 if offset >= 0 else -1001,
                        entry[0],
                        entry[1],
                        None,
                        error,
                        tstype,
                        stamp,
                        done_s - entry[ENQUEUED],
                        -1,
                    ),
                )
        finally:
            self._reported_out += index
            if index < total:
                rest = Reports(
                    messages[index:],
                    partition,
                    code,
                    offset + index if offset >= 0 else offset,
                    reports.appended,
                )
                self._client.events.appendleft(rest)

    def poll(self, timeout=-1):
        """Serves callbacks: returns how many events, as soon as there is one or time is up."""
        timeout_s = seconds(timeout)
        self._check_open()
        events = self._client.events
        if not events and timeout_s != 0:
            deadline = None if timeout_s is None else time.monotonic() + timeout_s
            if not self._wait(deadline, lambda: events):
                return 0
        return self._serve()

    def flush(self, timeout=-1):
        """Waits until every record is delivered or time is up; how many are left."""
        timeout_s = seconds(timeout)
        self._check_open()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        sender, client = self._sender, self._client
        sender.flushing += 1
        try:
            client.loop.call(sender.flush)
            while True:
                self._serve()
                if self._client is None or not len(self):
                    return 0
                if not self._wait(deadline, lambda: client.events):
                    return len(self)
        finally:
            sender.flushing -= 1

    def purge(self, in_queue=True, in_flight=True, blocking=True):
        """Drops records that are not delivered yet; their reports say so."""
        self._check_open()
        sender = self._sender
        if blocking:
            self._ask(lambda answer: (sender.purge(in_queue, in_flight), answer.set()), 5)
        else:
            self._client.loop.call(lambda: sender.purge(in_queue, in_flight))

    def close(self):
        """Flushes and ends; True."""
        if self._client is None:
            return True
        left = self.flush()
        client, self._client = self._client, None
        self._finalizer.detach()
        client.end()
        if left:
            warnings.warn(
                f"Producer flush failed during close: {err2str(CODES['_TIMED_OUT'])}",
                RuntimeWarning,
                2,
            )
        return True

    def __len__(self):
        if self._client is None:
            return 0
        sender = self._sender
        return (
            len(self._inbox)
            + sender.owned
            + sender.reported_in
            - self._reported_out
            + len(self._client.events)
        )

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.close()

    # Transactions

    def _no_transactions(self, method):
        self._check_open()
        if self._config["transactional.id"] is None:
            raise KafkaException(
                KafkaError(
                    CODES["_NOT_CONFIGURED"],
                    "The Transactional API requires transactional.id to be configured",
                )
            )
        raise KafkaException(
            KafkaError(
                CODES["_NOT_IMPLEMENTED"],
                f"Producer.{method}(): transactions are not built in this sandbox yet",
            )
        )

    def init_transactions(self, timeout=-1):
        self._no_transactions("init_transactions")

    def begin_transaction(self):
        self._no_transactions("begin_transaction")

    def send_offsets_to_transaction(self, offsets, metadata, timeout=-1):
        self._no_transactions("send_offsets_to_transaction")

    def commit_transaction(self, timeout=-1):
        self._no_transactions("commit_transaction")

    def abort_transaction(self, timeout=-1):
        self._no_transactions("abort_transaction")
