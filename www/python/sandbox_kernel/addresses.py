"""Names of hosts: those of the page's cluster, and no others. `socket`'s functions that look names up."""

import socket as _socket

LOOPBACK = "127.0.0.1"


class Hosts:
    """Names that lead to the cluster. Each has an address of its own, so that the name is found again from it."""

    def __init__(self):
        self._by_name = {
            "localhost": LOOPBACK,
            "127.0.0.1": LOOPBACK,
            "::1": LOOPBACK,
        }
        self._names = {LOOPBACK: "localhost"}

    def add(self, listed):
        """`listed` as ["kafka1:9092"]; ports are the cluster's affair."""
        for entry in listed:
            name = entry.rpartition(":")[0] or entry
            if name.lower() not in self._by_name:
                address = f"172.18.0.{len(self._names) + 1}"
                self._by_name[name.lower()] = address
                self._names[address] = name

    def address(self, name):
        return self._by_name.get(name.lower().rstrip(".")) or (
            name if name in self._names else None
        )

    def name(self, address):
        return self._names.get(address, address)


hosts = Hosts()
# The brokers of a cluster that the notebook says nothing of.
PORTS = (9092, 9093, 9094)
_listed = []


def install(listed):
    """`listed`: brokers of other names that the notebook asks for, as ["kafka1:9092"]."""
    hosts.add(listed)
    _listed.extend(listed)


def brokers():
    """For a sentence."""
    names = [*_listed, *(f"localhost:{port}" for port in PORTS)]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def unknown_host():
    return _socket.gaierror(_socket.EAI_NONAME, "Name or service not known")


def getaddrinfo(name, port, family=0, _type=0, _proto=0, _flags=0):
    """`socket.getaddrinfo` for the hosts that the page knows."""
    if isinstance(name, bytes):
        name = name.decode()
    numeric = hosts.address(name or "localhost")
    if numeric is None or family == _socket.AF_INET6:
        raise unknown_host()
    number = int(port) if port is not None and str(port).isdigit() else 0
    return [(_socket.AF_INET, _socket.SOCK_STREAM, 6, "", (numeric, number))]


def gethostbyname(name):
    return getaddrinfo(name, 0)[0][4][0]
