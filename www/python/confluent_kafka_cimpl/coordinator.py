"""The group's coordinator: finding it, and the offsets that are kept there. Membership is in
group.py.

It has a connection of its own, as in librdkafka: an answer must not wait behind a fetch that
waits for records.
"""

from collections import deque

from .brokers import Broker
from .errors import CODES
from .wire import Request

_LOST = {
    CODES[name]
    for name in (
        "COORDINATOR_NOT_AVAILABLE",
        "NOT_COORDINATOR",
        "_TRANSPORT",
        "_TIMED_OUT",
        "COORDINATOR_LOAD_IN_PROGRESS",
    )
}
_MISSING = CODES["UNKNOWN_TOPIC_OR_PART"]
_NO_OFFSET = CODES["_NO_OFFSET"]
_UNSTABLE = CODES["UNSTABLE_OFFSET_COMMIT"]


def by_topic(entries):
    """[(topic, item)] as the nested arrays of the protocol."""
    topics = {}
    for topic, item in entries:
        topics.setdefault(topic, []).append(item)
    return [{"name": topic, "partitions": items} for topic, items in topics.items()]


class Coordinator:
    """Sends a group's requests to its coordinator, and looks for another when that one is no more."""

    def __init__(self, client, group_id):
        self.client, self.group_id = client, group_id
        self.node = None
        self._broker = None
        self._looking = False
        self._waiting = deque()

    def lost(self, code):
        """Whether the code means that the coordinator must be looked up again."""
        if code in _LOST:
            self._drop()
            return True
        return False

    def _drop(self):
        self.node = None
        if self._broker is not None:
            self.client.others.discard(self._broker)
            self._broker.close()
            self._broker = None

    def _use(self, node):
        """Makes the connection to the coordinator, which metadata has told of."""
        broker = self.client.brokers[node]
        self.node = node
        self._broker = Broker(self.client, node, broker.host, broker.port, "GroupCoordinator")
        self.client.others.add(self._broker)

    def send(self, name, body, done, timeout_s=None):
        """Sends when the coordinator is known; `done(code, body)`."""
        if self._broker is not None:

            def checked(code, answer):
                if code:
                    self.lost(code)
                done(code, answer)

            self._broker.send(
                Request(
                    name, body, checked, timeout_s or self.client.config["socket.timeout.ms"] / 1000
                )
            )
        else:
            self._waiting.append((name, body, done, timeout_s))
            self.look_up()

    def look_up(self):
        if not self._looking and not self.client.ended:
            self._looking = True
            self.client.send_any("FindCoordinator", {"key": self.group_id, "type": 0}, self._found)

    def _found(self, code, body):
        self._looking = False
        if self.client.ended:
            while self._waiting:
                self._waiting.popleft()[2](CODES["_DESTROY"], None)
            return
        code = code or body["error"]
        if code:
            self._again()
            return
        node = body["node"]
        if node in self.client.brokers:
            self._found_node(node)
        else:
            self._looking = True
            self.client.metadata([], lambda code, body: self._found_node(node))

    def _found_node(self, node):
        self._looking = False
        if node not in self.client.brokers:
            self._again()
            return
        if self._broker is None:
            self._use(node)
        waiting, self._waiting = self._waiting, deque()
        for name, body, done, timeout_s in waiting:
            self.send(name, body, done, timeout_s)

    def _again(self):
        if not self.client.ended:
            self.client.loop.timer(0.1, self.look_up)

    def close(self):
        """For who is done with it (the client closes what is left)."""
        self._drop()

    def fetch_offsets(self, pairs, done, attempts=50):
        """Committed offsets: `done(code, {(topic, partition): (offset, epoch, metadata, error)})`."""

        def got(code, body):
            if code == 0:
                code = body["groups"][0]["error"]
            if code == 0 and any(
                p["error"] == _UNSTABLE
                for t in body["groups"][0]["topics"]
                for p in t["partitions"]
            ):
                code = _UNSTABLE
            if code:
                self.lost(code)
                if (code in _LOST or code == _UNSTABLE) and attempts and not self.client.ended:
                    self.client.loop.timer(
                        0.1, lambda: self.fetch_offsets(pairs, done, attempts - 1)
                    )
                else:
                    done(code, {})
                return
            done(
                0,
                {
                    (t["name"], p["id"]): (p["offset"], p["epoch"], p["metadata"], p["error"])
                    for t in body["groups"][0]["topics"]
                    for p in t["partitions"]
                },
            )

        self.send(
            "OffsetFetch",
            {
                "groups": [
                    {
                        "group": self.group_id,
                        "member_epoch": -1,
                        "topics": None if pairs is None else by_topic(pairs),
                    }
                ],
                "stable": True,
            },
            got,
        )

    def commit(self, entries, generation, member, instance, done, attempts=20):
        """Commits [(topic, partition, offset, epoch, metadata)]: `done(code, {(topic, partition): error})`."""
        if not entries:
            return done(_NO_OFFSET, {})

        def got(code, body):
            errors = {}
            if code == 0:
                errors = {
                    (t["name"], p["id"]): p["error"]
                    for t in body["topics"]
                    for p in t["partitions"]
                }
                found = set(errors.values())
                code = found.pop() if len(found) == 1 else 0
            if (
                code
                and (self.lost(code) or code == _MISSING and attempts > 18)
                and attempts
                and not self.client.ended
            ):
                self.client.loop.timer(
                    0.1,
                    lambda: self.commit(entries, generation, member, instance, done, attempts - 1),
                )
            else:
                done(code, errors)

        return self.send(
            "OffsetCommit",
            {
                "group": self.group_id,
                "generation": generation,
                "member": member,
                "instance": instance,
                "topics": by_topic(
                    (topic, {"id": number, "offset": offset, "epoch": epoch, "metadata": metadata})
                    for topic, number, offset, epoch, metadata in entries
                ),
            },
            got,
        )
