"""Compression of record batches: gzip by zlib, lz4 by python-lz4, the rest by whichever package
can (cramjam can both).

Snappy is written raw, as librdkafka does, and read raw or in Java's framing. No codec is written
here.
"""

import zlib

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
_XERIAL = b"\x82SNAPPY\x00"


class NoCodec(Exception):
    """The codec that a batch needs is not installed; its name is the argument."""


def _snappy():
    try:
        from cramjam import snappy

        return (
            lambda data, level: bytes(snappy.compress_raw(data)),
            lambda data: bytes(snappy.decompress_raw(data)),
        )
    except ImportError:
        from snappy import compress, uncompress

        return lambda data, level: compress(data), uncompress


def _lz4():
    # cramjam's frames have blocks that depend on each other, which Kafka refuses.
    from lz4 import frame

    return lambda data, level: frame.compress(data, block_linked=False), frame.decompress


def _zstd():
    try:
        from cramjam import zstd

        return lambda data, level: bytes(zstd.compress(data)), lambda data: bytes(
            zstd.decompress(data)
        )
    except ImportError:
        pass
    try:
        from compression import zstd

        return lambda data, level: zstd.compress(data), zstd.decompress
    except ImportError:
        import zstandard

        return (
            lambda data, level: zstandard.compress(data),
            lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        )


def _gzip():
    def pack(data, level):
        packer = zlib.compressobj(level if level >= 0 else -1, zlib.DEFLATED, 31)
        return packer.compress(data) + packer.flush()

    return pack, lambda data: zlib.decompress(data, 47)


_MAKERS = {1: ("gzip", _gzip), 2: ("snappy", _snappy), 3: ("lz4", _lz4), 4: ("zstd", _zstd)}
_made = {}


def codec(number):
    """(compress, decompress) of a codec by its number on the wire."""
    pair = _made.get(number)
    if pair is None:
        name, maker = _MAKERS.get(number, (str(number), None))
        try:
            pair = _made[number] = maker()
        except (ImportError, TypeError):
            raise NoCodec(name) from None
    return pair


def compress(number, data, level=-1):
    return codec(number)[0](data, level)


def decompress(number, data):
    if number == 2 and data[:8] == _XERIAL:
        unpack, parts, pos = codec(2)[1], [], 16
        while pos < len(data):
            size = int.from_bytes(data[pos : pos + 4], "big")
            parts.append(unpack(data[pos + 4 : pos + 4 + size]))
            pos += 4 + size
        return b"".join(parts)
    return codec(number)[1](data)
