"""A partition that is read, what was fetched of it, and which of its transactions were aborted.
No requests.
"""

import struct

BEGINNING, END, STORED, INVALID, TAIL = -2, -1, -1000, -1001, -2000


class Part:
    """A partition that is assigned, or was."""

    __slots__ = """
        topic id version active paused offset phase position position_epoch stored stored_epoch
        stored_metadata committed high low eof count_in count_out bytes_in bytes_out backoff
        start
    """.split()

    def __init__(self, topic, number):
        self.topic, self.id = topic, number
        self.version = 0
        self.active = self.paused = self.backoff = False
        self.high = self.low = INVALID
        self.count_in = self.count_out = self.bytes_in = self.bytes_out = 0
        self.forget()

    def forget(self):
        """Back to knowing no offsets, as when it is assigned anew."""
        self.offset, self.phase, self.start = INVALID, "none", INVALID
        self.position = self.stored = self.committed = INVALID
        self.position_epoch = self.stored_epoch = -1
        self.stored_metadata = None
        self.eof = -1


class Chunk:
    """A fetched batch (or a ready message, such as an error) for the app."""

    __slots__ = ("part", "version", "buf", "start", "end", "wanted", "epoch", "message")

    def __init__(self, part, buf=None, start=0, end=0, wanted=0, epoch=-1, ready=None):
        self.part, self.version = part, part.version if part is not None else 0
        self.buf, self.start, self.end, self.wanted = buf, start, end, wanted
        self.epoch, self.message = epoch, ready


class Aborted:
    """The aborted transactions of a response: whose batches a reader of committed records passes over."""

    __slots__ = ("waiting", "producers")

    def __init__(self, listed):
        self.waiting = sorted((entry["first"], entry["producer_id"]) for entry in listed or ())
        self.producers = set()

    def holds(self, buf, start, base):
        while self.waiting and self.waiting[0][0] <= base:
            self.producers.add(self.waiting.pop(0)[1])
        if not self.producers:
            return False
        attributes, producer = (
            struct.unpack_from(">h", buf, start + 21)[0],
            struct.unpack_from(">q", buf, start + 43)[0],
        )
        return bool(attributes & 0x10) and producer in self.producers

    def marker(self, buf, start):
        self.producers.discard(struct.unpack_from(">q", buf, start + 43)[0])
