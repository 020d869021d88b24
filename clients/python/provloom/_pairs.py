"""The pairs of what is given to a call that logs several things at once."""

from itertools import islice

from . import _limits as limits
from ._guard import session_for
from ._numbers import shown
from ._parts import bare, own_attributes, parts_of
from ._structure import named


def pairs_of(call, given):
    """(name, value) of a mapping, a namespace, a dataclass, or of an object's own attributes.

    What has none is refused; more than ``PAIRS_PER_CALL_MAX`` are told, and counted as far as they can be.
    """
    value = bare(given)
    kind = type(value)
    parts = parts_of(value, kind, limits.VALUE_BYTES_MAX)
    if parts is None and not issubclass(kind, type):
        parts = own_attributes(value)
    session = session_for(call)
    if session is None:
        return
    if parts is None or not parts.pairs:
        session.refuse("no-pairs", "NOT_RECORDED", "%s: %s has no names and values" % (call, shown(given)), call)
        return
    yield from islice(named(parts), limits.PAIRS_PER_CALL_MAX)
    left = (parts.count or 0) - limits.PAIRS_PER_CALL_MAX
    if left > 0:
        for _ in range(left):
            session.stream.lose("too-many-pairs")
        session.problem("NOT_RECORDED", "%s: %d of %d are recorded" % (call, limits.PAIRS_PER_CALL_MAX, parts.count), call)
