"""What `kafka.codec` uses of zstandard, over cramjam. Loaded when a record is compressed with it."""

import io


class ZstdError(Exception):
    """Data that cannot be decompressed."""


class ZstdCompressor:
    def __init__(self, level=3, **_options):
        self._level = level

    def compress(self, data):
        import cramjam

        return bytes(cramjam.zstd.compress(bytes(data), level=self._level))


class ZstdDecompressor:
    def __init__(self, **_options):
        pass

    def decompress(self, data, max_output_size=0, **_options):
        import cramjam

        try:
            return bytes(cramjam.zstd.decompress(bytes(data)))
        except cramjam.DecompressionError as error:
            raise ZstdError(str(error)) from None


    def stream_reader(self, source, **_options):
        """A file of the decompressed bytes; all frames are read."""
        return io.BytesIO(self.decompress(source.read()))


def compress(data, level=3):
    return ZstdCompressor(level).compress(data)


def decompress(data, max_output_size=0):
    return ZstdDecompressor().decompress(data)
