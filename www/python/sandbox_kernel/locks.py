"""`_thread.lock` and `_thread.RLock` for green threads: whoever must wait suspends its stack."""

import collections
import time

from . import host
from .threads import get_ident, park


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
