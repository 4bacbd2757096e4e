"""Errors as IPython shows them: the cell's own lines, with an arrow and colours. Knows no page."""

import linecache
import os
import sys

WIDTH = 75
CONTEXT = 2
RED, GREEN, CYAN, BLUE, OFF = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[34m", "\x1b[39m"
PACKAGE = __name__.partition(".")[0]
# Frames are shown up to here, then only the first and last ones: a recursion has thousands.
MAX_FRAMES = 40


class Cells:
    """Sources of cells, so that their lines can be shown. The file's name tells the cell's number."""

    def __init__(self):
        self._numbers = {}

    def add(self, source, count):
        name = f"<cell-{count}>"
        self._numbers[name] = count
        lines = source.splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        # No time: linecache keeps it for ever.
        linecache.cache[name] = (len(source), None, lines, name)
        return name

    def number(self, filename):
        return self._numbers.get(filename)


cells = Cells()


def output(error, traceback):
    """(ename, evalue, lines of the traceback) as nbformat has them."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:
        text = "<exception str() failed>"
    return name, text, _chain(error, traceback)


def _chain(error, traceback):
    parts = []
    cause, joined = _cause(error)
    if cause is not None:
        parts += _chain(cause, cause.__traceback__) + ["", joined, ""]
    else:
        parts.append(f"{RED}{'-' * WIDTH}{OFF}")
    return parts + _one(error, traceback)


def _cause(error):
    if error.__cause__ is not None and error.__cause__ is not error:
        return (
            error.__cause__,
            "The above exception was the direct cause of the following exception:",
        )
    if error.__context__ is not None and not error.__suppress_context__:
        return (
            error.__context__,
            "During handling of the above exception, another exception occurred:",
        )
    return None, ""


def _one(error, traceback):
    name = type(error).__name__
    head = "Traceback (most recent call last)"
    parts = [f"{RED}{name}{OFF}{head:>{max(WIDTH - len(name), len(head) + 1)}}"]
    if (
        isinstance(error, SyntaxError)
        and error.filename is not None
        and cells.number(error.filename) is not None
    ):
        return _syntax_error(error)
    frames = _frames(traceback)
    if len(frames) > MAX_FRAMES:
        half = MAX_FRAMES // 2
        hidden = f"    [... skipping {len(frames) - MAX_FRAMES} frames ...]"
        texts = (
            [_frame(*f) for f in frames[:half]] + [hidden] + [_frame(*f) for f in frames[-half:]]
        )
    else:
        texts = [_frame(*frame) for frame in frames]
    parts += texts
    last = f"{RED}{name}{OFF}: {_text(error)}"
    parts.append("\n".join([last, *getattr(error, "__notes__", [])]))
    return parts


def _text(error):
    try:
        return str(error)
    except Exception:
        return ""


def _frames(traceback):
    """(frame, line number) of all that is not this package's own, outermost first."""
    found = []
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        if (
            module.partition(".")[0] != PACKAGE
            and "/pyodide/" not in traceback.tb_frame.f_code.co_filename
        ):
            found.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def _frame(frame, number):
    code = frame.f_code
    count = cells.number(code.co_filename)
    where = _arguments(frame)
    if count is not None:
        head = f"Cell {GREEN}In[{count}]{OFF}, line {number}{where}"
    else:
        home = os.path.expanduser("~")
        path = (
            code.co_filename.replace(home, "~", 1)
            if code.co_filename.startswith(home)
            else code.co_filename
        )
        head = f"File {GREEN}{path}:{number}{OFF}{where}"
    return "\n".join([head, *_lines(code.co_filename, number, frame.f_globals), ""])


def _arguments(frame):
    code = frame.f_code
    if code.co_name == "<module>":
        return ""
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return f", in {CYAN}{code.co_qualname}{OFF}({', '.join(names)})"


def _lines(filename, number, module_globals):
    linecache.checkcache(filename)
    shown = []
    for at in range(number - CONTEXT, number + CONTEXT + 1):
        line = linecache.getline(filename, at, module_globals) if at > 0 else ""
        if line == "":
            continue
        line = line.rstrip("\n")
        if at == number:
            arrow = f"{'-' * max(0, 5 - len(str(at)))}> {at}"
            shown.append(f"{GREEN}{arrow}{OFF} {line}")
        else:
            shown.append(f"{GREEN}{at:>7}{OFF} {line}")
    return shown


def _syntax_error(error):
    count = cells.number(error.filename)
    lines = [f"  Cell {GREEN}In[{count}]{OFF}, line {error.lineno}"]
    if error.text is not None:
        text = error.text.rstrip("\n")
        cut = len(text) - len(text.lstrip())
        lines.append(f"    {text.lstrip()}")
        if error.offset is not None:
            lines.append(f"    {' ' * max(0, error.offset - 1 - cut)}{RED}^{OFF}")
    lines.append(f"{RED}{type(error).__name__}{OFF}{RED}:{OFF} {error.msg}")
    return ["\n".join(lines)]


def show_uncaught(kind, error, traceback):
    """`sys.excepthook`"""
    _name, _text_, lines = output(error, traceback)
    sys.stderr.write("\n".join(lines) + "\n")
