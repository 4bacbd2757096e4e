"""`os.system` and `subprocess`: commands go to the page's shell, for there are no processes here."""

import io
import os
import shlex
import subprocess

from . import shell


class NoProcesses(OSError):
    """Something was asked of a process that the page's shell cannot do."""


def _text(args, use_shell):
    if isinstance(args, (bytes, os.PathLike)):
        args = os.fsdecode(args)
    if isinstance(args, str):
        return args if use_shell else shlex.quote(args)
    return args[0] if use_shell else shlex.join(os.fsdecode(arg) for arg in args)


def system(command):
    """`os.system`"""
    return shell.system(os.fsdecode(command)) << 8


def run(args, *, stdin=None, input=None, stdout=None, stderr=None, capture_output=False, shell=False, cwd=None, timeout=None,
        check=False, encoding=None, errors=None, text=None, env=None, universal_newlines=None, **_rest):  # fmt: skip
    """`subprocess.run`"""
    if input is not None:
        raise NoProcesses("this page's commands take no input from Python: write a file and give it with <")
    command = _text(args, shell)
    if cwd is not None:
        command = f"cd {shlex.quote(os.fspath(cwd))} && {command}"
    if capture_output:
        stdout = stderr = subprocess.PIPE
    out, err = [], []
    status = _run(command, stdout, stderr, out, err)
    as_text = text or universal_newlines or encoding or errors

    def collected(parts, target):
        if target != subprocess.PIPE:
            return None
        joined = "".join(parts)
        return joined if as_text else joined.encode()

    done = subprocess.CompletedProcess(args, status, collected(out, stdout), collected(err, stderr))
    if check:
        done.check_returncode()
    return done


def _run(command, stdout, stderr, out, err):
    import sys

    def take(stream, piece):
        target = stdout if stream == "stdout" or stderr == subprocess.STDOUT else stderr
        if target == subprocess.PIPE:
            (out if stream == "stdout" or stderr == subprocess.STDOUT else err).append(piece)
        elif target is None:
            getattr(sys, stream).write(piece)
        elif isinstance(target, io.TextIOBase):
            target.write(piece)
        elif hasattr(target, "write"):
            target.write(piece.encode())

    return shell.run(shell.as_child(command), take)


def call(args, **options):
    return run(args, **options).returncode


def check_call(args, **options):
    run(args, check=True, **options)
    return 0


def check_output(args, **options):
    return run(args, stdout=subprocess.PIPE, check=True, **options).stdout


def getstatusoutput(command, **_options):
    text, status = shell.output_of(command)
    return status, text.removesuffix("\n")


def getoutput(command, **_options):
    return getstatusoutput(command)[1]


class Popen:
    """Processes that run beside the program do not exist here."""

    def __init__(self, *_args, **_options):
        raise NoProcesses("a web page has no processes: use subprocess.run, os.system or a ! line, which the page's shell runs")


def _missing(name):
    def refuse(*_args, **_options):
        raise NoProcesses(f"a web page has no processes: os.{name} does not exist here; a ! line runs a command")

    return refuse


def install():
    os.system = system
    for function in (run, call, check_call, check_output, getstatusoutput, getoutput, Popen):
        setattr(subprocess, function.__name__, function)
    for name in ("fork", "popen", "execv", "execvp", "spawnl", "spawnv", "posix_spawn", "kill"):
        setattr(os, name, _missing(name))
