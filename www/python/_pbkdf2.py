"""`hashlib.pbkdf2_hmac`, which Pyodide lacks (it has no OpenSSL): passwords of SCRAM users need it."""

import hashlib


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """The key of RFC 8018, as in the standard library."""
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    inner, outer = hashlib.new(hash_name), hashlib.new(hash_name)
    if dklen is None:
        dklen = inner.digest_size
    if dklen < 1:
        raise ValueError("key length must be greater than 0.")
    password = bytes(password)
    if len(password) > inner.block_size:
        password = hashlib.new(hash_name, password).digest()
    password = password.ljust(inner.block_size, b"\0")
    # The keyed beginnings are hashed once; each use goes on from a copy.
    inner.update(bytes(byte ^ 0x36 for byte in password))
    outer.update(bytes(byte ^ 0x5C for byte in password))

    def keyed(message):
        first, second = inner.copy(), outer.copy()
        first.update(message)
        second.update(first.digest())
        return second.digest()

    key = b""
    while len(key) < dklen:
        number = len(key) // inner.digest_size + 1
        last = keyed(bytes(salt) + number.to_bytes(4, "big"))
        block = int.from_bytes(last, "big")
        for _ in range(iterations - 1):
            last = keyed(last)
            block ^= int.from_bytes(last, "big")
        key += block.to_bytes(inner.digest_size, "big")
    return key[:dklen]
