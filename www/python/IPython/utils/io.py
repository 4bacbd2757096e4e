"""`IPython.utils.io`"""

from sandbox_kernel.cell_magics import captured as capture_output

__all__ = ["capture_output"]
