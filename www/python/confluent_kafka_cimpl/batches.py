"""What a producer's records are kept in on their way: the queue of a partition, a batch,
reports. No behaviour.
"""

import time
from collections import deque

# A message on its way: (key, value, timestamp_ms, packed headers, topic, partition, callback, enqueued_s, bytes).
TOPIC, PARTITION, CALLBACK, ENQUEUED, SIZE = 4, 5, 6, 7, 8


class Reports:
    """Delivery reports of messages that share their fate."""

    __slots__ = ("messages", "partition", "code", "offset", "appended", "done_s")

    def __init__(self, messages, partition, code, offset=-1001, appended=-1):
        self.messages, self.partition, self.code = messages, partition, code
        self.offset, self.appended = offset, appended
        self.done_s = time.time()


class Batch:
    """Encoded once, sent as often as it takes."""

    __slots__ = ("messages", "data", "attempts")

    def __init__(self, messages, data):
        self.messages, self.data, self.attempts = messages, data, 0


class Queue:
    """What waits for one partition."""

    __slots__ = ("topic", "id", "messages", "bytes", "due", "batch", "flying", "sequence", "timer")

    def __init__(self, topic, number):
        self.topic, self.id = topic, number
        self.messages, self.bytes = deque(), 0
        self.due = None
        self.batch = None
        self.flying = False
        self.sequence = 0
        self.timer = None
