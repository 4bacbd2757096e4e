"""`socket` over the byte channels to the page's cluster.

Only what clients do: TCP connections to hosts that the page knows. Listening, datagrams and foreign hosts do not
exist here, and say so. Error numbers are Linux's, since that is what tutorials and logs show.
"""

import collections
import errno
import itertools
import selectors
import socket as _socket
import ssl

from . import addresses, host
from .addresses import LOOPBACK, getaddrinfo, gethostbyname, hosts, unknown_host
from .selecting import READ, WRITE, Selector, by_number, select, wait_for

# A socket pair holds this much before its writer must wait, as a kernel's buffer would.
PAIR_BYTES = 64 * 1024
LINUX_ERRNO = {
    "EBADF": 9, "EAGAIN": 11, "EWOULDBLOCK": 11, "EPIPE": 32, "EOPNOTSUPP": 95, "ECONNRESET": 104, "EISCONN": 106,
    "ENOTCONN": 107, "ETIMEDOUT": 110, "ECONNREFUSED": 111, "EHOSTUNREACH": 113, "EALREADY": 114, "EINPROGRESS": 115,
}  # fmt: skip
TEXTS = {
    9: "Bad file descriptor", 11: "Resource temporarily unavailable", 32: "Broken pipe", 95: "Operation not supported",
    104: "Connection reset by peer", 106: "Transport endpoint is already connected",
    107: "Transport endpoint is not connected", 110: "Connection timed out", 111: "Connection refused",
    113: "No route to host", 114: "Operation already in progress", 115: "Operation now in progress",
}  # fmt: skip
ERRORS = {
    11: BlockingIOError, 32: BrokenPipeError, 104: ConnectionResetError, 110: TimeoutError,
    111: ConnectionRefusedError, 115: BlockingIOError,
}  # fmt: skip

_numbers = itertools.count(1024)


def failure(name):
    number = LINUX_ERRNO[name]
    return ERRORS.get(number, OSError)(number, TEXTS[number])


class Socket:
    """`socket.socket`, a TCP connection. Base of what `socketpair` gives."""

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        self.family = _socket.AF_INET if family == -1 else family
        self.type = _socket.SOCK_STREAM if type == -1 else type
        self.proto = 0 if proto == -1 else proto
        if self.type & 0xF != _socket.SOCK_STREAM:
            raise OSError(LINUX_ERRNO["EOPNOTSUPP"], "this page has TCP sockets only")
        self._number = next(_numbers)
        by_number[self._number] = self
        self._channel = None
        self._peer = None
        self._timeout = _socket.getdefaulttimeout()
        self._closed = False

    # ─── Settings ───

    def fileno(self):
        return -1 if self._closed else self._number

    def setblocking(self, flag):
        self._timeout = None if flag else 0.0

    def getblocking(self):
        return self._timeout != 0.0

    def settimeout(self, value):
        if value is not None and value < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = None if value is None else float(value)

    def gettimeout(self):
        return self._timeout

    @property
    def timeout(self):
        return self._timeout

    def setsockopt(self, *_option):
        pass

    def getsockopt(self, _level, option, _buflen=0):
        if option == _socket.SO_ERROR and self._channel is not None and self._channel.refused:
            return LINUX_ERRNO["ECONNREFUSED"]
        return 0

    def getpeername(self):
        if self._peer is None:
            raise failure("ENOTCONN")
        return self._peer

    def getsockname(self):
        return (LOOPBACK, 32768 + self._number % 28232) if self._peer else ("0.0.0.0", 0)

    # ─── Connecting ───

    def connect_ex(self, address):
        if self._closed:
            return LINUX_ERRNO["EBADF"]
        if self._channel is None:
            name, port = address[0], address[1]
            numeric = hosts.address(name)
            if numeric is None:
                return LINUX_ERRNO["EHOSTUNREACH"]
            self._peer = (numeric, port)
            self._channel = host.dial(hosts.name(name), port)
            if self._timeout == 0.0:
                return LINUX_ERRNO["EINPROGRESS"]
        elif self._channel.state == "open":
            return LINUX_ERRNO["EISCONN"] if self._timeout == 0.0 else 0
        if self._channel.state == "opening":
            if self._timeout == 0.0:
                return LINUX_ERRNO["EALREADY"]
            if not self._wait(WRITE):
                return LINUX_ERRNO["ETIMEDOUT"]
        return 0 if self._channel.state == "open" else LINUX_ERRNO["ECONNREFUSED"]

    def connect(self, address):
        if hosts.address(address[0]) is None:
            raise unknown_host()
        number = self.connect_ex(address)
        if number == LINUX_ERRNO["ETIMEDOUT"]:
            raise TimeoutError("timed out")
        if number not in (0, LINUX_ERRNO["EISCONN"]):
            raise ERRORS.get(number, OSError)(number, TEXTS.get(number, "Unknown error"))

    # ─── Waiting ───

    def ready(self, events):
        """Which of these events would not block."""
        channel = self._channel
        if channel is None:
            return 0
        found = 0
        if events & READ and channel.readable():
            found |= READ
        if events & WRITE and channel.state != "opening":
            found |= WRITE
        return found

    def watch(self, waiter):
        if self._channel is not None:
            self._channel.watch(waiter)

    def unwatch(self, waiter):
        if self._channel is not None:
            self._channel.unwatch(waiter)

    def _wait(self, events):
        return wait_for([(self, events)], self._timeout)

    # ─── Data ───

    def _take(self, limit):
        """Bytes, b"" at the end, None when nothing has come yet."""
        if self._channel is None:
            raise failure("ENOTCONN")
        found = self._channel.recv(limit)
        return None if found is None else found.to_bytes()

    def recv(self, bufsize, _flags=0):
        while True:
            if self._closed:
                raise failure("EBADF")
            found = self._take(bufsize)
            if found is not None:
                return found
            if self._timeout == 0.0:
                raise failure("EAGAIN")
            if not self._wait(READ):
                raise TimeoutError("timed out")

    def recv_into(self, buffer, nbytes=0, _flags=0):
        view = memoryview(buffer).cast("B")
        found = self.recv(nbytes or len(view))
        view[: len(found)] = found
        return len(found)

    def send(self, data, _flags=0):
        if self._closed:
            raise failure("EBADF")
        if self._channel is None:
            raise failure("ENOTCONN")
        if self._channel.state == "closed":
            raise failure("EPIPE")
        if self._channel.state == "opening":
            raise failure("EAGAIN")
        view = memoryview(data).cast("B")
        self._channel.send(host.to_js(view))
        return len(view)

    def sendall(self, data, flags=0):
        view = memoryview(data).cast("B")
        while len(view) > 0:
            try:
                view = view[self.send(view, flags) :]
            except BlockingIOError:
                if self._timeout == 0.0:
                    raise
                if not self._wait(WRITE):
                    raise TimeoutError("timed out") from None

    def sendmsg(self, buffers, *_rest):
        return self.send(b"".join(buffers))

    # ─── End ───

    def shutdown(self, _how):
        if self._channel is None and not isinstance(self, PairSocket):
            raise failure("ENOTCONN")

    def close(self):
        if not self._closed:
            self._closed = True
            if self._channel is not None:
                self._channel.close()

    def detach(self):
        raise OSError(
            LINUX_ERRNO["EOPNOTSUPP"], "sockets of this page have no file descriptor to detach"
        )

    def bind(self, _address):
        raise OSError(LINUX_ERRNO["EOPNOTSUPP"], "a page cannot listen: nothing can connect to it")

    listen = accept = bind

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def __del__(self):
        try:
            self.close()
        except Exception:
            pass  # The interpreter is ending.

    def __repr__(self):
        raddr = f", raddr={self._peer}" if self._peer else ""
        state = " [closed]" if self._closed else ""
        return f"<socket.socket{state} fd={self.fileno()}, family={int(self.family)}, type={int(self.type)}, proto={self.proto}, laddr={self.getsockname()}{raddr}>"


class PairSocket(Socket):
    """One end of `socketpair()`: what threads wake one another's selectors with."""

    def __init__(self):
        super().__init__()
        self._timeout = None
        self._pieces = collections.deque()
        self._size = 0
        self._watching = []
        self._other = None

    def ready(self, events):
        other = self._other
        found = READ if self._pieces or other._closed else 0
        if other._closed or other._size < PAIR_BYTES:
            found |= WRITE
        return found & events

    def watch(self, waiter):
        self._watching.append(waiter)

    def unwatch(self, waiter):
        self._watching.remove(waiter)

    def _changed(self):
        for waiter in self._watching:
            waiter.wake()

    def _take(self, limit):
        if not self._pieces:
            return b"" if self._other._closed else None
        piece = self._pieces[0]
        if len(piece) > limit:
            self._pieces[0] = piece[limit:]
            piece = piece[:limit]
        else:
            self._pieces.popleft()
        self._size -= len(piece)
        self._other._changed()
        return piece

    def send(self, data, _flags=0):
        other = self._other
        if self._closed:
            raise failure("EBADF")
        if other._closed:
            raise failure("EPIPE")
        room = PAIR_BYTES - other._size
        if room <= 0:
            raise failure("EAGAIN")
        piece = bytes(memoryview(data).cast("B")[:room])
        other._pieces.append(piece)
        other._size += len(piece)
        other._changed()
        return len(piece)

    def connect_ex(self, _address):
        return LINUX_ERRNO["EISCONN"]

    def close(self):
        if not self._closed:
            self._closed = True
            if self._other is not None:
                self._other._changed()


def socketpair(_family=None, _type=None, _proto=0):
    """`socket.socketpair`"""
    one, other = PairSocket(), PairSocket()
    one._other, other._other = other, one
    return one, other


def create_connection(
    address, timeout=_socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None, *, all_errors=False
):
    """`socket.create_connection`"""
    made = Socket()
    if timeout is not _socket._GLOBAL_DEFAULT_TIMEOUT:
        made.settimeout(timeout)
    try:
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made


def no_tls(_context, *_args, **_options):
    """`SSLContext.wrap_socket`: there is no OpenSSL here, and nothing that could be spoken to by it."""
    raise ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (the cluster of this page speaks plain text)")


def install(listed_hosts):
    """Puts all this in place."""
    import select as select_module

    addresses.install(listed_hosts)
    for name, number in LINUX_ERRNO.items():
        setattr(errno, name, number)
        errno.errorcode[number] = name
    errno.errorcode[11] = "EAGAIN"
    _socket.socket = _socket.SocketType = Socket
    _socket.socketpair = socketpair
    _socket.getaddrinfo = getaddrinfo
    _socket.gethostbyname = gethostbyname
    _socket.create_connection = create_connection
    _socket.gethostname = lambda: "sandbox"
    ssl.SSLContext.wrap_socket = no_tls
    selectors.DefaultSelector = selectors.SelectSelector = Selector
    select_module.select = select
