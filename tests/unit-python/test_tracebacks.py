"""Errors as IPython shows them."""

import re
import unittest

from sandbox_kernel import tracebacks


def shown(source, count=1):
    name = tracebacks.cells.add(source, count)
    try:
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
    except BaseException as error:
        ename, evalue, lines = tracebacks.output(error, error.__traceback__.tb_next)
        return ename, evalue, re.sub("\x1b\\[[0-9;]*m", "", "\n".join(lines))


class Tracebacks(unittest.TestCase):
    def test_the_cells_lines_with_an_arrow(self):
        ename, evalue, text = shown("a = 1\ndef f(x):\n    return x / 0\n\nf(a)\n", 3)
        self.assertEqual((ename, evalue), ("ZeroDivisionError", "division by zero"))
        self.assertIn("Cell In[3], line 5\n", text)
        self.assertIn("----> 5 f(a)", text)
        self.assertIn("Cell In[3], line 3, in f(x)\n", text)
        self.assertTrue(text.endswith("ZeroDivisionError: division by zero"))

    def test_causes(self):
        _name, _value, text = shown("try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e")
        self.assertLess(text.index("KeyError: 'a'"), text.index("direct cause"))

    def test_mistakes_of_syntax(self):
        _name, _value, text = shown("x = (1,\ny = 2 2")
        self.assertIn("Cell In[1], line", text)
        self.assertIn("^", text)

    def test_a_deep_recursion_is_cut(self):
        _name, _value, text = shown("def f(): f()\nf()")
        self.assertIn("skipping", text)
        self.assertLess(text.count("\n"), 400)
