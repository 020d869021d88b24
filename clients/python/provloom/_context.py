"""Contexts: training, validation, and the user's own."""

from contextvars import ContextVar

from . import _current
from ._guard import harmless, session_for
from ._values import name as name_of

_inside = ContextVar("provloom_context", default=())
_context = ContextVar("provloom_current_context", default=None)
#: the innermost context that a `with` has opened in this thread or task, or None
current = _context.get


class Context(str):
    """The name of a part of a run. It is text: it can be compared, printed, and used as a key.

    As a context manager it begins and ends that part, and calls inside that name no context belong to it::

        with provloom.Context.TRAINING:
            provloom.log_metric("loss", 0.4, step=1)
    """

    __slots__ = ()

    def __new__(cls, name="unnamed"):
        text = "unnamed"
        with harmless("Context"):
            text = name_of(name) or text
        return str.__new__(cls, text)

    def __enter__(self):
        with harmless("Context"):
            session = session_for("Context")
            if session is not None:
                session.event("context", name=name_of(self), edge="start")
        _current.in_contexts = True
        _inside.set(_inside.get() + (_context.get(),))
        _context.set(self)
        return self

    def __exit__(self, kind, error, trace):
        outer = _inside.get()
        if outer:
            _context.set(outer[-1])
            _inside.set(outer[:-1])
        with harmless("Context"):
            session = session_for("Context")
            if session is not None:
                session.event("context", name=name_of(self), edge="end")


Context.TRAINING = Context("training")
Context.VALIDATION = Context("validation")
Context.TESTING = Context("testing")
Context.EVALUATION = Context("evaluation")


def create_context(name, is_subcontext_of=None):
    """Declares a context, inside another one where given.

    Returns it, to be passed as ``context=`` or used in a ``with``.
    """
    context = Context(name)
    with harmless("create_context"):
        session = session_for("create_context")
        if session is not None:
            session.event("context", name=context, parent=name_of(is_subcontext_of))
    return context


def context_name(context):
    """The name of the given context, or of the one that a ``with`` has opened."""
    return name_of(current() if context is None else context)
