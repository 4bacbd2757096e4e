"""CRC-32C (Castagnoli) of a record batch, by the fastest means at hand.

The page may offer `_kafka_sandbox.crc32c(bytes) -> int`; elsewhere the packages crc32c or
google_crc32c serve. Failing those it is folded here: a checksum is linear, so the first half of
the words, carried over the length of the second half, can be added to the second half. Carrying
is a look-up per byte, which `bytes.translate` does for all words at once, and adding is an
exclusive or of long integers; so a megabyte takes some milliseconds. `zlib.crc32` is another
polynomial and of no use.
"""

_POLYNOMIAL = 0x82F63B78
_SMALL = 96
_bytewise = []
_carries = []


def _tables():
    """What one byte does to a checksum."""
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        _bytewise.append(crc)


def _plain(data, crc):
    table = _bytewise
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc


def _map_of(columns):
    """The linear map with these images of the 32 bits: 16 tables, from byte i to byte j of a word."""
    maps = []
    for i in range(4):
        values = [0]
        for bit in range(8):
            column = columns[8 * i + bit]
            values += [value ^ column for value in values]
        maps.append([bytes(value >> 8 * j & 0xFF for value in values) for j in range(4)])
    return maps


def _apply(columns, value):
    result = 0
    for column in columns:
        if value & 1:
            result ^= column
        value >>= 1
    return result


def _carry(power):
    """The map that carries a word over 2^power words."""
    while len(_carries) <= power:
        if not _carries:
            columns = [_plain(b"\0\0\0\0", 1 << bit) for bit in range(32)]
        else:
            columns = [_apply(_carries[-1][0], column) for column in _carries[-1][0]]
        _carries.append((columns, _map_of(columns)))
    return _carries[power][1]


def crc32c_python(data):
    """The checksum, with the standard library only."""
    if not _bytewise:
        _tables()
    size = len(data)
    if size < _SMALL:
        return _plain(data, 0xFFFFFFFF) ^ 0xFFFFFFFF
    first = int.from_bytes(data[:4], "little") ^ 0xFFFFFFFF
    data = b"".join((bytes(-size % 4), first.to_bytes(4, "little"), memoryview(data)[4:]))
    planes = [data[i::4] for i in range(4)]
    count = len(planes[0])
    number = int.from_bytes
    while count > 8:
        power = (count - 1).bit_length() - 1
        half = 1 << power
        over = count - half
        maps = _carry(power)
        heads = [plane[:over] for plane in planes]
        planes = [
            (
                number(heads[0].translate(maps[0][j]), "big")
                ^ number(heads[1].translate(maps[1][j]), "big")
                ^ number(heads[2].translate(maps[2][j]), "big")
                ^ number(heads[3].translate(maps[3][j]), "big")
                ^ number(planes[j][over:], "big")
            ).to_bytes(half, "big")
            for j in range(4)
        ]
        count = half
    rest = bytes(byte for word in zip(*planes) for byte in word)
    return _plain(rest, 0) ^ 0xFFFFFFFF


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
