"""Metrics, steps and times out of whatever training code has in its hands."""

import sys
from time import monotonic, time_ns

from . import _limits as limits
from ._cut_in import from_inside
from ._kinds import is_a, is_one, shape_of, static, title

_I64_MIN, _I64_MAX = -(2**63), 2**63 - 1
#: Integers up to here are floats without loss.
_EXACT = 2**53
_TEXT = r"\s{0,8}[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400}|nan|inf|infinity)(?:e[+-]?\d{1,4})?\s{0,8}"
_WHOLE = r"\s{0,8}[+-]?\d{1,19}\s{0,8}"


class NotANumber(Exception):
    """A metric, step or time that is none. Never leaves the client."""


class Remark(NotANumber):
    """It is one, but not quite what was given: ``value`` is recorded, and this is told."""

    def __init__(self, value, code, words):
        NotANumber.__init__(self, words)
        self.value = value
        self.code = code


class Micros(int):
    """A time that has been asked for: microseconds since the epoch, whatever their size."""


def asked_once(read, value):
    """What is given for many logs: read once. A step or time that is none is told with the first log of it."""
    try:
        return read(value)
    except NotANumber as what:
        return what


def moment_once(value):
    if value is None or timestamp_is_0(value):
        return None
    found = asked_once(time_us, value)
    return Micros(found) if type(found) is int else found


def number(value):
    """A float out of anything that is one number.

    That is an int, Decimal, Fraction, a scalar of any library, an array or tensor of one element, and text that is a
    number. Raises NotANumber, or a Remark.
    """
    if type(value) is float:
        return value
    plain = _plain(value, 0)
    kind = type(plain)
    if kind is float:
        return plain
    if kind is int:
        return _float_of(plain)
    return _number_of_text(plain)


def _float_of(whole):
    if -_EXACT <= whole <= _EXACT:
        return float(whole)
    try:
        nearest = float(whole)
    except from_inside(OverflowError):
        raise NotANumber("an int of %d bits, more than a float64 holds" % whole.bit_length()) from None
    if int(nearest) == whole:
        return nearest
    raise Remark(nearest, "ROUNDED", "is %d, beyond what a float64 holds exactly; %r is recorded" % (whole, nearest))


def _number_of_text(text):
    # What a tensor prints: "tensor(0.25, grad_fn=<NllLossBackward0>)".
    inner = text[7:].partition(",")[0].partition(")")[0] if text[:7] == "tensor(" and text[-1] == ")" else text
    if not _is(_TEXT, inner):
        raise NotANumber(shown(text))
    try:
        found = float(inner)
    except from_inside(ValueError):
        raise NotANumber(shown(text)) from None
    raise Remark(found, "NUMBER_AS_TEXT", "is the text %.40r; the number %r is recorded" % (text, found))


def _is(form, text):
    import re

    return len(text) <= 1000 and re.fullmatch(form, text, re.I | re.A) is not None


def _plain(value, depth):
    """An exact float, int or text. Of a stranger only what makes it a number is called."""
    kind = type(value)
    if kind is float or kind is int or kind is str:
        return value
    if kind is NotANumber or kind is Remark:
        raise value  # it has been asked before
    if depth > 3:
        raise NotANumber(shown(value))
    try:
        return (_readers.get(kind) or _learn(kind))(value, depth)
    except NotANumber:
        raise
    except from_inside(BaseException) as error:
        raise NotANumber("%s (%s)" % (title(kind), error_text(error))) from None


def _learn(kind):
    """How a number is read from values of a type: found out once, for it is asked with every metric."""
    read = _reader_of(kind)
    if len(_readers) < 1000:
        _readers[kind] = read
    return read


_readers = {}
_REFUSED = (type(None), bytes, bytearray, complex, list, tuple, dict, set, frozenset)
#: By ``item()``, which arrays, tensors and scalars of one element have; by ``__float__``; by ``__array__``.
_WAYS = ("item", "__float__", "__index__", "__array__")


def _reader_of(kind):
    if issubclass(kind, str):
        return lambda value, depth: str.__getitem__(value, slice(0, 1001))
    for base, plain in ((int, int.__index__), (float, float.__float__)):
        if issubclass(kind, base):
            return lambda value, depth: plain(value)
    if issubclass(kind, _REFUSED) or is_a(kind, "numpy", "datetime64") or is_a(kind, "numpy", "timedelta64"):
        return _refuse
    if is_a(kind, "decimal", "Decimal") or is_a(kind, "fractions", "Fraction") or is_a(kind, "numpy", "longdouble"):
        return _ratio
    item = static(kind, "item")
    if is_a(kind, "numpy", "generic") and item is not None:
        return lambda value, depth: _plain(item(value), depth + 1)
    ways = [(name, way) for name, way in ((name, static(kind, name)) for name in _WAYS) if way is not None]
    if static(kind, "__array__") is None:
        return lambda value, depth: _asked(value, kind, ways, depth)
    return lambda value, depth: _of_array(value, kind, ways, depth)


def _refuse(value, depth):
    raise NotANumber(shown(value))


def _ratio(value, depth):
    """Of a Decimal, a Fraction or a long double; what is too large or too small for a float is told and not made 0 or infinite."""
    try:
        found = float(value)
    except from_inside(OverflowError, ValueError):
        found = None
    if found is None or (found in (float("inf"), float("-inf")) and value != found):
        raise NotANumber("%s beyond what a float64 holds" % title(type(value)))
    if found == 0 and value != 0:
        raise Remark(found, "ROUNDED", "is smaller than any float64; 0.0 is recorded")
    if _EXACT < abs(found) <= 2**64 and int(value) == value:
        return int(value)
    return found


def _of_array(value, kind, ways, depth):
    """Of one element, which must not be masked, a date or a duration: numpy would make another number of it."""
    shape = shape_of(value, kind)
    if shape is not None and any(length != 1 for length in shape):
        raise NotANumber("%s of shape %s" % (title(kind), list(shape)))
    if is_a(kind, "numpy", "ndarray"):
        if is_a(kind, "numpy.ma", "MaskedArray") and sys.modules["numpy.ma"].is_masked(value):
            raise NotANumber("a masked value")
        if value.dtype.kind in "mM":
            raise NotANumber("%s %s" % (value.dtype, title(kind)))
    return _asked(value, kind, ways, depth)


def _asked(value, kind, ways, depth):
    trouble, until = None, monotonic() + limits.FOREIGN_SECONDS
    for name, way in ways:
        if trouble is not None and monotonic() > until:
            break
        try:
            found = float(value) if name == "__float__" else way(value)
        except from_inside(BaseException) as error:
            trouble = trouble or error
            continue
        if type(found) is not kind:
            return _plain(found, depth + 1)
    why = shown(value)
    raise NotANumber(why if trouble is None else "%s (%s)" % (why, error_text(trouble)))


def step(value):
    """A step as an integer of 64 bits; None is 0. Raises NotANumber, or a Remark for a fraction or a text."""
    if type(value) is int and _I64_MIN <= value <= _I64_MAX:
        return value
    if value is None:
        return 0
    plain = _plain(value, 0)
    if type(plain) is str:
        return _step_of_text(plain)
    if type(plain) is float:
        if plain != plain or plain in (float("inf"), float("-inf")):
            raise NotANumber(shown(plain))
        whole = int(plain // 1)
    else:
        whole = plain
    if not _I64_MIN <= whole <= _I64_MAX:
        raise NotANumber("%s, beyond 64 bits" % shown(plain))
    if whole != plain:
        raise Remark(whole, "BAD_STEP", "is %r, no whole number; %d is recorded" % (plain, whole))
    return whole


def _step_of_text(text):
    if not _is(_WHOLE, text) or not _I64_MIN <= int(text) <= _I64_MAX:
        raise NotANumber(shown(text))
    raise Remark(int(text), "NUMBER_AS_TEXT", "is the text %.40r; the number %d is recorded" % (text, int(text)))


def time_us(value):
    """Microseconds since the epoch out of seconds (as time.time()), or ms, us, ns by their size, or a date and time."""
    if type(value) is Micros:
        return int(value)
    if type(value) is not int and type(value) is not float:
        moment = _moment(value)
        if moment is not None:
            return moment
        value = _plain(value, 0)
        if type(value) is str:
            raise NotANumber(shown(value))
    if type(value) is float and not -1e300 < value < 1e300:
        raise NotANumber(shown(value))
    size = abs(value)
    if size < 10**11:
        return int(value * 1_000_000)
    if size < 10**14:
        return int(value * 1000)
    if size < 10**17:
        return int(value)
    micros = int(value) // 1000
    if not _I64_MIN <= micros <= _I64_MAX:
        raise NotANumber(shown(value))
    return micros


def _moment(value):
    """Of a datetime, in integers all the way; None for what is none."""
    kind = type(value)
    if is_a(kind, "numpy", "datetime64"):
        found = value.astype("datetime64[us]").astype("int64").item()
        if found == _I64_MIN:
            raise NotANumber("NaT")
        return found
    if not is_a(kind, "datetime", "datetime"):
        return None
    if kind.__name__ == "NaTType":
        raise NotANumber("NaT")
    from datetime import datetime, timedelta, timezone

    try:
        aware = datetime.combine(datetime.date(value), datetime.timetz(value))
        try:
            aware = aware.astimezone(timezone.utc)
        except from_inside(ValueError, OverflowError, OSError):
            aware = aware if aware.tzinfo is not None else aware.replace(tzinfo=timezone.utc)  # the first and the last day
        return (aware - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)
    except from_inside(BaseException) as error:
        raise NotANumber("%s (%s)" % (title(kind), error_text(error))) from None


def recorded_step(session, call, label, value, least=_I64_MIN, most=_I64_MAX):
    """The step that is recorded for ``value``; what is not kept as it was given is told."""
    try:
        found = step(value)
    except Remark as remark:
        session.problem(remark.code, "%s: the step of %s %s" % (call, label, remark), label)
        found = remark.value
    except NotANumber as what:
        session.problem("BAD_STEP", "%s: the step of %s is no integer: %s; 0 is recorded" % (call, label, what), label)
        return 0
    if least <= found <= most:
        return found
    what = "%d, beyond what is recorded here" % found
    session.problem("BAD_STEP", "%s: the step of %s is no integer: %s; 0 is recorded" % (call, label, what), label)
    return 0


def timestamp_is_0(value):
    """0 stands for now, as in prov4ml; the first moment of 1970 as a date is itself."""
    return (type(value) is int or type(value) is float) and value == 0


def recorded_time(session, call, label, value):
    """The time that is recorded for ``value``, in microseconds: now for None, 0, and what is told to be no time."""
    if value is None or timestamp_is_0(value):
        return time_ns() // 1000
    try:
        return time_us(value)
    except NotANumber as what:
        session.problem("BAD_TIME", "%s: the timestamp of %s is no time: %s; now is recorded" % (call, label, what), label)
        return time_ns() // 1000


def shown(value):
    """A value in a few words for people: text and numbers as they are, everything else by its type."""
    kind = type(value)
    if kind is str:
        return "str %r" % (value if len(value) <= 80 else value[:77] + "...")
    if kind is int and value.bit_length() > 256:
        return "int of %d bits" % value.bit_length()
    if is_one(kind, (int, float, complex, bool)):
        return "%s %r" % (kind.__name__, value)
    if is_one(kind, (list, tuple, dict, set, frozenset, bytes, bytearray)):
        return "%s of %d" % (kind.__name__, len(value))
    return "None" if value is None else title(kind)


def error_text(error):
    """An exception in a line, as far as it says anything in text of its own."""
    given = BaseException.args.__get__(error)
    words = " ".join(_word(one) for one in given[:4] if type(one) in (str, int))
    return title(type(error)).rpartition(".")[2] + (": " + words if words else "")


def _word(one):
    if type(one) is int:
        return shown(one)[len("int ") :] if one.bit_length() <= 256 else shown(one)
    return one[:200].partition("\n")[0].encode("utf-8", "backslashreplace").decode("utf-8")
