"""IPython's own syntax to Python: `!command`, `%magic`, `x = !command`, `name?`. Knows no page.

Only the starts of statements are looked at: text inside strings, brackets and continued lines is never touched. Every
line stays a line, so that line numbers in tracebacks are those of the cell.
"""

import re

# Colab lets comments (its forms' `#@title`) stand above.
CELL_MAGIC = re.compile(r"(?:\s*#[^\n]*\n)*\s*%%(\w+)[ \t]*([^\n]*)(?:\n|$)(.*)", re.DOTALL)
ASSIGNED = re.compile(r"([\w.,\s*\[\]'\"()]+?)\s*=\s*([!%])(.*)", re.DOTALL)
HELP = re.compile(r"(\?{1,2})?\s*([%\w.\[\]'\"*]+?)\s*(\?{1,2})?\s*;?$")
AUTOMAGIC = re.compile(r"(pip|conda)\s+(install|uninstall|list|show|freeze)\b")
_STRING = re.compile(r"('''|\"\"\"|'|\")")


def cell_magic(source):
    """(name, line, body) of a cell that begins with `%%name`, else None."""
    found = CELL_MAGIC.match(source)
    if not found:
        return None
    body = found[3]
    return found[1], found[2].strip(), body if body == "" or body.endswith("\n") else body + "\n"


def automagic(source, magics, namespace):
    """A cell of one line that begins with the name of a magic, as `ls -l`, is that magic: unless the name is a variable's."""
    line = source.strip()
    name, _, rest = line.partition(" ")
    if "\n" in line or name not in magics or name in namespace or rest.lstrip()[:1] in ("=", ","):
        return source
    return source.replace(line, f"%{line}", 1)


def transform(source):
    """The cell as Python."""
    lines = source.split("\n")
    out = []
    at = 0
    state = _State()
    while at < len(lines):
        if not state.open:
            replaced, used = _statement(lines, at)
            if replaced is not None:
                out.append(replaced)
                # As many lines as before, so that numbers stay right.
                out.extend([""] * (used - 1))
                at += used
                continue
        state.feed(lines[at])
        out.append(lines[at])
        at += 1
    return "\n".join(out)


def _statement(lines, at):
    """The Python of a statement in IPython's syntax and how many lines it has, or (None, 0)."""
    line = lines[at]
    body = line.lstrip()
    indent = line[: len(line) - len(body)]
    if body.startswith(("!", "%")) and not body.startswith(("%=", "!=")):
        text, used = _joined(lines, at, body)
        return indent + _command(text), used
    # Nothing else of IPython's begins like this, and the patterns below are slow on long lines.
    if body == "" or body[0] == "#":
        return None, 0
    if "!" in body or "%" in body:
        found = ASSIGNED.match(body)
        if found and not _looks_like_python(found):
            text, used = _joined(lines, at, found[2] + found[3])
            return f"{indent}{found[1]} = {_command(text, assigned=True)}", used
    if "?" in body:
        found = HELP.match(body)
        if found and (found[1] or found[3]):
            detail = 1 if "??" in (found[1], found[3]) else 0
            return f"{indent}get_ipython().help({found[2]!r}, {detail})", 1
    if AUTOMAGIC.match(body) and "=" not in body.split()[1]:
        return indent + _command("%" + body), 1
    return None, 0


def _looks_like_python(found):
    """`a == b % c` and the like."""
    return found[1].endswith(("=", "!", "<", ">")) or found[3].startswith("=")


def _joined(lines, at, first):
    """A command with the lines that it goes on in, and how many there are."""
    parts = [first]
    used = 1
    while parts[-1].endswith("\\") and at + used < len(lines):
        parts.append(lines[at + used])
        used += 1
    return "\n".join(parts), used


def _command(text, assigned=False):
    if text.startswith("!!"):
        return f"get_ipython().getoutput({text[2:].strip()!r})"
    if text.startswith("!"):
        name = "getoutput" if assigned else "system"
        return f"get_ipython().{name}({text[1:].strip()!r})"
    name, _, line = text[1:].partition(" ")
    return f"get_ipython().run_line_magic({name.strip()!r}, {line.strip()!r})"


class _State:
    """Whether the next line goes on with a statement: an open string, an open bracket, a backslash."""

    def __init__(self):
        self._quote = None
        self._depth = 0
        self._backslash = False

    @property
    def open(self):
        return self._quote is not None or self._depth > 0 or self._backslash

    def feed(self, line):
        at = 0
        self._backslash = False
        while at < len(line):
            if self._quote:
                at = self._in_string(line, at)
                continue
            letter = line[at]
            if letter == "#":
                return
            if letter in "'\"":
                self._quote = line[at : at + 3] if line[at : at + 3] in ("'''", '"""') else letter
                at += len(self._quote)
                continue
            if letter in "([{":
                self._depth += 1
            elif letter in ")]}":
                self._depth = max(0, self._depth - 1)
            at += 1
        if self._quote and len(self._quote) == 1 and not line.endswith("\\"):
            self._quote = None  # A mistake that Python will report.
        self._backslash = line.endswith("\\")

    def _in_string(self, line, at):
        while at < len(line):
            if line[at] == "\\":
                at += 2
            elif line.startswith(self._quote, at):
                at += len(self._quote)
                self._quote = None
                return at
            else:
                at += 1
        return at
