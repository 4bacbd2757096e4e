"""The methods of Consumer that are about offsets: commit, committed, position, store, seek,
pause, watermarks, times.

A mixin: it uses what Consumer sets up. What a commit covers and answers is librdkafka's.
"""

import time

from .coordinator import by_topic
from .errors import CODES, KafkaError, KafkaException, fail
from .handle import seconds
from .parts import END, INVALID, STORED
from .structs import Message, TopicPartition, partition_list, topic_partition

_TIMED_OUT, _STATE = CODES["_TIMED_OUT"], CODES["_STATE"]
_INVALID_ARG, _NO_OFFSET = CODES["_INVALID_ARG"], CODES["_NO_OFFSET"]
_UNKNOWN_PARTITION = CODES["_UNKNOWN_PARTITION"]


def _message_offset(entry, doing):
    """The TopicPartition after a message."""
    if type(entry) is not Message:
        raise TypeError("expected confluent_kafka.cimpl.Message")
    if entry._error is not None:
        raise KafkaException(
            KafkaError(
                _INVALID_ARG,
                f"Cannot {doing} offsets for message with error: " f"'{entry._error.str()}'",
            )
        )
    return topic_partition(entry._topic, entry._partition, entry._offset + 1, None, entry._epoch)


class Offsets:
    """See the module."""

    # Committing

    def _commit_rows(self, rows, done):
        """On the loop: commits [(topic, partition, offset, epoch, metadata)]; `done(code, TopicPartitions)`."""
        group = self._group
        valid = [row for row in rows if row[2] >= 0]

        def committed(code, errors):
            if code == 0:
                for topic, number, offset, _, _ in valid:
                    part = self._known.get((topic, number))
                    if part is not None and not errors.get((topic, number)):
                        part.committed = offset
            self._last_commit = [
                topic_partition(t, n, o, m, e, errors.get((t, n), 0)) for t, n, o, e, m in rows
            ]
            done(code, self._last_commit)

        self._coordinator.commit(valid, group.generation, group.member, group.instance, committed)

    def _stored_rows(self, parts):
        return [
            (
                p.topic,
                p.id,
                p.stored if p.stored != p.committed else INVALID,
                p.stored_epoch,
                p.stored_metadata,
            )
            for p in parts
        ]

    def _commit_parts(self, parts, done):
        """On the loop: commits what is stored of these; tells on_commit if there was anything."""
        rows = self._stored_rows(parts)
        if not any(row[2] >= 0 for row in rows):
            return done(_NO_OFFSET, [])

        def committed(code, partitions):
            self._tell(code, partitions)
            done(code, partitions)

        return self._commit_rows(rows, committed)

    def _commit_stored(self, done):
        self._commit_parts(list(self._fetcher.parts.values()), done)

    def _tell(self, code, partitions):
        callback = self._on_commit
        if callback is not None:
            error = KafkaError(code) if code else None
            self._client.push(lambda: callback(error, partitions))

    def commit(self, message=None, offsets=None, asynchronous=True, **more):
        """Commits a message, offsets, or what is stored; the list of results if not asynchronous."""
        self._check_open()
        if "async" in more:
            asynchronous = more.pop("async")
        if more:
            raise TypeError(
                f"'{next(iter(more))}' is an invalid keyword argument for this function"
            )
        if message is not None and offsets is not None:
            raise ValueError("message and offsets are mutually exclusive")
        if message is not None:
            offsets = [_message_offset(message, "commit")]
        elif offsets is not None:
            partition_list(offsets)
        if offsets is None:
            rows = self._stored_rows([self._known[key] for key in self._assigned])
        else:
            rows = [(p.topic, p.partition, p.offset, p._epoch, p.metadata) for p in offsets]
        client = self._client
        if asynchronous:
            client.loop.call(lambda: self._commit_rows(rows, self._tell))
            return None
        code, partitions = self._ask(lambda answer: self._commit_rows(rows, answer.set), None)
        if code:
            fail(CODES["_TRANSPORT"] if client.all_down else code, "Commit failed")
        return partitions

    def store_offsets(self, message=None, offsets=None):
        """Sets what the next commit takes; only when enable.auto.offset.store is off."""
        self._check_open()
        if message is not None and offsets is not None:
            raise ValueError("message and offsets are mutually exclusive")
        if message is None and offsets is None:
            raise ValueError("expected either message or offsets")
        if message is not None:
            offsets = [_message_offset(message, "store")]
        else:
            partition_list(offsets)
        if self._store and self._auto_commit or self._store:
            fail(_INVALID_ARG, "StoreOffsets failed")
        good = 0
        for entry in offsets:
            key = (entry.topic, entry.partition)
            if key in self._assigned:
                part = self._known[key]
                part.stored, part.stored_epoch, part.stored_metadata = (
                    entry.offset,
                    entry._epoch,
                    entry.metadata,
                )
                good += 1
        if offsets and not good:
            fail(_STATE, "StoreOffsets failed")

    def committed(self, partitions, timeout=-1):
        self._check_open()
        partition_list(partitions)
        timeout_s = seconds(timeout)
        keys = [(p.topic, p.partition) for p in partitions]
        got = self._ask(lambda answer: self._coordinator.fetch_offsets(keys, answer.set), timeout_s)
        if got is None:
            fail(_TIMED_OUT, "Failed to get committed offsets")
        code, found = got
        if code:
            fail(code, "Failed to get committed offsets")
        made = []
        for key in keys:
            offset, epoch, metadata, error = found.get(key, (-1, -1, None, 0))
            made.append(
                topic_partition(
                    *key, offset if offset >= 0 else INVALID, metadata or None, epoch, error
                )
            )
        return made

    # Position

    def position(self, partitions):
        """The offset after the last message that was consumed."""
        self._check_open()
        made = []
        for entry in partition_list(partitions):
            part = self._known.get((entry.topic, entry.partition))
            offset, epoch = (
                (part.position, part.position_epoch) if part is not None else (INVALID, -1)
            )
            made.append(topic_partition(entry.topic, entry.partition, offset, None, epoch))
        return made

    def seek(self, partition):
        """Goes on at an offset; the partition must be one that is being read."""
        self._check_open()
        if type(partition) is not TopicPartition:
            raise TypeError("expected cimpl.TopicPartition")
        offset, part = partition.offset, self._known.get((partition.topic, partition.partition))

        known = partition.topic in self._client.topics or any(
            topic == partition.topic for topic, _ in self._known
        )
        if not known:
            fail(_UNKNOWN_PARTITION, f"Failed to seek to offset {offset}")

        def question(answer):
            if part is None or not part.active or part.phase == "none":
                answer.set(_STATE)
            else:
                self._fetcher.move(part, offset)
                answer.set(0)

        code = self._ask(question, None)[0]
        if code:
            fail(code, f"Failed to seek to offset {offset}")

    def pause(self, partitions):
        """Stops reading; what was fetched and not consumed is fetched again after resume()."""
        self._set_paused(partitions, True)

    def resume(self, partitions):
        self._set_paused(partitions, False)

    def _set_paused(self, partitions, paused):
        partition_list(partitions)
        self._check_open()
        for entry in partitions:
            part = self._part_of(entry)
            if part.paused == paused:
                continue
            part.paused = paused
            if paused:
                part.version += 1
            if part.active and paused:
                position = part.position if part.position >= 0 else part.start
                self._client.loop.call(lambda part=part, at=position: self._rewind(part, at))
        self._client.loop.call(self._fetcher.kick)

    def _rewind(self, part, offset):
        if part.phase == "fetch":
            if offset >= 0:
                part.offset = offset
                part.version += 1
            else:
                self._fetcher.move(part, STORED if offset == INVALID else offset)

    # Watermarks and times

    def get_watermark_offsets(self, partition, timeout=-1, cached=False):
        """(low, high): asked for, or as the last fetch told."""
        self._check_open()
        if type(partition) is not TopicPartition:
            raise TypeError("expected cimpl.TopicPartition")
        timeout_s = seconds(timeout)
        if cached:
            part = self._known.get((partition.topic, partition.partition))
            return (part.low, part.high) if part is not None else (INVALID, INVALID)
        key, found = (partition.topic, partition.partition), {}
        for spec in (-2, END):
            code, rows = self._list_offsets([(*key, spec)], timeout_s)
            if code:
                fail(code, "Failed to get watermark offsets")
            found[spec] = rows[0][2]
        return (found[-2], found[END])

    def offsets_for_times(self, partitions, timeout=-1):
        """For each timestamp in `offset`, the first offset at or after it; -1 when there is none."""
        self._check_open()
        partition_list(partitions)
        timeout_s = seconds(timeout)
        code, rows = self._list_offsets(
            [(p.topic, p.partition, p.offset) for p in partitions], timeout_s
        )
        if code:
            fail(code, "Failed to get offsets")
        return [
            topic_partition(t, n, offset, None, epoch, error) for t, n, offset, epoch, error in rows
        ]

    def _list_offsets(self, wanted, timeout_s):
        """Asks the leaders: (code, [(topic, partition, offset, epoch, error)])."""
        client = self._client
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        got = self._ask(lambda answer: _Query(client, wanted, answer.set, deadline), timeout_s)
        if got is None:
            return (CODES["_ALL_BROKERS_DOWN"] if client.all_down else _TIMED_OUT), []
        return got


class _Query:
    """ListOffsets to as many leaders as it takes. `done(code, rows)` once."""

    def __init__(self, client, wanted, done, deadline):
        self.client, self.wanted, self.done, self.deadline = client, wanted, done, deadline
        self.rows, self.left = {}, 0
        topics = sorted({topic for topic, _, _ in wanted})
        if all(client.leader(topic, number) is not None for topic, number, _ in wanted):
            self._ask()
        else:
            client.metadata(topics, self._known)

    def _known(self, code, _body):
        if code:
            self.done(CODES["_ALL_BROKERS_DOWN"] if self.client.all_down else code, [])
        elif any(self.client.leader(topic, number) is None for topic, number, _ in self.wanted):
            if all(
                number in getattr(self.client.topics.get(topic), "leaders", {})
                for topic, number, _ in self.wanted
            ):
                self.client.loop.timer(
                    0.1,
                    lambda: self.client.metadata(
                        sorted({topic for topic, _, _ in self.wanted}), self._known
                    ),
                )
            else:
                self.done(_UNKNOWN_PARTITION, [])
        else:
            self._ask()

    def _ask(self):
        leaders = {}
        for topic, number, timestamp in self.wanted:
            leaders.setdefault(self.client.leader(topic, number), []).append(
                (topic, {"id": number, "epoch": -1, "timestamp": timestamp})
            )
        isolation = 1 if self.client.config["isolation.level"] == "read_committed" else 0
        self.left = len(leaders)
        for leader, entries in leaders.items():
            self.client.send(
                leader,
                "ListOffsets",
                {"replica": -1, "isolation": isolation, "topics": by_topic(entries)},
                self._got,
            )

    def _got(self, code, body):
        if self.done is None:
            return
        if code:
            done, self.done = self.done, None
            return done(code, [])
        for topic in body["topics"]:
            for entry in topic["partitions"]:
                self.rows[topic["name"], entry["id"]] = (
                    entry["offset"],
                    entry["epoch"],
                    entry["error"],
                )
        self.left -= 1
        if self.left:
            return None
        done, self.done = self.done, None
        return done(
            0,
            [
                (t, n, *self.rows.get((t, n), (INVALID, -1, _UNKNOWN_PARTITION)))
                for t, n, _ in self.wanted
            ],
        )
