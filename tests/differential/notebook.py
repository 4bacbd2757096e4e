#!/usr/bin/env python3
"""The differential programs as a notebook, so that they run in the page too.

  notebook.py make confluent|kafka_python FILE.ipynb     a cell for each program
  notebook.py check confluent|kafka_python FILE.ipynb    compares the outputs of the executed notebook

Between the two: `cargo xtask execute FILE.ipynb --out OTHER.ipynb`, in either browser.
"""
import difflib
import json
import re
import sys
import uuid
from pathlib import Path

from run import HERE, expected_of, normal

SETUP = "import os\nos.environ['BOOTSTRAP'] = 'localhost:9092,localhost:9093,localhost:9094'"


def cell(name, source, **metadata):
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def make(folder, file):
    """A program has a namespace and a word for its names of its own, as it has as a process."""
    cells = [cell("setup", SETUP)]
    for program in sorted((HERE / folder).glob("*.py")):
        run = f"r{uuid.uuid4().hex[:8]}"
        compiled = f"compile({program.read_text()!r}, {program.stem!r}, 'exec')"
        source = f"os.environ['RUN'] = {run!r}\nexec({compiled}, {{'__name__': '__main__'}})"
        cells.append(cell(program.stem, source, run=run))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}}
    file.write_text(json.dumps({**notebook, "cells": cells}, indent=1))


def printed(executed):
    """What a cell wrote to standard output, and the error that ended it."""
    text = ""
    for output in executed["outputs"]:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            text += "".join(output["text"])
        elif output["output_type"] == "error":
            trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output["traceback"]))
            text += "? " + trace[-900:] + "\n"
    return text


def check(folder, file):
    passed = failed = 0
    for executed in json.loads(file.read_text())["cells"][1:]:
        wanted = expected_of(HERE / folder / f"{executed['id']}.py").read_text()
        got = normal(printed(executed), executed["metadata"]["run"])
        passed, failed = passed + (got == wanted), failed + (got != wanted)
        if got != wanted:
            lines = difflib.unified_diff(wanted.splitlines(True), got.splitlines(True), n=1)
            print(f"not ok {executed['id']}\n{''.join(lines)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("make", "check"):
        sys.exit(__doc__)
    sys.exit({"make": make, "check": check}[sys.argv[1]](sys.argv[2], Path(sys.argv[3])))
