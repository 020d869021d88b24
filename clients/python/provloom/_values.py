"""People's names and values, made into what the format holds: in bounded time and memory, whatever they are."""

from . import _limits as limits
from ._kinds import comes_from, held, is_a, is_one

_NAME = limits.NAME_LENGTH_MAX
_MARK_LENGTH = 9
#: Of longer names than this the length, the beginning and the end are hashed.
_HASHED_WHOLE = 1 << 20


def name(value):
    """Text of 1 to 512 UTF-16 code units, or None for None and for empty text.

    What is longer, or holds half of a surrogate pair, is changed and ends in a hash of what it was: names that differ
    stay different.
    """
    if value is None:
        return None
    text = value if type(value) is str else _name_text(value)
    if len(text) <= _NAME and text.isascii():
        return text or None
    start = well_formed(text[: _NAME + 1])
    units = start.encode("utf-16-le")
    if len(text) <= _NAME and len(units) <= 2 * _NAME and start == text:
        return text
    return "%s~%s" % (units[: 2 * (_NAME - _MARK_LENGTH)].decode("utf-16-le", "ignore"), mark_of(text))


def _name_text(value):
    kind = type(value)
    inner = held(value, "_value_") if is_a(kind, "enum", "Enum") and not issubclass(kind, str) else value
    if issubclass(type(inner), str):
        return str.__getitem__(inner, slice(None))
    return typed(value).text


def mark_of(text):
    from hashlib import sha256

    digest = sha256()
    if len(text) > _HASHED_WHOLE:
        digest.update(b"%d" % len(text))
        text = text[: _HASHED_WHOLE // 2] + text[-_HASHED_WHOLE // 2 :]
    digest.update(text.encode("utf-16-le", "surrogatepass"))
    return digest.hexdigest()[: _MARK_LENGTH - 1]


def well_formed(text):
    """Half of a surrogate pair is no character, and nobody can write it into a file: ``\\ud800`` in its place."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


class Typed:
    """A value's type and lexical form (XML Schema's), and what is to be told of it: (code, words), or None."""

    __slots__ = ("kind", "text", "remark")

    def __init__(self, kind, text, remark=None):
        self.kind = kind
        self.text = text
        self.remark = remark


def typed(value, most=limits.VALUE_BYTES_MAX):
    """What is recorded for a value: at most ``most`` bytes of UTF-8, and no more work than they are."""
    from ._scalars import scalar

    found = scalar(value, most)
    if found is not None:
        return found
    from ._structure import Writing

    return Writing(most).whole(value)


def cut(text, most):
    """The Typed of a text: its first ``most`` bytes."""
    length = str.__len__(text)
    start = str.__getitem__(text, slice(0, most))
    whole = well_formed(start)
    short = first_bytes(whole, most)
    if length > len(start) or len(short) < len(whole):
        return Typed("str", short, ("VALUE_CUT", "has %d characters; the first %d are recorded" % (length, len(short))))
    if whole != start:
        return Typed("str", short, ("VALUE_CHANGED", "holds halves of surrogate pairs; they are recorded as \\udXXX"))
    return Typed("str", short)


def first_bytes(text, most):
    """The characters that are in the first ``most`` bytes of well-formed text."""
    if text.isascii():
        return text[: max(0, most)]
    encoded = text.encode("utf-8")
    return text if len(encoded) <= most else encoded[: max(0, most)].decode("utf-8", "ignore")


def flag(call, option, value, otherwise=False):
    """Yes or no, as Python's own values and those of numpy say it; a stranger is not asked."""
    if type(value) is bool:
        return value
    if value is None or is_one(type(value), (int, float, str, bytes, list, tuple, dict)):
        return bool(value)
    from ._scalars import scalar

    found = scalar(value, 10)
    if found is not None and found.remark is None and found.kind in ("bool", "int", "float"):
        return found.text not in ("false", "0", "0.0", "-0.0")
    from ._numbers import shown
    from ._tell import once

    once("flag-%s-%s" % (call, option), "%s: %s must be true or false, not %s; it is taken as %s"
         % (call, option, shown(value), str(otherwise).lower()))  # fmt: skip
    return otherwise


def json_text(value, most):
    """Any value as JSON, and the remark that is due."""
    from ._structure import Writing

    found = Writing(most).whole(value)
    return found.text, found.remark


def torch_of(value):
    """The torch module that ``value`` comes from, when torch is loaded and it does; never imports it."""
    import sys

    torch = sys.modules.get("torch")
    return torch if torch is not None and comes_from(type(value), "torch") else None
