"""Paths that people give: made absolute, and said in text whatever bytes they have."""

import os

from . import _limits as limits
from ._cut_in import from_inside
from ._kinds import static, title
from ._numbers import error_text


class NotAPath(Exception):
    """Says why. Never leaves the client."""


def absolute(session, call, path):
    """Where ``path`` leads, or None: what is none is counted, and told."""
    try:
        return whole(path)
    except NotAPath as why:
        session.refuse("bad-path", "BAD_PATH", "%s: the path %s: nothing is recorded" % (call, why), call)
        return None


def whole(path):
    """The absolute path. Raises NotAPath."""
    text = given(path)
    if text.startswith("~"):
        text = os.path.expanduser(text)
    try:
        return os.path.abspath(text)
    except from_inside(OSError):
        raise NotAPath("%s is in the working folder, which is gone" % shown(text)) from None


def given(path):
    """The text of a text, of bytes, or of what says by its type that it is a path: it is asked once. Raises NotAPath."""
    kind = type(path)
    most = limits.PATH_BYTES_MAX
    if not issubclass(kind, (str, bytes)):
        ask = static(kind, "__fspath__")
        if ask is None:
            raise NotAPath("is %s" % ("None" if path is None else "a %s" % title(kind)))
        try:
            path = ask(path)
        except from_inside(BaseException) as error:
            raise NotAPath("cannot be read: %s" % error_text(error)) from None
        kind = type(path)
    if issubclass(kind, bytes):
        text = os.fsdecode(bytes.__getitem__(path, slice(0, most + 1)))
    elif issubclass(kind, str):
        text = str.__getitem__(path, slice(0, most + 1))
    else:
        raise NotAPath("is a %s" % title(kind))
    try:
        data = os.fsencode(text)
    except from_inside(UnicodeEncodeError):
        raise NotAPath("holds half of a surrogate pair") from None
    if not data:
        raise NotAPath("is empty")
    if b"\0" in data:
        raise NotAPath("holds a NUL")
    if len(data) > most:
        raise NotAPath("is longer than %d bytes" % most)
    return text


def looks_like_one(value):
    """Whether a value may be a path, by its type."""
    kind = type(value)
    return issubclass(kind, str) or static(kind, "__fspath__") is not None


def is_text(path):
    """Whether a name is UTF-8: only then it can be said in an event, and found by it."""
    try:
        path.encode("utf-8")
        return True
    except from_inside(UnicodeEncodeError):
        return False


def text_of(path):
    """The path as it is; where it is no UTF-8 with all its bytes beyond ASCII as ``\\xNN``."""
    if is_text(path):
        return path
    return "".join(chr(byte) if byte < 0x80 else "\\x%02x" % byte for byte in os.fsencode(path))


def shown(path):
    """The same in one line, for people."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text_of(path))
