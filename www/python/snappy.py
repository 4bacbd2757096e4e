"""What `kafka.codec` uses of python-snappy, over cramjam. Loaded when a record is compressed with it."""


def compress(data):
    import cramjam

    return bytes(cramjam.snappy.compress_raw(bytes(data)))


def decompress(data):
    import cramjam

    return bytes(cramjam.snappy.decompress_raw(bytes(data)))


uncompress = decompress
