"""The call that is being typed, and its argument."""

import unittest

from sandbox_kernel.signatures import signature_at


class Producer:
    """Sends records.

    More about it.

    Keyword Arguments:
        acks (0, 1, 'all'): How many replicas must have a record
            before it counts as sent.
        linger_ms (int): How long to wait.
    """

    def __init__(self, *topics, **configs):
        pass

    def send(self, topic, value=None, /, key=None, *, partition=None):
        """Sends one record."""


class Signatures(unittest.TestCase):
    space = {"Producer": Producer, "p": Producer(), "f": lambda a, b=2, *rest, c=3, **more: 0, "s": "text"}

    def at(self, text):
        """(name, current parameter) at the `|`."""
        source = text.replace("|", "")
        found = signature_at(source, len(text[: text.index("|")].encode("utf-16-le")) // 2, self.space)
        if found is None:
            return None
        return found["name"], found["parameters"][found["current"]] if found["current"] >= 0 else ""

    def test_the_argument_by_place_and_by_name(self):
        self.assertEqual(self.at("f(|"), ("f", "a"))
        self.assertEqual(self.at("f(1, |"), ("f", "b=2"))
        self.assertEqual(self.at("f(1, 2, 3, |)"), ("f", "*rest"))
        self.assertEqual(self.at("f(1, c=|"), ("f", "c=3"))
        self.assertEqual(self.at("f(1, other=|"), ("f", "**more"))
        self.assertEqual(self.at("f(1, c=3, |"), ("f", "b=2"))
        self.assertEqual(self.at("p.send('t', |"), ("p.send", "value=None"))

    def test_all_parameters_are_shown(self):
        found = signature_at("p.send(", 7, self.space)
        self.assertEqual(found["parameters"], ["topic", "value=None", "/", "key=None", "*", "partition=None"])
        self.assertEqual((found["at"], found["current"], found["doc"]), (6, 0, "Sends one record."))

    def test_brackets_strings_and_comments_between(self):
        self.assertEqual(self.at("f((1, 2), |"), ("f", "b=2"))
        self.assertEqual(self.at("f([1, |"), ("f", "a"))
        self.assertEqual(self.at("f(')', \"(,\", |"), ("f", "*rest"))
        self.assertEqual(self.at("f(1,  # one, (\n  |"), ("f", "b=2"))
        self.assertEqual(self.at("f('''a,\n(''', |"), ("f", "b=2"))
        self.assertEqual(self.at("f('😀', |"), ("f", "b=2"))
        self.assertEqual(self.at("x = f(1, p.send('t'), |"), ("f", "*rest"))
        self.assertEqual(self.at("!echo it's (\nf(1, |"), ("f", "b=2"))
        self.assertEqual(self.at("f(1 if (|"), ("f", "a"))

    def test_nothing_where_nothing_is_known(self):
        for text in ("|", "f(1)|", "f(1) # f(|", "unknown(|", "f(unknown(|", "s(|", "def f(|", "class f(|", "f()(|", "f().g(|", "(|", "if (|"):
            self.assertIsNone(self.at(text), text)

    def test_what_the_docstring_says_of_the_argument(self):
        self.assertEqual(signature_at("Producer(", 9, self.space)["doc"], "Sends records.")
        self.assertEqual(
            signature_at("Producer(linger_ms=1, acks=", 27, self.space)["doc"],
            "acks (0, 1, 'all'): How many replicas must have a record before it counts as sent.",
        )

    def test_long_defaults_and_functions_without_a_signature(self):
        def g(a=object(), b="x" * 100, c: "int | None" = None):
            pass

        shown = signature_at("g(", 2, {"g": g})["parameters"]
        self.assertEqual(shown, ["a=…", "b=…", "c: 'int | None' = None"])
        self.assertEqual(signature_at("max(", 4, {})["parameters"], ["…"])
