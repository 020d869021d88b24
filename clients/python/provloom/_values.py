"""People's values and names, made into what the format holds."""

import sys

from ._limits import NAME_LENGTH_MAX

_I64_MIN, _I64_MAX = -(2**63), 2**63 - 1


class NotANumber(Exception):
    """A metric, step or time that is none. Never leaves the client."""


def name(value):
    """Text of 1 to 512 UTF-16 code units, or None for None and for empty text."""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(getattr(value, "value", value))
    if len(text) > NAME_LENGTH_MAX // 2:
        units = text.encode("utf-16-le", "surrogatepass")
        if len(units) > NAME_LENGTH_MAX * 2:
            text = units[: NAME_LENGTH_MAX * 2].decode("utf-16-le", "ignore")
    return str(text) or None


def number(value):
    """A float out of anything that is a number: int, numpy scalar, 0-d tensor, Decimal, Fraction."""
    kind = type(value)
    if kind is float:
        return value
    if isinstance(value, (str, bytes, bytearray)) or value is None:
        raise NotANumber(_shown(value))
    try:
        if hasattr(value, "__float__") or hasattr(value, "__index__"):
            return float(value)
        if hasattr(value, "item"):
            return float(value.item())
    except Exception as error:
        raise NotANumber("%s (%s)" % (_shown(value), error)) from None
    raise NotANumber(_shown(value))


def step(value):
    """A step as an integer that fits 64 bits; None is 0."""
    if value is None:
        return 0
    try:
        whole = value if type(value) is int else int(value.item() if hasattr(value, "item") else value)
    except Exception:
        raise NotANumber(_shown(value)) from None
    if not _I64_MIN <= whole <= _I64_MAX:
        raise NotANumber(_shown(value))
    return whole


def time_us(value):
    """Microseconds since the epoch out of seconds (as time.time()), or ms, us, ns by their size, or a datetime."""
    if hasattr(value, "timestamp"):
        value = value.timestamp()
    if type(value) is not int:
        value = number(value)
        if not -1e300 < value < 1e300:
            raise NotANumber(_shown(value))
    size = abs(value)
    if size < 10**11:
        return int(value * 1_000_000)
    if size < 10**14:
        return int(value * 1000)
    if size < 10**17:
        return int(value)
    micros = int(value) // 1000
    if not _I64_MIN <= micros <= _I64_MAX:
        raise NotANumber(_shown(value))
    return micros


def typed(value, depth=0):
    """The (valueType, lexical form) of a parameter's value. The forms are XML Schema's."""
    if value is None:
        return "null", ""
    kind = type(value)
    if kind is bool:
        return "bool", "true" if value else "false"
    if kind is str:
        return "str", value
    if kind is int:
        return "int", integer_text(value)
    if kind is float:
        return "float", float_text(value)
    if isinstance(value, (str, int, float)) and not hasattr(value, "item"):
        base = str if isinstance(value, str) else int if isinstance(value, int) else float
        plain = getattr(value, "value", value)  # an enum that is also a number or text
        return typed(base(plain) if isinstance(plain, base) else str(value), depth + 1) if depth < 3 else ("str", str(value))
    if hasattr(value, "isoformat") and hasattr(value, "timestamp"):
        from datetime import timezone

        return "time", value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if hasattr(value, "item") and callable(value.item) and getattr(value, "ndim", None) in (0, None) and depth < 3:
        try:
            return typed(value.item(), depth + 1)
        except Exception:
            return "str", str(value)
    if isinstance(value, (dict, list, tuple, set, frozenset)) or hasattr(value, "tolist"):
        return "json", json_text(value)
    if type(value).__module__ == "argparse" or hasattr(value, "__dataclass_fields__"):
        return "json", json_text(value)
    return "str", str(value)


def integer_text(value):
    try:
        return str(value)
    except ValueError:  # Python 3.11's limit on decimal digits
        return hex(value)


def float_text(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    return repr(value)


def json_text(value):
    import json

    return json.dumps(_plain(value, 0), separators=(",", ":"))


def _plain(value, depth):
    """JSON's own kinds out of nested values; what JSON lacks becomes text."""
    if value is None or type(value) in (bool, str, int):
        return value
    if type(value) is float:
        return value if -1.8e308 < value < 1.8e308 else float_text(value)
    if depth > 20:
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return [_plain(one, depth + 1) for one in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        return [_plain(one, depth + 1) for one in value]
    if type(value).__module__ == "argparse":
        return _plain(vars(value), depth + 1)
    if hasattr(value, "__dataclass_fields__"):
        return {field: _plain(getattr(value, field), depth + 1) for field in value.__dataclass_fields__}
    if hasattr(value, "tolist") and callable(value.tolist):
        return _plain(value.tolist(), depth + 1)
    kind, text = typed(value, 3)
    return text


def _shown(value):
    try:
        text = repr(value)
    except Exception:
        text = "a value whose repr fails"
    return "%s %s" % (type(value).__name__, text if len(text) <= 80 else text[:77] + "...")


def torch_of(value):
    """The torch module that ``value`` comes from, when torch is loaded and it does; never imports it."""
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    for kind in type(value).__mro__:
        if kind.__module__.partition(".")[0] == "torch":
            return torch
    return None
