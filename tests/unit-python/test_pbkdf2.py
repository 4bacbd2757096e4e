"""Our `hashlib.pbkdf2_hmac` gives what CPython's gives."""

import hashlib
import itertools
import unittest

from _pbkdf2 import pbkdf2_hmac


class Pbkdf2(unittest.TestCase):
    def test_gives_the_keys_of_openssl(self):
        cases = itertools.product(
            ("sha1", "sha256", "sha512"), (b"", b"pw", b"x" * 200), (1, 2, 50), (None, 1, 20, 100)
        )
        for name, password, count, length in cases:
            wanted = hashlib.pbkdf2_hmac(name, password, b"salt", count, length)
            self.assertEqual(pbkdf2_hmac(name, password, b"salt", count, length), wanted)

    def test_refuses_what_openssl_refuses(self):
        for count, length in ((0, None), (1, 0)):
            texts = []
            for function in (hashlib.pbkdf2_hmac, pbkdf2_hmac):
                with self.assertRaises(ValueError) as raised:
                    function("sha256", b"", b"", count, length)
                texts.append(str(raised.exception))
            self.assertEqual(*texts)
