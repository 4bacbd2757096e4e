"""Text of a value as IPython shows it in `Out`: what does not fit in a line is broken up, one item per line.

Knows no page. Values with a `__repr__` of their own are asked for it.
"""

import types

WIDTH = 79
MAX_ITEMS = 1000
CONTAINERS = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    dict: ("{", "}"),
}


def pretty(value):
    return _Printer().text(value, 0, 0, 0)


class _Printer:
    def __init__(self):
        self._inside = []

    def text(self, value, column, indent, after):
        """`value` as text that starts in this column, with so many characters to follow it in its last line.

        Items on lines of their own are indented by how deep they are, not by where their container begins: as IPython's.
        """
        kind = _container(value)
        if kind is None:
            return self._plain(value)
        opening, closing = CONTAINERS[kind]
        if any(value is outer for outer in self._inside):
            return f"{opening}...{closing}"
        if not value and kind in (set, frozenset):
            return repr(value)
        self._inside.append(value)
        try:
            return self._items(kind, value, column, indent, after)
        finally:
            self._inside.pop()

    def _items(self, kind, value, column, indent, after):
        opening, closing = CONTAINERS[kind]
        if kind in (set, frozenset):
            value = _sorted(value)
        shown = list(value.items() if kind is dict else value)[:MAX_ITEMS]
        more = len(value) > MAX_ITEMS
        if kind is tuple and len(shown) == 1:
            closing = ",)"
        flat = self._flat(kind, shown, more, opening, closing)
        if flat is not None and column + len(flat) + after <= WIDTH:
            return flat
        indent += len(opening)
        column += len(opening)
        parts = []
        for at, item in enumerate(shown):
            follow = 1 if at < len(shown) - 1 or more else len(closing) + after
            parts.append(self._item(kind, item, column, indent, follow))
            column = indent
        if more:
            parts.append("...")
        return opening + (",\n" + " " * indent).join(parts) + closing

    def _item(self, kind, item, column, indent, after):
        if kind is not dict:
            return self.text(item, column, indent, after)
        key = self.text(item[0], column, indent, 2)
        at = column + len(key) if "\n" not in key else len(key) - key.rindex("\n") - 1
        return f"{key}: {self.text(item[1], at + 2, indent, after)}"

    def _flat(self, kind, shown, more, opening, closing):
        """All in one line, or None when that is hopeless."""
        parts = []
        length = 0
        for item in shown:
            part = self._item(kind, item, -WIDTH * 1000, 0, 0)
            length += len(part) + 2
            if "\n" in part or length > 2 * WIDTH:
                return None
            parts.append(part)
        if more:
            parts.append("...")
        return opening + ", ".join(parts) + closing

    def _plain(self, value):
        if isinstance(value, type):
            return _type_name(value)
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
            return _function(value)
        return repr(value)


def _container(value):
    """The builtin container that it is, if it is shown as one."""
    for cls in type(value).__mro__:
        if cls in CONTAINERS:
            return cls
        if "__repr__" in cls.__dict__:
            return None
    return None


def _sorted(items):
    try:
        return sorted(items)
    except Exception:
        return list(items)


def _type_name(cls):
    if type(cls).__repr__ is not type.__repr__:
        return repr(cls)
    return (
        cls.__qualname__
        if cls.__module__ in ("builtins", "exceptions")
        else f"{cls.__module__}.{cls.__qualname__}"
    )


def _function(value):
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", value.__name__)
    if module not in ("__builtin__", "builtins", "exceptions", None):
        name = f"{module}.{name}"
    try:
        import inspect

        name += str(inspect.signature(value))
    except (ValueError, TypeError):
        return repr(value)
    return f"<function {name}>"
