"""What a value is, by its type alone: nothing of a stranger's is called, and no attribute of the value is asked for.

A property may take a minute, ``__getattr__`` may make what is asked for, ``__class__`` may lie, and none of it can be
stopped. What is looked up here is what the type's own dictionaries hold.
"""

import sys
from types import GetSetDescriptorType, MemberDescriptorType

from ._cut_in import from_inside

_mro = type.__dict__["__mro__"].__get__
_dictionary = type.__dict__["__dict__"].__get__
_module = type.__dict__["__module__"].__get__
_name = type.__dict__["__qualname__"].__get__

ABSENT = object()


def static(kind, name):
    """What a type or its bases define under a name, as it stands there; None when none does."""
    for one in _mro(kind):
        found = _dictionary(one).get(name)
        if found is not None:
            return found
    return None


def is_a(kind, module, name):
    """Whether a type is, or comes from, one of a module that may not be loaded. Nothing is imported."""
    found = _dictionary_of(sys.modules.get(module)).get(name)
    return isinstance(found, type) and issubclass(kind, found)


def is_one(kind, kinds):
    """Whether a type is among others: its class may have made an ``==`` of its own."""
    return any(kind is one for one in kinds)


def comes_from(kind, package):
    """Whether a type or one of its bases was made in a package."""
    return any(root_of(one) == package for one in _mro(kind))


def root_of(kind):
    module = _module(kind)
    return module.partition(".")[0] if type(module) is str else ""


def title(kind):
    """``module.Class``, and the bare name for Python's own types."""
    module, name = _module(kind), _name(kind)[:200]
    return name if type(module) is not str or module == "builtins" else "%s.%s" % (module[:200], name)


def class_name(kind):
    """``module.Class``, of Python's own types too."""
    module = _module(kind)
    return "%s.%s" % (module[:200] if type(module) is str else "?", _name(kind)[:200])


def attributes(value):
    """The dictionary of an object's own attributes, or None where there is none to be had without asking it."""
    descriptor = static(type(value), "__dict__")
    if type(descriptor) not in (GetSetDescriptorType, MemberDescriptorType):
        return None
    try:
        found = descriptor.__get__(value)
    except from_inside(AttributeError):
        return None
    return found if issubclass(type(found), dict) else None


def held(value, name):
    """An attribute as the object holds it: its own, one in a slot, or a plain one of its type. Else ABSENT."""
    own = attributes(value)
    if own is not None:
        found = dict.get(own, name, ABSENT)
        if found is not ABSENT:
            return found
    found = static(type(value), name)
    if type(found) is MemberDescriptorType:
        try:
            return found.__get__(value)
        except from_inside(AttributeError):
            return ABSENT
    if found is None or static(type(found), "__get__") is not None:
        return ABSENT
    return found


def shape_of(value, kind):
    """The lengths of what is an array by its type; None where it does not say."""
    if static(kind, "shape") is None and held(value, "shape") is ABSENT:
        return None
    try:
        found = tuple(value.shape)
    except from_inside(BaseException) as error:
        return None
    return found if all(type(one) is int for one in found) else None


def _dictionary_of(module):
    return getattr(module, "__dict__", {}) if module is not None else {}
