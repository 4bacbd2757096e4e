"""The text of values, as IPython 9 shows them (recorded there)."""

import collections
import unittest

from sandbox_kernel.formatting import bundle
from sandbox_kernel.pretty import pretty


class Pretty(unittest.TestCase):
    def test_what_fits_stands_in_a_line(self):
        for value in ([1, 2], (1,), (), {}, set(), {"a": [1]}, frozenset(), "it's", None, 3.5):
            self.assertEqual(pretty(value), repr(value))
        self.assertEqual(pretty({3, 1, 2}), "{1, 2, 3}")
        self.assertEqual(pretty(frozenset({1})), "frozenset({1})")

    def test_what_does_not_fit_is_one_item_per_line(self):
        self.assertEqual(pretty(list(range(40))), "[" + ",\n ".join(map(str, range(40))) + "]")
        inner = "x" * 50
        self.assertEqual(pretty({"a": [inner, inner]}), f"{{'a': ['{inner}',\n  '{inner}']}}")
        deep = {"a": {"b": [inner, inner], "c": 1}, "d": 2}
        self.assertEqual(pretty(deep), f"{{'a': {{'b': ['{inner}',\n   '{inner}'],\n  'c': 1}},\n 'd': 2}}")

    def test_the_line_is_79_wide(self):
        self.assertNotIn("\n", pretty(["x" * 36, "y" * 35]))
        self.assertIn("\n", pretty(["x" * 36, "y" * 36]))

    def test_long_lists_are_cut(self):
        self.assertTrue(pretty(list(range(1001))).endswith(" 999,\n ...]"))

    def test_own_reprs_count(self):
        Point = collections.namedtuple("Point", "x y")
        self.assertEqual(pretty(Point(1, 2)), "Point(x=1, y=2)")
        self.assertEqual(pretty([Point]), "[test_pretty.Point]")
        self.assertEqual(pretty(int), "int")

    def test_a_list_inside_itself(self):
        value = [1]
        value.append(value)
        self.assertEqual(pretty(value), "[1, [...]]")


class Bundle(unittest.TestCase):
    def test_rich_methods(self):
        class Rich:
            def _repr_html_(self):
                return "<b>x</b>"

            def _repr_png_(self):
                return b"\x89PNG"

            def __repr__(self):
                return "Rich"

        self.assertEqual(bundle(Rich())[0], {"text/html": "<b>x</b>", "image/png": "iVBORw==", "text/plain": "Rich"})

    def test_a_class_is_not_its_instance(self):
        class Rich:
            def _repr_html_(self):
                return "<b>x</b>"

        self.assertEqual(list(bundle(Rich)[0]), ["text/plain"])
