"""librdkafka's partitioners. The sticky choice for records without a key is the producer's
(producer_queue.py).
"""

import random
import zlib


def murmur2_hash(key):
    """Java's murmur2 (32 bit), before its sign is taken off."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    size = len(key)
    h = (0x9747B28C ^ size) & mask
    for at in range(0, size & ~3, 4):
        k = int.from_bytes(key[at : at + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = h * m & mask ^ k
    tail = key[size & ~3 :]
    if tail:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def murmur2(key, partition_count):
    return (murmur2_hash(key) & 0x7FFFFFFF) % partition_count


def consistent(key, partition_count):
    return zlib.crc32(key) % partition_count


def fnv1a(key, partition_count):
    """librdkafka's FNV-1a: the hash is taken as a signed number, without its sign."""
    h = 0x811C9DC5
    for byte in key:
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    signed = h - (1 << 32) if h >> 31 else h
    return abs(signed) % partition_count


def _pick(_key, partition_count):
    return random.randrange(partition_count)


# Name: (function of the key, whether a record without a key goes anywhere).
PARTITIONERS = {
    "random": (_pick, True),
    "consistent": (lambda key, count: consistent(key or b"", count), False),
    "consistent_random": (consistent, True),
    "murmur2": (lambda key, count: murmur2(key or b"", count), False),
    "murmur2_random": (murmur2, True),
    "fnv1a": (lambda key, count: fnv1a(key or b"", count), False),
    "fnv1a_random": (fnv1a, True),
}
