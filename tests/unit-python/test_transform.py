"""IPython's syntax to Python."""

import unittest

from sandbox_kernel.transform import automagic, cell_magic, transform


class Transform(unittest.TestCase):
    def check(self, source, expected):
        self.assertEqual(transform(source), expected)

    def test_commands(self):
        self.check("!ls -l", "get_ipython().system('ls -l')")
        self.check("if a:\n    !echo {a}\nb", "if a:\n    get_ipython().system('echo {a}')\nb")
        self.check("files = !ls", "files = get_ipython().getoutput('ls')")
        self.check("!!ls", "get_ipython().getoutput('ls')")

    def test_a_command_goes_on_behind_a_backslash_and_line_numbers_stay(self):
        self.check("!a \\\n  b\nc", "get_ipython().system('a \\\\\\n  b')\n\nc")

    def test_magics(self):
        self.check("%time f(x)", "get_ipython().run_line_magic('time', 'f(x)')")
        self.check("home = %env HOME", "home = get_ipython().run_line_magic('env', 'HOME')")
        self.check("pip install kafka-python", "get_ipython().run_line_magic('pip', 'install kafka-python')")

    def test_help(self):
        self.check("consumer.poll?", "get_ipython().help('consumer.poll', 0)")
        self.check("consumer??", "get_ipython().help('consumer', 1)")
        self.check("?print", "get_ipython().help('print', 0)")

    def test_python_is_left_alone(self):
        for source in (
            "x = a % b", "x = a != b", "x %= 3", "a = [\n  b\n  % c]", "s = '''\n!ls\n%time\n'''", 's = "a?"', "# what?",
            "f(a,\n  !b)", "x = 1 \\\n  % 2", "print('%d' % 5)", "s = 'it''s'\nif s: pass", "d = {'a': '!ls'}", "x = y == z % 2",
        ):  # fmt: skip
            self.check(source, source)

    def test_cell_magics(self):
        self.assertEqual(cell_magic("%%writefile a.py\nx = 1\n"), ("writefile", "a.py", "x = 1\n"))
        self.assertEqual(cell_magic("\n%%time\nx"), ("time", "", "x\n"))
        self.assertIsNone(cell_magic("%time x"))

    def test_comments_may_stand_above_a_cell_magic(self):
        form = "#@title Write it\n#@markdown once\n\n%%writefile a.py\nx\n"
        self.assertEqual(cell_magic(form), ("writefile", "a.py", "x\n"))
        self.assertIsNone(cell_magic("# %%time\nx = 1\n"))

    def test_a_line_that_begins_with_a_magic_s_name_is_that_magic(self):
        magics = {"ls", "cd", "who"}
        for source in ("ls -l books", "cd ..", "who", "ls\n"):
            self.assertEqual(automagic(source, magics, {}), "%" + source)
        for source in ("ls = 5", "ls, x = 1, 2", "ls == 5", "ls , x = 1, 2", "cd.x", "ls -l\nprint()", "cat x", "# ls"):
            self.assertEqual(automagic(source, magics, {}), source)
        self.assertEqual(automagic("ls -l", magics, {"ls": 5}), "ls -l")
