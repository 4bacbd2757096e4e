"""What `kafka.record.util` uses of crc32c, done by the page's own machine code: in Python it is most of a producer's work."""

from sandbox_kernel import host


def crc32c(data, value=0, gil_release_mode=-1):
    return host.crc32c(host.to_js(memoryview(data).cast("B")), value)


crc32 = crc32c
