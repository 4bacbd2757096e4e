"""What our cimpl has of the real one: compared name by name, and told as the table of docs/COMPAT.md.

surface.py [--check FILE]     with the real confluent-kafka's Python
"""

import inspect
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "www" / "python"))

import confluent_kafka.cimpl as real  # noqa: E402
from confluent_kafka_cimpl.cimpl import EXPORTED  # noqa: E402

BEGIN, END = "<!-- begin cimpl -->", "<!-- end cimpl -->"
REFUSALS = ("_missing(", "_no_transactions(")
CLASSES = (
    "Producer",
    "Consumer",
    "_AdminClientImpl",
    "ShareConsumer",
    "Message",
    "TopicPartition",
    "KafkaError",
    "NewTopic",
    "NewPartitions",
    "Uuid",
)


def names_of(kind):
    return {name for name in dir(kind) if not name.startswith("_") and not name.isupper()}


def refused(kind, name):
    try:
        return any(
            mark in inspect.getsource(inspect.getattr_static(kind, name)) for mark in REFUSALS
        )
    except (TypeError, OSError, AttributeError):
        return False


def table():
    lines = ["| class | works | says that it is not built in |", "|---|---|---|"]
    for name in CLASSES:
        theirs, ours = getattr(real, name), EXPORTED[name]
        shown = name if name != "_AdminClientImpl" else "AdminClient"
        if name == "ShareConsumer":
            lines.append(f"| `{shown}` |  | the class itself |")
            continue
        missing = names_of(theirs) - names_of(ours)
        assert not missing, f"{name} lacks {sorted(missing)}"
        no = {method for method in names_of(theirs) if refused(ours, method)}
        lines.append(
            "| `{}` | {} | {} |".format(
                shown,
                ", ".join(f"`{m}`" for m in sorted(names_of(theirs) - no)),
                ", ".join(f"`{m}`" for m in sorted(no)),
            )
        )
    return "\n".join(lines) + "\n"


def check_values():
    """Constants, error codes and their texts are the real ones."""
    for name in dir(real):
        theirs = getattr(real, name)
        if name.startswith("__"):
            continue
        assert name in EXPORTED, f"{name} is not there"
        if isinstance(theirs, int):
            assert EXPORTED[name] == theirs, name
    ours = EXPORTED["KafkaError"]
    for name in dir(real.KafkaError):
        code = getattr(real.KafkaError, name)
        if isinstance(code, int):
            assert str(ours(getattr(ours, name))) == str(real.KafkaError(code)), name


def main():
    check_values()
    made = table()
    if sys.argv[1:2] == ["--check"]:
        text = Path(sys.argv[2]).read_text()
        held = text.partition(BEGIN)[2].partition(END)[0].strip() + "\n"
        if held != made:
            sys.exit(f"{sys.argv[2]} does not hold this table between its marks:\n{made}")
        print("ok")
    else:
        print(made, end="")


main()
