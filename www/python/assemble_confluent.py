#!/usr/bin/env python3
"""Puts the unmodified `.py` files of an installed confluent-kafka beside our `cimpl`, ready for PYTHONPATH or a zip.

  assemble_confluent.py SITE_PACKAGES OUT

SITE_PACKAGES holds the wheel's `confluent_kafka` folder. Nothing of the wheel is changed; its C library is left out.
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHIM = '''"""Stands where the wheel has its C extension."""
from confluent_kafka_cimpl.cimpl import EXPORTED

globals().update(EXPORTED)
'''


def assemble(site_packages, out):
    """Fills the folder `out`; whatever was there is gone."""
    shutil.rmtree(out, ignore_errors=True)
    wheel = Path(site_packages) / "confluent_kafka"
    for source in sorted(wheel.rglob("*.py")):
        target = out / "confluent_kafka" / source.relative_to(wheel)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for info in Path(site_packages).glob("confluent_kafka-*.dist-info"):
        shutil.copytree(info, out / info.name, ignore=shutil.ignore_patterns("RECORD*"))
    (out / "confluent_kafka" / "cimpl.py").write_text(SHIM)
    shutil.copytree(
        HERE / "confluent_kafka_cimpl",
        out / "confluent_kafka_cimpl",
        ignore=shutil.ignore_patterns("__pycache__"),
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    assemble(sys.argv[1], Path(sys.argv[2]))
