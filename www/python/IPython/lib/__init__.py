"""`IPython.lib`"""
