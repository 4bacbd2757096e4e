"""The names of `confluent_kafka.cimpl`: what the wheel's `.py` files import. ShareConsumer only
says that it is missing.
"""

import contextvars

from . import LIBVERSION, VERSION, partitioners
from .admin import _AdminClientImpl
from .consts import CONSTANTS
from .consumer import Consumer
from .errors import (
    CODES,
    ConcurrentModificationException,
    IllegalStateException,
    KafkaError,
    KafkaException,
)
from .producer import Producer
from .structs import Message, NewPartitions, NewTopic, TopicPartition, Uuid

globals().update(CONSTANTS)
_reentry_identity_var = contextvars.ContextVar("reentry_identity", default=None)


class ShareConsumer:
    """Share groups (KIP-932) are not built in."""

    __module__ = "cimpl"

    def __init__(self, *args, **kwargs):
        raise KafkaException(
            KafkaError(
                CODES["_NOT_IMPLEMENTED"],
                "ShareConsumer: share groups are not built in this sandbox",
            )
        )


def version():
    return VERSION


def libversion():
    return LIBVERSION


def _partition(function, key, partition_count):
    if not isinstance(key, (bytes, bytearray, memoryview)):
        raise TypeError(f"a bytes-like object is required, not '{type(key).__name__}'")
    if partition_count <= 0:
        raise ValueError(f"partition_count must be > 0, got {partition_count}")
    return function(bytes(key), partition_count)


def murmur2(key, partition_count):
    return _partition(partitioners.murmur2, key, partition_count)


def consistent(key, partition_count):
    return _partition(partitioners.consistent, key, partition_count)


def fnv1a(key, partition_count):
    return _partition(partitioners.fnv1a, key, partition_count)


EXPORTED = {name: value for name, value in globals().items() if name in CONSTANTS}
EXPORTED.update(
    (thing.__name__, thing)
    for thing in (
        Producer,
        Consumer,
        ShareConsumer,
        _AdminClientImpl,
        Message,
        TopicPartition,
        Uuid,
        NewTopic,
        NewPartitions,
        KafkaError,
        KafkaException,
        IllegalStateException,
        ConcurrentModificationException,
        version,
        libversion,
        murmur2,
        consistent,
        fnv1a,
    )
)
EXPORTED["_reentry_identity_var"] = _reentry_identity_var
