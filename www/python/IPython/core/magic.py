"""`IPython.core.magic`: decorators with which a notebook makes magics of its own."""

from IPython import get_ipython
from sandbox_kernel.interactive import UsageError


def _decorator(kind):
    def register(function_or_name):
        def put(function, name=None):
            get_ipython().register_magic_function(function, kind, name)
            return function

        if isinstance(function_or_name, str):
            return lambda function: put(function, function_or_name)
        return put(function_or_name)

    return register


register_line_magic = _decorator("line")
register_cell_magic = _decorator("cell")
register_line_cell_magic = _decorator("line_cell")

__all__ = ["UsageError", "register_cell_magic", "register_line_cell_magic", "register_line_magic"]
