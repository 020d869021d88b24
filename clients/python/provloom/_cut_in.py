"""Where an exception comes from: out of the call that it goes through, or from whoever cuts in on that from outside."""

import sys
from _signal import NSIG, getsignal


def from_inside(*kinds):
    """For an ``except``: these kinds where what is handled comes out of the call, and none where it cuts in.

    What a signal's handler raises may be an OSError too (TimeoutError), between any two lines of ours.
    """
    return () if cuts_in(sys.exc_info()[1]) else kinds


def cuts_in(error):
    """Whether it came from outside: Ctrl-C, a signal's handler, another thread. That is the user's, and passes.

    What an object raises when it is asked (SystemExit in a ``__float__``) is a value that cannot be read, whatever it is
    called. It was raised by a statement, and no handler of a signal stands between that and us; Ctrl-C is raised by the
    interpreter, between two instructions.
    """
    trace, last, handlers = _trace_of(error), None, None
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_OURS):
            if handlers is None:
                handlers = _handlers()
            if id(code) in handlers or (last is not None and _is_given(trace.tb_frame, last.tb_frame)):
                return True
        last, trace = trace, trace.tb_next
    if issubclass(type(error), Exception):
        return False
    if last is None:
        return True
    if issubclass(type(error), SystemExit):
        return False  # sys.exit raises it in C
    from opcode import opname

    return not opname[last.tb_frame.f_code.co_code[last.tb_lasti]].startswith(("RAISE", "RERAISE"))


_trace_of = BaseException.__dict__["__traceback__"].__get__
#: what the names of our files begin with
_OURS = cuts_in.__code__.co_filename[: -len("_cut_in.py")]
_OPTIMIZED, _VARARGS = 1, 4  # flags of code: its locals are no mapping of a stranger's; it has ``*args``


def _handlers():
    """The ids of the code of what the script has set for signals."""
    return {id(code_of(getsignal(number))) for number in range(1, NSIG)} - {id(None)}


def code_of(handler):
    """The code that a signal's handler begins in; None where that is none of Python's."""
    functools = sys.modules.get("functools")
    while functools is not None and issubclass(type(handler), functools.partial):
        handler = handler.func
    if issubclass(type(handler), type):
        handler = handler.__init__
    handler = getattr(handler, "__func__", handler)
    if not hasattr(handler, "__code__"):
        handler = getattr(type(handler), "__call__", None)
    return getattr(handler, "__code__", None)


def _is_given(frame, interrupted):
    """Whether this is called as handlers are: with a number and the frame that it interrupts. One that has taken itself off
    before it raises, or has never been of Python at its beginning, is known by nothing else."""
    code = frame.f_code
    if not code.co_flags & _OPTIMIZED:
        return False
    named, found = code.co_argcount, frame.f_locals
    given = [found.get(name) for name in code.co_varnames[:named]]
    if code.co_flags & _VARARGS:
        rest = found.get(code.co_varnames[named + code.co_kwonlyargcount])
        given += rest if type(rest) is tuple else ()
    return any(at is interrupted and issubclass(type(number), int) for number, at in zip(given, given[1:]))
