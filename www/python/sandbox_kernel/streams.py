"""`sys.stdout`, `sys.stderr`, `sys.stdin`, `input` and `getpass` of a cell.

Text is collected and sent when the cell gives way or ends: nothing could be drawn before. A flood is cut on the way
to the page (`www/src/kernels/code-output.ts`).
"""

import builtins
import getpass
import io
import sys

from . import host, threads

# What is printed is joined in Python up to this size.
PIECE_CHARS = 256 * 1024


class Output(io.TextIOBase):
    """A stream of the running cell."""

    encoding = "UTF-8"
    errors = "backslashreplace"

    def __init__(self, name):
        self.name = f"<{name}>"
        self._stream = name
        self._parts = []
        self._size = 0
        self._bytes = None

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"string argument expected, got {type(text).__name__!r}")
        for stream in _streams:
            if stream is not self and stream._parts:
                stream.flush()
        self._parts.append(text)
        self._size += len(text)
        if self._size >= PIECE_CHARS:
            self.flush()
        return len(text)

    def flush(self):
        if not self._parts:
            return
        text = "".join(self._parts)
        self._parts.clear()
        self._size = 0
        for at in range(0, len(text), PIECE_CHARS):
            host.stream(self._stream, text[at : at + PIECE_CHARS])

    def isatty(self):
        return False

    def fileno(self):
        raise io.UnsupportedOperation("fileno")

    @property
    def buffer(self):
        if self._bytes is None:
            self._bytes = _Bytes(self)
        return self._bytes


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`"""

    def __init__(self, text):
        self._text = text

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        self._text.write(data.decode("utf-8", "replace"))
        return len(data)


class Input(io.TextIOBase):
    """`sys.stdin`: asks the person for a line."""

    name = "<stdin>"
    encoding = "UTF-8"

    def readable(self):
        return True

    def readline(self, _size=-1):
        line = ask_person("", False)
        return "" if line is None else line

    def read(self, _size=-1):
        lines = iter(self.readline, "")
        return "".join(lines)

    def __iter__(self):
        return iter(self.readline, "")

    def isatty(self):
        return False


_streams = (Output("stdout"), Output("stderr"))


def flush():
    for stream in _streams:
        stream.flush()


def end_cell():
    """Output and files are sent."""
    flush()
    host.flush_files()


def ask_person(prompt, password):
    """A line with its end, or None when the person ends the input."""
    flush()
    waiter = host.ask(prompt, password)
    try:
        threads.park(waiter)
    finally:
        host.asked()
    return host.answer()


def _input(prompt=""):
    prompt = str(prompt)
    line = ask_person(prompt, False)
    # As a terminal shows it, so that it can still be read when the cell has ended.
    if line is None:
        sys.stdout.write(prompt + "\n")
        raise EOFError("EOF when reading a line")
    line = line.removesuffix("\n")
    sys.stdout.write(f"{prompt}{line}\n")
    return line


def _getpass(prompt="Password: ", stream=None, *, echo_char=None):
    line = ask_person(prompt, True)
    sys.stdout.write(f"{prompt}{'·' * 8}\n")
    if line is None:
        raise EOFError("EOF when reading a line")
    return line.removesuffix("\n")


def install():
    sys.stdout, sys.stderr = _streams
    sys.stdin = Input()
    sys.__stdout__, sys.__stderr__, sys.__stdin__ = sys.stdout, sys.stderr, sys.stdin
    builtins.input = _input
    getpass.getpass = getpass.unix_getpass = _getpass
    threads.before_waiting.append(_before_waiting)


def _before_waiting():
    flush()
    host.flush_files()
