"""The I/O thread of a client: one selector, its timers, its connections. Blocking sockets and
polling are not used.

Everything here runs on that thread except `Loop.call`, `Loop.start` and `Loop.stop`.
"""

import errno
import heapq
import os
import selectors
import socket
import struct
import threading
import time
from collections import deque

from . import LIBVERSION, VERSION
from .errors import CODES
from .wire import Request, ShortBuffer

_PENDING = (errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK)
# `os.strerror` goes by the platform's numbers, which in the page are not Linux's.
_TEXTS = {
    errno.ECONNREFUSED: "Connection refused",
    errno.ETIMEDOUT: "Connection timed out",
    errno.EHOSTUNREACH: "No route to host",
    errno.ECONNRESET: "Connection reset by peer",
}
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_TRANSPORT, _TIMED_OUT, _BAD_MSG = CODES["_TRANSPORT"], CODES["_TIMED_OUT"], CODES["_BAD_MSG"]
_UNSUPPORTED = CODES["_UNSUPPORTED_FEATURE"]


class Loop:
    """A thread that runs calls, timers and sockets until it is stopped."""

    def __init__(self):
        self._calls = deque()
        self._timers = []
        self._count = 0
        self._asleep = False
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_in, _READ, None)
        self.thread = None

    def start(self, name):
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def call(self, function):
        """Runs `function()` on the loop's thread, soon. From any thread."""
        self._calls.append(function)
        if self._asleep:
            self._asleep = False
            try:
                self._wake_out.send(b"w")
            except OSError:
                pass

    def stop(self):
        """Ends the thread once it has run what was called before. From any thread."""

        def end():
            self._stopping = True

        self.call(end)

    def timer(self, delay_s, function):
        """Runs `function()` after a delay; the handle goes to `cancel`."""
        self._count += 1
        handle = [time.monotonic() + delay_s, self._count, function]
        heapq.heappush(self._timers, handle)
        return handle

    @staticmethod
    def cancel(handle):
        if handle is not None:
            handle[2] = None

    def watch(self, sock, events, handler):
        self._selector.register(sock, events, handler)

    def change(self, sock, events, handler):
        self._selector.modify(sock, events, handler)

    def forget(self, sock):
        try:
            self._selector.unregister(sock)
        except (KeyError, ValueError):
            pass

    def _run_due(self):
        """Runs what is due; the seconds until the next timer, or None."""
        calls, timers = self._calls, self._timers
        while calls:
            calls.popleft()()
        while timers:
            handle = timers[0]
            if handle[2] is None:
                heapq.heappop(timers)
                continue
            left = handle[0] - time.monotonic()
            if left > 0:
                return left
            heapq.heappop(timers)
            handle[2]()
        return None

    def _run(self):
        select = self._selector.select
        try:
            while True:
                wait_s = self._run_due()
                if self._stopping:
                    break
                self._asleep = True
                if self._calls:
                    self._asleep = False
                    continue
                ready = select(wait_s)
                self._asleep = False
                for key, events in ready:
                    if key.data is None:
                        self._drain()
                    else:
                        key.data(events)
        finally:
            self._asleep = False
            self._selector.close()
            self._wake_in.close()
            self._wake_out.close()

    def _drain(self):
        try:
            self._wake_in.recv(4096)
        except OSError:
            pass


class Connection:
    """One TCP connection: connect, ApiVersions, then requests answered in order.

    `owner.connected(connection)` and `owner.disconnected(connection, code, text)` tell its life; after the latter it
    is of no more use.
    """

    def __init__(self, loop, host, port, client_id, owner, setup_timeout_s):
        self.loop, self.host, self.port = loop, host, port
        self.client_id, self.owner = client_id, owner
        self.up = self.closed = False
        self.versions = {}
        self.sent_bytes = self.received_bytes = self.sent = self.received = 0
        self._state = "CONNECT"
        self._started = time.monotonic()
        self._queue = deque()
        self._flight = deque()
        self._out = deque()
        self._parts, self._have, self._need = [], 0, 4
        self._correlation = 0
        self._events = 0
        self._sock = None
        self._address = None
        self._expiry = None
        self._setup = loop.timer(setup_timeout_s, self._setup_expired)
        loop.call(self._connect)

    # Connecting

    def _connect(self):
        if self.closed:
            return
        try:
            found = socket.getaddrinfo(self.host, self.port, 0, socket.SOCK_STREAM)
        except OSError as error:
            text = getattr(error, "strerror", None) or str(error)
            return self._failed(
                CODES["_RESOLVE"], f"Failed to resolve '{self.host}:{self.port}': {text}"
            )
        family, kind, proto, _, self._address = sorted(
            found, key=lambda entry: entry[0] != socket.AF_INET
        )[0]
        self._sock = socket.socket(family, kind, proto)
        self._sock.setblocking(False)
        try:
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            pass
        self._step_connect()

    def _step_connect(self, _events=0):
        try:
            result = self._sock.connect_ex(self._address)
        except OSError as error:
            result = error.errno or errno.ECONNREFUSED
        if result in _PENDING:
            if not self._events:
                self._events = _WRITE
                self.loop.watch(self._sock, _WRITE, self._step_connect)
            return
        if result not in (0, errno.EISCONN):
            where = f"ipv4#{self._address[0]}:{self._address[1]}"
            return self._failed(
                _TRANSPORT,
                f"Connect to {where} failed: {_TEXTS.get(result) or os.strerror(result)}",
            )
        if self._events:
            self._events = _READ
            self.loop.change(self._sock, _READ, self._ready)
        else:
            self._events = _READ
            self.loop.watch(self._sock, _READ, self._ready)
        self._state = "APIVERSION_QUERY"
        self._send(
            Request(
                "ApiVersions",
                {
                    "software": "confluent-kafka-python",
                    "version": f"{VERSION}-rdkafka-{LIBVERSION[0]}",
                },
                self._got_versions,
                10,
            )
        )

    def _got_versions(self, code, body):
        if code == 0:
            code = body["error"]
        if code:
            return self._failed(_TRANSPORT, "ApiVersionRequest failed: unsupported by the broker")
        self.versions = {entry["key"]: (entry["min"], entry["max"]) for entry in body["apis"]}
        self.up, self._state = True, "UP"
        self.loop.cancel(self._setup)
        self.owner.connected(self)
        while self._queue and not self.closed:
            self._send(self._queue.popleft())

    def _setup_expired(self):
        if not self.up and not self.closed:
            self._failed(_TRANSPORT, "Connection setup timed out in state " + self._state)

    # Requests

    @property
    def busy(self):
        return bool(self._flight)

    def send(self, request):
        """Sends now, or once the connection is up."""
        if self.closed:
            request.done(_TRANSPORT, None)
        elif self.up:
            self._send(request)
        else:
            self._queue.append(request)

    def _send(self, request):
        wanted = request.api
        if self.up:
            low, high = self.versions.get(wanted.key, (1, 0))
            if not low <= wanted.version <= high:
                return request.done(_UNSUPPORTED, None)
        self._correlation += 1
        parts = wanted.request(self._correlation, self.client_id, request.body)
        data = b"".join(parts)
        self.sent += 1
        self.sent_bytes += len(data)
        request.body = None
        if request.answered:
            self._flight.append((self._correlation, request))
            if self._expiry is None:
                self._expiry = self.loop.timer(
                    max(0.0, request.deadline - time.monotonic()), self._expire
                )
        self._out.append(memoryview(data))
        self._flush()
        if not request.answered and not self.closed:
            request.done(0, None)

    def _flush(self):
        out = self._out
        while out:
            try:
                count = self._sock.send(out[0])
            except (BlockingIOError, InterruptedError):
                count = 0
            except OSError as error:
                return self._failed(_TRANSPORT, f"Send failed: {error.strerror or error}")
            if count == len(out[0]):
                out.popleft()
            else:
                out[0] = out[0][count:]
                break
        events = _READ | _WRITE if out else _READ
        if events != self._events:
            self._events = events
            self.loop.change(self._sock, events, self._ready)
        return None

    def _expire(self):
        self._expiry = None
        now = time.monotonic()
        late = [request for _, request in self._flight if request.deadline <= now]
        if late:
            return self._failed(_TIMED_OUT, f"{late[0].api.name}Request timed out")
        if self._flight:
            first = min(request.deadline for _, request in self._flight)
            self._expiry = self.loop.timer(first - now, self._expire)
        return None

    # Responses

    def _ready(self, events):
        if events & _WRITE:
            self._flush()
        if events & _READ and not self.closed:
            self._receive()

    def _receive(self):
        try:
            data = self._sock.recv(1 << 20)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            return self._failed(_TRANSPORT, f"Receive failed: {error.strerror or error}")
        if not data:
            return self._failed(_TRANSPORT, "Disconnected")
        self.received_bytes += len(data)
        self._parts.append(data)
        self._have += len(data)
        while self._have >= self._need and not self.closed:
            buf = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
            pos, end = 0, len(buf)
            self._need = 4
            while end - pos >= 4:
                size = struct.unpack_from(">i", buf, pos)[0]
                if size < 4:
                    return self._failed(_BAD_MSG, "Receive failed: Invalid response size")
                if end - pos < 4 + size:
                    self._need = 4 + size
                    break
                self._respond(buf[pos + 4 : pos + 4 + size])
                if self.closed:
                    return
                pos += 4 + size
            rest = buf[pos:] if pos else buf
            self._parts = [rest] if rest else []
            self._have = len(rest)

    def _respond(self, frame):
        self.received += 1
        correlation = struct.unpack_from(">i", frame)[0]
        if not self._flight or self._flight[0][0] != correlation:
            return self._failed(_BAD_MSG, "Response for unknown CorrId")
        request = self._flight.popleft()[1]
        try:
            body = request.api.response(frame)
        except ShortBuffer:
            return request.done(_BAD_MSG, None)
        throttle = body.get("throttle")
        if throttle:
            self.owner.throttled(self, throttle)
        return request.done(0, body)

    # The end

    def close(self):
        """Ends it without a word to its owner; what waits is answered with an error."""
        self._end(_TRANSPORT, None)

    def _failed(self, code, text):
        after = int((time.monotonic() - self._started) * 1000)
        self._end(code, f"{text} (after {after}ms in state {self._state})")

    def _end(self, code, text):
        if self.closed:
            return
        self.closed, self.up = True, False
        self.loop.cancel(self._setup)
        self.loop.cancel(self._expiry)
        if self._sock is not None:
            self.loop.forget(self._sock)
            self._sock.close()
        if text is not None:
            self.owner.disconnected(self, code, text)
        waiting = [request for _, request in self._flight] + list(self._queue)
        self._flight.clear()
        self._queue.clear()
        answer = code if code == _TIMED_OUT else _TRANSPORT
        for request in waiting:
            request.done(answer, None)
