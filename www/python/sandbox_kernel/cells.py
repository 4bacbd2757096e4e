"""Runs cells as IPython does: one namespace, the last expression's value, `In` and `Out`, `_`, top-level await."""

import ast
import builtins
import os
import sys
import types

from . import (
    advice, display, errors, formatting, history, host, interactive, loops, packages, streams, threads, tracebacks, transform,
)  # fmt: skip
from . import shell as commands

ALLOW_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
AWAITS = 0x80 | 0x200  # CO_COROUTINE, CO_ASYNC_GENERATOR

main = types.ModuleType("__main__")
namespace = main.__dict__
shell = interactive.Interactive(namespace)
# Names that a fresh namespace has: `%who` and completion leave them out.
_own_names = set()
inputs = history.Inputs(namespace)
# The cell's own code runs: only it may be interrupted, not the telling of how it ended.
interruptible = False


def install(settings):
    sys.modules["__main__"] = main
    sys.path[0:0] = [""]
    sys.argv = [""]
    sys.excepthook = tracebacks.show_uncaught
    os.environ.setdefault("TERM", "xterm-color")
    # The shell's folder is the person's: both look for files in the same place.
    os.chdir(settings["home"])
    packages.install(settings["packages"])
    interactive.install(shell, run_source=_run_plain, inputs=inputs)
    namespace.update(
        {
            "__builtins__": builtins, "__doc__": None, "In": [""], "Out": {}, "_ih": None, "_oh": None, "_dh": [os.getcwd()],
            "_": "", "__": "", "___": "", "_i": "", "_ii": "", "_iii": "",
            "get_ipython": lambda: shell, "display": display.display, "exit": _exit, "quit": _exit,
        }
    )  # fmt: skip
    builtins.get_ipython = namespace["get_ipython"]
    builtins.display = display.display
    namespace["_ih"], namespace["_oh"] = namespace["In"], namespace["Out"]
    for magic in settings["prelude"]:
        _repeat(magic)
    _own_names.update(namespace)
    shell.own_names = _own_names


def _repeat(magic):
    """A magic that ran before there was an interpreter: `%env` or `%cd`. The shell knows already."""
    name, _, rest = magic.partition(" ")
    if name == "%env":
        key, _, value = rest.partition("=")
        os.environ[key] = value
    elif os.path.isdir(os.path.expanduser(rest)):
        os.chdir(os.path.expanduser(rest))


def _exit(code=None):
    print("Use Restart in the page's menu to end this kernel.", file=sys.stderr)


def run(source, count, earlier=()):
    """Runs a cell and shows what it gives; 'ok', 'error' or 'interrupted'.

    `earlier`: [count, source] of cells that ran since the last one without this interpreter, as those of `!` lines do.
    """
    global interruptible
    shell.execution_count = count
    try:
        interruptible = True
        for number, text in earlier:
            inputs.remember(text, _parsed(text), number)
        parsed = _parsed(source)
        inputs.remember(source, parsed, count)
        value = _execute(source, parsed, count)
        if value is not None:
            _show_result(value, count)
        return "ok"
    except KeyboardInterrupt as error:
        _show_error(error)
        return "interrupted"
    except interactive.UsageError as error:
        print(f"UsageError: {error}", file=sys.stderr)
        return "error"
    except SystemExit as error:
        if error.code not in (None, 0):
            _show_error(error)
            return "error"
        return "ok"
    except BaseException as error:
        errors.as_on_linux(error)
        advice.explain(error, packages.catalogue)
        _show_error(error)
        return "error"
    finally:
        interruptible = False
        # Cells that the shell runs by itself come next.
        commands.inherit()
        streams.end_cell()
        # No other stack may be half-way through anything that is collected; here this one is at its end.
        threads.collect_garbage()


def _parsed(source):
    """The cell as Python, with magics as calls."""
    magic = transform.cell_magic(source)
    if not magic:
        return transform.transform(transform.automagic(source, shell.line_magics, namespace))
    return "get_ipython().run_cell_magic({!r}, {!r}, {!r})".format(*magic)


def _execute(source, parsed, count):
    """The value to show, or None."""
    magic = transform.cell_magic(source)
    if magic:
        return shell.run_cell_magic(*magic)
    return run_code(parsed, tracebacks.cells.add(source, count), namespace)


def _run_plain(source, filename, space):
    """For magics: code in a namespace, with IPython's syntax, under the name of a file."""
    return run_code(transform.transform(source), filename, space)


def run_code(source, filename, space):
    """Runs statements; the value of the last one when it is an expression without `;` behind it."""
    tree = threads.compile_deep(source, filename, "exec", ast.PyCF_ONLY_AST | ALLOW_AWAIT)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    if last is not None:
        tree.body.pop()
    codes = [threads.compile_deep(tree, filename, "exec", ALLOW_AWAIT, dont_inherit=True)]
    if last is not None:
        codes.append(
            threads.compile_deep(ast.Expression(last.value), filename, "eval", ALLOW_AWAIT, dont_inherit=True)
        )
    # When something is awaited, all of it runs in the loop: tasks can be made before they are awaited.
    if any(code.co_flags & AWAITS for code in codes):
        value = loops.await_in_cell(_awaited(codes, space))
    else:
        value = None
        for code in codes:
            value = eval(code, space)
    return None if last is None or _ends_quietly(source) else value


async def _awaited(codes, space):
    value = None
    for code in codes:
        value = eval(code, space)
        if code.co_flags & AWAITS:
            value = await value
    return value


def _ends_quietly(source):
    """A `;` at the end keeps the value from being shown."""
    text = source.rstrip()
    while text and text.rsplit("\n", 1)[-1].lstrip().startswith("#"):
        text = text.rpartition("\n")[0].rstrip()
    return text.partition("#")[0].rstrip().endswith(";") if "\n" not in text else text.endswith(";")


def _show_result(value, count):
    own = getattr(value, "_ipython_display_", None)
    if callable(own) and not isinstance(value, type):
        own()
    else:
        data, metadata = formatting.bundle(value)
        streams.flush()
        host.emit({"type": "result", "data": data, "metadata": metadata})
    if namespace["_"] is not value:
        namespace["___"], namespace["__"] = namespace["__"], namespace["_"]
    namespace["_"] = value
    namespace["Out"][count] = value
    namespace[f"_{count}"] = value


def _show_error(error):
    global interruptible
    interruptible = False
    threads.MAIN.pending = None
    # The frames above the cell's are this package's; the rest of the program need not keep them alive.
    name, text, lines = tracebacks.output(error, error.__traceback__)
    streams.flush()
    host.emit({"type": "error", "ename": name, "evalue": text, "traceback": lines})
    sys.last_exc = error
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
