"""`pwd`, which Pyodide lacks: one person, whose name is `$USER`'s, as on a terminal."""

import os
from collections import namedtuple

struct_passwd = namedtuple(
    "struct_passwd", "pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell"
)


def _entry():
    name = os.environ.get("USER", "learner")
    home = os.environ.get("HOME", f"/home/{name}")
    return struct_passwd(name, "x", os.getuid(), os.getgid(), name, home, "/bin/bash")


def getpwuid(uid):
    if uid != os.getuid():
        raise KeyError(f"getpwuid(): uid not found: {uid}")
    return _entry()


def getpwnam(name):
    if name != _entry().pw_name:
        raise KeyError(f"getpwnam(): name not found: {name!r}")
    return _entry()


def getpwall():
    return [_entry()]
