"""Whose an exception is that is no Exception: of whoever cuts in from outside, or of an object that a call has in its hands."""


def cuts_in(error):
    """Whether it came from outside: Ctrl-C, a signal's handler, another thread. That is the user's, and passes.

    What an object raises when it is asked (SystemExit in a ``__float__``) is a value that cannot be read, whatever it is
    called. It was raised by a statement, and no handler of a signal stands between that and us; Ctrl-C is raised by the
    interpreter, between two instructions.
    """
    if isinstance(error, Exception):
        return False
    from opcode import opname

    trace, last, handlers = error.__traceback__, None, _handlers()
    while trace is not None:
        last = trace
        if trace.tb_frame.f_code in handlers:
            return True
        trace = trace.tb_next
    if last is None:
        return True
    if isinstance(error, SystemExit):
        return False  # sys.exit raises it in C
    return not opname[last.tb_frame.f_code.co_code[last.tb_lasti]].startswith(("RAISE", "RERAISE"))


def _handlers():
    """The code of what the script has set for signals."""
    import signal

    found = set()
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        handler = getattr(handler, "func", handler)  # functools.partial
        handler = getattr(handler, "__func__", handler)
        if not hasattr(handler, "__code__"):
            handler = getattr(type(handler), "__call__", None)
        found.add(getattr(handler, "__code__", None))
    return found - {None}
