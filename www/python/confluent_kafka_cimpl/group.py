"""Membership in a consumer group, classic protocol: join, sync, heartbeat, revoke, leave. On the
loop's thread.

What the app must do (assign, unassign) goes to it as `Rebalance` events; it answers through
`assigned` and `unassigned`, from which the protocol goes on. The protocol of KIP-848 is not
here.
"""

import time

from .assignors import (
    ASSIGNORS,
    COOPERATIVE,
    EAGER,
    pack_assignment,
    pack_subscription,
    unpack_assignment,
    unpack_subscription,
)
from .errors import CODES, err2str
from .subscription import Subscription

_REBALANCING = CODES["REBALANCE_IN_PROGRESS"]
_UNKNOWN_MEMBER, _ILLEGAL = CODES["UNKNOWN_MEMBER_ID"], CODES["ILLEGAL_GENERATION"]
_ID_REQUIRED, _FENCED = CODES["MEMBER_ID_REQUIRED"], CODES["FENCED_INSTANCE_ID"]
_MAX_POLL = CODES["_MAX_POLL_EXCEEDED"]


class Rebalance:
    """What the app's next poll has to do: take or give up partitions."""

    __slots__ = ("assign", "pairs", "lost", "cooperative")

    def __init__(self, assign, pairs, lost=False, cooperative=False):
        self.assign, self.pairs, self.lost, self.cooperative = assign, pairs, lost, cooperative


class Group(Subscription):
    """States: idle, join, sync, assigning (the app's turn), steady, revoking (the app's turn), left."""

    def __init__(self, client, fetcher, coordinator, push):
        config = client.config
        self.client, self.fetcher, self.coordinator, self._push = client, fetcher, coordinator, push
        self.instance = config["group.instance.id"]
        self.names = [
            n.strip() for n in config["partition.assignment.strategy"].split(",") if n.strip()
        ]
        self.mode = ASSIGNORS[self.names[0]][1]
        self.session_ms = config["session.timeout.ms"]
        self.poll_ms = config["max.poll.interval.ms"]
        self.heartbeat_s = config["heartbeat.interval.ms"] / 1000
        self.state = "idle"
        self.member, self.generation = "", -1
        self.protocol = None
        self.subscription, self.topics = [], []
        self.owned = []
        self.polls, self.last_poll = False, time.monotonic()
        self.reported = {}
        self.rebalances = 0
        self.fatal = False
        self._after = None
        self._beating = False
        self._beat_timer = None
        self._counts = {}
        self._expelled = False
        self._added = None
        self._revoked = set()

    # Joining

    def join(self):
        if self.client.ended or not self.topics or self.fatal or self._expelled:
            return
        self.state = "join"
        owned = self.owned if self.mode == COOPERATIVE else []
        rack = self.client.config["client.rack"]
        subscription = pack_subscription(self.topics, owned, self.generation if owned else -1, rack)
        self.coordinator.send(
            "JoinGroup",
            {
                "group": self.coordinator.group_id,
                "session_timeout": self.session_ms,
                "rebalance_timeout": self.poll_ms,
                "member": self.member,
                "instance": self.instance,
                "type": "consumer",
                "protocols": [{"name": n, "metadata": subscription} for n in self.names],
            },
            self._joined,
            self.poll_ms / 1000 + 5,
        )

    def _retry_join(self, delay_s=0.2):
        self.state = "idle"
        if not self.client.ended:
            self.client.loop.timer(delay_s, lambda: self.state == "idle" and self.join())

    def _failed(self, code, doing):
        """What every answer of the coordinator may say; joins again unless that is of no use."""
        if code == _FENCED:
            self.fatal = True
            text = f"{doing} failed: {err2str(code)}"
            self.fetcher.group_error(CODES["_FATAL"], text)
            self.client.error(code, text, True)
        elif code == _UNKNOWN_MEMBER:
            self.member, self.generation = "", -1
            self._retry_join(0)
        elif code in (_ILLEGAL, _REBALANCING):
            self._retry_join(0)
        elif self.coordinator.lost(code):
            self._retry_join()
        else:
            self.fetcher.group_error(code, f"{doing} failed: {err2str(code)}")
            self._retry_join(1.0)

    def _joined(self, code, body):
        if self.state != "join":
            return
        code = code or body["error"]
        if code == _ID_REQUIRED:
            self.member = body["member"]
            self.join()
            return
        if code:
            self._failed(code, "JoinGroup")
            return
        self.member, self.generation = body["member"], body["generation"]
        self.protocol = body["protocol"]
        self.mode = ASSIGNORS[self.protocol][1] if self.protocol in ASSIGNORS else EAGER
        self.state = "sync"
        if body["leader"] != self.member:
            self._sync([])
            return
        members = {
            m["member"]: unpack_subscription(m["member"], m["instance"], m["metadata"])
            for m in body["members"]
        }
        topics = sorted({topic for member in members.values() for topic in member.topics})
        generation = self.generation

        def known(code, _body):
            if self.state == "sync" and self.generation == generation:
                self._sync(self._assign(members, topics)) if code == 0 else self._retry_join()

        self.client.metadata(topics, known)

    def _assign(self, members, topics):
        counts = {
            name: len(self.client.topics[name].leaders)
            for name in topics
            if name in self.client.topics and self.client.topics[name].error == 0
        }
        given = ASSIGNORS[self.protocol][0](members, {t: c for t, c in counts.items() if c})
        return [
            {"member": member, "assignment": pack_assignment(pairs)}
            for member, pairs in given.items()
        ]

    def _sync(self, assignments):
        self.coordinator.send(
            "SyncGroup",
            {
                "group": self.coordinator.group_id,
                "generation": self.generation,
                "member": self.member,
                "instance": self.instance,
                "assignments": assignments,
            },
            self._synced,
            self.session_ms / 1000 + 5,
        )

    def _synced(self, code, body):
        if self.state != "sync":
            return
        code = code or body["error"]
        if code:
            self._failed(code, "SyncGroup")
            return
        pairs = unpack_assignment(body["assignment"])
        self.rebalances += 1
        self._start_heart()
        if self.mode == EAGER:
            self._give(pairs)
            return
        mine, theirs = set(self.owned), set(pairs)
        gone = [pair for pair in self.owned if pair not in theirs]
        added = [pair for pair in pairs if pair not in mine]
        if gone:
            self._added = added
            self._revoke(gone, self._after_revoking)
        else:
            self._give(added)

    def _after_revoking(self):
        """Cooperative: what was added comes after what was taken; then everyone joins again."""
        added, self._added = self._added, None
        if added:
            self._after = self._rejoin_now
            self._give(added, keep_after=True)
        else:
            self._rejoin_now()

    def _rejoin_now(self):
        self.state = "idle"
        self.join()

    def _give(self, pairs, keep_after=False):
        if not keep_after:
            self._after = None
        self.owned = self.owned + pairs if self.mode == COOPERATIVE else list(pairs)
        self.state = "assigning"
        self._push(Rebalance(True, pairs, False, self.mode == COOPERATIVE))

    # The app's answers

    def assigned(self):
        """The app has taken partitions (or none)."""
        if self.state == "assigning":
            self.state = "steady"
            after, self._after = self._after, None
            if after is not None:
                after()

    def unassigned(self, keys):
        """The app has given up partitions (None: all)."""
        if self.state == "assigning" and keys is None:
            self.state = "steady"
        if self.state == "revoking":
            gone = self._revoked
            self.owned = [pair for pair in self.owned if pair not in gone]
            self.state = "idle"
            after, self._after = self._after, None
            if after is not None:
                after()

    def rejoin(self):
        """A rebalance has begun: eager members give everything up first."""
        if self.mode == EAGER and self.owned:
            self._revoke(list(self.owned), self._rejoin_now)
        else:
            self._rejoin_now()

    def _revoke(self, pairs, after, lost=False):
        self.state = "revoking"
        self._revoked = set(pairs)
        self._after = after
        self._push(Rebalance(False, pairs, lost, self.mode == COOPERATIVE))

    def _lose(self, after):
        """The assignment is gone without our doing."""
        if self.owned:
            self._revoke(list(self.owned), after, lost=True)
        else:
            after()

    # Heartbeats

    def _start_heart(self):
        if self._beat_timer is None:
            self._beat_timer = self.client.loop.timer(self.heartbeat_s, self._beat)

    def _beat(self):
        self._beat_timer = None
        if self.client.ended or not self.member or self.generation < 0:
            return
        self._start_heart()
        if self._beating or self.state in ("join", "sync", "idle"):
            return
        self._beating = True
        self.coordinator.send(
            "Heartbeat",
            {
                "group": self.coordinator.group_id,
                "generation": self.generation,
                "member": self.member,
                "instance": self.instance,
            },
            self._beaten,
            self.session_ms / 1000,
        )

    def _beaten(self, code, body):
        self._beating = False
        code = code or body["error"]
        if code == 0 or self.state not in ("steady", "assigning"):
            return
        if code == _REBALANCING:
            if self.state == "steady":
                self.rejoin()
        elif code in (_UNKNOWN_MEMBER, _ILLEGAL, _FENCED):
            if code == _FENCED:
                self._failed(code, "Heartbeat")
                return
            self.generation = -1
            if code == _UNKNOWN_MEMBER:
                self.member = ""
            self._lose(self._rejoin_now)
        else:
            self.coordinator.lost(code)

    def on_tick(self, now):
        """Leaves when the app has not polled for too long."""
        if self._expelled or not self.member or self.state in ("idle", "left"):
            return
        if self.polls:
            self.polls, self.last_poll = False, now
        late_ms = int((now - self.last_poll) * 1000) - self.poll_ms
        if late_ms > 0:
            text = f"Application maximum poll interval ({self.poll_ms}ms) exceeded by {late_ms}ms"
            self.client.log(
                4,
                "MAXPOLL",
                text + " (adjust max.poll.interval.ms for long-running message processing): "
                "leaving group",
            )
            self.fetcher.group_error(_MAX_POLL, text)
            self._expelled = True
            self._send_leave(lambda: None)
            self.member, self.generation = "", -1
            self._lose(self._rejoin_now)

    def polled(self):
        """The app polls again after it was expelled."""
        if self._expelled:
            self._expelled = False
            self.last_poll = time.monotonic()
            if self.state == "idle":
                self.join()

    # Leaving

    def _send_leave(self, done):
        if self.member and self.coordinator.node is not None and not self.instance:
            self.coordinator.send(
                "LeaveGroup",
                {"group": self.coordinator.group_id, "member": self.member},
                lambda code, body: done(),
                5,
            )
        else:
            done()

    def _leave_group(self, done):
        def leave():
            def left():
                self.member, self.generation = "", -1
                if done is not None:
                    done()
                elif self.subscription:
                    self._matched()

            self.state = "left" if done is not None else "idle"
            self._send_leave(left)
            if done is None:
                self.member, self.generation = "", -1

        if self.owned and self.state in ("steady", "assigning"):
            self._revoke(list(self.owned), leave)
        elif self.state == "revoking":
            self._after = leave
        else:
            leave()

    def close(self, done):
        """Revokes, leaves, then `done()`."""
        self.subscription = []
        self._leave_group(done)
