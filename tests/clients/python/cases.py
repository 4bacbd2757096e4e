"""A tiny runner: cases register themselves, each prints one line."""
import os
import sys
import traceback
import uuid

CASES = []


def case(name):
    def register(function):
        CASES.append((name, function))
        return function
    return register


def topic_name(prefix="t"):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def run():
    wanted = os.environ.get("CASE")
    failed = 0
    for name, function in CASES:
        if wanted and wanted not in name:
            continue
        try:
            function()
            print(f"ok {name}", flush=True)
        except BaseException as error:  # a case must never end the others
            failed += 1
            if os.environ.get("TRACE"):
                traceback.print_exc()
            where = traceback.extract_tb(error.__traceback__)[-1]
            text = str(error).replace("\n", " ")[:300]
            print(f"not ok {name}: {type(error).__name__} {text} (line {where.lineno})", flush=True)
    sys.exit(1 if failed else 0)
