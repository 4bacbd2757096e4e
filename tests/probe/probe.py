"""Asks a client what of it works here: each public method of a class is really called, by a table of calls.

Knows no client. What the table lacks, and a call that fails for a reason nobody has foreseen, is a fault: so a new
version of a client does not slip through. The report is for tables.mjs.
"""
import enum
import inspect
import json
import threading

LIMIT_S = 60
# What an interpreter calls, and how it is shown.
SPECIAL = {"__iter__": "iteration", "__len__": "`len()`", "__enter__": "`with`"}

WORKS, MISSING, UNSERVED, SAME = "works", "missing", "unserved", "same"


def public(kind):
    names = {name for name in dir(kind) if not name.startswith("_") and not name.isupper()}
    return names | {name for name in SPECIAL if name in dir(kind)}


def told(instance):
    """What it has of its own, not of a tuple's, a number's or an exception's."""
    own = set(getattr(instance, "__dict__", ()))
    for kind in type(instance).__mro__:
        own |= set() if kind.__module__ == "builtins" else set(vars(kind))
    return public(instance) & own - set(SPECIAL)


class Report:
    """`classify(error)`: (MISSING, UNSERVED or SAME, why), or None if nobody has foreseen that error."""

    def __init__(self, client, classify):
        self.client = client
        self._classify = classify
        self._classes = {}
        self._faults = []
        self._seen = set()

    def calls(self, kind, rows, subject, name=None):
        """Every method of a client's class, in the order of the rows; each is given `subject`."""
        name = name or kind.__name__
        self._seen.add(kind.__name__)
        names = public(kind)
        for method in sorted(names - set(rows)):
            self._faults.append(f"{name}.{method}: the table has no call for it")
        for method, call in rows.items():
            if method in names:
                self._note(name, SPECIAL.get(method, f"`{method}`"), self._try(f"{name}.{method}", call, subject))

    def values(self, *instances, **rows):
        """What an object tells: its attributes are read, its methods called by rows."""
        for instance in instances:
            kind = type(instance)
            self._seen.add(kind.__name__)
            names = told(instance)
            for name in sorted(names):
                if not callable(getattr(instance, name)):
                    self._note(kind.__name__, f"`{name}`", (WORKS, ""))
                elif name in rows:
                    verdict = self._try(f"{kind.__name__}.{name}", rows[name], instance)
                    self._note(kind.__name__, f"`{name}`", verdict)
                else:
                    self._faults.append(f"{kind.__name__}.{name}: the table has no call for it")
            if not names:
                self._note(kind.__name__, "its constructor", (WORKS, ""))

    def enumerations(self, module):
        """Those that the module offers, with all their members."""
        for name, kind in exported(module):
            if issubclass(kind, enum.Enum) and name not in self._seen:
                self._seen.add(name)
                assert len(list(kind)) > 1, name
                self._note("enumerations", f"`{name}`", (WORKS, ""))

    def each(self, name, rows):
        """Things that are no methods: whatever the rows do, under one heading."""
        for row, call in rows.items():
            self._note(name, row if " " in row else f"`{row}`", self._try(f"{name}: {row}", call))

    def complete(self, *modules, besides=()):
        """Each class that the modules offer was probed, or is named as one that no program uses."""
        for module in modules:
            for name, _kind in exported(module):
                if name not in self._seen and name not in besides:
                    self._faults.append(f"{module.__name__}.{name}: the table does not know this class")

    def show(self):
        print(json.dumps({"client": self.client, "classes": self._classes, "faults": self._faults}))

    def _note(self, name, what, verdict):
        if verdict and what not in (seen := self._classes.setdefault(name, {})):
            seen[what] = verdict

    def _try(self, label, call, *subject):
        """The verdict of one call; None when it is a fault."""
        end = []

        def work():
            try:
                end.append((WORKS, "") if call(*subject) is not False else "it did not do its work")
            except BaseException as error:
                end.append(self._classify(error) or f"{type(error).__name__}: {error}")

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(LIMIT_S)
        verdict = end[0] if end else f"it has not ended within {LIMIT_S} s"
        if isinstance(verdict, str):
            self._faults.append(f"{label}: {verdict[:300]}")
            return None
        return verdict


def exported(module):
    """Its public classes, without those of other libraries."""
    package = module.__name__.partition(".")[0]
    for name, kind in sorted(vars(module).items()):
        if inspect.isclass(kind) and not name.startswith("_") and kind.__module__.startswith(package):
            yield name, kind
