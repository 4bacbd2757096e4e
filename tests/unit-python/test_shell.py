"""Python's variables in commands."""

import unittest

from sandbox_kernel.shell import Lines, as_child, expand, expand_lines


class Expand(unittest.TestCase):
    names = {"topic": "books", "n": 3, "d": {"a": [1, 2]}}

    def check(self, command, expected):
        self.assertEqual(expand(command, self.names), expected)

    def test_expressions_and_names(self):
        self.check("echo {topic} {n + 1} {d['a'][1]:03d}", "echo books 4 002")
        self.check("echo $topic $n", "echo books 3")
        self.check("echo '$n' $n $$HOME", "echo '$n' 3 $HOME")

    def test_a_name_that_is_not_pythons_leaves_the_whole_command(self):
        for command in ("echo {n} $USER", "awk '{print $1}'", "echo {missing} {topic}", "echo $topic.x $n"):
            self.check(command, command)

    def test_each_command_by_itself(self):
        self.assertEqual(expand_lines("awk '{x}'\necho {n} \\\n {n}", self.names), "awk '{x}'\necho 3 \\\n 3")


class SList(unittest.TestCase):
    def test_lines(self):
        lines = Lines(["a 1", "b 2"])
        self.assertEqual((lines.n, lines.s, lines.l), ("a 1\nb 2", "a 1 b 2", ["a 1", "b 2"]))
        self.assertEqual(lines.grep("b"), ["b 2"])
        self.assertEqual(lines.fields(1), ["1", "2"])

    def test_commands_of_a_process_run_in_a_shell_of_their_own(self):
        self.assertEqual(as_child("cd books"), "!cd books")
        self.assertEqual(as_child("echo a \\\n  b\n"), "!echo a \\\n  b")
        self.assertEqual(as_child("cd books\nls"), "(\ncd books\nls\n)")
