"""Wheels that the page carries."""

import importlib
import io
import sys
import tempfile
import types
import unittest
import zipfile
from unittest import mock

from sandbox_kernel import packages


class Unpacking(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.site = folder.name
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as wheel:
            wheel.writestr("carried/__init__.py", "from carried.part import word\n")
            wheel.writestr("carried/part.py", "word = 'whole'\n")
        fetched = types.SimpleNamespace(promise=types.SimpleNamespace(to_bytes=file.getvalue))
        for target, name, value in (
            (packages, "SITE", self.site),
            (packages, "catalogue", {"carried": {"versions": {"1.0": "carried.whl"}, "imports": ["carried"]}}),
            (packages, "_chosen", {"carried": "1.0"}),
            (packages, "_there", {}),
            (packages.host, "fetch_file", lambda _name: fetched),
            (packages.threads, "wait_for", lambda promise: promise),
            (packages.threads, "collect_garbage", lambda: None),
        ):
            patch = mock.patch.object(target, name, value, create=True)
            patch.start()
            self.addCleanup(patch.stop)
        finder = packages.Finder()
        sys.meta_path.append(finder)
        sys.path.append(self.site)
        self.addCleanup(sys.meta_path.remove, finder)
        self.addCleanup(sys.path.remove, self.site)
        self.addCleanup(sys.modules.pop, "carried", None)

    def test_an_import_that_was_stopped_half_way_can_be_repeated(self):
        def stopped(wheel, path):
            wheel.extract("carried/__init__.py", path)
            raise KeyboardInterrupt

        with mock.patch.object(zipfile.ZipFile, "extractall", stopped), self.assertRaises(KeyboardInterrupt):
            import carried
        importlib.invalidate_caches()
        import carried

        self.assertEqual(carried.word, "whole")
