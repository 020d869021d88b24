"""What a person is told, on standard error."""

import sys

from . import _limits as limits
from ._cut_in import from_inside

_told = set()


def once(code, text):
    """Writes one line, the first time only. Returns whether this was the first."""
    if code in _told:
        return False
    if len(_told) < 1000:
        _told.add(code)
    line(text)
    return True


def _in_a_line(text):
    """No name or value of a script's moves the cursor, or makes two lines of one."""
    text = text[: limits.MESSAGE_LENGTH_MAX]
    return text if text.isprintable() else "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def line(text):
    """Writes one line. Never raises: a closed standard error is no reason to end a training."""
    try:
        sys.stderr.write("provloom: %s\n" % _in_a_line(text))
        sys.stderr.flush()
    except from_inside(Exception):
        pass
