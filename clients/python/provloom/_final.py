"""Metrics of the whole run, folded at its end over all points of one metric."""

import sys

from ._context import context_name
from ._guard import harmless, session_for
from ._numbers import NotANumber, Remark, number, shown
from ._values import name as name_of


class FoldOperation(str):
    """How a final metric is folded: MAX, MIN, ADD, SUBTRACT."""

    __slots__ = ()

    def __new__(cls, name=""):
        text = ""
        with harmless("FoldOperation"):
            text = name_of(name) or text
        return str.__new__(cls, text)


FoldOperation.MAX = FoldOperation("max")
FoldOperation.MIN = FoldOperation("min")
FoldOperation.ADD = FoldOperation("add")
FoldOperation.SUBTRACT = FoldOperation("subtract")


def register_final_metric(metric_name, initial_value, fold_operation, context=None):
    """At the end of the run the metric is folded over all its points, beginning with ``initial_value``."""
    with harmless("register_final_metric"):
        session = session_for("register_final_metric")
        if session is None:
            return
        label = name_of(metric_name)
        fold = (name_of(fold_operation) or "").rpartition(".")[2].lower()
        if label is None or fold not in ("max", "min", "add", "subtract"):
            session.refuse("bad-fold", "BAD_FOLD",
                           "register_final_metric: %s: the operation must be MAX, MIN, ADD or SUBTRACT, not %s"
                           % (label, shown(fold_operation)), label)  # fmt: skip
            return
        try:
            initial = number(initial_value)
            if initial != initial:
                raise NotANumber("NaN")
        except Remark as remark:
            session.problem(remark.code, "register_final_metric: the initial value of %s %s" % (label, remark), label)
            initial = remark.value
        except NotANumber as what:
            session.refuse("not-a-number", "NOT_A_NUMBER",
                           "register_final_metric: the initial value of %s is no number: %s" % (label, what), label)  # fmt: skip
            return
        # JSON has no infinity; the greatest finite number folds alike.
        initial = max(-sys.float_info.max, min(sys.float_info.max, initial))
        session.event("final.metric", key=label, initialValue=initial, fold=fold, context=context_name(context))
