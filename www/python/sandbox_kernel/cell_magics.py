"""Cell magics: `%%writefile`, `%%time`, `%%capture`, `%%bash` and their like."""

import base64
import io
import os
import shlex
import sys

from . import display, host, interactive, line_magics, shell


def register(ip):
    """Puts them into the `Interactive`."""
    ip.cell_magics.update({**_code(ip), **_files(ip), **_languages(ip)})


def _code(ip):
    def time(line, body):
        """Run the cell and show how long it took."""
        return line_magics.timed(
            ip, "\n".join(part for part in (line, body) if part), _named(ip, body, bool(line))
        )

    def timeit(line, body):
        """Run the cell many times and show how long one run takes."""
        return line_magics.timeit_(ip, line, body)

    def capture(line, body):
        """Run the cell and keep its output in a variable."""
        words = [word for word in line.split() if not word.startswith("--")]
        with captured() as output:
            ip.run_source(body, _named(ip, body), ip.user_ns)
        if words:
            ip.user_ns[words[0]] = output

    def python(line, body):
        """Run the cell as Python."""
        return ip.run_source(body, _named(ip, body), ip.user_ns)

    return {
        "time": time,
        "timeit": timeit,
        "capture": capture,
        "python": python,
        "python3": python,
        "py": python,
    }


def _named(ip, body, joined=False):
    """The cell's own file name: its first line is the magic's, so that the others keep their numbers."""
    from . import tracebacks

    source = ip.user_ns["In"][ip.execution_count] if not joined else body
    return tracebacks.cells.add(
        source.partition("\n")[2] if not joined else source, ip.execution_count
    )


def _files(ip):
    def writefile(line, body):
        """Write the cell into a file of the folder."""
        words = shlex.split(line)
        append = any(word in ("-a", "--append") for word in words)
        names = [word for word in words if not word.startswith("-")]
        if not names:
            raise interactive.UsageError("%%writefile needs the name of a file")
        path = os.path.expanduser(names[0])
        verb = "Appending to" if append else "Overwriting" if os.path.exists(path) else "Writing"
        with open(path, "a" if append else "w", encoding="utf-8") as file:
            file.write(body)
        print(f"{verb} {names[0]}")

    return {"writefile": writefile, "file": writefile}


def _languages(ip):
    def bash(line, body):
        """Run the cell's lines in the shell."""
        status = shell.run(body, lambda stream, text: getattr(sys, stream).write(text))
        if status != 0:
            import subprocess

            raise subprocess.CalledProcessError(status, f"bash {line}".strip())

    def script(line, body):
        """Run the cell's lines in the shell named."""
        if line.split()[:1] not in ([], ["bash"], ["sh"]):
            raise interactive.UsageError(f"this page has no {line.split()[0]}")
        bash("", body)

    def shown(kind):
        def show(_line, body):
            display.display(kind(body))

        return show

    kinds = {
        "html": display.HTML,
        "HTML": display.HTML,
        "markdown": display.Markdown,
        "svg": display.SVG,
        "latex": display.Latex,
    }
    return {
        "bash": bash,
        "sh": bash,
        "system": bash,
        "script": script,
        **{name: shown(kind) for name, kind in kinds.items()},
    }


class captured:
    """`capture_output()`: what is printed and displayed inside goes here."""

    def __init__(self, stdout=True, stderr=True, display=True):
        self._out, self._err = io.StringIO(), io.StringIO()
        self.outputs = []

    def __enter__(self):
        self._streams = sys.stdout, sys.stderr
        self._emit = host.emit
        sys.stdout, sys.stderr = self._out, self._err
        host.emit = self._keep
        return self

    def __exit__(self, *_error):
        sys.stdout, sys.stderr = self._streams
        host.emit = self._emit

    def _keep(self, output):
        if output["type"] in ("display", "result", "update"):
            self.outputs.append(_Captured(output))

    @property
    def stdout(self):
        return self._out.getvalue()

    @property
    def stderr(self):
        return self._err.getvalue()

    def show(self):
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for output in self.outputs:
            output.display()

    __call__ = show

    def __str__(self):
        return self.stdout


class _Captured:
    def __init__(self, output):
        self.data, self.metadata = output["data"], output["metadata"]

    def display(self):
        display.publish_display_data(self.data, self.metadata)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.data, self.metadata

    def _repr_png_(self):
        png = self.data.get("image/png")
        return base64.b64decode(png) if png else None
