"""The consumer's half on the loop's thread that reads: which offset to start at, and one fetch
per broker.

Fetched batches go to the app unopened, as `Chunk`s; the app opens them when it comes to them. A
partition's version goes up whenever its position is changed, and chunks of an older version are
dropped.
"""

from collections import deque

from .errors import CODES, KafkaError, err2str
from .parts import BEGINNING, END, INVALID, STORED, TAIL, Aborted, Chunk
from .records import check, leader_epoch, scan
from .structs import message

_RESETS = {
    "smallest": BEGINNING,
    "earliest": BEGINNING,
    "beginning": BEGINNING,
    "largest": END,
    "latest": END,
    "end": END,
    "error": INVALID,
}
_NAMES = {BEGINNING: "BEGINNING", END: "END"}
_STALE = {CODES[name] for name in """
    NOT_LEADER_FOR_PARTITION LEADER_NOT_AVAILABLE UNKNOWN_TOPIC_OR_PART FENCED_LEADER_EPOCH
    UNKNOWN_TOPIC_ID INCONSISTENT_TOPIC_ID KAFKA_STORAGE_ERROR REPLICA_NOT_AVAILABLE
    OFFSET_NOT_AVAILABLE UNKNOWN_LEADER_EPOCH _TRANSPORT _TIMED_OUT
    """.split()}
_OUT_OF_RANGE = CODES["OFFSET_OUT_OF_RANGE"]
_EOF, _AUTO_RESET = CODES["_PARTITION_EOF"], CODES["_AUTO_OFFSET_RESET"]


class Fetcher:
    """Fetches what is assigned; `committed(parts, done)` asks the group's coordinator."""

    def __init__(self, client, committed):
        config = client.config
        self.client, self._ask_committed = client, committed
        self.parts = {}
        self.chunks, self.urgent = deque(), deque()
        self.stalled = False
        self.messages_in = self.bytes_in = 0
        self._flights = set()
        self._uncommitted = []
        self._reset = _RESETS[config["auto.offset.reset"]]
        self._isolation = 1 if config["isolation.level"] == "read_committed" else 0
        self._most_messages = config["queued.min.messages"]
        self._most_bytes = config["queued.max.messages.kbytes"] * 1024
        self._eof, self._check = config["enable.partition.eof"], config["check.crcs"]

    # Assignment

    def assign(self, pairs):
        """Adds (Part, offset) pairs to what is read."""
        for part, offset in pairs:
            part.version += 1
            part.forget()
            part.active = True
            part.start = offset
            self.parts[part.topic, part.id] = part
            self.client.wanted.add(part.topic)
            self._begin(part, STORED if offset == INVALID else offset)
        missing = {part.topic for part, _ in pairs if part.topic not in self.client.topics}
        if missing:
            self.client.refresh(missing)
        self._resolve_committed()
        self.kick()

    def unassign(self, keys):
        for key in keys:
            part = self.parts.pop(key, None)
            if part is not None:
                part.version += 1
                part.active = False
                part.forget()

    def _begin(self, part, offset):
        part.offset = offset
        if offset >= 0:
            part.phase = "fetch"
        elif offset in (STORED, INVALID):
            part.phase = "committed"
            self._uncommitted.append(part)
        else:
            self._query(part, offset)

    def move(self, part, offset):
        """A seek: forgets what is fetched and goes on at an offset."""
        part.version += 1
        part.eof = -1
        part.position, part.position_epoch = INVALID, -1
        self._begin(part, offset)
        self._resolve_committed()
        self.kick()

    # Where to start

    def _resolve_committed(self):
        parts = [part for part in self._uncommitted if part.phase == "committed"]
        self._uncommitted = []
        if parts:
            versions = [part.version for part in parts]
            self._ask_committed(
                parts, lambda code, found: self._got_committed(parts, versions, code, found)
            )

    def _got_committed(self, parts, versions, code, found):
        for part, version in zip(parts, versions):
            if part.version != version or part.phase != "committed":
                continue
            if code:
                self._uncommitted.append(part)
                continue
            offset, _epoch = found.get((part.topic, part.id), (-1, -1))
            if offset >= 0:
                part.committed = offset
                part.offset, part.phase = offset, "fetch"
            else:
                self._reset_offset(
                    part, CODES["_NO_OFFSET"], "no previously committed offset available"
                )
        if code and not self.client.ended:
            self.client.loop.timer(0.2, self._resolve_committed)
        self.kick()

    def _reset_offset(self, part, code, reason):
        if self._reset == INVALID:
            part.phase = "none"
            self.error(part, _AUTO_RESET, f"{reason}: {err2str(code)}")
        else:
            self._query(part, self._reset)

    def _query(self, part, offset):
        """Asks the leader what a logical offset is."""
        part.phase, part.offset = "query", offset
        leader = self.client.leader(part.topic, part.id)
        if leader is None:
            self.client.refresh_later({part.topic})
            return
        version = part.version
        part.phase = "asked"
        timestamp = END if offset <= TAIL else offset

        def got(code, body):
            if part.version != version or part.phase != "asked":
                return
            entry = None
            if code == 0:
                entry = body["topics"][0]["partitions"][0]
                code = entry["error"]
            if code:
                part.phase = "query"
                self.client.refresh_later({part.topic})
                return
            found = entry["offset"]
            part.offset = max(0, found - (TAIL - offset)) if offset <= TAIL else found
            part.phase = "fetch"
            self.kick()

        self.client.send(
            leader,
            "ListOffsets",
            {
                "replica": -1,
                "isolation": self._isolation,
                "topics": [
                    {
                        "name": part.topic,
                        "partitions": [
                            {
                                "id": part.id,
                                "epoch": self.client.epoch(part.topic, part.id),
                                "timestamp": timestamp,
                            }
                        ],
                    }
                ],
            },
            got,
        )

    def on_metadata(self):
        for part in list(self.parts.values()):
            if part.phase == "query":
                self._query(part, part.offset)
        self.kick()

    # Fetching

    def _wants(self, part):
        return (
            part.phase == "fetch"
            and not part.paused
            and not part.backoff
            and part.count_in - part.count_out < self._most_messages
        )

    def kick(self):
        """Sends a fetch to every broker that has none and leads something to read."""
        if self.client.ended:
            return
        queued = sum(part.bytes_in - part.bytes_out for part in self.parts.values())
        self.stalled = queued >= self._most_bytes
        if self.stalled:
            return
        by_leader, homeless = {}, set()
        for part in self.parts.values():
            if part.phase != "fetch" or part.paused or part.backoff:
                continue
            if not self._wants(part):
                self.stalled = True
                continue
            leader = self.client.leader(part.topic, part.id)
            if leader is None:
                homeless.add(part.topic)
            elif leader not in self._flights:
                by_leader.setdefault(leader, []).append(part)
        if homeless:
            self.client.refresh_later(homeless)
        for leader, parts in by_leader.items():
            self._fetch(leader, parts)

    def _fetch(self, leader, parts):
        config = self.client.config
        topics, sent = {}, {}
        for part in parts:
            topic = self.client.topics[part.topic].id
            topics.setdefault(topic, []).append(
                {
                    "id": part.id,
                    "epoch": self.client.epoch(part.topic, part.id),
                    "offset": part.offset,
                    "last_epoch": -1,
                    "start": -1,
                    "max_bytes": config["fetch.message.max.bytes"],
                }
            )
            sent[topic, part.id] = (part, part.version)
        self._flights.add(leader)
        wait_ms = config["fetch.wait.max.ms"]
        self.client.send(
            leader,
            "Fetch",
            {
                "max_wait": wait_ms,
                "min_bytes": config["fetch.min.bytes"],
                "max_bytes": config["fetch.max.bytes"],
                "isolation": self._isolation,
                "session": 0,
                "session_epoch": -1,
                "topics": [
                    {"id": topic, "partitions": entries} for topic, entries in topics.items()
                ],
                "rack": config["client.rack"] or "",
            },
            lambda code, body: self._fetched(leader, sent, code, body),
            config["socket.timeout.ms"] / 1000 + wait_ms / 1000,
        )

    def _fetched(self, leader, sent, code, body):
        self._flights.discard(leader)
        if self.client.ended:
            return
        code = code or body["error"]
        if code:
            for part, _ in sent.values():
                self._back_off(part)
            self.client.refresh_later({part.topic for part, _ in sent.values()})
            return
        fresh = False
        for topic in body["topics"]:
            for entry in topic["partitions"]:
                part, version = sent.get((topic["id"], entry["id"]), (None, 0))
                if part is not None and part.active and part.version == version:
                    fresh |= self._take(leader, part, entry)
        if fresh:
            with self.client.condition:
                self.client.condition.notify_all()
        self.kick()

    def _take(self, leader, part, entry):
        """One partition of a response; whether there is something for the app."""
        code = entry["error"]
        if code:
            return self._fetch_error(leader, part, code)
        part.high, part.low = entry["high"], entry["start"]
        buf = entry["records"] or b""
        before, aborted = len(self.chunks), Aborted(entry["aborted"])
        for start, end, base, last, count, control in scan(buf):
            if self._check and not check(buf, start, end):
                self.error(
                    part, CODES["_BAD_MSG"], f"Fetch from broker {leader} failed: CRC mismatch"
                )
                self._back_off(part)
                break
            if last >= part.offset:
                if not control and not aborted.holds(buf, start, base):
                    self.chunks.append(
                        Chunk(part, buf, start, end, part.offset, leader_epoch(buf, start))
                    )
                    part.count_in += count
                    part.bytes_in += end - start
                    self.messages_in += count
                    self.bytes_in += end - start
                elif control:
                    aborted.marker(buf, start)
                part.offset = last + 1
        end = entry["stable"] if self._isolation and entry["stable"] >= 0 else part.high
        if not buf and self._eof and part.offset >= end and part.eof != part.offset:
            part.eof = part.offset
            text = (
                f"Fetch from broker {leader} reached end of partition at offset {part.offset} "
                f"(HighwaterMark {part.high})"
            )
            epoch = self.client.epoch(part.topic, part.id)
            self.chunks.append(
                Chunk(
                    part,
                    ready=message(
                        part.topic,
                        part.id,
                        part.offset,
                        None,
                        text.encode(),
                        None,
                        KafkaError(_EOF, text),
                        0,
                        -1,
                        -1,
                        epoch,
                    ),
                )
            )
        return len(self.chunks) > before

    def _fetch_error(self, leader, part, code):
        if code == _OUT_OF_RANGE:
            if self._reset != INVALID:
                self.client.log(
                    4,
                    "OFFSET",
                    (
                        f"{part.topic} [{part.id}]: offset reset (at offset {part.offset} (leader epoch -1), broker "
                        f"{leader}) to offset {_NAMES[self._reset]} (leader epoch -1): fetch failed due to requested "
                        f"offset not available on the broker: {err2str(code)}"
                    ),
                )
            self._reset_offset(
                part, code, "fetch failed due to requested offset not available on the broker"
            )
            return True
        self._back_off(part)
        if code in _STALE:
            self.client.refresh_later({part.topic})
            return False
        self.error(part, code, f"Fetch from broker {leader} failed: {err2str(code)}")
        return True

    def _back_off(self, part):
        part.backoff = True

        def again():
            part.backoff = False
            self.kick()

        if not self.client.ended:
            self.client.loop.timer(self.client.config["fetch.error.backoff.ms"] / 1000, again)

    def error(self, part, code, text):
        """An error that the app consumes like a message."""
        offset = part.offset if part.offset >= 0 else INVALID
        self._append_error(part, part.topic, part.id, offset, code, text)

    def group_error(self, code, text, topic=None):
        """As `error`, for what belongs to no partition that is read; it comes before callbacks."""
        self._append_error(None, topic, 0, INVALID, code, text)

    def _append_error(self, part, topic, number, offset, code, text):
        error, told = KafkaError(code, text), text.encode()
        ready = message(topic, number, offset, None, told, None, error, 0, -1, -1, -1)
        if part is None:
            self.urgent.append(ready)
        else:
            self.chunks.append(Chunk(part, ready=ready))
        with self.client.condition:
            self.client.condition.notify_all()
