"""KafkaError and the exceptions of the C module. Texts come from error_table.py; nothing here
knows the wire.
"""

from .error_table import TABLE

_BY_CODE = {}
CODES = {}
for _line in TABLE.splitlines():
    _code, _name, _text = _line.split(" ", 2)
    CODES[_name] = int(_code)
    _BY_CODE.setdefault(int(_code), (_name, _text))


def err2name(code):
    entry = _BY_CODE.get(code)
    return entry[0] if entry else f"ERR_{code}?"


def err2str(code):
    entry = _BY_CODE.get(code)
    return entry[1] if entry else f"Err-{code}?"


def _other_code(other):
    if type(other) is KafkaError:
        return other._code
    if isinstance(other, int):
        return other
    raise TypeError(f"'{type(other).__name__}' object cannot be interpreted as an integer")


class KafkaError:
    """An error or an event; compares equal to its code."""

    __slots__ = ("_code", "_str", "_fatal", "_retriable", "_abort")
    __module__ = "confluent_kafka.cimpl"

    def __init__(self, error, reason=None, fatal=False, retriable=False, txn_requires_abort=False):
        if not isinstance(error, int):
            raise TypeError(f"'{type(error).__name__}' object cannot be interpreted as an integer")
        self._code = error
        self._str = err2str(error) if reason is None else reason
        self._fatal = bool(fatal)
        self._retriable = bool(retriable)
        self._abort = bool(txn_requires_abort)

    def code(self):
        return self._code

    def name(self):
        return err2name(self._code)

    def str(self):
        return self._str

    def fatal(self):
        return self._fatal

    def retriable(self):
        return self._retriable

    def txn_requires_abort(self):
        return self._abort

    def __repr__(self):
        fatal = "FATAL," if self._fatal else ""
        return (
            f'KafkaError{{{fatal}code={err2name(self._code)},val={self._code},str="{self._str}"}}'
        )

    __str__ = __repr__

    def __reduce__(self):
        return KafkaError, (self._code, self._str, self._fatal, self._retriable, self._abort)

    def __hash__(self):
        return self._code

    def __eq__(self, other):
        return self._code == _other_code(other)

    def __ne__(self, other):
        return self._code != _other_code(other)

    def __lt__(self, other):
        return self._code < _other_code(other)

    def __le__(self, other):
        return self._code <= _other_code(other)

    def __gt__(self, other):
        return self._code > _other_code(other)

    def __ge__(self, other):
        return self._code >= _other_code(other)


for _name, _code in CODES.items():
    setattr(KafkaError, _name, _code)


class KafkaException(Exception):
    """Carries a KafkaError as its first argument."""

    __module__ = "cimpl"


class IllegalStateException(RuntimeError):
    __module__ = "cimpl"


class ConcurrentModificationException(RuntimeError):
    __module__ = "cimpl"


def broker_error(code, text=None):
    """The KafkaError of a code from a broker, with its words if it sent some; None for no error."""
    return KafkaError(code, text or None) if code else None


def raise_error(code, text=None):
    """Raises KafkaException with librdkafka's text for the code unless another is given."""
    raise KafkaException(KafkaError(code, text))


def fail(code, doing):
    """Raises KafkaException as the binding does: what it did, a colon, librdkafka's text."""
    raise KafkaException(KafkaError(code, f"{doing}: {err2str(code)}"))
