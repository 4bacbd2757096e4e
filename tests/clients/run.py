#!/usr/bin/env python3
"""Runs real clients, unmodified, against a cluster and counts what works.

Each client is a program of its own that takes bootstrap addresses and prints a line per case:
`ok NAME` or `not ok NAME: why`. Without --bootstrap the native binary is started on free ports.

  run.py [--bootstrap HOST:PORT,…] [--binary PATH] [--table FILE] [CLIENT…]
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from cluster import Cluster

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CASE_TIMEOUT_S = 180


def venv(name):
    return str(ROOT / f".venv-{name}" / "bin" / "python")


def pure_confluent():
    """The wheel's `.py` files over our own cimpl: the command's beginning."""
    site_packages = next((ROOT / ".venv-confluent-kafka" / "lib").glob("python*/site-packages"), None)
    out = ROOT / "target" / "confluent-pure"
    if site_packages is not None:
        sys.path.insert(0, str(ROOT / "www" / "python"))
        from assemble_confluent import assemble
        assemble(site_packages, out)
    return [shutil.which("env"), f"PYTHONPATH={out}", venv("confluent-kafka")]


def clients():
    """Name, command, and what must be installed for it."""
    return {
        "kcat": [sys.executable, str(HERE / "kcat.py")],
        "kafka-python 2.3.3": [venv("kafka-python-2"), str(HERE / "python" / "kafka_python.py")],
        "kafka-python 3.0.12": [venv("kafka-python-3"), str(HERE / "python" / "kafka_python.py")],
        "confluent-kafka 2.16": [venv("confluent-kafka"), str(HERE / "python" / "confluent.py")],
        "confluent-kafka on our cimpl": [*pure_confluent(), str(HERE / "python" / "confluent.py")],
        "KafkaJS 2.2.4": ["node", str(HERE / "kafkajs" / "kafkajs.mjs")],
        "franz-go 1.22": [str(HERE / "franz-go" / "run.sh")],
    }


def run_client(name, command, bootstrap):
    """The cases of one client: name → None or why it failed."""
    if not (os.path.exists(command[0]) or shutil.which(command[0])):
        return {"installed": f"{command[0]} is not there: run `cargo xtask setup`"}
    print(f"── {name}", flush=True)
    process = subprocess.Popen([*command, bootstrap], stdout=subprocess.PIPE, text=True, start_new_session=True)
    watchdog = Watchdog(process)
    cases, last = {}, "it started"
    try:
        for line in process.stdout:
            watchdog.feed()
            last = line.rstrip()
            print("  " + last, flush=True)
            if match := re.match(r"(not )?ok ([^:\n]+)(?:: (.*))?", line):
                cases[match[2].strip()] = (match[3] or "failed") if match[1] else None
        status = process.wait()
    finally:
        watchdog.rest()
    if watchdog.has_bitten:
        cases["end"] = f"said nothing for {CASE_TIMEOUT_S} s after: {last}"
    elif status != 0 and not any(cases.values()):
        cases["end"] = f"exit status {status}"
    return cases


class Watchdog:
    """Ends a client, and all that it started, once it has said nothing for too long or is no longer wanted."""

    def __init__(self, process):
        self._process = process
        self._timer = None
        self.has_bitten = False
        self.feed()

    def feed(self):
        if self._timer:
            self._timer.cancel()
        self._timer = threading.Timer(CASE_TIMEOUT_S, self._bite)
        self._timer.daemon = True
        self._timer.start()

    def _bite(self):
        self.has_bitten = True
        self._end()

    def rest(self):
        self._timer.cancel()
        self._end()

    def _end(self):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # all of them have ended


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap")
    parser.add_argument("--binary", default=str(ROOT / "target/release/kafka-sandbox"))
    parser.add_argument("--table", help="write client × case as Markdown")
    parser.add_argument("client", nargs="*")
    args = parser.parse_args()
    cluster = None if args.bootstrap else Cluster(args.binary)
    results = {}
    try:
        for name, command in clients().items():
            if not args.client or any(name.startswith(wanted) for wanted in args.client):
                results[name] = run_client(name, command, args.bootstrap or cluster.bootstrap)
    finally:
        if cluster and cluster.stop() != 0:
            results.setdefault("kafka-sandbox", {})["ends cleanly on SIGTERM"] = "status is not 0"
        elif cluster:
            results.setdefault("kafka-sandbox", {})["ends cleanly on SIGTERM"] = None
    failed = 0
    for name, cases in results.items():
        bad = {case: why for case, why in cases.items() if why}
        failed += len(bad)
        print(f"{name}: {len(cases) - len(bad)} of {len(cases)}")
        for case, why in bad.items():
            print(f"  FAILED {case}: {why}")
    if args.table:
        write_table(Path(args.table), results)
    passed = sum(len(cases) for cases in results.values()) - failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def write_table(path, results):
    names = [name for name in results if name != "kafka-sandbox"]
    rows = dict.fromkeys(case for name in names for case in results[name])
    lines = ["| case | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for case in rows:
        marks = []
        for name in names:
            cases = results[name]
            marks.append(" " if case not in cases else "no" if cases[case] else "✓")
        lines.append(f"| {case} | " + " | ".join(marks) + " |")
    path.write_text("\n".join(lines) + "\n")


sys.exit(main())
