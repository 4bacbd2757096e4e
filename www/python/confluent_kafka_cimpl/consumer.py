"""Consumer of the C module: the app's side. Messages, errors and callbacks are served by poll()
and consume().
"""

import struct
import time
import weakref

from . import records
from .assignment import Assignment
from .compress import NoCodec
from .coordinator import Coordinator
from .errors import CODES, KafkaError
from .fetcher import Fetcher
from .group import Group, Rebalance
from .handle import Handle, seconds
from .offsets import Offsets
from .structs import message, topic_partition


class Consumer(Handle, Assignment, Offsets):
    """Group consumer; needs `group.id`."""

    __module__ = "cimpl"
    CLOSED = "Consumer closed"

    def __init__(self, *args, **kwargs):
        self._client = None
        client = self._open("consumer", args, kwargs, "consumer")
        config = client.config
        self._coordinator = coordinator = Coordinator(client, config["group.id"])
        self._fetcher = fetcher = Fetcher(client, _committed_source(coordinator))
        self._chunks = fetcher.chunks
        self._group = group = Group(client, fetcher, coordinator, client.push)
        self._known = {}
        self._assigned = {}
        self._callbacks = {}
        self._on_commit = config.callbacks.get("on_commit")
        self._store = config["enable.auto.offset.store"]
        self._auto_commit = config["enable.auto.commit"]
        self._records, self._part, self._chunk = None, None, None
        self._answered = False
        self._cooperative = group.names[0] == "cooperative-sticky"
        client.on_metadata = fetcher.on_metadata
        client.on_tick = group.on_tick
        client.broker_wanted = lambda broker: bool(fetcher.parts or group.subscription)
        self._start_timers(config)
        client.loop.call(coordinator.look_up)
        client.start()

    def _start_timers(self, config):
        client, group = self._client, self._group
        if self._auto_commit and config["auto.commit.interval.ms"]:
            interval_s, this = config["auto.commit.interval.ms"] / 1000, weakref.ref(self)

            def commit():
                if not client.ended:
                    consumer = this()
                    if consumer is not None:
                        consumer._commit_stored(lambda code, rows: None)
                    client.loop.timer(interval_s, commit)

            client.loop.call(lambda: client.loop.timer(interval_s, commit))
        refresh_s = config["topic.metadata.refresh.interval.ms"] / 1000
        if refresh_s > 0:

            def refresh():
                if not client.ended:
                    group.refresh()
                    client.loop.timer(refresh_s, refresh)

            client.loop.call(lambda: client.loop.timer(refresh_s, refresh))

    # Messages

    def _next(self):
        """The next message that is there, or None."""
        while True:
            records_, part = self._records, self._part
            if records_:
                if part.version == self._chunk.version:
                    found = records_.pop()
                    part.position, part.position_epoch = found._offset + 1, found._epoch
                    if self._store:
                        part.stored, part.stored_epoch = found._offset + 1, found._epoch
                    return found
                self._records = None
            if not self._chunks:
                return None
            ready = self._open_chunk(self._chunks.popleft())
            if ready is not None:
                return ready

    def _open_chunk(self, chunk):
        """Makes the chunk's records the ones to read; a message if it is one."""
        part = chunk.part
        self._records = None
        if chunk.message is not None:
            return chunk.message if part.version == chunk.version else None
        found = None
        if part.version == chunk.version:
            try:
                found = records.decode(
                    chunk.buf,
                    chunk.start,
                    chunk.end,
                    chunk.wanted,
                    part.topic,
                    part.id,
                    chunk.epoch,
                )
            except NoCodec as error:
                text = (
                    f"Decompression (codec {error}) of message failed: the codec is not installed"
                )
                part.position = part.offset
                return self._broken(part, chunk, text)
            except (IndexError, ValueError, struct.error, OSError):
                return self._broken(
                    part, chunk, f"Fetch of {part.topic} [{part.id}] failed: malformed batch"
                )
        part.count_out += struct.unpack_from(">i", chunk.buf, chunk.start + 57)[0]
        part.bytes_out += chunk.end - chunk.start
        if self._fetcher.stalled:
            self._fetcher.stalled = False
            self._client.loop.call(self._fetcher.kick)
        self._records, self._part, self._chunk = found, part, chunk
        return None

    @staticmethod
    def _broken(part, chunk, text):
        return message(
            part.topic,
            part.id,
            chunk.wanted,
            None,
            text.encode(),
            None,
            KafkaError(CODES["_BAD_COMPRESSION"], text),
            0,
            -1,
            -1,
            chunk.epoch,
        )

    def poll(self, timeout=-1):
        """The next message, error or None; serves callbacks meanwhile."""
        if self._client is None:
            raise RuntimeError(self.CLOSED)
        events = self._client.events
        if not events and self._records:
            self._group.polls = True
            found = self._next()
            if found is not None:
                return found
        timeout_s = seconds(timeout)
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        return self._poll_until(deadline)

    def _poll_until(self, deadline):
        client, chunks, group = self._client, self._chunks, self._group
        events, urgent = client.events, self._fetcher.urgent
        while True:
            group.polls = True
            if urgent:
                return urgent.popleft()
            if group._expelled:
                client.loop.call(group.polled)
            if events:
                self._serve()
                if self._client is None:
                    return None
            found = self._next()
            if found is not None:
                return found
            if not self._wait(deadline, lambda: events or chunks or urgent):
                return None

    def consume(self, num_messages=1, timeout=-1):
        """So many messages, or what there is when time is up."""
        if self._client is None:
            raise RuntimeError(self.CLOSED)
        if not isinstance(num_messages, int):
            raise TypeError(
                f"'{type(num_messages).__name__}' object cannot be interpreted as an integer"
            )
        timeout_s = seconds(timeout)
        if not 0 <= num_messages <= 1000000:
            raise ValueError("num_messages must be between 0 and 1000000 (1M)")
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        found = []
        while len(found) < num_messages:
            one = self._poll_until(deadline)
            if one is None:
                break
            found.append(one)
        return found

    # Events

    def _deal(self, event):
        if event.__class__ is Rebalance:
            self._rebalance(event)
        else:
            event()

    def _rebalance(self, event):
        self._answered = False
        callbacks = self._callbacks
        callback = callbacks.get("assign" if event.assign else "revoke")
        if event.lost:
            callback = callbacks.get("lost") or callback
        pairs = event.pairs
        try:
            if callback is not None:
                callback(self, [topic_partition(*pair) for pair in pairs])
        finally:
            if not self._answered and self._client is not None:
                self._answer(event, pairs)

    def _answer(self, event, pairs):
        """What librdkafka's binding does when the callback did not."""
        partitions = [topic_partition(*pair) for pair in pairs]
        if event.cooperative:
            (self._add if event.assign else self._remove)(partitions, event.lost)
        elif event.assign:
            self._replace(partitions)
        else:
            self._replace([], event.lost)

    # Group

    def memberid(self):
        self._check_open()
        return self._group.member or None

    def consumer_group_metadata(self):
        """What a transactional producer needs, in librdkafka's form."""
        self._check_open()
        group = self._group
        instance = b"\1" if group.instance is None else b"\0" + group.instance.encode() + b"\0"
        return (
            b"CGMDv2:"
            + struct.pack("<i", group.generation)
            + self._config["group.id"].encode()
            + b"\0"
            + group.member.encode()
            + b"\0"
            + instance
        )

    def close(self):
        """Gives up the assignment, commits if committing is automatic, leaves the group."""
        if self._client is None:
            return
        client, done = self._client, []

        def closed():
            with client.condition:
                done.append(True)
                client.condition.notify_all()

        if self._group.subscription or self._group.member:
            client.loop.call(lambda: self._group.close(closed))
        else:
            client.loop.call(lambda: self._group.close(lambda: None))
            if self._assigned:
                self._replace([])
            client.loop.call(closed)
        end = time.monotonic() + 30
        try:
            while not done:
                self._serve_closing()
                if not self._wait(end, lambda: done or client.events):
                    break
            self._serve_closing()
        finally:
            self._client = None
            self._finalizer.detach()
            client.end()

    def _serve_closing(self):
        """While closing, callbacks are served; an exception of one does not keep the rest from happening."""
        failed = None
        while self._client.events:
            try:
                self._serve()
            except BaseException as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.close()


def _committed_source(coordinator):
    def ask(parts, done):
        coordinator.fetch_offsets(
            [(part.topic, part.id) for part in parts],
            lambda code, found: done(code, {key: value[:2] for key, value in found.items()}),
        )

    return ask
