"""A tiny runner: cases register themselves, each prints one line.

As a process, a program is given the brokers' addresses. In the page (tests/e2e/clients.test.mjs) a cell imports it and
calls `run` with what stands there for a process: another kernel of the notebook.
"""
import os
import subprocess
import sys
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor

CASES = []
BOOTSTRAP = sys.argv[1]


def case(name):
    def register(function):
        CASES.append((name, function))
        return function
    return register


def topic_name(prefix="t"):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


class Process:
    """Runs the program's `be_member(topic, group)` elsewhere; comes back when that has partitions."""

    def __init__(self, topic, group):
        command = [sys.executable, sys.argv[0], BOOTSTRAP, "--member", topic, group]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline().strip() == "ready", "the other member got no partitions"

    def kill(self):
        """Ends it so that it can say goodbye to nobody."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


_start_member = Process


def start_member(topic, group):
    """Another member of the group, in an interpreter of its own; its `kill` is what a crash is."""
    return _start_member(topic, group)


def _run_case(name, function):
    try:
        function()
        print(f"ok {name}", flush=True)
        return True
    except BaseException as error:  # a case must never end the others
        if os.environ.get("TRACE"):
            traceback.print_exc()
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = str(error).replace("\n", " ")[:300]
        print(f"not ok {name}: {type(error).__name__} {text} (line {where.lineno})", flush=True)
        return False


def run(only="", width=1, start=Process):
    """Prints a line per case; gives how many failed. `width` of them run at a time: most of a case is waiting."""
    global _start_member
    _start_member = start
    wanted = [one for one in CASES if only in one[0]]
    with ThreadPoolExecutor(width) as pool:
        return list(pool.map(lambda one: _run_case(*one), wanted)).count(False)


def main(be_member):
    if "--member" in sys.argv:
        _kept = be_member(*sys.argv[-2:])
        print("ready", flush=True)
        sys.stdin.read()  # ends when whoever started this ends
        os._exit(0)
    sys.exit(1 if run(os.environ.get("CASE", ""), width=4) else 0)
