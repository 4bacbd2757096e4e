"""What `kafka.codec` and `confluent_kafka` use of `lz4.frame`, over cramjam. Loaded when a record is compressed with it.

The frame is written here: the blocks of cramjam's own depend on each other, which Kafka refuses.
"""

BLOCK_BYTES = 64 * 1024
# Magic number, version 1 with independent blocks, blocks of 64 KB, and the checksum of the last two.
_HEADER = bytes.fromhex("04224d18 6040 82")
_END = bytes(4)
# In a block's size: it is not compressed.
_PLAIN = 1 << 31


def compress(data, **_options):
    from cramjam import lz4

    data = memoryview(data).cast("B")
    parts = [_HEADER]
    for at in range(0, len(data), BLOCK_BYTES):
        block = data[at : at + BLOCK_BYTES]
        packed = bytes(lz4.compress_block(block, store_size=False))
        if len(packed) < len(block):
            parts += [len(packed).to_bytes(4, "little"), packed]
        else:
            parts += [(len(block) | _PLAIN).to_bytes(4, "little"), block]
    return b"".join([*parts, _END])


def decompress(data, return_bytearray=False, return_bytes_read=False):
    import cramjam

    return bytes(cramjam.lz4.decompress(bytes(data)))
