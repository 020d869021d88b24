"""Values with parts, as JSON: written until the bytes are used up, so that neither shared parts nor cycles nor numbers
cost more than what is kept."""

from json.encoder import encode_basestring
from time import monotonic

from . import _limits as limits
from ._cut_in import from_inside
from ._kinds import title
from ._numbers import error_text
from ._parts import bare, parts_of
from ._scalars import scalar, stranger
from ._values import Typed, first_bytes, mark_of, well_formed

#: What closing all levels may take after the bytes are used up.
_RESERVE = 4096
_EXACT = frozenset((dict, list, tuple, set))
_EXACT_INT = 10**18
_BARE = frozenset(("int", "float", "bool"))
_TOO_LARGE = ("VALUE_CUT", "is larger than a parameter may be; its beginning is recorded")


class Writing:
    """JSON of one value, in at most so many bytes."""

    def __init__(self, most):
        self._left = max(256, most - _RESERVE)
        self._text = []
        self._above = set()
        self._until = None
        self._remark = None

    def whole(self, value):
        """The Typed of a value: JSON of one with parts, text of a stranger."""
        value = bare(value)
        found = scalar(value, self._left)
        if found is not None:
            return found
        self._inside(value, type(value), 0)
        text = "".join(self._text)
        return Typed("json" if text[0] in "[{" else "str", text if text[0] in "[{" else text[1:-1], self._remark)

    def _say(self, text):
        self._text.append(text)
        self._left -= len(text) if text.isascii() else len(text.encode("utf-8"))

    def _say_text(self, text):
        """Text that is well-formed as far as there is room for it."""
        quoted = encode_basestring(text) if len(text) <= self._left else None
        if quoted is None or (len(quoted) > self._left and first_bytes(quoted, self._left) != quoted):
            self._note(*_TOO_LARGE)
            # A control character takes six bytes.
            quoted = encode_basestring(first_bytes(text[: max(0, self._left)], self._left // 6) + "...")
        self._say(quoted)

    def _say_key(self, text):
        """Keys that differ stay different, as names do."""
        if not text.isascii():
            text = text[: max(0, self._left) + 1]
            whole = well_formed(text)
            if whole != text:
                self._note("VALUE_CHANGED", "has keys with halves of surrogate pairs; they are recorded as \\udXXX")
                text = "%s~%s" % (whole, mark_of(text))
        self._say_text(text)

    def _note(self, code, words):
        self._remark = self._remark or (code, words)

    def _value(self, value, depth):
        kind = type(value)
        if kind in _EXACT:
            return self._inside(value, kind, depth)
        if kind is int and -_EXACT_INT < value < _EXACT_INT:
            return self._say(str(value))
        value = bare(value)
        found = scalar(value, max(64, self._left))
        if found is None:
            return self._inside(value, type(value), depth)
        if found.remark is not None:
            self._note(found.remark[0], "holds a value that " + found.remark[1])
        if found.kind in _BARE and found.text not in ("NaN", "INF", "-INF"):
            self._say(found.text)
        elif found.kind == "null":
            self._say("null")
        else:
            self._say_text(found.text)

    def _inside(self, value, kind, depth):
        if id(value) in self._above:
            self._note("VALUE_CUT", "holds itself; where it does its type is recorded")
            return self._say_text("<the same %s>" % title(kind))
        try:
            parts = parts_of(value, kind, self._left)
        except from_inside(BaseException) as error:
            self._note("VALUE_NOT_READ", "cannot be read: %s" % error_text(error))
            return self._say_text("<%s>" % title(kind))
        if parts is None:
            found = stranger(kind)
            self._note(found.remark[0], found.remark[1] if depth == 0 else "holds a value that " + found.remark[1])
            self._say_text(found.text)
        elif depth >= limits.VALUE_LEVELS_MAX:
            self._note("VALUE_CUT", "has more than %d levels; of deeper ones the type is recorded" % depth)
            self._say_text("<%s>" % title(kind))
        else:
            self._above.add(id(value))
            self._say("{" if parts.pairs else "[")
            self._all(parts, depth)
            self._say("}" if parts.pairs else "]")
            self._above.discard(id(value))

    def _all(self, parts, depth):
        """The parts until room or time is used up; what is left out is said in a part of its own."""
        done = 0
        try:
            for one in named(parts) if parts.pairs else parts.some:
                if self._left <= 0 or (parts.foreign and self._late()):
                    left = "more" if parts.count is None else "%d more" % (parts.count - done)
                    break
                if done:
                    self._say(",")
                if parts.pairs:
                    self._say_key(one[0])
                    self._say(":")
                    one = one[1]
                done += 1
                self._value(one, depth + 1)
            else:
                return
            self._note(*_TOO_LARGE)
        except from_inside(BaseException) as error:
            left = "%s when it was read on" % error_text(error)
            self._note("VALUE_NOT_READ", "could not be read to its end: %s" % error_text(error))
        comma = "," if done else ""
        self._say('%s"...":%s' % (comma, encode_basestring(left)) if parts.pairs else comma + encode_basestring("... " + left))

    def _late(self):
        """Each step of a stranger is its own code; there is no stopping one, but there is no next one either."""
        now = monotonic()
        if self._until is None:
            self._until = now + limits.FOREIGN_SECONDS
        return now > self._until


def named(parts):
    """The pairs with their keys as text; different keys stay different: the number 1 beside the text ``1`` is ``1 (int)``."""
    given, numbers = set(), {}
    for key, value in parts.some:
        text = key if type(key) is str else typed_key(key)
        if text in given or (type(key) is not str and parts.holds(text)):
            base = "%s (%s" % (text, type(key).__name__)
            while text in given or parts.holds(text):
                number = numbers[base] = numbers.get(base, 0) + 1
                text = "%s)" % base if number == 1 else "%s %d)" % (base, number)
        given.add(text)
        yield text, value


def typed_key(key):
    if key is None:
        return "None"
    found = scalar(key, limits.KEY_BYTES_MAX)
    return found.text if found is not None else Writing(_RESERVE + limits.KEY_BYTES_MAX).whole(key).text
