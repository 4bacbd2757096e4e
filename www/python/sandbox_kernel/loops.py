"""asyncio as in Jupyter: all cells have one loop, which is there in each of them, and whose tasks go on between cells.

A loop is CPython's own one over our selector. Those that Pyodide makes are the browser's, on which it waits for
promises.
"""

import asyncio
import contextlib
import sys

from . import host, threads

_loop = None
# The loop runs between two cells: on the stack of the cells, so that what stops a cell stops a task.
between = False
# Woken when it has stopped, because a cell wants to begin.
_door = None


class CellLoop(asyncio.SelectorEventLoop):
    """Jupyter's loop runs around each cell, so that none can be run within. Ours says so, and runs while a cell awaits."""

    in_cell = False

    def is_running(self):
        return self.in_cell or super().is_running()


def cell_loop():
    global _loop
    if _loop is None:
        _loop = CellLoop(_selector())
    return _loop


def new_loop():
    """`asyncio.new_event_loop`"""
    return asyncio.SelectorEventLoop(_selector())


def _selector():
    from . import sockets

    return sockets.Selector()


def make_way():
    """A cell wants to begin: waits until the tasks that run between cells have come to their next `await`."""
    global _door
    if not between:
        return
    _door = host.waiter()
    _loop.stop()
    _loop.call_soon_threadsafe(int)  # wakes it
    threads.wait_for_cells(_door)
    _door = None


def enter_cell():
    loop = cell_loop()
    loop.in_cell = True
    asyncio._set_running_loop(loop)


def leave_cell():
    """The cell has ended: what it has left to do goes on."""
    global between
    _loop.in_cell = False
    if asyncio.all_tasks(_loop) or _loop._ready or _loop._scheduled:
        between = True
        threads.spawn(threads.MAIN, _run_between)


def _run_between():
    global between
    try:
        _loop.run_forever()
    except BaseException as error:  # a task was stopped, or ended the program
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        between = False
        if _door is not None:
            _door.wake()


def await_in_cell(coroutine):
    """What a cell's own coroutine gives. When the cell is stopped, it is cancelled: it must not go on between cells."""
    with _outside_of_cell() as loop:
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    loop.run_until_complete(task)
            raise


@contextlib.contextmanager
def _outside_of_cell():
    loop = _loop
    loop.in_cell = False
    asyncio._set_running_loop(None)
    try:
        yield loop
    finally:
        loop.in_cell = True
        asyncio._set_running_loop(loop)


def run(main, *, debug=None, loop_factory=None):
    """`asyncio.run`"""
    if asyncio._get_running_loop() is not None:
        error = RuntimeError("asyncio.run() cannot be called from a running event loop")
        error.add_note("As in Jupyter, a cell awaits by itself: write `await main()`.")
        raise error
    loop = (loop_factory or new_loop)()
    try:
        if debug is not None:
            loop.set_debug(debug)
        return loop.run_until_complete(main)
    finally:
        _close(loop)


def _close(loop):
    """Ends what the program has left running."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    try:
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def install():
    asyncio.run = run
    asyncio.new_event_loop = asyncio.events.new_event_loop = new_loop
