"""A flood of output is cut to its beginning and its end."""

import unittest

from sandbox_kernel import streams


class Budget(unittest.TestCase):
    def test_beginning_and_end_are_kept(self):
        budget = streams.Budget()
        piece = "x" * (8 * 1024 * 1024)
        sent = sum(len(budget.take("stdout", piece)) for _ in range(10))
        self.assertEqual(sent, streams.KEEP_CHARS)
        budget.take("stdout", "the end")
        rest = budget.rest()
        self.assertTrue(rest.endswith("the end"))
        self.assertIn("characters of output were not kept", rest)
        self.assertLess(len(rest), 3 * streams.TAIL_CHARS)
        self.assertEqual(budget.rest(), "")
