"""Configuration as librdkafka takes it: which names there are, how a value is read, what fits
together.

`read(kind, args, kwargs)` gives a Config or raises what the C binding raises. What this client
cannot do (TLS, SASL, plugins) is read and checked like the rest, and refused by `Config.finish`.
"""

import re

from .config_table import DEPRECATED, INVALID, TABLE
from .errors import CODES, raise_error

_INVALID_ARG = CODES["_INVALID_ARG"]
PROPERTIES = {"g": {}, "t": {}}
for _line in TABLE.splitlines():
    _name, _scope, *_rest = _line.split(" ")
    PROPERTIES[_scope[0]][_name] = (_scope, _rest)

_CALLBACKS = {
    "error_cb": TypeError,
    "throttle_cb": ValueError,
    "stats_cb": TypeError,
    "oauth_cb": TypeError,
}
_PARTITIONERS = (
    "random",
    "consistent",
    "consistent_random",
    "murmur2",
    "murmur2_random",
    "fnv1a",
    "fnv1a_random",
)


def _strtol(text):
    match = re.match(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", text)
    if not match:
        return None
    digits = match[2]
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" and len(digits) > 1 else 10
    number = int(digits, base)
    number = (-number if match[1] == "-" else number) & 0xFFFFFFFF
    return number - (1 << 32) if number >= 1 << 31 else number


def _strtod(text):
    match = re.match(r"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?)", text)
    return float(match[0]) if match else None


def _read_number(name, args, value, kind):
    low, high = (float if kind == "float" else int)(args[1]), (float if kind == "float" else int)(
        args[2]
    )
    if value is None:
        what = "Float" if kind == "float" else "Integer"
        raise_error(
            _INVALID_ARG, f'{what} configuration property "{name}" cannot be set to empty value'
        )
    number = _strtod(value) if kind == "float" else _strtol(value)
    if number is None:
        named = dict(pair.split(":") for pair in args[4].split(",")) if len(args) > 4 else {}
        if value.lower() not in named:
            raise_error(_INVALID_ARG, f'Invalid value for configuration property "{name}"')
        number = int(named[value.lower()])
    if not low <= number <= high:
        shown = (
            (f"{number:g}", f"{low:g}..{high:g}") if kind == "float" else (number, f"{low}..{high}")
        )
        raise_error(
            _INVALID_ARG,
            f'Configuration property "{name}" value {shown[0]} is outside allowed '
            f"range {shown[1]}\n",
        )
    return number


def _read_bool(name, value):
    if value is None:
        raise_error(
            _INVALID_ARG, f'Bool configuration property "{name}" cannot be set to empty value'
        )
    if value.lower() in ("true", "t") or value == "1":
        return True
    if value.lower() in ("false", "f") or value == "0":
        return False
    raise_error(_INVALID_ARG, f'Expected bool value for "{name}": true or false')


def _read_choice(name, args, value):
    if value is None:
        raise_error(_INVALID_ARG, f'Configuration property "{name}" cannot be set to empty value')
    choices = args[-1].split(",")
    wanted = value.split(",") if args[0] == "flags" else [value]
    for one in (part.strip() for part in wanted):
        if args[0] == "flags":
            one = one.lstrip("+-")
        if one and one.lower() not in (choice.lower() for choice in choices):
            raise_error(_INVALID_ARG, f'Invalid value "{one}" for configuration property "{name}"')
    return value.strip().lower() if args[0] == "enum" else value


def _read_patterns(name, value):
    for pattern in (value or "").split(","):
        try:
            re.compile(pattern)
        except re.error:
            raise_error(_INVALID_ARG, f'Invalid value for configuration property "{name}": {value}')
    return value


def _read_value(name, args, value):
    kind = args[0]
    if kind in ("int", "float"):
        return _read_number(name, args, value, kind)
    if kind == "bool":
        return _read_bool(name, value)
    if kind in ("enum", "flags"):
        return _read_choice(name, args, value)
    if kind == "patterns":
        return _read_patterns(name, value)
    if kind == "ptr":
        raise_error(
            _INVALID_ARG, f'Property "{name}" must be set through dedicated .._set_..() function'
        )
    if kind == "internal":
        raise_error(_INVALID_ARG, f'Internal property "{name}" not settable')
    if kind == "invalid":
        raise_error(_INVALID_ARG, INVALID[name])
    if value is not None:
        value = value.lstrip()
    if name == "partitioner" and value not in _PARTITIONERS:
        raise_error(_INVALID_ARG, f'Invalid value for configuration property "{name}": {value}')
    return value if value is not None else default_of(args)


def default_of(args):
    """The default of one line of the table, as the type that it is read to."""
    kind = args[0]
    if kind == "int":
        return int(args[3])
    if kind == "float":
        return float(args[3])
    if kind == "bool":
        return args[1] == "1"
    if kind == "enum" or kind == "str":
        return args[1] if len(args) > 1 and args[1] != "NULL" else None
    return None


class Config:
    """What was set, over the defaults. `config["linger.ms"]` follows aliases; the topic scope is asked last."""

    def __init__(self, kind):
        self.kind = kind
        self.values = {}
        self.callbacks = {}

    @staticmethod
    def find(name):
        """Scope and canonical name of a property, or None."""
        for scope in "gt":
            found, real = PROPERTIES[scope].get(name), name
            while found and found[1][0] == "=":
                real = found[1][1]
                found = PROPERTIES[scope].get(real)
            if found:
                return scope, real, found
        return None

    def set(self, name, value):
        found = self.find(name)
        if found is None:
            raise_error(_INVALID_ARG, f'No such configuration property: "{name}"')
        scope, real, (_, args) = found
        self.values[scope, real] = _read_value(real, args, value or None)

    def __getitem__(self, name):
        scope, real, (_, args) = self.find(name)
        key = (scope, real)
        return self.values[key] if key in self.values else default_of(args)

    def was_set(self, name):
        scope, real, _ = self.find(name)
        return (scope, real) in self.values

    def warnings(self):
        """The CONFWARN lines: deprecated properties, and those of the other kind of client."""
        other, letter = ("consumer", "c") if self.kind == "producer" else ("producer", "p")
        for scope in "gt":
            for name, (flags, args) in PROPERTIES[scope].items():
                if (scope, name) not in self.values or args[0] == "=":
                    continue
                if "d" in flags[1:] or "x" in flags[1:]:
                    words = " and ".join(
                        word
                        for mark, word in (("d", "deprecated"), ("x", "experimental"))
                        if mark in flags[1:]
                    )
                    yield f"Configuration property {name} is {words}: {DEPRECATED.get(name, 'see its description')}"
                if letter in flags[1:]:
                    yield (
                        f"Configuration property {name} is a {other} property and will be ignored by "
                        f"this {self.kind} instance"
                    )
        if self["retry.backoff.ms"] > self["retry.backoff.max.ms"]:
            yield (
                f"Configuration `retry.backoff.ms` with value {self['retry.backoff.ms']} is greater than "
                f"configuration `retry.backoff.max.ms` with value {self['retry.backoff.max.ms']}. A static "
                "backoff with value `retry.backoff.max.ms` will be applied."
            )

    def finish(self):
        """Checks what depends on several properties; librdkafka's words, or None."""
        wrong = self._consumer_wrong() if self.kind == "consumer" else self._producer_wrong()
        if wrong:
            return wrong
        if self["reconnect.backoff.max.ms"] < self["reconnect.backoff.ms"]:
            return "`reconnect.backoff.max.ms` must be >= `reconnect.backoff.ms`"
        return self._linger_wrong() or self._security_wrong()

    def _security_wrong(self):
        protocol = self["security.protocol"]
        if protocol.startswith("sasl") and self["sasl.mechanisms"] in (
            "PLAIN",
            "SCRAM-SHA-256",
            "SCRAM-SHA-512",
        ):
            if not (self["sasl.username"] and self["sasl.password"]):
                return "sasl.username and sasl.password must be set"
        if protocol != "plaintext":
            return (
                f"`security.protocol` {protocol}: this sandbox's client speaks plaintext only, "
                "TLS and SASL are not built in"
            )
        if self["plugin.library.paths"]:
            return (
                f"`plugin.library.paths`: plugins cannot be loaded ({self['plugin.library.paths']})"
            )
        return None

    def _linger_wrong(self):
        timeout = self["message.timeout.ms"]
        if self.kind == "producer" and timeout and timeout <= self["linger.ms"]:
            if self.was_set("linger.ms"):
                return "`message.timeout.ms` must be greater than `linger.ms`"
            self.values["g", "queue.buffering.max.ms"] = timeout - 0.1
        return None

    def _consumer_wrong(self):
        if not 1 <= self["fetch.min.bytes"] <= 100000000:
            return 'Configuration property "fetch.min.bytes" value is outside allowed range 1..100000000'
        if self["group.protocol"] == "classic":
            if self["max.poll.interval.ms"] < self["session.timeout.ms"]:
                return "`max.poll.interval.ms`must be >= `session.timeout.ms`"
        else:
            for name, more in (
                ("session.timeout.ms", " or share consumer. It is defined broker side"),
                ("partition.assignment.strategy", ". Use `group.remote.assignor` instead"),
                ("group.protocol.type", " or share consumer"),
                ("heartbeat.interval.ms", " or share consumer. It is defined broker side"),
            ):
                if self.was_set(name):
                    return f"`{name}` is not supported for `group.protocol=consumer`{more}"
            return (
                "`group.protocol=consumer`: the protocol of KIP-848 is not built in, use `classic`"
            )
        if self.was_set("fetch.max.bytes"):
            if self["fetch.max.bytes"] < self["message.max.bytes"]:
                return "`fetch.max.bytes` must be >= `message.max.bytes`"
        else:
            limit = min(self["fetch.max.bytes"], self["queued.max.messages.kbytes"] * 1024)
            self.values["g", "fetch.max.bytes"] = max(limit, self["message.max.bytes"])
        if self.was_set("receive.message.max.bytes"):
            if self["fetch.max.bytes"] + 512 > self["receive.message.max.bytes"]:
                return "`receive.message.max.bytes` must be >= `fetch.max.bytes` + 512"
        return self._strategy_wrong()

    def _strategy_wrong(self):
        names = [
            name.strip()
            for name in self["partition.assignment.strategy"].split(",")
            if name.strip()
        ]
        for name in names:
            if name not in ("range", "roundrobin", "cooperative-sticky"):
                return f"Unsupported partition.assignment.strategy: {name}"
        if "cooperative-sticky" in names and len(set(names)) > 1:
            return (
                f"All partition.assignment.strategy ({self['partition.assignment.strategy']}) assignors must "
                "have the same protocol type, online migration between assignors with different protocol "
                "types is not supported"
            )
        return None

    def _producer_wrong(self):
        transactional = self["transactional.id"] is not None
        if transactional and not self["enable.idempotence"]:
            if self.was_set("enable.idempotence"):
                return "`transactional.id` requires `enable.idempotence=true`"
            self.values["g", "enable.idempotence"] = True
        if not self["enable.idempotence"]:
            if self["enable.gapless.guarantee"]:
                return "`enable.gapless.guarantee` requires `enable.idempotence` to be enabled"
            return None
        if self.was_set("max.in.flight") and self["max.in.flight"] > 5:
            return "`max.in.flight` must be set <= 5 when `enable.idempotence` is true"
        if self.was_set("retries") and self["retries"] < 1:
            return "`retries` must be set >= 1 when `enable.idempotence` is true"
        if self.was_set("acks") and self["acks"] != -1:
            return "`acks` must be set to `all` when `enable.idempotence` is true"
        return None


def _merged(args, kwargs):
    if len(args) > 1:
        raise TypeError("expected tuple containing single dict")
    if args:
        if not isinstance(args[0], dict):
            raise TypeError("expected configuration dict")
        return {**args[0], **kwargs}
    return dict(kwargs)


def _callable_for(name, value):
    if not callable(value):
        raise_error(_INVALID_ARG, f"{name} requires a callable object")
    return value


def read(kind, args, kwargs):
    """The Config of a client's constructor call; raises what the C binding raises."""
    given = _merged(args, kwargs)
    config = Config(kind)
    if kind == "consumer" and "group.id" not in given:
        raise ValueError("Failed to create consumer: group.id must be set")
    if "default.topic.config" in given:
        given.update(given.pop("default.topic.config"))
    for name in ("debug", "plugin.library.paths"):
        if name in given:
            config.set(name, str(given.pop(name)))
    special = "on_delivery" if kind == "producer" else "on_commit"
    for name, value in given.items():
        name = str(name)
        if name in _CALLBACKS:
            if not callable(value):
                raise _CALLBACKS[name](f"expected {name} property as a callable function")
            config.callbacks[name] = value
        elif name == "logger":
            config.callbacks[name] = value
        elif name == special:
            config.callbacks[name] = _callable_for(name, value)
        elif name == "delivery.report.only.error" and kind == "producer":
            if not isinstance(value, bool):
                raise TypeError(f"Expected {name} to be bool type, not {type(value).__name__}")
            config.values["g", name] = value
        else:
            config.set(name, None if value is None else str(value))
    return config
