"""Kafka's wire format, compiled from the one-line schemas of schemas.py when an API is first
used.

Structures are dicts on both sides; a field that is missing when writing gets the zero of its
type. Tagged fields are skipped when reading and never written. Records are passed through as
bytes (records.py opens them).
"""

import struct
import time

from .schemas import APIS

_FIXED = {"i8": ">b", "i16": ">h", "i32": ">i", "i64": ">q", "bool": ">?"}


class ShortBuffer(Exception):
    """A response ended early."""


def uvarint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_uvarint(buf, pos):
    byte = buf[pos]
    pos += 1
    if byte < 0x80:
        return byte, pos
    number, shift = byte & 0x7F, 7
    while True:
        byte = buf[pos]
        pos += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, pos
        shift += 7


def skip_tags(buf, pos):
    count, pos = read_uvarint(buf, pos)
    for _ in range(count):
        _tag, pos = read_uvarint(buf, pos)
        size, pos = read_uvarint(buf, pos)
        pos += size
    return pos


def _fixed(code):
    packer = struct.Struct(code)
    pack, unpack, size = packer.pack, packer.unpack_from, packer.size

    def read(buf, pos):
        return unpack(buf, pos)[0], pos + size

    def write(out, value):
        out.append(pack(value or 0))

    return read, write


def _uuid():
    def read(buf, pos):
        return buf[pos : pos + 16], pos + 16

    def write(out, value):
        out.append(value or bytes(16))

    return read, write


def _sized(text, nullable, flexible, wide):
    """Strings, bytes and records: a length, then so many bytes."""
    length = struct.Struct(">i" if wide else ">h")

    def read_length(buf, pos):
        if flexible:
            size, pos = read_uvarint(buf, pos)
            return size - 1, pos
        return length.unpack_from(buf, pos)[0], pos + length.size

    def read(buf, pos):
        size, pos = read_length(buf, pos)
        if size < 0:
            return None, pos
        end = pos + size
        if end > len(buf):
            raise ShortBuffer
        value = buf[pos:end]
        return (value.decode("utf-8", "replace") if text else value), end

    def write(out, value):
        if value is None:
            if not nullable:
                value = "" if text else b""
            else:
                out.append(b"\0" if flexible else length.pack(-1))
                return
        if text:
            value = value.encode()
        out.append(uvarint(len(value) + 1) if flexible else length.pack(len(value)))
        out.append(value)

    return read, write


def _array(item, nullable, flexible):
    read_item, write_item = item
    length = struct.Struct(">i")

    def read(buf, pos):
        if flexible:
            count, pos = read_uvarint(buf, pos)
            count -= 1
        else:
            count, pos = length.unpack_from(buf, pos)[0], pos + 4
        if count < 0:
            return (None if nullable else []), pos
        if count > len(buf) - pos:
            raise ShortBuffer
        values = []
        for _ in range(count):
            value, pos = read_item(buf, pos)
            values.append(value)
        return values, pos

    def write(out, values):
        if values is None and nullable:
            out.append(b"\0" if flexible else length.pack(-1))
            return
        values = values or ()
        out.append(uvarint(len(values) + 1) if flexible else length.pack(len(values)))
        for value in values:
            write_item(out, value)

    return read, write


def _structure(fields, flexible):
    readers = [(name, codec[0]) for name, codec in fields]
    writers = [(name, codec[1]) for name, codec in fields]

    def read(buf, pos):
        values = {}
        for name, reader in readers:
            values[name], pos = reader(buf, pos)
        return values, skip_tags(buf, pos) if flexible else pos

    def write(out, values):
        for name, writer in writers:
            writer(out, values.get(name))
        if flexible:
            out.append(b"\0")

    return read, write


def _scalar(kind, nullable, flexible):
    if kind in _FIXED:
        return _fixed(_FIXED[kind])
    if kind == "uuid":
        return _uuid()
    return _sized(kind == "str", nullable, flexible, kind in ("bytes", "records"))


def compile_schema(text, flexible):
    """(read, write) of a schema line; see schemas.py for its grammar."""
    words = text.split()
    at = 0

    def fields():
        nonlocal at
        found = []
        while at < len(words):
            word = words[at]
            at += 1
            name, _, kind = word.partition(":")
            nullable = kind.startswith("?")
            kind = kind.lstrip("?")
            closes = 0
            if kind.startswith("["):
                inner = kind[1:]
                if inner.endswith("]") and ":" not in inner:
                    closes = inner.count("]") - 1
                    item = _scalar(inner.rstrip("]"), False, flexible)
                else:
                    words[at - 1] = inner
                    at -= 1
                    members, closes = fields()
                    item = _structure(members, flexible)
                codec = _array(item, nullable, flexible)
            else:
                closes = kind.count("]")
                codec = _scalar(kind.rstrip("]"), nullable, flexible)
            found.append((name, codec))
            if closes:
                return found, closes - 1
        return found, 0

    return _structure(fields()[0], flexible)


class Api:
    """One request and its response, at the one version that this client sends."""

    __slots__ = ("name", "key", "version", "flexible", "encode", "decode", "head_flexible")

    def __init__(self, name):
        self.name = name
        self.key, self.version, self.flexible, request, response = APIS[name]
        self.encode = compile_schema(request, self.flexible)[1]
        self.decode = compile_schema(response, self.flexible)[0]
        self.head_flexible = self.flexible and name != "ApiVersions"

    def request(self, correlation_id, client_id, body):
        """The parts of a framed request."""
        client = client_id.encode()
        out = [
            b"",
            struct.pack(">hhih", self.key, self.version, correlation_id, len(client)),
            client,
        ]
        if self.flexible:
            out.append(b"\0")
        self.encode(out, body)
        out[0] = struct.pack(">i", sum(map(len, out)))
        return out

    def response(self, buf):
        """The body of a response frame (correlation id included in `buf`)."""
        pos = 4
        try:
            if self.head_flexible:
                pos = skip_tags(buf, pos)
            return self.decode(buf, pos)[0]
        except (IndexError, struct.error) as error:
            raise ShortBuffer from error


_compiled = {}


def api(name):
    found = _compiled.get(name)
    if found is None:
        found = _compiled[name] = Api(name)
    return found


class Request:
    """A request on its way: what to do with the answer (`done(error_code, body)`), and until when."""

    __slots__ = ("api", "body", "done", "deadline", "answered")

    def __init__(self, name, body, done, timeout_s, answered=True):
        self.api = api(name)
        self.body = body
        self.done = done
        self.deadline = time.monotonic() + timeout_s
        self.answered = answered
