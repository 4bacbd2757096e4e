"""The page's functions (`www/src/host/python/bridge.ts`), under the names that the rest of this package uses.

The only importer of `_sandbox`, so that everything that knows no page can be tested on CPython.
"""

import json

import _sandbox
from pyodide.ffi import can_run_sync, create_proxy, run_sync, to_js

__all__ = ["can_run_sync", "create_proxy", "run_sync", "to_js"]

waiter = _sandbox.waiter
dial = _sandbox.dial
next_turn = _sandbox.next_turn
begin_slice = _sandbox.begin_slice
limit_stack = _sandbox.limit_stack
spawn = _sandbox.spawn
stream = _sandbox.stream
ask = _sandbox.ask
answer = _sandbox.answer
asked = _sandbox.asked
shell = _sandbox.shell
shell_interrupt = _sandbox.shell_interrupt
fetch_file = _sandbox.fetch_file
flush_files = _sandbox.flush_files
crc32c = _sandbox.crc32c


def emit(output):
    """Shows an output: a dict of the shape of `CodeOutput` in `client/code.ts`."""
    _sandbox.emit(json.dumps(output))
