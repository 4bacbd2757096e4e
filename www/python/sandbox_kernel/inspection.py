"""Completion, signature help and `?`, from the live objects. Knows no page.

Nothing is called for it but `__dir__` and attribute access of simple names: completing must not run a program.
"""

import builtins
import inspect as _inspect
import keyword
import re

WORD = re.compile(r"[A-Za-z_][\w.]*$|[A-Za-z_][\w.]*\.$|$")
CALL = re.compile(r"([A-Za-z_][\w.]*)\s*\(([^()]*)$")
NAME = re.compile(r"[A-Za-z_][\w.]*")
MAX_OPTIONS = 500


def from_utf16(text, units):
    """Index in Python's characters of a place that counts UTF-16 units."""
    return len(text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))


def to_utf16(text, at):
    return len(text[:at].encode("utf-16-le")) // 2


def resolve(path, namespace):
    """The object of a dotted name, as (object,); () when there is none."""
    first, *rest = path.split(".")
    if first in namespace:
        found = namespace[first]
    elif hasattr(builtins, first):
        found = getattr(builtins, first)
    else:
        return ()
    for name in rest:
        try:
            # A property may run anything: only what the class or instance simply has is followed.
            if isinstance(_inspect.getattr_static(found, name), property):
                return ()
            found = getattr(found, name)
        except Exception:
            return ()
    return (found,)


def complete(source, cursor, namespace):
    """`Completions` of the page."""
    before = source[: from_utf16(source, cursor)]
    imported = re.search(r"^\s*(?:from\s+([\w.]*)|import\s+([\w.]*))$", before, re.MULTILINE)
    if imported and before.endswith(imported[0]):
        return _modules(before, imported[1] if imported[1] is not None else imported[2])
    listed = re.search(
        r"^\s*from\s+([\w.]+)\s+import\s+(?:[\w\s,]*,\s*)?(\w*)$", before, re.MULTILINE
    )
    if listed and before.endswith(listed[0]):
        return _module_names(before, listed[1], listed[2])
    word = WORD.search(before)[0]
    path, dot, prefix = word.rpartition(".")
    if dot:
        found = resolve(path, namespace)
        names = {name: _kind(found[0], name) for name in _attributes(found[0])} if found else {}
    else:
        names = {name: "value" for name in [*keyword.kwlist, *dir(builtins)]}
        names.update({name: "variable" for name in namespace})
        names.update({f"{name}=": "option" for name in _call_arguments(before, namespace)})
    options = [(name, kind) for name, kind in names.items() if name.startswith(prefix)]
    if not prefix.startswith("_"):
        options = [option for option in options if not option[0].startswith("_")]
    options.sort(key=lambda option: (option[1] != "option", option[0].lower()))
    return {
        "from": to_utf16(before, len(before) - len(prefix)),
        "options": [{"label": name, "kind": kind} for name, kind in options[:MAX_OPTIONS]],
    }


def _attributes(value):
    try:
        return [name for name in dir(value) if isinstance(name, str)]
    except Exception:
        return []


def _kind(value, name):
    try:
        member = _inspect.getattr_static(value, name)
    except Exception:
        return "value"
    return (
        "command"
        if callable(member) or isinstance(member, (staticmethod, classmethod))
        else "value"
    )


def _call_arguments(before, namespace):
    call = CALL.search(before)
    found = resolve(call[1], namespace) if call else ()
    if not found or not callable(found[0]):
        return []
    try:
        parameters = _inspect.signature(found[0]).parameters.values()
    except (ValueError, TypeError):
        return []
    by_name = (_inspect.Parameter.POSITIONAL_OR_KEYWORD, _inspect.Parameter.KEYWORD_ONLY)
    return [parameter.name for parameter in parameters if parameter.kind in by_name]


def _modules(before, path):
    import pkgutil
    import sys

    parent, _, prefix = path.rpartition(".")
    if parent:
        module = sys.modules.get(parent)
        names = {info.name for info in pkgutil.iter_modules(getattr(module, "__path__", []))}
    else:
        names = (
            set(sys.stdlib_module_names)
            | {name for name in sys.modules if "." not in name}
            | EXTRA_MODULES
        )
    options = sorted(name for name in names if name.startswith(prefix) and not name.startswith("_"))
    return {
        "from": to_utf16(before, len(before) - len(prefix)),
        "options": [{"label": name, "kind": "value"} for name in options],
    }


# Top-level modules that can be imported but are not there yet.
EXTRA_MODULES = set()


def _module_names(before, module, prefix):
    import pkgutil
    import sys

    loaded = sys.modules.get(module)
    names = set(dir(loaded)) if loaded else set()
    names |= {info.name for info in pkgutil.iter_modules(getattr(loaded, "__path__", []))}
    options = sorted(name for name in names if name.startswith(prefix) and not name.startswith("_"))
    return {
        "from": to_utf16(before, len(before) - len(prefix)),
        "options": [{"label": name, "kind": "value"} for name in options],
    }


def inspect(source, cursor, namespace):
    """`Hover` of the page: signature and first lines of the documentation; None when there is nothing to say."""
    at = from_utf16(source, cursor)
    start = at
    while start > 0 and (source[start - 1].isalnum() or source[start - 1] in "_."):
        start -= 1
    found = NAME.match(source, start)
    value = resolve(found[0], namespace) if found else ()
    if not value or keyword.iskeyword(found[0]):
        return None
    text = signature(value[0], found[0])
    doc = (_inspect.getdoc(value[0]) or "").strip().split("\n\n")[0]
    if doc and (callable(value[0]) or _inspect.ismodule(value[0])):
        text += f"\n\n{doc}"
    return {"from": to_utf16(source, start), "to": to_utf16(source, found.end()), "text": text}


def signature(value, name):
    """`name(arguments)` of what can be called, else its type and a short text."""
    if callable(value):
        try:
            return f"{name}{_inspect.signature(value)}"
        except (ValueError, TypeError):
            return f"{name}(…)"
    if _inspect.ismodule(value):
        return f"module {value.__name__}"
    text = repr(value)
    return f"{name}: {type(value).__name__} = {text if len(text) <= 200 else text[:200] + '…'}"


def describe(name, value, detail):
    """What `name?` and, with `detail`, `name??` show."""
    red, off = "\x1b[31m", "\x1b[39m"
    lines = []

    def add(title, text):
        gap = "\n" if "\n" in text else " " * max(1, 16 - len(title) - 1)
        lines.append(f"{red}{title}:{off}{gap}{text}")

    if callable(value):
        add("Signature", signature(value, name))
    if not callable(value):
        add("Type", type(value).__name__)
        text = repr(value)
        add("String form", text if len(text) <= 500 else text[:500] + "…")
        if hasattr(value, "__len__"):
            try:
                add("Length", str(len(value)))
            except Exception:
                pass
    source = None
    if detail:
        try:
            source = _inspect.getsource(value)
        except (OSError, TypeError):
            pass
    if source is not None:
        add("Source", "\n" + source.rstrip())
    else:
        add("Docstring", _inspect.getdoc(value) or "<no docstring>")
    if callable(value) or _inspect.ismodule(value):
        try:
            add("File", _inspect.getfile(value))
        except (TypeError, OSError):
            pass
        add("Type", type(value).__name__)
    return "\n".join(lines) + "\n"
