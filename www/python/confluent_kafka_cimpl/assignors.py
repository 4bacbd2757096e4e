"""The assignors of the classic group protocol, and the bytes that members and leader exchange.
No state, no I/O.

`members` maps a member id to a Member; an assignment maps a member id to a list of (topic,
partition).
"""

import struct

EAGER, COOPERATIVE = "EAGER", "COOPERATIVE"


class Member:
    """What one member said when it joined."""

    __slots__ = ("id", "instance", "topics", "owned", "generation")

    def __init__(self, member_id, instance, topics, owned=(), generation=-1):
        self.id, self.instance, self.topics = member_id, instance, topics
        self.owned, self.generation = list(owned), generation

    def order(self):
        return (0, self.instance) if self.instance else (1, self.id)


class _Reader:
    def __init__(self, data):
        self.data, self.pos = data, 0

    def number(self, code, size):
        value = struct.unpack_from(code, self.data, self.pos)[0]
        self.pos += size
        return value

    def text(self):
        size = self.number(">h", 2)
        if size < 0:
            return None
        self.pos += size
        return self.data[self.pos - size : self.pos].decode("utf-8", "replace")

    def skip_bytes(self):
        size = self.number(">i", 4)
        self.pos += max(0, size)

    def partitions(self):
        found = []
        for _ in range(self.number(">i", 4)):
            topic = self.text()
            found += [(topic, self.number(">i", 4)) for _ in range(self.number(">i", 4))]
        return found


def _text(value):
    raw = value.encode()
    return struct.pack(">h", len(raw)) + raw


def _partitions(pairs):
    topics = {}
    for topic, partition in pairs:
        topics.setdefault(topic, []).append(partition)
    out = [struct.pack(">i", len(topics))]
    for topic in sorted(topics):
        numbers = sorted(topics[topic])
        out += (_text(topic), struct.pack(f">i{len(numbers)}i", len(numbers), *numbers))
    return b"".join(out)


def pack_subscription(topics, owned, generation, rack):
    """ConsumerProtocolSubscription, version 3."""
    return b"".join(
        (
            struct.pack(">hi", 3, len(topics)),
            *(_text(topic) for topic in sorted(topics)),
            struct.pack(">i", 0),
            _partitions(owned),
            struct.pack(">i", generation),
            _text(rack or ""),
        )
    )


def unpack_subscription(member_id, instance, data):
    """A Member of a subscription of any version; owned partitions from version 1 on."""
    try:
        reader = _Reader(data)
        version = reader.number(">h", 2)
        topics = [reader.text() for _ in range(reader.number(">i", 4))]
        reader.skip_bytes()
        owned = reader.partitions() if version >= 1 else []
        generation = reader.number(">i", 4) if version >= 2 else -1
        return Member(member_id, instance, topics, owned, generation)
    except struct.error:
        return Member(member_id, instance, [])


def pack_assignment(pairs):
    return struct.pack(">h", 0) + _partitions(pairs) + struct.pack(">i", 0)


def unpack_assignment(data):
    """[(topic, partition)], sorted as the group's leader wrote them."""
    if not data:
        return []
    try:
        reader = _Reader(data)
        reader.number(">h", 2)
        return reader.partitions()
    except struct.error:
        return []


def assign_range(members, counts):
    result = {member: [] for member in members}
    for topic in sorted(counts):
        takers = sorted((m for m in members.values() if topic in m.topics), key=Member.order)
        if not takers:
            continue
        each, more = divmod(counts[topic], len(takers))
        start = 0
        for index, member in enumerate(takers):
            size = each + (index < more)
            result[member.id] += [(topic, number) for number in range(start, start + size)]
            start += size
    return result


def assign_roundrobin(members, counts):
    result = {member: [] for member in members}
    ordered = sorted(members.values(), key=Member.order)
    at = -1
    for topic in sorted(counts):
        if not any(topic in member.topics for member in ordered):
            continue
        for number in range(counts[topic]):
            at = (at + 1) % len(ordered)
            while topic not in ordered[at].topics:
                at = (at + 1) % len(ordered)
            result[ordered[at].id].append((topic, number))
    return result


def _owners(members, counts):
    """Who owns what, where the youngest generation wins and topics still exist."""
    owners = {}
    for member in sorted(members.values(), key=lambda m: (m.generation, m.order())):
        for topic, number in member.owned:
            if topic in member.topics and number < counts.get(topic, 0):
                owners[topic, number] = member.id
    return owners


def assign_cooperative_sticky(members, counts):
    """Balanced, moving as little as can be; what moves is first taken and only given in the next round."""
    owners = _owners(members, counts)
    result = {member: [] for member in members}
    for pair, member in sorted(owners.items()):
        result[member].append(pair)
    free = [
        (topic, number)
        for topic in sorted(counts)
        for number in range(counts[topic])
        if (topic, number) not in owners and any(topic in m.topics for m in members.values())
    ]
    for pair in free:
        takers = [m for m in members.values() if pair[0] in m.topics]
        result[min(takers, key=lambda m: (len(result[m.id]), m.order())).id].append(pair)
    _level(members, result)
    for member, pairs in result.items():
        result[member] = sorted(p for p in pairs if owners.get(p, member) == member)
    return result


def _level(members, result):
    """Moves single partitions from the most to the least loaded who may take them, until nothing is gained."""
    moved = True
    while moved:
        moved = False
        for giver in sorted(members.values(), key=lambda m: (-len(result[m.id]), m.order())):
            for pair in sorted(result[giver.id], reverse=True):
                takers = [
                    m
                    for m in members.values()
                    if pair[0] in m.topics and len(result[m.id]) + 1 < len(result[giver.id])
                ]
                if takers:
                    taker = min(takers, key=lambda m: (len(result[m.id]), m.order()))
                    result[giver.id].remove(pair)
                    result[taker.id].append(pair)
                    moved = True
                    break
            if moved:
                break


ASSIGNORS = {
    "range": (assign_range, EAGER),
    "roundrobin": (assign_roundrobin, EAGER),
    "cooperative-sticky": (assign_cooperative_sticky, COOPERATIVE),
}
