"""What `kafka.codec` uses of `lz4.frame`, over cramjam. Loaded when a record is compressed with it."""


def compress(data, **_options):
    import cramjam

    return bytes(cramjam.lz4.compress(bytes(data)))


def decompress(data, return_bytearray=False, return_bytes_read=False):
    import cramjam

    return bytes(cramjam.lz4.decompress(bytes(data)))
