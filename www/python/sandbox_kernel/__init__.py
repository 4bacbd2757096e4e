"""The Python side of the page's Python kernel: what Pyodide lacks of CPython, and what notebooks expect of IPython.

Modules import one another only downwards in this list:
    kernel      what the page calls
    cells       runs a cell; magics, shell, inspection, packages
    display     rich outputs; formatting, tracebacks, streams
    processes   os.system and subprocess, by the page's shell; errors, Linux's numbers
    sockets     the socket module over the cluster's byte channels; addresses, selecting
    threads     green threads: whoever blocks lets the others run; locks
    host        the page's functions
Library code (kafka-python and the like) is never changed; only the edges of the standard library are.
"""
