"""What a page lacks, and what can be done instead: a sentence below the traceback of an error that is the page's.

The error itself stays as it is elsewhere, for programs and readers know it.
"""

import errno
import socket
import sys

from . import addresses

NO_REGISTRY = "a Schema Registry is another server, which this page does not have; json.dumps and json.loads do for values"
NO_STREAMS = "use kafka-python or confluent_kafka, which are here"
THREADS = "threads work: threading, or concurrent.futures.ThreadPoolExecutor"
# By top-level module.
MISSING = {
    "pandas": "plain lists and dicts, or the csv module, do for small tables",
    "numpy": "the statistics and math modules do for small calculations",
    "pyspark": "Spark needs a Java virtual machine and a cluster of its own",
    "matplotlib": "the page's live view shows topics and groups",
    "requests": "a page may fetch from its own site only; use wget with the lesson's files",
    "httpx": "a page may fetch from its own site only; use wget with the lesson's files",
    "aiokafka": NO_STREAMS, "faust": NO_STREAMS, "quixstreams": NO_STREAMS, "bytewax": NO_STREAMS,
    "avro": NO_REGISTRY, "fastavro": NO_REGISTRY, "jsonschema": NO_REGISTRY, "google": NO_REGISTRY,
}  # fmt: skip
# Packages of the world that courses import: what else is missing may be a file of the course's own.
ELSEWHERE = frozenset(
    "bs4 boto3 cassandra cv2 dash dotenv elasticsearch fastapi findspark flask influxdb ipywidgets keras mysql nltk paho "
    "pika PIL plotly polars psutil psycopg2 pyarrow pyflink pykafka pymongo redis s3fs scipy seaborn sklearn sqlalchemy "
    "streamlit tensorflow tensorflow_io torch tqdm tweepy urllib3 websocket websockets yfinance".split()
)
MISSING_STANDARD = {"multiprocessing": THREADS, "_multiprocessing": THREADS, "tkinter": "display(HTML(…)) shows things"}


def explain(error, catalogue):
    """Adds the sentence, where there is one. `catalogue`: the packages that the page carries."""
    for each in _chain(error):
        text = _advice(each, catalogue)
        if text:
            error.add_note(text)
            return


def _chain(error):
    """The error and what led to it, the last first; at most a few."""
    found = []
    while isinstance(error, BaseException) and error not in found and len(found) < 8:
        found.append(error)
        reason = getattr(error, "reason", None)
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    return found


def _advice(error, catalogue):
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _module(error, catalogue)
    if isinstance(error, MemoryError) and not error.args:
        return "A kernel of this page has 1 GB of memory. What fills it can be freed by `del`, or by a restart."
    if isinstance(error, RecursionError) and "Stack overflow" in str(error):
        return "Code calls itself too often. Where C code lies between, as in __getattr__ or repr(), a page has room for less than a terminal."
    if isinstance(error, NotImplementedError) and "multiprocessing" in str(error):
        return f"A web page has no processes: {THREADS}."
    if type(error).__name__ == "NoBrokersAvailable" or isinstance(error, socket.gaierror) or _refused(error):
        return f"This page has no network but its own cluster, whose brokers are {addresses.brokers()}."
    return None


def _refused(error):
    return isinstance(error, OSError) and error.errno in (errno.ECONNREFUSED, errno.EHOSTUNREACH)


def _module(error, catalogue):
    top = error.name.partition(".")[0]
    if top in sys.stdlib_module_names:
        hint = MISSING_STANDARD.get(top)
        return f"{top} is a part of Python that a web page cannot have{f': {hint}' if hint else ''}."
    if any(top in details["imports"] for details in catalogue.values()):
        return None
    asked = any(_asked_by(error, f"/confluent_kafka/{part}/") for part in ("schema_registry", "avro"))
    hint = NO_REGISTRY if asked else MISSING.get(top)
    if hint is None and top not in ELSEWHERE:
        return f"There is no module {top} here. A file of the course, as {top}.py, can be uploaded under Files."
    return missing(top, hint, catalogue)


def missing(name, hint, catalogue):
    return f"{name} is not part of this page{f': {hint}' if hint else ''}. It carries {', '.join(sorted(catalogue))}."


def _asked_by(error, folder):
    """The import stands in one of this folder's modules."""
    trace, files = error.__traceback__, []
    while trace is not None:
        files.append(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    return any(folder in file for file in files)
