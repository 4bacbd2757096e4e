"""`IPython.lib.pretty`: the text of a value as `Out` shows it."""

from sandbox_kernel.pretty import pretty as _text


def pretty(obj, verbose=False, max_width=79, newline="\n", max_seq_length=1000):
    return _text(obj)


def pprint(obj, *_options, **_more):
    print(_text(obj))
