"""`!python FILE`: a Python program as a process would run it, though there are no processes.

It has a `__main__`, arguments and names of its own; modules that it imports are the kernel's. Pipes and redirects of the
shell around it do not exist.
"""

import asyncio
import os
import platform
import re
import runpy
import shlex
import sys
import traceback
import types

COMMAND = re.compile(r"(?:(?:sudo|nohup)\s+)*python3?(?:\.\d+)?(?=\s|$)(.*)", re.DOTALL)
_SHELL_WORD = re.compile(r"[|;&]+|[12&]?>.*|<.*")
# Options of the interpreter that change nothing here, and those among them that take a value.
_WITH_VALUE = ("-W", "-X")


def run(rest):
    """What stands behind `python`; gives the exit status."""
    words = shlex.split(rest.replace("\\\n", " "))
    if words and words[-1] == "&":
        raise OSError("Background processes not supported.")
    if any(_SHELL_WORD.fullmatch(word) for word in words):
        return _refuse("pipes, redirects and lists of commands do not go together with Python files in this page: use %run")
    while words and words[0].startswith("-") and words[0] not in ("-c", "-m"):
        option = words.pop(0)
        if option in ("-V", "--version"):
            print(f"Python {platform.python_version()}")
            return 0
        if option in _WITH_VALUE and words:
            words.pop(0)
    if not words:
        return _refuse("this page has no second interpreter: write into a cell, or name a file")
    if words[0] == "-c" and len(words) > 1:
        return _as_process(lambda space: exec(compile(words[1], "<string>", "exec"), space), ["-c", *words[2:]])
    if words[0] == "-m" and len(words) > 1:
        if words[1] in ("venv", "virtualenv", "http.server", "jupyter", "notebook"):
            return _refuse(f"a page has no {words[1]}")
        return _as_process(lambda _space: runpy.run_module(words[1], run_name="__main__", alter_sys=True), words[1:])
    return _run_file(words)


def _refuse(why):
    print(f"python: {why}", file=sys.stderr)
    return 2


def _run_file(words):
    path = words[0]
    if not os.path.isfile(path):
        print(f"python: can't open file '{os.path.abspath(path)}': [Errno 2] No such file or directory", file=sys.stderr)
        return 2
    with open(path, "rb") as file:
        source = file.read()

    def program(space):
        space["__file__"] = path
        exec(compile(source, os.path.abspath(path), "exec"), space)

    folder = os.path.dirname(os.path.abspath(path))
    sys.path.insert(0, folder)
    try:
        return _as_process(program, words)
    finally:
        sys.path.remove(folder)


def _as_process(program, argv):
    main = types.ModuleType("__main__")
    before = sys.argv, sys.modules["__main__"]
    sys.argv, sys.modules["__main__"] = argv, main
    # The loop of the cell around it is not the program's.
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        program(main.__dict__)
        return 0
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            return 1
        return error.code or 0
    except BaseException as error:
        # Without this module's own frames.
        place = error.__traceback__
        while place and place.tb_frame.f_code.co_filename == __file__:
            place = place.tb_next
        traceback.print_exception(type(error), error, place)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    finally:
        asyncio._set_running_loop(loop)
        sys.argv, sys.modules["__main__"] = before
