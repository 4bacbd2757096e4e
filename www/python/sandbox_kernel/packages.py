"""What can be imported here beyond the standard library: wheels that the site carries, unpacked when first asked for.

`%pip install` chooses among them. Nothing is ever fetched from another site.
"""

import importlib
import importlib.abc
import importlib.machinery
import io
import json
import re
import shutil
import sys
import zipfile

from . import advice, host, inspection, threads

SITE = "/lib/python3.14/site-packages"
# {name: {"versions": {version: file}, "imports": [top-level names], "requires": {version: [names]}}}, default version first.
catalogue = {}
_chosen = {}
_there = {}

# Other names under which the same module is installed: a fork that has come home, and the name that it had first.
SAME = {"kafka-python-ng": "kafka-python", "kafka": "kafka-python"}
# What a notebook's page is in itself.
OWN = ("ipykernel", "ipython", "jupyter", "jupyterlab", "notebook", "pip", "setuptools", "wheel")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def install(wanted):
    """`wanted`: {package: version} of the notebook."""
    catalogue.update(json.loads(_read_catalogue()))
    for package, details in catalogue.items():
        _chosen[package] = next(iter(details["versions"]))
        inspection.EXTRA_MODULES.update(details["imports"])
    for package, version in wanted.items():
        package = normal(package)
        if package in catalogue and version in catalogue[package]["versions"]:
            _chosen[package] = version
    sys.meta_path.append(Finder())


def _read_catalogue():
    from importlib import resources

    return resources.files(__package__).joinpath("catalogue.json").read_text()


class Finder(importlib.abc.MetaPathFinder):
    """Unpacks a wheel when one of its modules is imported, then lets the usual finder find it."""

    def find_spec(self, fullname, path=None, target=None):
        top = fullname.partition(".")[0]
        for package, details in catalogue.items():
            if top in details["imports"] and package not in _there:
                unpack(package)
                return importlib.machinery.PathFinder.find_spec(fullname, path)
        return None


def unpack(package):
    """Fetches and unpacks the chosen version, and what it requires."""
    version = _chosen[package]
    _there[package] = version
    for required in catalogue[package].get("requires", {}).get(version, []):
        if required not in _there:
            unpack(required)
    try:
        data = threads.wait_for(host.fetch_file(catalogue[package]["versions"][version]).promise).to_bytes()
        threads.collect_garbage()
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            wheel.extractall(SITE)
    except BaseException:
        # Stop may be pressed half-way: the next import is to find nothing of it, and unpack all again.
        del _there[package]
        for name in catalogue[package]["imports"]:
            shutil.rmtree(f"{SITE}/{name}", ignore_errors=True)
        importlib.invalidate_caches()
        raise
    importlib.invalidate_caches()
    if (package, version) == ("kafka-python", "2.0.2"):
        # The `six` that it brings along is too old for this Python's import system.
        import six.moves

        sys.modules["kafka.vendor.six.moves"] = six.moves


# ─── pip ───

REQUIREMENT = re.compile(
    r"([A-Za-z0-9][\w.-]*)(?:\[[\w,\s-]*\])?\s*(?:(==|>=|<=|~=|!=|<|>)\s*([\w.*]+))?"
)


def pip(line):
    """`%pip …`"""
    # Without a comment, redirections, and what a pipe would do with the output.
    words = re.split(r"\s(?:#|[|&;]|\d?&?>(?!=))", line.replace("\\\n", " "), maxsplit=1)[0].split()
    command = words[0] if words else "help"
    names = [word.strip("'\"") for word in words[1:] if not word.startswith("-")]
    if command == "install":
        quiet = any(re.fullmatch(r"-q+|--quiet", word) for word in words)
        if "-r" in words[:-1]:
            path = words[words.index("-r") + 1]
            names = [name for name in names if name != path] + _required(path)
        for name in names:
            _pip_install(name, quiet)
    elif command in ("list", "freeze"):
        _pip_list(command)
    elif command == "show":
        for name in names:
            _pip_show(name)
    elif command == "--version":
        print("pip 26.0 (of the page)")
    elif command == "uninstall":
        print("Packages of this page cannot be removed.", file=sys.stderr)
    else:
        print("This page knows pip install, list and show.", file=sys.stderr)


def _required(path):
    """The requirements in a file."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.partition("#")[0].strip() for line in file]
    except OSError as error:
        print(f"ERROR: Could not open requirements file: {error}", file=sys.stderr)
        return []
    return [line.replace(" ", "") for line in lines if line and not line.startswith("-")]


def _pip_install(text, quiet=False):
    found = REQUIREMENT.fullmatch(text)
    if not found:
        print(f"ERROR: Invalid requirement: {text!r}", file=sys.stderr)
        return
    name, relation, version = found.groups()
    package = normal(name)
    if package in SAME:
        print(f"{name} is another name of {SAME[package]}, which this page carries.")
        return
    if package in OWN:
        if not quiet:
            print(f"Requirement already satisfied: {text} (this page itself)")
        return
    details = catalogue.get(package)
    if details is None:
        print(f"ERROR: {advice.missing(name, advice.MISSING.get(package), catalogue)}", file=sys.stderr)
        return
    wanted = version if relation == "==" else _there.get(package, _chosen[package])
    if wanted not in details["versions"]:
        offered = ", ".join(details["versions"])
        print(
            f"ERROR: No matching distribution found for {text} (this page carries {offered})",
            file=sys.stderr,
        )
        return
    if _there.get(package, _chosen[package]) == wanted:
        if package not in _there:
            unpack(package)
        if not quiet:
            print(f"Requirement already satisfied: {text} in {SITE} ({wanted})")
        return
    if package in _there:
        _remove(package)
    _chosen[package] = wanted
    unpack(package)
    print(f"Successfully installed {package}-{wanted}")


def _remove(package):
    """Takes a version's files away, so that another one can be unpacked."""
    for name in catalogue[package]["imports"]:
        shutil.rmtree(f"{SITE}/{name}", ignore_errors=True)
        if any(module.partition(".")[0] == name for module in sys.modules):
            print("Note: you may need to restart the kernel to use updated packages.")
    folder = f"{package.replace('-', '_')}-{_there.pop(package)}.dist-info"
    shutil.rmtree(f"{SITE}/{folder}", ignore_errors=True)


def _pip_list(command):
    rows = sorted((package, _there.get(package, _chosen[package])) for package in catalogue)
    if command == "freeze":
        for package, version in rows:
            print(f"{package}=={version}")
        return
    width = max([len("Package"), *(len(package) for package, _version in rows)])
    print(f"{'Package':<{width}} Version\n{'-' * width} -------")
    for package, version in rows:
        print(f"{package:<{width}} {version}")


def _pip_show(name):
    package = normal(name)
    if package not in catalogue:
        print(f"WARNING: Package(s) not found: {name}", file=sys.stderr)
        return
    if package not in _there:
        unpack(package)
    from importlib import metadata

    details = metadata.metadata(package)
    for key in ("Name", "Version", "Summary", "Home-page", "Author", "License"):
        print(f"{key}: {details.get(key) or ''}")
    print(f"Location: {SITE}")
