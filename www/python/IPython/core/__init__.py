"""`IPython.core`: old homes of names that notebooks still import from here."""
