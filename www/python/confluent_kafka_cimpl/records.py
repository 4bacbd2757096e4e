"""Record batches (magic 2), written and read in tight loops. Older formats are not read: Kafka 4
has none.
"""

import struct

from . import compress as codecs
from .crc import crc32c

_HEAD = struct.Struct(">qiibIhiqqqhii")
_SCAN = struct.Struct(">qiibIhi")
HEAD_BYTES = _HEAD.size
_COMMON = 8192


def zigzag(number):
    """A signed varint."""
    number = number << 1 ^ number >> 63 if -1 << 63 <= number < 1 << 63 else 0
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


VARINTS = [zigzag(number) for number in range(_COMMON)]
_NULL = zigzag(-1)


def varint(number):
    return VARINTS[number] if 0 <= number < _COMMON else zigzag(number)


def pack_headers(headers):
    """The wire form of [(str, bytes or None)]: the count, then each."""
    out = [varint(len(headers))]
    for name, value in headers:
        name = name.encode()
        out += (varint(len(name)), name)
        out += (_NULL,) if value is None else (varint(len(value)), value)
    return b"".join(out)


def encode(messages, codec, level, producer_id, epoch, sequence):
    """One batch of messages (key, value, timestamp_ms, packed headers or None, …)."""
    first = messages[0][2]
    latest = first
    table, limit, join = VARINTS, _COMMON, b"".join
    out = []
    add = out.append
    for index, entry in enumerate(messages):
        key, value, timestamp, headers = entry[:4]
        delta = timestamp - first
        if timestamp > latest:
            latest = timestamp
        if key is None:
            head, key = _NULL, b""
        else:
            size = len(key)
            head = table[size] if size < limit else zigzag(size)
        if value is None:
            middle, value = _NULL, b""
        else:
            size = len(value)
            middle = table[size] if size < limit else zigzag(size)
        body = join(
            (
                b"\0",
                table[delta] if 0 <= delta < limit else zigzag(delta),
                table[index] if index < limit else zigzag(index),
                head,
                key,
                middle,
                value,
                headers or b"\0",
            )
        )
        size = len(body)
        add(table[size] if size < limit else zigzag(size))
        add(body)
    payload = join(out)
    if codec:
        packed = codecs.compress(codec, payload, level)
        if len(packed) < len(payload):
            payload = packed
        else:
            codec = 0
    count = len(messages)
    head = bytearray(
        _HEAD.pack(
            0,
            HEAD_BYTES - 12 + len(payload),
            -1,
            2,
            0,
            codec,
            count - 1,
            first,
            latest,
            producer_id,
            epoch,
            sequence,
            count,
        )
    )
    struct.pack_into(">I", head, 17, crc32c(bytes(head[21:]) + payload))
    return bytes(head) + payload


def scan(buf):
    """The whole batches in `buf`: (start, end, base_offset, last_offset, count, control)."""
    pos, size = 0, len(buf)
    while pos + HEAD_BYTES <= size:
        base, length, _epoch, magic, _crc, attributes, last = _SCAN.unpack_from(buf, pos)
        end = pos + 12 + length
        if end > size or magic != 2 or length < HEAD_BYTES - 12:
            return
        count = struct.unpack_from(">i", buf, pos + 57)[0]
        yield pos, end, base, base + last, count, bool(attributes & 0x20)
        pos = end


def _long(buf, pos):
    """A signed varint of any length."""
    byte = buf[pos]
    pos += 1
    number, shift = byte & 0x7F, 7
    while byte > 0x7F:
        byte = buf[pos]
        pos += 1
        number |= (byte & 0x7F) << shift
        shift += 7
    return number >> 1 ^ -(number & 1), pos


def _headers(buf, pos, count):
    headers = []
    for _ in range(count):
        size, pos = _long(buf, pos)
        name = buf[pos : pos + size].decode("utf-8", "replace")
        pos += size
        size, pos = _long(buf, pos)
        if size < 0:
            headers.append((name, None))
        else:
            headers.append((name, buf[pos : pos + size]))
            pos += size
    return headers, pos


def check(buf, start, end):
    """Whether the batch's checksum is right."""
    return struct.unpack_from(">I", buf, start + 17)[0] == crc32c(buf[start + 21 : end])


def leader_epoch(buf, start):
    return struct.unpack_from(">i", buf, start + 12)[0]


def decode(buf, start, end, wanted):
    """Records from offset `wanted` on: (timestamp type, [(offset, timestamp, key, value, headers)]), last first."""
    (
        base,
        _length,
        _epoch,
        _magic,
        _crc,
        attributes,
        _last,
        first,
        latest,
        _producer,
        _pepoch,
        _sequence,
        count,
    ) = _HEAD.unpack_from(buf, start)
    start += HEAD_BYTES
    if attributes & 7:
        buf = codecs.decompress(attributes & 7, buf[start:end])
        pos = 0
    else:
        pos = start
    appended = attributes & 8
    records = []
    add = records.append
    for _ in range(count):
        _size, pos = (buf[pos] >> 1, pos + 1) if buf[pos] < 0x80 else _long(buf, pos)
        pos += 1
        byte = buf[pos]
        delta, pos = (byte >> 1 ^ -(byte & 1), pos + 1) if byte < 0x80 else _long(buf, pos)
        byte = buf[pos]
        offset, pos = (byte >> 1, pos + 1) if byte < 0x80 else _long(buf, pos)
        byte = buf[pos]
        size, pos = (byte >> 1 ^ -(byte & 1), pos + 1) if byte < 0x80 else _long(buf, pos)
        if size < 0:
            key = None
        else:
            key = buf[pos : pos + size]
            pos += size
        byte = buf[pos]
        size, pos = (byte >> 1 ^ -(byte & 1), pos + 1) if byte < 0x80 else _long(buf, pos)
        if size < 0:
            value = None
        else:
            value = buf[pos : pos + size]
            pos += size
        byte = buf[pos]
        pos += 1
        headers = None
        if byte:
            if byte > 0x7F:
                byte, pos = _long(buf, pos - 1)
                byte <<= 1
            headers, pos = _headers(buf, pos, byte >> 1)
        offset += base
        if offset >= wanted:
            add((offset, latest if appended else first + delta, key, value, headers))
    records.reverse()
    return (2 if appended else 1), records
