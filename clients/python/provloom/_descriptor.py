"""Descriptors that are ours and stay ours: a script may close any number, and the kernel then gives it to the script.

A high number is out of the reach of ``closerange(3, 256)`` and is not given again soon. Whether a number still is our
file is asked before anything is done to it: what is not ours is forgotten, and neither written, cut nor closed.
"""

import os

from ._cut_in import from_inside

_HIGHEST = 4096
_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)


def open_high(path, flags):
    """Opens a file under a high number. Returns (descriptor, identity). Raises OSError."""
    descriptor = os.open(path, flags | _CLOSE_ON_EXEC, 0o600)
    try:
        found = os.fstat(descriptor)
        return _moved_up(descriptor), (found.st_dev, found.st_ino)
    except BaseException:
        os.close(descriptor)
        raise


def _moved_up(descriptor):
    try:
        import fcntl
        import resource

        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        least = (_HIGHEST if soft < 0 else min(soft, _HIGHEST)) * 15 // 16
        if descriptor >= least:
            return descriptor
        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, least)
    except from_inside(ImportError, OSError, ValueError):
        return descriptor  # none is left up there
    os.close(descriptor)
    return high


def is_ours(descriptor, identity):
    """Whether the number still is the file that was opened under it."""
    if descriptor < 0:
        return False
    try:
        found = os.fstat(descriptor)
    except from_inside(OSError):
        return False
    return (found.st_dev, found.st_ino) == identity


def is_at(descriptor, position):
    """Whether the open file stands where our last write left it. In a file of somebody else's it does not."""
    try:
        return os.lseek(descriptor, 0, os.SEEK_CUR) == position
    except from_inside(OSError):
        return False


def named(path):
    """The identity of the file that a path names now, or None."""
    try:
        found = os.stat(path)
    except from_inside(OSError):
        return None
    return (found.st_dev, found.st_ino)


def close(descriptor, identity):
    """Closes it when it is ours."""
    if is_ours(descriptor, identity):
        try:
            os.close(descriptor)
        except from_inside(OSError):
            pass
