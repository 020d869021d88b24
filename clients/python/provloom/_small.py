"""Small files, read and written at once."""

import os
from time import time_ns

from ._cut_in import from_inside


def now_us():
    """Microseconds since the Unix epoch, UTC."""
    return time_ns() // 1000


def age_of(file):
    """Seconds since a file was written, by this machine's clock; infinite when there is none."""
    try:
        return abs(now_us() / 1e6 - os.stat(file).st_mtime)
    except from_inside(OSError):
        return float("inf")


def mark_of(file):
    """What changes when a file is written or replaced; None when there is none."""
    try:
        found = os.stat(file)
    except from_inside(OSError):
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def read_json(file):
    """A small JSON object, or None."""
    try:
        with open(file, "rb", buffering=0) as opened:
            text = opened.read(1 << 20)
    except from_inside(OSError):
        return None
    import json

    try:
        found = json.loads(text)
    except from_inside(ValueError):
        return None
    return found if isinstance(found, dict) else None


def put_json(file, facts):
    """Raises OSError."""
    import json

    put(file, json.dumps(facts, allow_nan=False).encode("ascii"))


def replace(file, data):
    """A reader finds the old or the new content. Raises OSError."""
    beside = "%s.%d" % (file, os.getpid())
    put(beside, data)
    os.rename(beside, file)


def put(file, data):
    """Raises OSError, and then leaves no part of it."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        view = memoryview(data)
        while len(view) > 0:
            view = view[os.write(descriptor, view) :]
    except BaseException:
        remove(file)
        raise
    finally:
        os.close(descriptor)


def clear(folder):
    """Removes a folder that never got its name, if it is there."""
    if os.path.lexists(folder):
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)


def remove(file):
    try:
        os.unlink(file)
    except from_inside(OSError):
        pass
