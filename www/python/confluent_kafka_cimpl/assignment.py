"""The methods of Consumer about what it reads: subscribe, assign, and their incremental forms. A
mixin of Consumer.
"""

import re

from .errors import CODES, KafkaError, KafkaException, fail
from .parts import INVALID, STORED, Part
from .structs import partition_list, topic_partition

_STATE, _INVALID_ARG = CODES["_STATE"], CODES["_INVALID_ARG"]


class Assignment:
    """See the module."""

    def subscribe(self, topics, on_assign=None, on_revoke=None, on_lost=None):
        """Joins the group with these topics; a name that begins with ^ is a pattern."""
        self._check_open()
        if not isinstance(topics, list):
            raise TypeError("expected list of topic unicode strings")
        for name, callback in (
            ("on_assign", on_assign),
            ("on_revoke", on_revoke),
            ("on_lost", on_lost),
        ):
            if callback is not None and not callable(callback):
                raise TypeError(f"{name} expects a callable")
        names = [str(topic) for topic in topics]
        if (
            not names
            or not all(names)
            or len(set(names)) != len(names)
            or not _patterns_hold(names)
        ):
            fail(_INVALID_ARG, "Failed to set subscription")
        self._callbacks = {"assign": on_assign, "revoke": on_revoke, "lost": on_lost}
        self._ask(lambda answer: answer.set(self._group.subscribe(names)), 5)

    def unsubscribe(self):
        self._check_open()
        self._ask(lambda answer: answer.set(self._group.unsubscribe()), 5)

    def _part_of(self, entry):
        key = (entry.topic, entry.partition)
        part = self._known.get(key)
        if part is None:
            part = self._known[key] = Part(*key)
        return part

    def _replace(self, partitions, lost=False):
        """assign() and unassign(): these partitions and no others."""
        self._answered = True
        fetcher, group = self._fetcher, self._group
        pairs = [(self._part_of(p), p.offset) for p in partitions]
        before = list(self._assigned)
        self._assigned = {
            (p.topic, p.partition): p.offset if p.offset != INVALID else STORED for p in partitions
        }
        keys = list(self._assigned)

        def apply():
            fetcher.unassign(before)
            fetcher.assign(pairs)
            if keys:
                group.assigned()
            else:
                group.unassigned(None)

        self._stop_then(before, lost, apply)

    def _add(self, partitions, _lost=False):
        self._answered = True
        fetcher, group = self._fetcher, self._group
        pairs = [(self._part_of(p), p.offset) for p in partitions]
        for entry in partitions:
            self._assigned[entry.topic, entry.partition] = (
                entry.offset if entry.offset != INVALID else STORED
            )

        def apply():
            fetcher.assign(pairs)
            group.assigned()

        self._client.loop.call(apply)

    def _remove(self, partitions, lost=False):
        self._answered = True
        fetcher, group = self._fetcher, self._group
        keys = [(p.topic, p.partition) for p in partitions]
        for key in keys:
            self._assigned.pop(key, None)

        def apply():
            fetcher.unassign(keys)
            group.unassigned(set(keys))

        self._stop_then(keys, lost, apply)

    def _stop_then(self, keys, lost, apply):
        """Commits what is given up (unless it is lost or committing is the app's), then goes on."""
        loop = self._client.loop
        for key in keys:
            self._known[key].version += 1
        if not keys or lost or not self._auto_commit:
            loop.call(apply)
        else:
            parts = [self._known[key] for key in keys]
            loop.call(lambda: self._commit_parts(parts, lambda code, rows: apply()))

    def assign(self, partitions):
        self._check_open()
        self._replace(partition_list(partitions))

    def unassign(self):
        self._check_open()
        self._replace([])

    def _check_cooperative(self):
        if not self._cooperative and self._group.subscription:
            text = (
                "Changes to the current assignment must be made using assign() when rebalance protocol type "
                "is EAGER"
            )
            self._client.log(
                4,
                "ASSIGN",
                f'Group "{self._config["group.id"]}": application *assign() call failed: '
                f"{text}",
            )
            raise KafkaException(KafkaError(_STATE, text))

    def incremental_assign(self, partitions):
        self._check_open()
        partition_list(partitions)
        self._check_cooperative()
        for entry in partitions:
            if (entry.topic, entry.partition) in self._assigned:
                raise KafkaException(
                    KafkaError(
                        CODES["_CONFLICT"],
                        (
                            f"{entry.topic} [{entry.partition}] is already part of the current assignment"
                        ),
                    )
                )
        self._add(partitions)

    def incremental_unassign(self, partitions):
        self._check_open()
        partition_list(partitions)
        self._check_cooperative()
        for entry in partitions:
            if (entry.topic, entry.partition) not in self._assigned:
                raise KafkaException(
                    KafkaError(
                        _INVALID_ARG,
                        (
                            f"{entry.topic} [{entry.partition}] can't be unassigned since it is not in the current "
                            "assignment"
                        ),
                    )
                )
        self._remove(partitions)

    def assignment(self):
        self._check_open()
        return [
            topic_partition(topic, number, offset)
            for (topic, number), offset in self._assigned.items()
        ]


def _patterns_hold(names):

    for name in names:
        if name.startswith("^"):
            try:
                re.compile(name)
            except re.error:
                return False
    return True
