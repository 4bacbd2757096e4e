"""Waiting for several sockets at once: `selectors` and `select`."""

import selectors
import time
import weakref

from . import host, threads

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
# Sockets by what stands for a file descriptor: asyncio registers numbers with its selector.
by_number = weakref.WeakValueDictionary()


def wait_for(wanted, timeout_s):
    """Which of [(socket, events)…] are ready, as [(index, events)…]; empty after the timeout (None: never)."""
    end = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        found = [
            (at, events) for at, (sock, want) in enumerate(wanted) if (events := sock.ready(want))
        ]
        if found:
            return found
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            return found
        waiter = host.waiter()
        for sock, _events in wanted:
            sock.watch(waiter)
        try:
            threads.park(waiter, left)
        finally:
            for sock, _events in wanted:
                sock.unwatch(waiter)


class Selector(selectors._BaseSelectorImpl):
    """`selectors.DefaultSelector`"""

    def select(self, timeout=None):
        keys = [key for key in self.get_map().values() if key.fd in by_number]
        found = wait_for([(by_number[key.fd], key.events) for key in keys], None if timeout is None else max(0, timeout))
        return [(keys[at], events) for at, events in found]


def _socket_of(thing):
    return by_number[thing if isinstance(thing, int) else thing.fileno()]


def select(readable, writable, _exceptional, timeout=None):
    """`select.select`"""
    wanted = [(_socket_of(sock), READ) for sock in readable] + [(_socket_of(sock), WRITE) for sock in writable]
    ready = {at for at, _events in wait_for(wanted, timeout)}
    split = len(readable)
    return (
        [sock for at, sock in enumerate(readable) if at in ready],
        [sock for at, sock in enumerate(writable) if at + split in ready],
        [],
    )
