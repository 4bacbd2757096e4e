"""Two members share four partitions, one leaves: by each strategy."""
import os
import time

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"], os.environ["RUN"]
admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
for strategy in ("range", "roundrobin", "cooperative-sticky"):
    name = f"two-{strategy}-{RUN}"
    admin.create_topics([NewTopic(name, 4, 1)])[name].result(30)
    members = [Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": name, "heartbeat.interval.ms": 300,
                         "session.timeout.ms": 10000, "partition.assignment.strategy": strategy}) for _ in "ab"]
    for member in members:
        member.subscribe([name])

    def wait(those, sizes):
        end = time.monotonic() + 40
        while time.monotonic() < end:
            for member in those:
                member.poll(0.05)
            owned = [sorted(p.partition for p in m.assignment()) for m in those]
            if sorted(len(o) for o in owned) == sizes and sorted(sum(owned, [])) == [0, 1, 2, 3]:
                return owned
        return owned

    shares = wait(members, [2, 2])
    print(strategy, sorted(shares) if strategy != "cooperative-sticky" else sorted(len(s) for s in shares))
    members.pop().close()
    print(strategy, wait(members, [4]))
    members.pop().close()
