"""Two consumers of a group in one process, polled in turn."""
import os
import time

from kafka import KafkaAdminClient, KafkaConsumer
from kafka.admin import NewTopic
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

BOOTSTRAP, RUN = os.environ["BOOTSTRAP"].split(","), os.environ["RUN"]
name = f"t-{RUN}"
admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
admin.create_topics([NewTopic(name, 4, 1)])

for strategy in (RangePartitionAssignor, RoundRobinPartitionAssignor):
    group = f"{strategy.name}-{RUN}"
    members = [KafkaConsumer(name, bootstrap_servers=BOOTSTRAP, group_id=group, heartbeat_interval_ms=500,
                             session_timeout_ms=8000, partition_assignment_strategy=[strategy]) for _ in "ab"]

    def settled(those, sizes):
        end = time.monotonic() + 40
        while time.monotonic() < end:
            for member in those:
                member.poll(100)
            owned = [sorted(p.partition for p in m.assignment()) for m in those]
            if sorted(map(len, owned)) == sizes and sorted(sum(owned, [])) == [0, 1, 2, 3]:
                break
        return sorted(owned)

    print(strategy.name, settled(members, [2, 2]))
    members.pop().close()
    print(strategy.name, settled(members, [4]))
    members.pop().close()
