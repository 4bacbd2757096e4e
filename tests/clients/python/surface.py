"""What our cimpl has of the real one: every name and value, compared with the C extension.

surface.py     with the real confluent-kafka's Python

What its methods do in the page is asked by tests/probe.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "www" / "python"))

import confluent_kafka.cimpl as real  # noqa: E402
from confluent_kafka_cimpl.cimpl import EXPORTED  # noqa: E402

# Its constructor says that it is not built in.
NOT_BUILT = {"ShareConsumer"}


def names_of(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


def check_names():
    """Each class has what the real one has."""
    for name in names_of(real) | {"_AdminClientImpl"}:
        theirs = getattr(real, name)
        if isinstance(theirs, type) and name not in NOT_BUILT:
            missing = names_of(theirs) - names_of(EXPORTED[name])
            assert not missing, f"{name} lacks {sorted(missing)}"


def check_values():
    """Constants, error codes and their texts are the real ones."""
    for name in dir(real):
        theirs = getattr(real, name)
        if name.startswith("__"):
            continue
        assert name in EXPORTED, f"{name} is not there"
        if isinstance(theirs, int):
            assert EXPORTED[name] == theirs, name
    ours = EXPORTED["KafkaError"]
    for name in dir(real.KafkaError):
        code = getattr(real.KafkaError, name)
        if isinstance(code, int):
            assert str(ours(getattr(ours, name))) == str(real.KafkaError(code)), name


check_names()
check_values()
print("ok")
