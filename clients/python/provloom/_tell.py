"""What a person is told, on standard error."""

import sys

_told = set()


def once(code, text):
    """Writes one line, the first time only. Returns whether this was the first."""
    if code in _told:
        return False
    if len(_told) < 1000:
        _told.add(code)
    line(text)
    return True


def line(text):
    """Writes one line. Never raises: a closed standard error is no reason to end a training."""
    try:
        sys.stderr.write("provloom: %s\n" % text)
        sys.stderr.flush()
    except Exception:
        pass
