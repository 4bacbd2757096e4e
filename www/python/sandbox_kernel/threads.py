"""Green threads: every cell and every Python thread is a stack of its own, of which one runs at a time.

Whoever blocks (a lock, a socket, sleep) suspends its stack by `park`, and the event loop goes on with the others.
Code that does not block gives way when its slice of time is over (`_on_slice_end`). Replaces the edges of `_thread`,
`threading` and `time`; the rest of the standard library's threading works on top, unchanged.
"""

import asyncio
import gc
import importlib.machinery
import itertools
import signal
import sys
import threading
import time

import _thread

from . import host

# Browsers count a timer's milliseconds in 31 bits.
MAX_WAIT_S = 2_000_000
# Objects allocated since the last collection before a new one: it walks all of them, so not too often.
GARBAGE = 20_000
PACKAGE = __name__.partition(".")[0]
# Calls of C code within C code fill the browser's own stack, and nothing tells how much of it is left: at its end the
# interpreter is lost. Python watches over another stack, where C keeps what it takes addresses of. When so much of
# that is used, the browser's still has room, in every browser and for all but the oddest code.
STACK_BYTES = 96 * 1024
# The compiler nests deeply in a long expression, and needs little of the browser's stack for it.
COMPILER_STACK_BYTES = 512 * 1024

_ids = itertools.count(1000)
# Called before a stack is suspended: what has been printed must be seen while nothing runs.
before_waiting = []


class Stack:
    """One green thread. `pending` is an exception that is raised in it when it next runs."""

    __slots__ = ("ident", "waiter", "pending")

    def __init__(self, ident):
        self.ident = ident
        self.waiter = None
        self.pending = None


# The cell's own stack, whichever cell it is: `threading` knows it as the main thread.
MAIN = Stack(_thread.get_ident())
_current = None
_browser_loop = None


def current():
    return _current or MAIN


def get_ident():
    return (_current or MAIN).ident


def _raise_pending(stack):
    if stack.pending is not None:
        error, stack.pending = stack.pending, None
        raise error


def park(waiter, timeout_s=None):
    """Suspends this stack until `waiter` is woken; gives the value that it was woken with, 0 at a timeout."""
    me = current()
    _raise_pending(me)
    if not host.can_run_sync():
        raise RuntimeError(
            "this code cannot wait: it was called back by the browser, not by a cell or a thread"
        )
    if timeout_s is not None:
        waiter.arm(max(0.0, min(timeout_s, MAX_WAIT_S)) * 1000)
    me.waiter = waiter
    return _suspended(me, waiter.promise)


def wait_for(promise):
    """What a promise of the page resolves to."""
    if not host.can_run_sync():
        raise RuntimeError(
            "this code cannot wait: it was called back by the browser, not by a cell or a thread"
        )
    return _suspended(current(), promise)


def give_way():
    """Lets the event loop and the other stacks have a turn."""
    if host.can_run_sync():
        _suspended(current(), host.next_turn().promise)


def _suspended(me, promise):
    global _current
    for work in before_waiting:
        work()
    collect_garbage()
    _current = None
    # The browser's own loop runs what waits; each stack may have an asyncio loop of its own that is running.
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(_browser_loop)
    try:
        value = host.run_sync(promise)
    finally:
        asyncio._set_running_loop(loop)
        _current = me
        me.waiter = None
        host.begin_slice()
    _raise_pending(me)
    return value


def interrupt(stack, error):
    """Raises `error` in a stack: at once when it waits, else when its slice of time is over."""
    stack.pending = error
    if stack.waiter is not None:
        stack.waiter.wake(0)


def collect_garbage():
    """The interpreter's own collector would walk the stacks of suspended threads, and crash (Pyodide issue 6464).

    So it is switched off, and this runs where no stack is half-way through anything.
    """
    if gc.get_count()[0] >= GARBAGE:
        gc.collect()


def _on_slice_end(_signum, frame):
    # What this package does must not be torn apart: it is what makes locks. And without a current stack it is the
    # browser that runs something of Python's, which cannot be suspended.
    name = frame.f_globals.get("__name__", "") if frame is not None else ""
    if _current is None or name.partition(".")[0] == PACKAGE:
        host.begin_slice()
    else:
        give_way()


def sleep(seconds):
    """`time.sleep`"""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds == 0:
        give_way()
        return
    park(host.waiter(), seconds)


class ThreadHandle:
    """`_thread._ThreadHandle`"""

    def __init__(self):
        self.ident = None
        self._done = False
        self._joining = []

    def is_done(self):
        return self._done

    def _set_done(self):
        self._done = True
        for waiter in self._joining:
            waiter.wake()
        self._joining.clear()

    def join(self, timeout=None):
        if self.ident is None:
            raise RuntimeError("thread not started")
        if self.ident == get_ident() and not self._done:
            raise RuntimeError("Cannot join current thread")
        end = None if timeout is None or timeout < 0 else time.monotonic() + timeout
        while not self._done:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return
            waiter = host.waiter()
            self._joining.append(waiter)
            park(waiter, left)


def start_joinable_thread(function, handle=None, daemon=True):
    """`_thread.start_joinable_thread`. The thread begins when this one next gives way."""
    stack = Stack(next(_ids))
    handle = handle or ThreadHandle()
    handle.ident = stack.ident

    def body():
        try:
            function()
        except SystemExit:
            pass
        except BaseException as error:  # as _thread does: threading itself reports before
            sys.unraisablehook(_Unraisable(error, function))
        finally:
            handle._set_done()

    spawn(stack, body)
    return handle


def spawn(stack, function):
    """Runs a function that raises nothing on a stack, once the one that calls this gives way."""

    def body():
        global _current
        _enter(stack)
        try:
            function()
        finally:
            for work in before_waiting:
                work()
            asyncio._set_running_loop(_browser_loop)
            _current = None

    host.spawn(host.create_proxy(body))


class _Unraisable:
    def __init__(self, error, thread_function):
        self.exc_type = type(error)
        self.exc_value = error
        self.exc_traceback = error.__traceback__
        self.err_msg = "Exception ignored in thread started by"
        self.object = thread_function


def start_new_thread(function, args, kwargs=None):
    """`_thread.start_new_thread`"""
    return start_joinable_thread(lambda: function(*args, **(kwargs or {}))).ident


def compile_deep(*args, **options):
    """`compile`, for sources that a person has written."""
    host.limit_stack(COMPILER_STACK_BYTES)
    try:
        return compile(*args, **options)
    finally:
        host.limit_stack(STACK_BYTES)


def wait_for_cells(waiter):
    """For a cell that has not begun yet, because the stack of cells is in use: parks beside it."""
    global _current
    _current = Stack(MAIN.ident)
    try:
        park(waiter)
    finally:
        _current = None


def enter_cell():
    """A cell begins on the stack that calls this."""
    MAIN.pending = None
    _enter(MAIN)


def _enter(stack):
    global _current
    _current = stack
    asyncio._set_running_loop(None)
    host.limit_stack(STACK_BYTES)
    host.begin_slice()


def leave_cell():
    global _current
    MAIN.pending = None
    asyncio._set_running_loop(_browser_loop)
    _current = None


def install():
    """Puts all this in place. To be called before anything that makes locks is imported."""
    import _threading_local
    import queue

    from .locks import Lock, RLock

    global _browser_loop
    _browser_loop = asyncio.get_event_loop_policy().get_event_loop()
    gc.disable()
    # A program that switches it on again must not bring the crash back.
    gc.enable = lambda: None

    for name, value in {
        "allocate_lock": Lock, "LockType": Lock, "lock": Lock, "RLock": RLock, "get_ident": get_ident,
        "start_joinable_thread": start_joinable_thread, "start_new_thread": start_new_thread,
        "start_new": start_new_thread, "_ThreadHandle": ThreadHandle,
    }.items():  # fmt: skip
        setattr(_thread, name, value)
    for name, value in {
        "Lock": Lock, "_allocate_lock": Lock, "_LockType": Lock, "_CRLock": RLock, "get_ident": get_ident,
        "_start_joinable_thread": start_joinable_thread, "_ThreadHandle": ThreadHandle,
        "_active_limbo_lock": RLock(), "_set_name": None, "_HAVE_THREAD_NATIVE_ID": False,
        "local": _threading_local.local,
    }.items():  # fmt: skip
        setattr(threading, name, value)
    time.sleep = sleep
    importlib.machinery.SourceFileLoader.source_to_code = lambda _self, data, path, **options: compile_deep(
        data, path, "exec", dont_inherit=True, optimize=-1
    )
    queue.SimpleQueue = queue._PySimpleQueue
    signal.signal(signal.SIGALRM, _on_slice_end)
