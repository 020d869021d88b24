"""Metrics that are lists: the values of one step, each a series of its own under the metric's name and its number.

``log_metric("accuracy", [0.9, 0.7])`` writes ``accuracy[0]`` and ``accuracy[1]``: rows like any other, for every reader of the
Parquet files and for curves, where a column of lists would be one that most of them do not draw.
"""

from . import _limits as limits
from ._kinds import is_a, shape_of, static
from ._numbers import NotANumber, Remark, number
from ._values import name


def log_vector(session, label, what, context, source, step, time, unit):
    """Records what is no number where it is a list of numbers. Returns whether it is one, recorded or not.

    :param what: the NotANumber that it was found to be, which holds it
    """
    elements = _elements(getattr(what, "given", None))
    if elements is None:
        return False
    if len(elements) > limits.VECTOR_LENGTH_MAX:
        _refuse(session, label, "it has more than %d values; log_artifact keeps as many as there are" % limits.VECTOR_LENGTH_MAX)
        return True
    values = []
    for place, one in enumerate(elements):
        try:
            values.append(number(one))
        except Remark as remark:
            session.problem(remark.code, "log_metric: value %d of %s %s" % (place, label, remark), label)
            values.append(remark.value)
        except NotANumber as why:
            _refuse(session, label, "value %d of it is no number: %s; it is not recorded" % (place, why))
            return True
    before = session.lengths.setdefault((label, context, source), len(values))
    if before != len(values):
        session.problem("VECTOR_LENGTH", "log_metric: %s has %d values at step %d, and had %d before: each is recorded by its number"
                        % (label, len(values), step, before), label)  # fmt: skip
    for place, value in enumerate(values):
        session.stream.metric(name("%s[%d]" % (label, place)), context, source, step, time, value, unit)
    return True


def _refuse(session, label, why):
    session.refuse("not-a-number", "NOT_A_NUMBER", "log_metric: the value of %s is a list, and %s" % (label, why), label)


def _elements(value):
    """The elements of a list, a tuple, or an array or tensor of one dimension, one more than there may be at most; None for
    anything else, and for what has none."""
    kind, most = type(value), slice(0, limits.VECTOR_LENGTH_MAX + 1)
    base = next((base for base in (list, tuple) if issubclass(kind, base)), None)
    if base is None:
        shape = shape_of(value, kind)
        if shape is None or len(shape) != 1 or shape[0] < 2 or static(kind, "tolist") is None or is_a(kind, "numpy.ma", "MaskedArray"):
            return None
        found = value[most].tolist()
        return found if type(found) is list else None
    return base.__getitem__(value, most) or None
