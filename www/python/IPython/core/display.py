"""`IPython.core.display`, from where old notebooks import what is in `IPython.display`."""

from IPython.display import *  # noqa: F403
