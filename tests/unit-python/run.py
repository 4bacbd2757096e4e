"""Tests of the parts of the Python kernel that know no page, on this machine's CPython.

usage: python3 tests/unit-python/run.py
"""

import pathlib
import sys
import types
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[0:0] = [str(HERE), str(HERE.parent.parent / "www/python")]


class Anything(types.ModuleType):
    """A module of the browser: here nothing of it is ever called."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return None


for name in ("_sandbox", "pyodide", "pyodide.ffi"):
    sys.modules[name] = Anything(name)

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover(str(HERE), pattern="test_*.py")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
