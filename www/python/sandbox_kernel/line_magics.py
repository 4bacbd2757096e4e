"""Line magics: `%time`, `%env`, `%cd`, `%who`, `%run`, `%pip` and their like."""

import os
import shlex
import sys
import time

from . import history, interactive, packages, shell, threads


def register(ip):
    """Puts them into the `Interactive`."""
    for name, magic in {**_code(ip), **_names(ip), **_system(ip), **_quiet(ip)}.items():
        ip.line_magics[name] = magic


# ─── Code ───


def _code(ip):
    def time_(line):
        """Run a statement and show how long it took."""
        return timed(ip, line, "<timed>")

    def timeit(line):
        """Run a statement many times and show how long one run takes."""
        return timeit_(ip, line, "")

    def run(line):
        """Run a Python file of the folder in the notebook's namespace."""
        words = shlex.split(line)
        own = "-i" in words
        words = [word for word in words if word != "-i"]
        if not words:
            raise interactive.UsageError("%run needs the name of a file")
        path = words[0] if os.path.exists(words[0]) else f"{words[0]}.py"
        if not os.path.exists(path):
            raise OSError(f"File `{words[0]!r}` not found.")
        _run_file(ip, path, words, own)

    def load_ext(line):
        """Accepted, so that notebooks go on; this page has no extensions."""
        print(f"The extension {line} is not part of this page.", file=sys.stderr)

    return {
        "time": time_,
        "timeit": timeit,
        "run": run,
        "load_ext": load_ext,
        "reload_ext": load_ext,
    }


def _run_file(ip, path, words, own):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    space = (
        ip.user_ns
        if own
        else {"__name__": "__main__", "__file__": path, "__builtins__": ip.user_ns["__builtins__"]}
    )
    argv, sys.argv = sys.argv, words
    try:
        if path.endswith(".ipy"):
            ip.run_source(source, path, space)
        else:
            exec(threads.compile_deep(source, os.path.abspath(path), "exec"), space)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise
    finally:
        sys.argv = argv
        if not own:
            ip.user_ns.update(
                {name: value for name, value in space.items() if not name.startswith("__")}
            )


def timed(ip, source, filename):
    """Runs code and says how long it took; gives its value."""
    cpu, began = time.process_time(), time.perf_counter()
    try:
        return ip.run_source(source, filename, ip.user_ns)
    finally:
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"CPU times: user {span(cpu)}, sys: 0 ns, total: {span(cpu)}\nWall time: {span(wall)}"
        )


def span(seconds):
    """A time as IPython writes it."""
    if seconds >= 60:
        minutes, rest = divmod(seconds, 60)
        return f"{int(minutes)}min {rest:.0f}s"
    for unit, factor in (("s", 1), ("ms", 1e3), ("μs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def timeit_(ip, line, body):
    import timeit

    words = line.split()
    number, repeat, quiet, give = 0, 7, False, False
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word[1] == "n":
            number = int(word[2:] or words.pop(0))
        elif word[1] == "r":
            repeat = int(word[2:] or words.pop(0))
        quiet, give = quiet or word == "-q", give or word == "-o"
    statement = (
        line
        if not line.startswith("-")
        else line.split(None, len(line.split()) - len(words))[-1] if words else ""
    )
    timer = timeit.Timer(body or statement, statement if body else "pass", globals=ip.user_ns)
    if number == 0:
        number = next(
            10**power for power in range(10) if timer.timeit(10**power) >= 0.2 or power == 9
        )
    runs = [total / number for total in timer.repeat(repeat, number)]
    mean = sum(runs) / len(runs)
    deviation = (sum((run - mean) ** 2 for run in runs) / len(runs)) ** 0.5
    if not quiet:
        loops = f"{repeat} run{'s' if repeat > 1 else ''}, {number:,} loop{'s' if number > 1 else ''} each"
        print(f"{span(mean)} ± {span(deviation)} per loop (mean ± std. dev. of {loops})")
    return runs if give else None


# ─── Names ───


def _names(ip):
    def who(line):
        """The names that the notebook has made."""
        names = _of_types(ip, line)
        print("\t ".join(names) + "\t " if names else "Interactive namespace is empty.")

    def who_ls(line):
        """Their list."""
        return _of_types(ip, line)

    def whos(line):
        """The names with types and values."""
        names = _of_types(ip, line)
        if not names:
            print("Interactive namespace is empty.")
            return
        rows = [(name, type(ip.user_ns[name]).__name__, _brief(ip.user_ns[name])) for name in names]
        first = max(len("Variable"), *(len(row[0]) for row in rows)) + 3
        second = max(len("Type"), *(len(row[1]) for row in rows)) + 4
        print(f"{'Variable':<{first}}{'Type':<{second}}Data/Info\n{'-' * (first + second + 9)}")
        for name, kind, text in rows:
            print(f"{name:<{first}}{kind:<{second}}{text}")

    def reset(line):
        """Forget all names."""
        for name in ip.user_names():
            del ip.user_ns[name]

    def hist(line):
        """The cells that were run: all, or ranges as `3 5-7`; `-n` with numbers, `-g` those with a word."""
        history.history(ip.inputs, ip.user_ns["Out"], line, interactive.UsageError)

    return {"who": who, "who_ls": who_ls, "whos": whos, "reset": reset, "history": hist, "hist": hist}


def _of_types(ip, line):
    kinds = line.split()
    names = ip.user_names()
    return [name for name in names if not kinds or type(ip.user_ns[name]).__name__ in kinds]


def _brief(value):
    if isinstance(value, (list, tuple, dict, set)):
        return f"n={len(value)}"
    text = str(value).replace("\n", "\\n")
    return text if len(text) <= 60 else f"{text[:28]}<...>{text[-28:]}"


# ─── System ───


def _system(ip):
    def env(line):
        """Show or set variables of the environment."""
        if not line:
            return dict(os.environ)
        if "=" not in line and " " not in line:
            if line not in os.environ:
                raise interactive.UsageError(f"Environment does not have key: {line}")
            return os.environ[line]
        name, _, value = line.partition("=" if "=" in line.split()[0] or " " not in line else " ")
        name, value = name.strip(), value.strip()
        os.environ[name] = value
        print(f"env: {name}={value}")

    def set_env(line):
        """Set a variable of the environment."""
        name, _, value = line.replace("=", " ", 1).partition(" ")
        env(f"{name}={value.strip()}")

    def cd(line):
        """Change the folder, of Python and of the shell."""
        quiet = line.startswith("-q")
        line = line.removeprefix("-q").strip()
        target = os.path.expanduser(line.strip("'\"")) or os.path.expanduser("~")
        if line == "-":
            target = ip.user_ns["_dh"][-2] if len(ip.user_ns["_dh"]) > 1 else os.getcwd()
        os.chdir(target)
        ip.user_ns["_dh"].append(os.getcwd())
        if not quiet:
            print(os.getcwd())

    def command(name):
        def run(line):
            shell.system(f"{name} {line}".strip())

        run.__doc__ = f"The shell's {name}."
        return run

    def pip(line):
        """Install packages that this page carries."""
        packages.pip(line)

    def sx(line):
        """Run a command, give its lines."""
        return ip.getoutput(line)

    magics = {
        name: command(name)
        for name in ("ls", "cat", "mkdir", "rm", "cp", "mv", "head", "tail", "man")
    }
    magics.update(
        {"ll": lambda line: shell.system(f"ls -l {line}"), "pwd": lambda _line: os.getcwd()}
    )
    return {
        **magics,
        "env": env,
        "set_env": set_env,
        "cd": cd,
        "pip": pip,
        "conda": pip,
        "sx": sx,
        "system": sx,
    }


# ─── Settings that mean nothing here ───


def _quiet(ip):
    def nothing(_line):
        """Accepted and without effect in this page."""

    def matplotlib(_line):
        """Plots need matplotlib, which this page does not carry."""
        print("matplotlib is not part of this page.", file=sys.stderr)

    def lsmagic(_line):
        """The names of all magics."""
        lines = "  ".join(f"%{name}" for name in sorted(ip.line_magics))
        cells = "  ".join(f"%%{name}" for name in sorted(ip.cell_magics))
        print(f"Available line magics:\n{lines}\n\nAvailable cell magics:\n{cells}")

    names = (
        "autoreload",
        "config",
        "autosave",
        "alias",
        "colors",
        "xmode",
        "precision",
        "automagic",
        "pylab",
        "logstart",
        "doctest_mode",
    )
    return {
        **{name: nothing for name in names},
        "matplotlib": matplotlib,
        "lsmagic": lsmagic,
    }
