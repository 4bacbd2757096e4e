"""Completion and signatures from live objects."""

import unittest

from sandbox_kernel.inspection import complete, describe, inspect


class Client:
    """A client.

    More about it.
    """

    def __init__(self, topic, group_id=None):
        self.topic = topic

    @property
    def explosive(self):
        raise AssertionError("properties are not asked")

    def poll(self, timeout_ms=0):
        """Waits for records."""


class Completion(unittest.TestCase):
    space = {"client": Client("a"), "Client": Client, "word": 1}

    def labels(self, text):
        return [option["label"] for option in complete(text, len(text), self.space)["options"]]

    def test_names_attributes_arguments(self):
        self.assertIn("word", self.labels("x = wo"))
        self.assertEqual(self.labels("client.po"), ["poll"])
        self.assertEqual(self.labels("Client(1, gro")[0], "group_id=")
        self.assertEqual(self.labels("client.explosive."), [])

    def test_private_names_come_when_asked_for(self):
        self.assertNotIn("__init__", self.labels("client."))
        self.assertIn("__init__", self.labels("client.__in"))

    def test_places_count_utf16(self):
        self.assertEqual(complete("'😀'; wo", 8, self.space)["from"], 6)

    def test_imports(self):
        self.assertIn("json", self.labels("import js"))
        self.assertIn("loads", self.labels("import json\nfrom json import lo"))


class Inspection(unittest.TestCase):
    def test_signature_and_first_lines(self):
        found = inspect("client.poll(", 9, Completion.space)
        self.assertEqual(found, {"from": 0, "to": 11, "text": "client.poll(timeout_ms=0)\n\nWaits for records."})
        self.assertIsNone(inspect("nothing", 2, Completion.space))

    def test_help(self):
        self.assertIn("A client.", describe("Client", Client, 0))
        self.assertIn("def poll", describe("Client", Client, 1))
