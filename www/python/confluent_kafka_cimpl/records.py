"""Record batches (magic 2), written and read in tight loops. Older formats are not read: Kafka 4
has none.
"""

import struct

from . import compress as codecs
from .crc import crc32c
from .structs import Message

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


def decode(buf, start, end, wanted, topic=None, partition=-1, epoch=-1):
    """The records from offset `wanted` on as Messages, last first.

    Written out for speed: a varint of one or two bytes is read in place.
    """
    unpacked = _HEAD.unpack_from(buf, start)
    base, attributes, first, latest, count = (unpacked[at] for at in (0, 5, 7, 8, 12))
    pos = start + HEAD_BYTES
    if attributes & 7:
        buf, pos = codecs.decompress(attributes & 7, buf[pos:end]), 0
    appended = attributes & 8
    tstype = 2 if appended else 1
    new, cls = Message.__new__, Message
    records = []
    add = records.append
    for _ in range(count):
        while buf[pos] > 0x7F:
            pos += 1
        byte = buf[pos + 2]
        pos += 3
        if byte < 0x80:
            delta = byte >> 1 ^ -(byte & 1)
        else:
            delta, pos = _long(buf, pos - 1)
        offset = buf[pos]
        pos += 1
        if offset > 0x7F:
            byte = buf[pos]
            if byte < 0x80:
                offset = offset & 0x7F | byte << 7
                pos += 1
            else:
                offset, pos = _long(buf, pos - 1)
                offset <<= 1
        offset = base + (offset >> 1)
        size = buf[pos]
        pos += 1
        if size == 1:
            key = None
        else:
            if size > 0x7F:
                size, pos = _long(buf, pos - 1)
                size <<= 1
            last = pos + (size >> 1)
            key = buf[pos:last]
            pos = last
        size = buf[pos]
        pos += 1
        if size == 1:
            value = None
        else:
            if size > 0x7F:
                byte = buf[pos]
                if byte < 0x80:
                    size = size & 0x7F | byte << 7
                    pos += 1
                else:
                    size, pos = _long(buf, pos - 1)
                    size <<= 1
            last = pos + (size >> 1)
            value = buf[pos:last]
            pos = last
        headers = None
        if buf[pos]:
            size, pos = _long(buf, pos)
            headers, pos = _headers(buf, pos, size)
        else:
            pos += 1
        if offset >= wanted:
            made = new(cls)
            made._topic, made._partition, made._offset = topic, partition, offset
            made._key, made._value, made._headers, made._error = key, value, headers, None
            made._tstype, made._timestamp = tstype, latest if appended else first + delta
            made._latency, made._epoch, made._count = -1, epoch, -1
            add(made)
    records.reverse()
    return records
