"""Paths that people give: made absolute, and said in text whatever bytes they have."""

import os


def absolute(session, call, path):
    """Where ``path`` leads, or None: an empty one is told."""
    text = os.fsdecode(os.fspath(path))
    if not text:
        session.problem("BAD_PATH", "%s: the path is empty: nothing is recorded" % call, call)
        return None
    return os.path.abspath(os.path.expanduser(text))


def is_text(path):
    """Whether a name is UTF-8: only then it can be said in an event, and found by it."""
    try:
        path.encode("utf-8")
        return True
    except UnicodeEncodeError:
        return False


def text_of(path):
    """The path as it is; where it is no UTF-8 with all its bytes beyond ASCII as ``\\xNN``."""
    if is_text(path):
        return path
    return "".join(chr(byte) if byte < 0x80 else "\\x%02x" % byte for byte in os.fsencode(path))


def shown(path):
    """The same in one line, for people."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text_of(path))
