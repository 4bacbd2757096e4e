#!/usr/bin/env python3
"""Runs small client programs and compares what they print with what they print on Apache Kafka.

Each program reads BOOTSTRAP and RUN (a word of its own for names) and prints lines. `expected/` holds what the real
client printed on Apache Kafka 4.3.1, so that no Java is needed to compare.

  run.py [--bootstrap HOST:PORT,…] [--client CLIENT] [--jobs N] [PROGRAM…]
  run.py --record --bootstrap HOST:PORT,…     (on Apache Kafka) writes expected/

Without --bootstrap the native binary is started. CLIENT is kafka-python, confluent, or cimpl (the wheel's Python
files over our own cimpl); all three are run unless one is named. PROGRAM is a part of a program's name.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TIMEOUT_S = 120
sys.path[:0] = [str(ROOT / "tests" / "clients"), str(ROOT / "www" / "python")]


def clients():
    """Name → (folder of its programs, interpreter, PYTHONPATH)."""
    return {
        "kafka-python": ("kafka_python", ROOT / ".venv-kafka-python-2/bin/python", None),
        "confluent": ("confluent", ROOT / ".venv-confluent-kafka/bin/python", None),
        "cimpl": (
            "confluent",
            ROOT / ".venv-confluent-kafka/bin/python",
            ROOT / "target/confluent-pure",
        ),
    }


# What differs between two true runs.
RULES = [
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b1[78]\d{11}\b"), "<ms>"),
    (re.compile(r"(localhost|127\.0\.0\.1):\d{4,5}"), "<host>"),
]


def normal(text, run):
    text = text.replace(run, "RUN")
    for pattern, instead in RULES:
        text = pattern.sub(instead, text)
    return text


def run_program(program, interpreter, path, bootstrap):
    """What it printed, normalised; a failure shows as its last lines."""
    run = f"r{uuid.uuid4().hex[:8]}"
    environment = {**os.environ, "BOOTSTRAP": bootstrap, "RUN": run, "PYTHONUNBUFFERED": "1"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    try:
        done = subprocess.run(
            [str(interpreter), str(program)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        printed = (
            (error.stdout or b"").decode()
            if isinstance(error.stdout, bytes)
            else error.stdout or ""
        )
        return normal(printed, run) + f"? not done after {TIMEOUT_S} s\n"
    text = done.stdout
    if done.returncode:
        text += "? exit status %d\n%s" % (done.returncode, done.stderr[-1500:])
    return normal(text, run)


def agreed(attempt):
    """What two runs of up to six agree on: brokers of a real cluster learn of a topic one after the other."""
    seen = []
    for _ in range(6):
        seen.append(attempt())
        if seen.count(seen[-1]) == 2 and "\n? " not in f"\n{seen[-1]}":
            break
    return seen[-1]


def expected_of(program):
    return HERE / "expected" / program.parent.name / f"{program.stem}.txt"


def check(name, program, bootstrap, record):
    """None if the program's output is as expected, else the difference."""
    _, interpreter, path = clients()[name]
    expected = expected_of(program)
    if record:
        got = agreed(lambda: run_program(program, interpreter, path, bootstrap))
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(got)
        return None if "\n? " not in f"\n{got}" else got
    got = run_program(program, interpreter, path, bootstrap)
    wanted = expected.read_text()
    if got == wanted:
        return None
    return "".join(
        difflib.unified_diff(
            wanted.splitlines(True), got.splitlines(True), "Apache Kafka", "here", n=1
        )
    )


def of_cimpl():
    """What else is checked of our cimpl: its parts, and that it has what the C extension has."""
    python = str(clients()["cimpl"][1])
    return [
        ("parts", [python, "-m", "unittest", "discover", "-q", "-s", "tests/cimpl"]),
        ("surface", [python, "tests/clients/python/surface.py"]),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap")
    parser.add_argument("--binary", default=str(ROOT / "target/release/kafka-sandbox"))
    parser.add_argument("--client", choices=list(clients()))
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("program", nargs="*")
    args = parser.parse_args()
    from assemble_confluent import assemble

    for site_packages in (ROOT / ".venv-confluent-kafka/lib").glob("python*/site-packages"):
        assemble(site_packages, ROOT / "target/confluent-pure")
    cluster = None
    if not args.bootstrap:
        from cluster import Cluster

        cluster = Cluster(args.binary)
    bootstrap = args.bootstrap or cluster.bootstrap
    names = (
        [args.client] if args.client else [n for n in clients() if n != "cimpl" or not args.record]
    )
    jobs = [
        (name, program)
        for name in names
        for program in sorted((HERE / clients()[name][0]).glob("*.py"))
        if not args.program or any(word in program.stem for word in args.program)
    ]
    failed = 0
    try:
        with ThreadPoolExecutor(args.jobs) as pool:
            results = pool.map(lambda job: check(*job, bootstrap, args.record), jobs)
            for (name, program), difference in zip(jobs, results):
                failed += difference is not None
                print(f"{'not ok' if difference else 'ok'} {name} {program.stem}", flush=True)
                if difference:
                    print(difference, flush=True)
    finally:
        if cluster:
            cluster.stop()
    passed = len(jobs) - failed
    if "cimpl" in names and not args.program:
        for what, command in of_cimpl():
            good = subprocess.run(command, cwd=ROOT).returncode == 0
            print(f"{'ok' if good else 'not ok'} cimpl {what}", flush=True)
            passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
