"""Values without parts, as text: those of Python's own types and of the libraries of numbers. No stranger is asked."""

import sys
import types

from . import _limits as limits
from ._cut_in import from_inside
from ._kinds import comes_from, held, is_a, root_of, shape_of, static, title
from ._numbers import error_text
from ._values import Typed, cut

#: Types of the standard library, exactly these, whose text is safe and short.
_PRINTED = (("uuid", "UUID"), ("ipaddress", "IPv4Address"), ("ipaddress", "IPv6Address"), ("ipaddress", "IPv4Network"),
            ("ipaddress", "IPv6Network"), ("zoneinfo", "ZoneInfo"), ("builtins", "range"))  # fmt: skip
#: Small things of torch.
_OF_TORCH = frozenset(("dtype", "device", "layout", "memory_format"))


def scalar(value, most):
    """The Typed of a value that has no parts; None for one that has some, and for strangers."""
    if value is None:
        return Typed("null", "")
    kind = type(value)
    if kind is bool:
        return Typed("bool", "true" if value else "false")
    if issubclass(kind, str):
        return cut(value, most)
    if issubclass(kind, int):
        return _integer(int.__index__(value))
    if issubclass(kind, float):
        return Typed("float", float_text(float.__float__(value)))
    if issubclass(kind, (bytes, bytearray)):
        return _bytes(value, bytes if issubclass(kind, bytes) else bytearray, most)
    if issubclass(kind, complex):
        return Typed("str", complex.__repr__(value))
    for look in (_enumerated, _text, _view, _exact_number, _moment, _of_library, _printed, _code):
        try:
            found = look(value, kind)
        except from_inside(BaseException) as error:
            found = Typed("str", "<%s>" % title(kind), ("VALUE_NOT_READ", "cannot be read: %s" % error_text(error)))
        if found is not None:
            if found.kind != "str":
                return found
            whole = cut(found.text, most)
            return Typed("str", whole.text, found.remark or whole.remark)
    return None


def float_text(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    return repr(value)


def _integer(value):
    bits = value.bit_length()
    if bits <= limits.INTEGER_BITS_MAX:
        return Typed("int", digits(value))
    start = "%s0x%x..." % ("-" if value < 0 else "", abs(value) >> (bits - 256))
    return Typed("str", start, ("VALUE_CUT", "is an integer of %d bits; its beginning is recorded" % bits))


def digits(value):
    """Decimal digits, also where Python is told to refuse so many."""
    try:
        return str(value)
    except from_inside(ValueError):
        found, left = [], abs(value)
        while left:
            left, some = divmod(left, 10**500)
            found.append("%0500d" % some)
        return ("-" if value < 0 else "") + "".join(reversed(found)).lstrip("0")


def _bytes(value, base, most):
    start = bytes(base.__getitem__(value, slice(0, most // 4)))
    whole = base.__len__(value)
    if len(start) == whole:
        return Typed("str", repr(start))
    return Typed("str", repr(start), ("VALUE_CUT", "has %d bytes; the first %d are recorded" % (whole, len(start))))


def _enumerated(value, kind):
    if not is_a(kind, "enum", "Enum"):
        return None
    member = held(value, "_name_")
    inner = held(value, "_value_")
    shown = member if type(member) is str else inner if type(inner) is int else "?"
    return Typed("str", "%s.%s" % (kind.__name__, shown))


def _exact_number(value, kind):
    """A Decimal is a float where a float64 holds it, else text with all its digits. A Fraction is text."""
    if is_a(kind, "decimal", "Decimal"):
        from decimal import Decimal

        if Decimal.__sizeof__(value) > 4096:
            return _long_decimal(value)
        text = Decimal.__str__(value)
        try:
            near = float(text)
        except from_inside(ValueError):
            return Typed("str", text)
        return Typed("float", float_text(near)) if near != near or Decimal(repr(near)) == value else Typed("str", text)
    if is_a(kind, "fractions", "Fraction"):
        parts = held(value, "_numerator"), held(value, "_denominator")
        if any(type(one) is not int for one in parts):
            return stranger(kind)
        if any(one.bit_length() > limits.INTEGER_BITS_MAX for one in parts):
            return Typed("str", "%s/%s" % tuple(_integer(one).text for one in parts), ("VALUE_CUT", "is a fraction of very large "
                                                                                        "integers; their beginning is recorded"))  # fmt: skip
        return Typed("str", digits(parts[0]) if parts[1] == 1 else "%s/%s" % tuple(map(digits, parts)))
    return None


def _long_decimal(value):
    import decimal

    context = decimal.Context(prec=100, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX, traps=[])
    return Typed("str", str(context.plus(value)), ("VALUE_CUT", "has very many digits; it is recorded with 100 of them"))


def _text(value, kind):
    """What is text all through, and would be a sequence of itself: a UserString."""
    if not is_a(kind, "collections", "UserString"):
        return None
    text = held(value, "data")
    return cut(text, 1 << 20) if type(text) is str else None


def _view(value, kind):
    if kind is not memoryview:
        return None
    if not value.c_contiguous:
        return stranger(kind)
    return _bytes(value.cast("B") if value.nbytes else b"", memoryview if value.nbytes else bytes, 1 << 16)


def _moment(value, kind):
    datetime = sys.modules.get("datetime")
    if datetime is None:
        return None
    if issubclass(kind, datetime.datetime):
        return _instant(value, kind, datetime)
    if issubclass(kind, datetime.date):
        return Typed("str", datetime.date.isoformat(value))
    if issubclass(kind, datetime.time):
        try:
            return Typed("str", datetime.time.isoformat(value))
        except from_inside(BaseException) as error:
            return _without_zone(datetime.time.replace(value), error)
    if issubclass(kind, datetime.timedelta):
        return Typed("str", "NaT" if kind.__name__ == "NaTType" else datetime.timedelta.__str__(value))
    return Typed("str", str(value)) if kind is datetime.timezone else None


def _instant(value, kind, datetime):
    """In UTC; one that no clock can move there (year 1, year 9999) as it is."""
    if kind.__name__ == "NaTType":
        return Typed("str", "NaT")
    base = datetime.datetime
    plain = base.combine(base.date(value), base.timetz(value))
    try:
        try:
            plain = plain.astimezone(datetime.timezone.utc)
        except from_inside(OverflowError, ValueError, OSError):
            pass
        return Typed("time", plain.isoformat().replace("+00:00", "Z"))
    except from_inside(BaseException) as error:
        return _without_zone(plain, error)


def _without_zone(moment, error):
    """Of a time zone that is somebody's code and fails."""
    words = "has a time zone that cannot be asked (%s); it is recorded without it" % error_text(error)
    return Typed("str", moment.replace(tzinfo=None).isoformat(), ("VALUE_CHANGED", words))


def _of_library(value, kind):
    """Scalars, and arrays and tensors without dimensions, of numpy, torch, jax and their like."""
    if is_a(kind, "numpy", "dtype") or (root_of(kind) == "torch" and kind.__name__ in _OF_TORCH):
        return Typed("str", str(value))
    if comes_from(kind, "numpy"):
        return _of_numpy(value, kind)
    item = static(kind, "item")
    array = static(kind, "__array__")
    if array is None and (item is None or (static(kind, "__float__") is None and static(kind, "__index__") is None)):
        return None
    shape = shape_of(value, kind)
    if shape not in (None, ()) or (shape is None and item is None):
        return None
    found = array(value) if item is None else item(value)
    return scalar(found, 10_000) if type(found) is not kind else stranger(kind)


def _of_numpy(value, kind):
    if is_a(kind, "numpy.ma", "MaskedConstant"):
        return Typed("str", "masked")
    if is_a(kind, "numpy", "datetime64"):
        found = value.astype("datetime64[us]").item()
        instant = getattr(found, "isoformat", None)
        return Typed("str", "NaT" if found is None else str(value)) if instant is None else Typed("time", instant() + "Z")
    if is_a(kind, "numpy", "timedelta64"):
        return Typed("str", str(value))
    if not is_a(kind, "numpy", "generic") and (not is_a(kind, "numpy", "ndarray") or len(value.shape) > 0):
        return None
    if is_a(kind, "numpy.ma", "MaskedArray") and sys.modules["numpy.ma"].is_masked(value):
        return Typed("str", "masked")
    found = value.item() if is_a(kind, "numpy", "generic") else value[()]
    if type(found) is not kind:
        return scalar(found, 10_000)
    # A long double: all its digits, where a float64 has not room for it.
    near = float(found)
    return Typed("float", float_text(near)) if near == found or near != near else Typed("str", str(found))


def _printed(value, kind):
    if root_of(kind) == "pathlib" and is_a(kind, "pathlib", "PurePath"):
        return Typed("str", sys.modules["pathlib"].PurePath.__str__(value))
    for module, name in _PRINTED:
        if getattr(sys.modules.get(module), name, None) is kind:
            return Typed("str", str(value))
    if is_a(kind, "re", "Pattern"):
        return cut(value.pattern, 10_000) if type(value.pattern) is str else Typed("str", repr(value.pattern))
    return None


def _code(value, kind):
    """Classes, functions and modules by their names; an exception by what it says."""
    if issubclass(kind, type):
        return Typed("str", title(value))
    if issubclass(kind, BaseException):
        return Typed("str", error_text(value))
    if kind in (types.FunctionType, types.BuiltinFunctionType):
        named = (value.__module__, value.__qualname__)
        return Typed("str", ".".join(one for one in named if type(one) is str and one != "builtins"))
    return Typed("str", value.__name__) if kind is types.ModuleType else None


def stranger(kind):
    """For what cannot be read without running somebody's code, or would take forever."""
    return Typed("str", "<%s>" % title(kind), ("VALUE_NOT_READ", "is a %s, which is not looked into: its type alone is recorded; "
                                               "log its text or its parts" % title(kind)))  # fmt: skip
