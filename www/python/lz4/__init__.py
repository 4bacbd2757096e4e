"""The part of python-lz4 that `kafka.codec` uses: `lz4.frame`."""
