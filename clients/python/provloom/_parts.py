"""What values are made of: the pairs of mappings and objects, the elements of sequences, sets and arrays.

Python's own types are read by their own methods, whatever a class that comes from them has put in their place. Only of a
stranger that says by its type that it is a mapping or a sequence the methods are called.
"""

import collections
import collections.abc
from itertools import islice
from time import monotonic
from types import SimpleNamespace

from . import _limits as limits
from . import _omegaconf
from ._cut_in import from_inside
from ._kinds import ABSENT, attributes, comes_from, held, is_a, shape_of, static
from ._numbers import error_text
from ._scalars import scalar

_BUILT_IN = (list, tuple, collections.deque)
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))
#: Arrays of so many elements are taken in one piece.
_SMALL = 32_768


class Parts:
    """Pairs or elements, how many where that is known, and whether it is a stranger's code that gives them."""

    __slots__ = ("pairs", "some", "count", "foreign", "_keys")

    def __init__(self, pairs, some, count, foreign=False, keys=None):
        self.pairs = pairs
        self.some = some
        self.count = count
        self.foreign = foreign
        self._keys = keys

    def holds(self, text):
        """Whether a text is one of the keys, as far as that is known beforehand."""
        return self._keys is not None and dict.__contains__(self._keys, text)


def bare(value):
    """What a node of a config or an array without dimensions holds."""
    for _ in range(4):
        kind = type(value)
        if _omegaconf.is_node(kind):
            value = _omegaconf.content(value)
        elif is_a(kind, "numpy", "void") or (is_a(kind, "numpy", "ndarray") and value.shape == () and value.dtype.kind == "O"):
            value = value.item()
        else:
            break
    return value


def parts_of(value, kind, room):
    """The Parts of a value, None for what has none that could be read; ``room`` of its bytes will be looked at."""
    if issubclass(kind, dict):
        pairs = value.items() if kind is collections.OrderedDict else dict.items(value)
        return Parts(True, pairs, dict.__len__(value), keys=value)
    if kind is list or kind is tuple:
        return Parts(False, iter(value), len(value))
    if issubclass(kind, (set, frozenset)):
        base = set if issubclass(kind, set) else frozenset
        return Parts(False, sorted(islice(base.__iter__(value), room // 2), key=_order), base.__len__(value))
    names = _field_names(kind)
    if names is not None:
        return Parts(True, ((one, _of_field(value, one)) for one in names), len(names))
    for base in _BUILT_IN:
        if issubclass(kind, base):
            return Parts(False, base.__iter__(value), base.__len__(value))
    if kind in _VIEWS:
        return Parts(False, iter(value), len(value))
    if is_a(kind, "argparse", "Namespace") or issubclass(kind, SimpleNamespace):
        return own_attributes(value)
    if is_a(kind, "array", "array"):
        return Parts(False, value[: room // 2 + 1].tolist(), len(value))
    array = static(kind, "__array__")
    if is_a(kind, "numpy", "ndarray") or (array is not None and static(kind, "tolist") is not None):
        return _of_array(value, kind, shape_of(value, kind), room)
    if array is not None and static(kind, "keys") is None and _elements(shape_of(value, kind)) <= _SMALL:
        made = array(value)
        return parts_of(made, type(made), room) if is_a(type(made), "numpy", "ndarray") else None
    return _of_stranger(value, kind)


def elements_of(value, most):
    """The first elements of whatever can be iterated, as many as it gives in its time; None for what cannot be."""
    found, until = [], monotonic() + limits.FOREIGN_SECONDS
    try:
        for one in islice(iter(value), most):
            found.append(one)
            if monotonic() > until:
                break
    except from_inside(BaseException) as error:
        return found or None
    return found


def own_attributes(value):
    own = attributes(value)
    return None if own is None else Parts(True, dict.items(own), dict.__len__(own))


def _order(one):
    if type(one) in (int, float):
        return (0, one, "")
    found = scalar(one, 100)
    return (1, 0, "" if found is None else found.text)


def _field_names(kind):
    """The fields that a type declares: a dataclass, attrs, pydantic, msgspec, a named tuple."""
    for attribute in ("__dataclass_fields__", "__pydantic_fields__", "__fields__"):
        found = static(kind, attribute)
        if type(found) is dict and (attribute != "__fields__" or comes_from(kind, "pydantic")):
            return [one for one in found if type(one) is str]
    found = static(kind, "__attrs_attrs__")
    if issubclass(type(found), tuple):
        return [one for one in (held(field, "name") for field in tuple.__iter__(found)) if type(one) is str]
    for attribute in ("__struct_fields__", "_fields"):
        found = static(kind, attribute)
        if type(found) is tuple and all(type(one) is str for one in found):
            return found if attribute != "_fields" or issubclass(kind, tuple) else None
    return None


def _of_field(value, name):
    if issubclass(type(value), tuple):
        names = static(type(value), "_fields")
        if type(names) is tuple and name in names and names.index(name) < tuple.__len__(value):
            return tuple.__getitem__(value, names.index(name))
    found = held(value, name)
    return "<not read>" if found is ABSENT else found


def _elements(shape):
    """How many there are, each empty row counted as one; endless where the lengths are not known."""
    if shape is None:
        return float("inf")
    size = 1
    for length in shape:
        size *= max(1, length)
    return size


def _of_array(value, kind, shape, room):
    """Of a large one only as many elements are taken out as there is room for."""
    if not shape:
        return None
    size = _elements(shape)
    if static(kind, "dtype") is not None and getattr(value.dtype, "kind", "") in ("m", "M"):
        value = value.reshape(-1)[: room // 2 + 1].astype(str) if len(shape) == 1 or size > _SMALL else value.astype(str)
    foreign = not comes_from(kind, "numpy")
    # Of texts and records one element may be larger than all that is kept.
    wide = not foreign and value.dtype.itemsize > 64
    if size <= _SMALL and not wide:
        return Parts(False, value.tolist(), shape[0], foreign)
    if len(shape) == 1 and not wide:
        return Parts(False, value[: room // 2 + 1].tolist(), shape[0], foreign)
    if is_a(kind, "numpy", "matrix"):
        value = value.A
    return Parts(False, (value[i] for i in range(shape[0])), shape[0], foreign)


def _of_stranger(value, kind):
    """A mapping by its keys, a sequence or set by its elements. What only can be iterated is not: it may be used up by it."""
    if issubclass(kind, collections.abc.Mapping):
        return Parts(True, _asked(value, iter(value)), None, foreign=True)
    if static(kind, "keys") is not None and static(kind, "__getitem__") is not None:
        return Parts(True, _asked(value, iter(static(kind, "keys")(value))), None, foreign=True)
    if issubclass(kind, (collections.abc.Sequence, collections.abc.Set)) and kind not in (range, memoryview):
        return Parts(False, iter(value), None, foreign=True)
    return None


def _asked(value, keys):
    for key in keys:
        try:
            found = value[key]
        except from_inside(BaseException) as error:
            found = "<not read: %s>" % error_text(error)
        yield key, found
