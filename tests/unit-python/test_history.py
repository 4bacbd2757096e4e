"""`In`, `_i` and `%history`."""

import contextlib
import io
import unittest

from sandbox_kernel.history import Inputs, history


class History(unittest.TestCase):
    def setUp(self):
        self.space = {"In": [""], "_i": "", "_ii": "", "_iii": ""}
        self.inputs = Inputs(self.space)
        for count, source in ((1, "x = 1"), (2, "if x:\n\tx"), (4, "!ls"), (5, "x\n"), (6, "%history")):
            self.inputs.remember(source, f"run({source!r})" if source[0] in "!%" else source, count)

    def shown(self, line):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            history(self.inputs, {5: "out"}, line, ValueError)
        return out.getvalue()

    def test_variables(self):
        self.assertEqual((self.space["_i"], self.space["_ii"], self.space["_iii"]), ("x", "!ls", "if x:\n\tx"))
        self.assertEqual((self.space["_i1"], self.space["_i6"]), ("x = 1", "%history"))
        self.assertEqual(self.space["In"], ["", "x = 1", "if x:\n\tx", "", "run('!ls')", "x", "run('%history')"])

    def test_all_and_numbered(self):
        self.assertEqual(self.shown(""), "x = 1\nif x:\n    x\n!ls\nx\n%history\n")
        self.assertEqual(self.shown("-n 1-4"), "   1: x = 1\n   2:\nif x:\n    x\n   4: !ls\n")

    def test_ranges(self):
        self.assertEqual(self.shown("5 1"), "x\nx = 1\n")
        self.assertEqual(self.shown("4:6"), "!ls\nx\n")
        self.assertEqual(self.shown("5-"), "x\n%history\n")
        self.assertEqual(self.shown("~1/1-5 99"), "")

    def test_last_pattern_output_prompt_translated(self):
        self.assertEqual(self.shown("-l 2"), "!ls\nx\n")
        self.assertEqual(self.shown("-g x ="), "   1: x = 1\n")
        self.assertEqual(self.shown("-o 5"), "x\n'out'\n")
        self.assertEqual(self.shown("-p 1 2"), ">>> x = 1\n>>> if x:\n...     x\n...\n")
        self.assertEqual(self.shown("-t 4"), "run('!ls')\n")
        self.assertRaises(ValueError, self.shown, "--what")
