"""Which topics a subscription means, now and later: the part of a group's member that watches
metadata.

A mixin of Group: it joins, or joins again, when the topics have changed.
"""

import re

from .errors import err2str


class Subscription:
    """See the module."""

    def subscribe(self, names):
        self.subscription = list(names)
        self.reported = {}
        self._matched(first=True)
        self.refresh()

    def unsubscribe(self):
        self.subscription, self.topics = [], []
        self._leave_group(None)

    def refresh(self):
        """Asks for the topics subscribed to (all of them, if there is a pattern)."""
        if not self.subscription:
            return
        names = (
            None if any(name.startswith("^") for name in self.subscription) else self.subscription
        )
        self.client.wanted.update(() if names is None else names)
        auto = self.client.config["allow.auto.create.topics"]
        self.client.metadata(names, self._refreshed, create=auto)

    def _refreshed(self, code, body):
        if self.client.ended:
            return
        if code:
            self.client.loop.timer(0.3, self.refresh)
            return
        if any(name.startswith("^") for name in self.subscription):
            present = {entry["name"] for entry in body["topics"]}
            for name in [n for n in self.client.topics if n not in present]:
                del self.client.topics[name]
        self._matched()
        self.fetcher.on_metadata()
        if not self.topics and self.subscription and self.state == "idle":
            self.client.loop.timer(1.0, self._look_again)

    def _look_again(self):
        if not self.topics and self.state == "idle" and not self.client.ended:
            self.refresh()

    def _matched(self, first=False):
        """Works out which topics the subscription means now, and joins (again) if they have changed."""
        found = set()
        for name in self.subscription:
            if name.startswith("^"):
                pattern = re.compile(name)
                found.update(
                    t.name
                    for t in self.client.topics.values()
                    if t.error == 0 and t.leaders and pattern.search(t.name)
                )
                continue
            topic = self.client.topics.get(name)
            if topic is None:
                continue
            if topic.error:
                if not first and self.reported.get(name) != topic.error:
                    self.reported[name] = topic.error
                    self.fetcher.group_error(
                        topic.error,
                        f"Subscribed topic not available: {name}: " f"{err2str(topic.error)}",
                        name,
                    )
            elif topic.leaders:
                self.reported.pop(name, None)
                found.add(name)
        counts = {name: len(self.client.topics[name].leaders) for name in found}
        changed = counts != self._counts
        self._counts = counts
        self.topics = sorted(found)
        if self.state == "idle" and self.topics:
            self.join()
        elif changed and self.state == "steady":
            self.rejoin()
