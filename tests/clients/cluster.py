"""The native binary as a cluster of three brokers, for as long as it is needed."""
import signal
import socket
import subprocess
import sys
import threading


def free_ports(count):
    """Consecutive free ports."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        held = []
        try:
            for port in range(first, first + count):
                held.append(socket.create_server(("127.0.0.1", port)))
            return first
        except OSError:
            continue
        finally:
            for server in held:
                server.close()
    sys.exit("no free ports")


class Cluster:
    """The native binary for as long as it is needed."""

    def __init__(self, binary):
        port = free_ports(3)
        command = [binary, "serve", "--listen", f"127.0.0.1:{port}", "--brokers", "3",
                   "--set", "group.initial.rebalance.delay.ms=0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{binary} did not start")
        print(line.strip())
        self.bootstrap = ",".join(f"127.0.0.1:{port + i}" for i in range(3))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)
