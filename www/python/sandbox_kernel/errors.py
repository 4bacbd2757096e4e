"""Numbers of the operating system's errors as Linux has them: tutorials and logs show those, not this platform's."""

import builtins
import errno
import functools
import io

# What this platform calls them → Linux. Taken before `sockets` replaces what `errno` says of sockets.
LINUX = {
    getattr(errno, name): number
    for name, number in {
        "EPERM": 1, "ENOENT": 2, "EIO": 5, "EBADF": 9, "ENOMEM": 12, "EACCES": 13, "EEXIST": 17, "EXDEV": 18,
        "ENOTDIR": 20, "EISDIR": 21, "EINVAL": 22, "ENOSPC": 28, "ESPIPE": 29, "EROFS": 30, "ENAMETOOLONG": 36,
        "ENOTEMPTY": 39, "ELOOP": 40,
    }.items()
    if hasattr(errno, name)
}  # fmt: skip


def as_on_linux(error):
    """Gives an error of the file system Linux's number; others are left alone."""
    if isinstance(error, OSError) and error.filename is not None and not hasattr(error, "_linux"):
        error._linux = True
        error.errno = LINUX.get(error.errno, error.errno)


def install():
    plain = io.open

    @functools.wraps(plain)
    def open_(*args, **options):
        try:
            return plain(*args, **options)
        except OSError as error:
            as_on_linux(error)
            raise

    builtins.open = open_
