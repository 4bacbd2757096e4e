"""kcat (Debian's, librdkafka 2.0) against a cluster: kcat.py BOOTSTRAP."""
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "python"))
from cases import case, run, topic_name  # noqa: E402

BOOTSTRAP = sys.argv[1]


def kcat(*args, stdin=b"", timeout_s=40):
    done = subprocess.run(["kcat", "-b", BOOTSTRAP, *args], input=stdin, capture_output=True,
                          timeout=timeout_s)
    assert done.returncode == 0, done.stderr.decode()[-300:]
    return done.stdout


def consume(topic, *args):
    return kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", *args)


@case("create, list, describe topics")
def _():
    topic = topic_name()
    kcat("-P", "-t", topic, stdin=b"made by producing\n")
    listed = json.loads(kcat("-L", "-J", "-t", topic))
    assert len(listed["brokers"]) == 3
    partition = listed["topics"][0]["partitions"][0]
    assert partition["leader"] in [broker["id"] for broker in listed["brokers"]]


for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
    @case(f"compression {codec}")
    def _(codec=codec):
        topic = topic_name()
        lines = b"".join(b"line %d of a text that repeats\n" % i for i in range(50))
        kcat("-P", "-t", topic, "-z", codec, stdin=lines)
        assert consume(topic) == lines


for acks in ("0", "1", "-1"):
    @case(f"acks {'all' if acks == '-1' else acks}")
    def _(acks=acks):
        topic = topic_name()
        kcat("-P", "-t", topic, stdin=b"first\n")
        kcat("-P", "-t", topic, "-X", f"acks={acks}", stdin=b"second\n")
        assert consume(topic) == b"first\nsecond\n"


@case("idempotent producer")
def _():
    topic = topic_name()
    lines = b"".join(b"%d\n" % i for i in range(1000))
    kcat("-P", "-t", topic, "-X", "enable.idempotence=true", stdin=lines)
    assert consume(topic) == lines


@case("keys, nulls and headers")
def _():
    topic = topic_name()
    kcat("-P", "-t", topic, "-K:", "-Z", "-H", "a=1", "-H", "b=2", stdin=b"k:v\ngone:\n")
    first, second = (json.loads(line) for line in consume(topic, "-J").splitlines())
    assert (first["key"], first["payload"], first["headers"]) == ("k", "v", ["a", "1", "b", "2"])
    assert (second["key"], second["payload"]) == ("gone", None)


@case("values of 1 MB")
def _():
    topic = topic_name()
    value = b"0123456789" * 99_900
    kcat("-P", "-t", topic, stdin=value + b"\n")
    assert consume(topic) == value + b"\n"


@case("consume from an offset, the end, a time")
def _():
    topic = topic_name()
    kcat("-P", "-t", topic, stdin=b"0\n1\n2\n")
    time.sleep(0.01)  # the next record must have a later time
    now_ms = int(time.time() * 1000)
    kcat("-P", "-t", topic, stdin=b"3\n4\n")
    assert kcat("-C", "-t", topic, "-o", "2", "-e", "-q") == b"2\n3\n4\n"
    assert kcat("-C", "-t", topic, "-o", "-1", "-e", "-q") == b"4\n"
    assert kcat("-C", "-t", topic, "-o", f"s@{now_ms}", "-e", "-q") == b"3\n4\n"
    found = kcat("-Q", "-t", f"{topic}:0:{now_ms}")
    assert found.split()[-1] == b"3", found


@case("commit and resume")
def _():
    topic, group = topic_name(), topic_name("g")
    kcat("-P", "-t", topic, stdin=b"0\n1\n2\n")
    config = ["-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000"]
    assert kcat("-G", group, *config, "-c", "2", "-q", topic) == b"0\n1\n"
    assert kcat("-G", group, *config, "-c", "1", "-q", topic) == b"2\n"


if __name__ == "__main__":
    run()
