"""`!python FILE`."""

import contextlib
import io
import os
import sys
import tempfile
import unittest

from sandbox_kernel import scripts


class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def run_line(self, line):
        """(status, standard output, standard error)"""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = scripts.run(scripts.COMMAND.match(line)[1])
        return status, out.getvalue(), err.getvalue()

    def write(self, name, source):
        with open(name, "w") as file:
            file.write(source)

    def test_a_file_is_a_program_of_its_own(self):
        self.write("part.py", "word = 'part'\n")
        self.write("main.py", "import sys, part\nprint(__name__, sys.argv, part.word, __file__)\n")
        before = list(sys.path), sys.argv, sys.modules["__main__"]
        self.assertEqual(self.run_line("python3 -u main.py 'a b' 2"), (0, "__main__ ['main.py', 'a b', '2'] part main.py\n", ""))
        self.assertEqual((list(sys.path), sys.argv, sys.modules["__main__"]), before)

    def test_it_ends_with_a_status(self):
        self.write("ends.py", "import sys\nsys.exit(int(sys.argv[1]))\n")
        self.assertEqual(self.run_line("python ends.py 3"), (3, "", ""))
        self.assertEqual(self.run_line("python ends.py 0")[0], 0)
        self.write("fails.py", "def half(n):\n    return n / 0\nhalf(2)\n")
        status, _, err = self.run_line("python fails.py")
        self.assertEqual(status, 1)
        self.assertTrue(err.startswith("Traceback (most recent call last):\n  File ") and "scripts.py" not in err, err)
        self.assertTrue(err.endswith("ZeroDivisionError: division by zero\n"), err)

    def test_code_modules_and_the_version(self):
        self.assertEqual(self.run_line('python -c "print(6 * 7)"'), (0, "42\n", ""))
        self.assertIn(sys.version.split()[0], self.run_line("python --version")[1])
        self.write("mod.py", "print(__name__)\n")
        sys.path.insert(0, "")
        self.addCleanup(sys.path.remove, "")
        self.assertEqual(self.run_line("python3.11 -m mod"), (0, "__main__\n", ""))

    def test_what_cannot_be_is_refused_with_a_reason(self):
        self.assertEqual(self.run_line("python none.py")[0], 2)
        self.assertIn("pipes, redirects", self.run_line("python a.py | head")[2])
        self.assertIn("pipes, redirects", self.run_line("python a.py > b.txt")[2])
        self.assertIn("no second interpreter", self.run_line("python")[2])
        with self.assertRaisesRegex(OSError, "Background processes not supported"):
            scripts.run(" a.py &")

    def test_other_commands_are_left_alone(self):
        for line in ("pythonic x", "echo python", "python-config", "./python x"):
            self.assertIsNone(scripts.COMMAND.match(line), line)
        self.assertTrue(scripts.COMMAND.match("sudo nohup python3 x.py"))
