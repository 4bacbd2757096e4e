"""`asyncio.run`: as in Jupyter, where a cell's loop is running already; in threads and in programs it works.

A loop is CPython's own one over our selector: the loops that Pyodide makes are the browser's.
"""

import asyncio

from . import scripts, threads


def run(main, *, debug=None, loop_factory=None):
    """`asyncio.run`"""
    if threads.current() is threads.MAIN and not scripts.running:
        error = RuntimeError("asyncio.run() cannot be called from a running event loop")
        error.add_note("As in Jupyter, a cell awaits by itself: write `await main()`.")
        raise error
    around = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    loop = (loop_factory or new_loop)()
    try:
        if debug is not None:
            loop.set_debug(debug)
        return loop.run_until_complete(main)
    finally:
        _close(loop)
        asyncio._set_running_loop(around)


def new_loop():
    from . import sockets

    return asyncio.SelectorEventLoop(sockets.Selector())


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
