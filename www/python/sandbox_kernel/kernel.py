"""What the page calls (`www/src/host/python/worker.ts`): start, run a cell, stop, complete, inspect."""

import hashlib
import json

from _pbkdf2 import pbkdf2_hmac

from . import cells, errors, inspection, loops, processes, shell, signatures, sockets, streams, threads


def start(config):
    """`config`: JSON with user, home, hosts, packages."""
    settings = json.loads(config)
    hashlib.pbkdf2_hmac = pbkdf2_hmac
    errors.install()
    threads.install()
    sockets.install(settings["hosts"])
    streams.install()
    processes.install()
    cells.install(settings)
    shell.install()
    loops.install()


def run_cell(source, count, earlier):
    """Runs a cell; 'ok', 'error' or 'interrupted'. Called so that it may be suspended.

    `earlier`: JSON of [count, source] of cells that ran since the last one without Python.
    """
    loops.make_way()
    threads.enter_cell()
    loops.enter_cell()
    try:
        return cells.run(source, count, json.loads(earlier))
    finally:
        threads.leave_cell()
        loops.leave_cell()


def interrupt():
    # As in Jupyter, where Ctrl-C ends the command, and the cell goes on behind it: the page stops its shell.
    if shell.running or not (cells.interruptible or loops.between):
        return
    threads.interrupt(threads.MAIN, KeyboardInterrupt())


def complete(source, cursor):
    """JSON of `Completions`; `cursor` counts UTF-16 units, as the page does."""
    return json.dumps(inspection.complete(source, cursor, cells.namespace))


def inspect(source, cursor):
    """JSON of `Hover`, or null."""
    return json.dumps(inspection.inspect(source, cursor, cells.namespace))


def signature(source, cursor):
    """JSON of `Signature`, or null."""
    return json.dumps(signatures.signature_at(source, cursor, cells.namespace))


def expand(source):
    """Lines for the shell, with Python's variables in them."""
    return shell.expand_lines(source, cells.namespace)
