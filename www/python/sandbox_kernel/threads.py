"""Green threads: every cell and every Python thread is a stack of its own, of which one runs at a time.

Whoever blocks (a lock, a socket, sleep) suspends its stack by `park`, and the event loop goes on with the others.
Code that does not block gives way when its slice of time is over (`_on_slice_end`). Replaces the edges of `_thread`,
`threading` and `time`; the rest of the standard library's threading works on top, unchanged.
"""

import asyncio
import collections
import gc
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
        _suspended(current(), host.next_turn())


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


class Lock:
    """`_thread.lock`"""

    __slots__ = ("_locked", "_waiting", "__weakref__")

    def __init__(self):
        self._locked = False
        self._waiting = None

    def acquire(self, blocking=True, timeout=-1):
        if not self._locked:
            self._locked = True
            return True
        if not blocking:
            if timeout != -1:
                raise ValueError("can't specify a timeout for a non-blocking call")
            return False
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if timeout == 0:
            return False
        return self._wait(timeout)

    def _wait(self, timeout):
        end = None if timeout == -1 else time.monotonic() + timeout
        if self._waiting is None:
            self._waiting = collections.deque()
        while self._locked:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return False
            waiter = host.waiter()
            self._waiting.append(waiter)
            try:
                park(waiter, left)
            except BaseException:
                self._pass_on(waiter)
                raise
            self._forget(waiter)
        self._locked = True
        return True

    def _forget(self, waiter):
        try:
            self._waiting.remove(waiter)
        except ValueError:
            pass

    def _pass_on(self, waiter):
        """Whoever leaves in an error may have been woken for a lock that is free now."""
        self._forget(waiter)
        if not self._locked and self._waiting:
            self._waiting[0].wake()

    def release(self):
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        self._locked = False
        if self._waiting:
            self._waiting[0].wake()

    def locked(self):
        return self._locked

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_error):
        self.release()

    def _at_fork_reinit(self):
        self.__init__()

    def __repr__(self):
        state = "locked" if self._locked else "unlocked"
        return f"<{state} _thread.lock object at {id(self):#x}>"

    acquire_lock, release_lock, locked_lock = acquire, release, locked


class RLock:
    """`_thread.RLock`"""

    __slots__ = ("_block", "_owner", "_count", "__weakref__")

    def __init__(self):
        self._block = Lock()
        self._owner = None
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        me = get_ident()
        if self._owner == me:
            self._count += 1
            return True
        taken = self._block.acquire(blocking, timeout)
        if taken:
            self._owner = me
            self._count = 1
        return taken

    def release(self):
        if self._owner != get_ident():
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if self._count == 0:
            self._owner = None
            self._block.release()

    def locked(self):
        return self._count > 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_error):
        self.release()

    def _at_fork_reinit(self):
        self.__init__()

    # What `threading.Condition` needs of its lock.
    def _is_owned(self):
        return self._owner == get_ident()

    def _release_save(self):
        if self._count == 0:
            raise RuntimeError("cannot release un-acquired lock")
        state = (self._count, self._owner)
        self._count, self._owner = 0, None
        self._block.release()
        return state

    def _acquire_restore(self, state):
        self._block.acquire()
        self._count, self._owner = state

    def _recursion_count(self):
        return self._count if self._owner == get_ident() else 0

    def __repr__(self):
        state = "locked" if self._count else "unlocked"
        return f"<{state} _thread.RLock object owner={self._owner or 0} count={self._count} at {id(self):#x}>"


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
        global _current
        _current = stack
        asyncio._set_running_loop(None)
        host.begin_slice()
        try:
            function()
        except SystemExit:
            pass
        except BaseException as error:  # as _thread does: threading itself reports before
            sys.unraisablehook(_Unraisable(error, function))
        finally:
            handle._set_done()
            for work in before_waiting:
                work()
            asyncio._set_running_loop(_browser_loop)
            _current = None

    host.spawn(host.create_proxy(body))
    return handle


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


def enter_cell():
    """A cell begins on the stack that calls this."""
    global _current
    _current = MAIN
    MAIN.pending = None
    asyncio._set_running_loop(None)
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
    queue.SimpleQueue = queue._PySimpleQueue
    signal.signal(signal.SIGALRM, _on_slice_end)
