"""The pairs of what is given to a call that logs several things at once."""

from time import monotonic

from . import _limits as limits
from ._cut_in import from_inside
from ._guard import session_for
from ._numbers import error_text, shown
from ._parts import bare, own_attributes, parts_of
from ._structure import named


def pairs_of(call, given):
    """(name, value) of a mapping, a namespace, a dataclass, or of an object's own attributes.

    What has none is refused. More than ``PAIRS_PER_CALL_MAX``, and what a stranger's mapping has not given in its time, is
    counted in one stroke, and told.
    """
    session = session_for(call)
    if session is None:
        return
    why = None
    try:
        parts = _parts(given)
    except from_inside(BaseException) as error:
        parts, why = None, "cannot be read: %s" % error_text(error)
    if parts is None or not parts.pairs:
        session.refuse("no-pairs", "BAD_ARGUMENT", "%s: %s %s" % (call, shown(given), why or "has no names and values"), call)
        return
    pairs, done, spent = named(parts), 0, 0.0
    while why is None:
        if done >= limits.PAIRS_PER_CALL_MAX and parts.count == done:
            return
        began = monotonic()
        try:
            pair = next(pairs)
        except StopIteration:
            return
        except from_inside(BaseException) as error:
            why = "the next cannot be read: %s" % error_text(error)
            break
        spent += monotonic() - began
        if done >= limits.PAIRS_PER_CALL_MAX:
            break
        done += 1
        yield pair
        if parts.foreign and spent > limits.FOREIGN_SECONDS:
            why = "to give them takes it more than %g s" % limits.FOREIGN_SECONDS
    _tell(session, call, parts, done, why)


def _parts(given):
    value = bare(given)
    kind = type(value)
    parts = parts_of(value, kind, limits.VALUE_BYTES_MAX)
    return own_attributes(value) if parts is None and not issubclass(kind, type) else parts


def _tell(session, call, parts, done, why):
    """How many more a stranger would have given is not known: one is counted, and the rest is told to be unknown."""
    whole = parts.count
    session.stream.lose("too-many-pairs" if why is None else "not-read", 1 if whole is None else whole - done)
    of = "the first %d and not the rest, whose number is not known" % done if whole is None else "%d of %d" % (done, whole)
    text = "%s: recorded are %s%s" % (call, of, "" if why is None else "; " + why)
    session.problem("NOT_RECORDED", text, call)
