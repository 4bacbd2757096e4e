"""CRC-32C (Castagnoli) of a record batch, by the fastest means at hand.

The page offers `_kafka_sandbox.crc32c(bytes) -> int`; elsewhere the packages crc32c or google_crc32c serve. Failing
those, eight tables in Python. `zlib.crc32` is another polynomial and of no use here.
"""

import struct


def _tables():
    first = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        first.append(crc)
    tables = [first]
    for _ in range(7):
        last = tables[-1]
        tables.append([first[value & 0xFF] ^ value >> 8 for value in last])
    return tables


_made = None


def crc32c_python(data):
    """Eight bytes a step; the tables are made on first use."""
    global _made
    if _made is None:
        _made = _tables()
    t0, t1, t2, t3, t4, t5, t6, t7 = _made
    crc = 0xFFFFFFFF
    whole = len(data) & ~7
    for low, high in struct.iter_unpack("<II", memoryview(data)[:whole]):
        low ^= crc
        crc = (
            t7[low & 0xFF]
            ^ t6[low >> 8 & 0xFF]
            ^ t5[low >> 16 & 0xFF]
            ^ t4[low >> 24]
            ^ t3[high & 0xFF]
            ^ t2[high >> 8 & 0xFF]
            ^ t1[high >> 16 & 0xFF]
            ^ t0[high >> 24]
        )
    for byte in data[whole:]:
        crc = t0[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _find():
    try:
        from _kafka_sandbox import crc32c

        return crc32c
    except ImportError:
        pass
    try:
        from crc32c import crc32c

        return crc32c
    except ImportError:
        pass
    try:
        from google_crc32c import value

        return lambda data: value(bytes(data))
    except ImportError:
        return crc32c_python


crc32c = _find()
