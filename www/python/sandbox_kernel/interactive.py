"""What `get_ipython()` gives: commands, magics and help, as notebooks and their transformed lines call them."""

import re
import sys

from . import inspection, packages, scripts, shell

# The shell has no Python, so these go where `%pip` goes.
PIP = re.compile(r"(?:sudo\s+)?(?:\S*\s+-m\s+)?pip3?(?:\s+(.*))?$", re.DOTALL)


class UsageError(Exception):
    """A magic was used wrongly, or there is none of that name."""


class Interactive:
    """The part of IPython's `InteractiveShell` that notebooks use."""

    def __init__(self, namespace):
        self.user_ns = namespace
        self.user_global_ns = namespace
        self.execution_count = 0
        self.own_names = set()
        self.line_magics = {}
        self.cell_magics = {}
        self.run_source = None
        self.inputs = None

    # ─── Commands ───

    def system(self, command):
        command = shell.expand(command, self.user_ns)
        pip, python = PIP.match(command), scripts.COMMAND.match(command)
        if pip:
            packages.pip(pip[1] or "")
        elif python:
            self.user_ns["_exit_code"] = scripts.run(python[1])
        else:
            self.user_ns["_exit_code"] = shell.system(command)

    system_raw = system_piped = system

    def getoutput(self, command, split=True, depth=0):
        text, self.user_ns["_exit_code"] = shell.output_of(shell.expand(command, self.user_ns))
        return shell.Lines(text.splitlines()) if split else text

    def var_expand(self, command, depth=0, formatter=None):
        return shell.expand(command, self.user_ns)

    # ─── Magics ───

    def run_line_magic(self, name, line="", _stack_depth=1):
        magic = self.line_magics.get(name)
        if magic is None:
            also = (
                f" But cell magic `%%{name}` exists, did you mean that instead?"
                if name in self.cell_magics
                else ""
            )
            raise UsageError(f"Line magic function `%{name}` not found{also or '.'}")
        return magic(shell.expand(line, self.user_ns) if name not in _RAW_LINES else line)

    def run_cell_magic(self, name, line, body):
        magic = self.cell_magics.get(name)
        if magic is None:
            also = (
                f" But line magic `%{name}` exists, did you mean that instead?"
                if name in self.line_magics
                else ""
            )
            raise UsageError(f"Cell magic `%%{name}` not found{also or '.'}")
        return magic(shell.expand(line, self.user_ns) if name not in _RAW_LINES else line, body)

    def magic(self, text):
        name, _, line = text.lstrip("%").partition(" ")
        return self.run_line_magic(name, line.strip())

    def register_magic_function(self, function, magic_kind="line", magic_name=None):
        name = magic_name or function.__name__
        if "line" in magic_kind:
            self.line_magics[name] = function
        if "cell" in magic_kind:
            self.cell_magics[name] = function

    # ─── Code and names ───

    def run_cell(self, source, store_history=False, silent=False, **_options):
        return self.run_source(source, "<run_cell>", self.user_ns)

    def ev(self, expression):
        return eval(expression, self.user_ns)

    def ex(self, source):
        exec(source, self.user_ns)

    def push(self, variables, interactive=True):
        if isinstance(variables, str):
            variables = variables.split()
        if isinstance(variables, (list, tuple)):
            variables = {name: self.user_ns[name] for name in variables}
        self.user_ns.update(variables)

    def user_names(self):
        """Names that the person's code has made, in order of the alphabet."""
        return sorted(
            name for name in self.user_ns if name not in self.own_names and not name.startswith("_")
        )

    def set_next_input(self, text, replace=False):
        raise UsageError("this page does not write into the next cell")

    # ─── Help ───

    def help(self, name, detail=0):
        if name.startswith("%"):
            magic = self.line_magics.get(name.lstrip("%")) or self.cell_magics.get(name.lstrip("%"))
            found = (magic,) if magic else ()
        elif "*" in name:
            self._list_matching(name)
            return
        else:
            found = inspection.resolve(name, self.user_ns) or self._evaluated(name)
        if found:
            sys.stdout.write(inspection.describe(name, found[0], detail))
        else:
            sys.stdout.write(f"Object `{name}` not found.\n")

    def _evaluated(self, name):
        try:
            return (eval(name, self.user_ns),)
        except Exception:
            return ()

    def _list_matching(self, pattern):
        import builtins
        import fnmatch

        path, dot, last = pattern.rpartition(".")
        found = inspection.resolve(path, self.user_ns) if dot else ()
        names = dir(found[0]) if found else [*self.user_ns, *dir(builtins)] if not dot else []
        for name in sorted(set(names)):
            if fnmatch.fnmatchcase(name, last) and (
                last.startswith("_") or not name.startswith("_")
            ):
                sys.stdout.write(f"{path}{dot}{name}\n")

    def __repr__(self):
        return "<kafka sandbox's interactive shell>"


# Their lines are Python code: nothing is put into them.
_RAW_LINES = {"time", "timeit", "prun", "capture"}


def install(interactive, run_source, inputs):
    from . import cell_magics, line_magics

    interactive.run_source = run_source
    interactive.inputs = inputs
    line_magics.register(interactive)
    cell_magics.register(interactive)
