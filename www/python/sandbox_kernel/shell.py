"""`!command`: lines that the page's shell runs, with Python's variables put in."""

import os
import re
import shlex
import string
import sys

from . import host, streams, threads

running = False
# What Python has set in its environment since the shell last heard of it: {name: value, None when it is gone}.
_environment = {}
_folder = None


def install():
    """From now on the shell learns of changes of `os.environ` and of the folder, as a process inherits them."""
    chdir = os.chdir

    def change_folder(path):
        global _folder
        chdir(path)
        _folder = os.getcwd()

    def note(name, value=None):
        name = os.fsdecode(name)
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            _environment[name] = None if value is None else os.fsdecode(value)

    os.chdir = change_folder
    os.putenv, os.unsetenv = note, note


def inherit():
    """Tells the shell what it is to inherit, if there is something new."""
    global _folder
    lines = [
        f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"
        for name, value in _environment.items()
    ]
    if _folder is not None:
        lines.append(f"cd {shlex.quote(_folder)}")
    if lines and not running:
        _environment.clear()
        _folder = None
        run("\n".join(lines), lambda _stream, _text: None)


class ShellBusy(RuntimeError):
    """Another thread of this kernel is running a command."""


def run(source, on_output):
    """Runs lines in the page's shell; gives the exit status. `on_output(stream, text)` is called as text comes."""
    global running
    if running:
        raise ShellBusy(
            "another command of this kernel is running: the page has one shell for each"
        )
    inherit()
    streams.flush()
    # The shell reads what Python has written.
    host.flush_files()
    running = True
    command = host.shell(source)
    try:
        while True:
            for stream, text in command.take().to_py():
                on_output(stream, text)
            if command.done:
                break
            waiter = host.waiter()
            command.waiter = waiter
            threads.park(waiter)
    except BaseException:
        host.shell_interrupt()
        raise
    finally:
        running = False
    if command.problem:
        raise RuntimeError(command.problem)
    return command.result.exitCode


def as_child(source):
    """Commands for a shell of their own, as a process has it: what they set ends with them."""
    text = source.strip()
    return f"!{text}" if "\n" not in text.replace("\\\n", "") else f"(\n{text}\n)"


def system(source):
    """`!command`. Jupyter's terminal shows both streams as one."""
    return run(as_child(source), lambda _stream, text: sys.stdout.write(text))


def output_of(source):
    """(text of both streams, exit status)"""
    parts = []
    status = run(as_child(source), lambda _stream, text: parts.append(text))
    return "".join(parts), status


class Lines(list):
    """What `x = !command` gives: IPython's SList."""

    @property
    def n(self):
        return "\n".join(self)

    @property
    def s(self):
        return " ".join(self)

    l = property(list)
    nlstr, spstr, list_ = n, s, l

    def grep(self, pattern, prune=False, field=None):
        keep = pattern if callable(pattern) else re.compile(pattern, re.IGNORECASE).search

        def text(line):
            if field is None:
                return line
            words = line.split()
            return words[field] if field < len(words) else ""

        return Lines(line for line in self if bool(keep(text(line))) != prune)

    def fields(self, *numbers):
        rows = [line.split() for line in self]
        if not numbers:
            return rows
        return Lines(" ".join(row[at] for at in numbers if at < len(row)) for row in rows)


class _Formatter(string.Formatter):
    """`{expression}` and `$name`, as IPython puts them into commands. `$$` is a dollar, and none counts inside '…'."""

    DOLLAR = re.compile(r"(.*?)\$(\$?[\w.]+)(?=([^']*'[^']*')*[^']*$)", re.DOTALL)

    def __init__(self, namespace):
        self._namespace = namespace

    def parse(self, text):
        for literal, field, spec, conversion in super().parse(text):
            at, before = 0, ""
            for found in self.DOLLAR.finditer(literal):
                before += found[1]
                if found[2].startswith("$"):
                    before += found[2]
                else:
                    yield before, found[2], "", None
                    before = ""
                at = found.end()
            yield before + literal[at:], field, spec, conversion

    def get_field(self, field_name, args, kwargs):
        return eval(field_name, self._namespace), field_name


def expand(command, namespace):
    """The command with Python's variables; as it is when one of its names is not Python's (`$USER`, awk's braces)."""
    if "{" not in command and "$" not in command:
        return command
    try:
        return _Formatter(namespace).vformat(command, (), {})
    except Exception:
        return command


def expand_lines(source, namespace):
    """Each command of several by itself: a mistake in one leaves the others."""
    lines, commands = source.split("\n"), []
    for line in lines:
        if commands and commands[-1].endswith("\\"):
            commands[-1] += "\n" + line
        else:
            commands.append(line)
    return "\n".join(expand(command, namespace) for command in commands)
