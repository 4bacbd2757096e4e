"""The part of IPython that notebooks import: displays, `get_ipython`, magics of their own."""

import builtins

from sandbox_kernel.display import display

__version__ = "9.7.0"
version_info = (9, 7, 0, "")


def get_ipython():
    return builtins.get_ipython()


def embed(*_args, **_options):
    raise NotImplementedError("a page has no terminal to embed IPython in")


__all__ = ["display", "embed", "get_ipython"]
