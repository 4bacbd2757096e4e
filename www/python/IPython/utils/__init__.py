"""`IPython.utils`"""
