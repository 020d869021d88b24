"""The promise that a call never raises into a training, and where a call finds its session."""

import sys

from . import _current, _devices, _group
from ._cut_in import cuts_in, from_inside
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
        try:
            if cuts_in(error):
                return False
        except RecursionError:
            pass  # no frame is left to look with
        session = _current.session
        try:
            told = "%s could not record this: %s" % (self.call, error_text(error))
            if session is None:
                if not _is_early(self.call):
                    once("harmless-" + self.call, told)
            else:
                session.stream.lose("client-error")
                session.problem("CALL_FAILED", told, self.call)
        except from_inside(Exception):
            pass  # where not even that can be said (no memory, no frame is left) nothing is
        return True


def is_within():
    """Whether this is a signal's handler, which has cut in on a call of ours while that changes what is recorded into, or
    loads what it needs: then nothing of that may be touched."""
    return _current.lock._is_owned() or _is_loading("provloom._all") or _is_loading("provloom._join")


def _is_loading(module):
    """Whether this very thread does. Any other waits for it where it loads the same."""
    if not getattr(getattr(sys.modules.get(module), "__spec__", None), "_initializing", False):
        return False
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "_find_and_load" and frame.f_locals.get("name") == module:
            return True
        frame = frame.f_back
    return False


def _is_early(call):
    """Counts a call that comes before its session is there, and is not to blame for that."""
    if _current.ended or not is_within():
        return False
    _current.early.append(call)
    once("within", "%s was called by a signal's handler before start_run was through: it is not recorded" % call)
    return True


def session_for(call):
    """The session to record into, or None: then it has been told once, or the agent does not want this rank."""
    session = _current.session
    if (session is None or session.follows is not None) and not is_within():
        from . import _join

        session = _join.call()
    if session is None:
        if _current.unable:
            return None
        if _is_early(call):
            return None
        if _current.ended:
            once("after-end", "%s was called after end_run: it is not recorded" % call)
        else:
            once("before-start", "%s was called before start_run: it is not recorded" % call)
        return None
    if session.kind != "helper":
        # Of log_metric this is the long way: once a second.
        _group.look(session)
        _devices.look(session)
    if session.over:
        session.stream.lose("ended")
        session.tell_drops("ended", None)
        return None
    return None if session.quiet else session


def not_loaded(call):
    """Stands for a call whose module is not to be had: for a signal's handler that asks for it while that is loaded."""

    def lost(*_given, **_named):
        with harmless(call):
            session = session_for(call)
            if session is not None:
                session.refuse("client-error", "CALL_FAILED", "%s is not recorded: it was called while it was loaded" % call, call)

    return lost
