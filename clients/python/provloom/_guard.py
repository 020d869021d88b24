"""The promise that a call never raises into a training, and where a call finds its session."""

from . import _current
from ._cut_in import cuts_in
from ._numbers import error_text
from ._tell import once


class harmless:
    """Around the body of every public call: what goes wrong inside is told, never raised.

    A wrong call signature is Python's own TypeError, since it happens before the body. What cuts in from outside passes:
    Ctrl-C, and what a signal's handler raises (``_cut_in``).
    """

    __slots__ = ("call",)

    def __init__(self, call):
        self.call = call

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            return False
        if cuts_in(error):
            return False
        session = _current.session
        try:
            told = "%s could not record this: %s" % (self.call, error_text(error))
            if session is None:
                once("harmless-" + self.call, told)
            else:
                session.stream.lose("client-error")
                session.problem("CALL_FAILED", told, self.call)
        except Exception:
            pass  # where not even that can be said (no memory, no frame is left) nothing is
        return True


def session_for(call):
    """The session to record into, or None: then it has been told once, or the agent does not want this rank."""
    session = _current.session
    if session is None or session.follows is not None:
        from . import _join

        session = _join.call()
    if session is None:
        if _current.unable:
            return None
        if _current.ended:
            once("after-end", "%s was called after end_run: it is not recorded" % call)
        else:
            once("before-start", "%s was called before start_run: it is not recorded" % call)
        return None
    if session.over:
        session.stream.lose("ended")
        session.tell_drops("ended", None)
        return None
    return None if session.quiet else session
