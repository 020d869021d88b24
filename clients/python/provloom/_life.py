"""What happens to a process: it forks, fails, ends."""

import atexit
import os
import sys
from _thread import RLock, get_ident

from . import _current, _offspring, _wait
from . import _limits as limits
from ._cut_in import from_inside
from ._tell import once

_last_error = None
#: the outermost frame of the main thread, and what sys.exit was last called with there: its code, and the newest error
_main = _status = None


def begin():
    """Takes the tree that this process belongs to, and hears of its end. Never raises: it is done at import, so that what
    the script registers with atexit, from then on, is called before us and is recorded."""
    atexit.register(_at_exit)
    try:
        from ._tree import take

        _current.tree = take()
    except from_inside(Exception):
        pass  # start_run tries again, and says why
    try:
        watch_exit()
        _offspring.begin()
    except from_inside(Exception):
        pass


def install():
    """Sees how this process ends from now on."""
    global _last_error
    _last_error = _newest_error()
    _install_in_child()
    # Now and not at the end: importing it compiles text, and Python then forgets that it is to die of SIGINT.
    import traceback  # noqa: F401


_finalized_in = 0


def _install_in_child():
    """A child that multiprocessing forks leaves by os._exit, past atexit; what it leaves by is told to `util`."""
    global _finalized_in
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is None or util is None or _finalized_in == os.getpid() or process.parent_process() is None:
        return
    _finalized_in = os.getpid()
    util.Finalize(None, _at_exit, exitpriority=-1000)


def watch_exit():
    """Only a process's parent is told its exit code, and an interpreter that ends tells it to none: sys.exit says what
    it was called with, and the outermost frame whether an exception ended it. At import, for `sys.exit(main())` looks
    sys.exit up before main begins a run."""
    global _main
    _main = sys._getframe()
    threading = sys.modules.get("threading")
    if threading is not None:
        _main = sys._current_frames().get(threading.main_thread().ident, _main)
    while _main.f_back is not None:
        _main = _main.f_back
    # Whoever has put something else there has it called as it is.
    if type(sys.exit) is type(sys.getrefcount):
        sys.exit = _noting(sys.exit)
    import builtins

    quitter = type(getattr(builtins, "exit", None))
    if quitter.__name__ == "Quitter" and not isinstance(quitter.__call__, _Quit):
        quitter.__call__ = _Quit(quitter.__call__)


def _noting(leave):
    """`leave`, of which is noted what it is called with. A class, for its call comes back from here before it goes to
    `leave`: no frame of ours is in the traceback of what that raises."""

    class exit:
        def __new__(cls, *status):
            _note(status)
            return object.__new__(cls)

        __init__ = staticmethod(leave)

    exit.__doc__ = leave.__doc__
    exit.__module__, exit.__qualname__ = "sys", "exit"
    return exit


class _Quit:
    """What `exit` and `quit` of builtins are called by."""

    def __init__(self, leave):
        self.leave = leave

    def __get__(self, quitter, kind=None):
        return self if quitter is None else _noting(self.leave.__get__(quitter))


def _note(status):
    global _status
    threading = sys.modules.get("threading")
    if threading is None or threading.main_thread().ident == get_ident():
        # A thread ends itself alone with it.
        _status = (status[0] if status else None, _newest_error())
    _wait.is_terminated()


def code_of(status):
    """The exit code of a process that SystemExit(status) ends, as the system sees it."""
    if isinstance(status, SystemExit):
        status = getattr(status, "code", None)
    if status is None:
        return 0
    if not issubclass(type(status), int):
        return 1
    status = int.__index__(status)
    return status & 0xFF if -(2**63) <= status < 2**63 else 0xFF


class Ending:
    """How a session ends, and with which code or by which signal its process is about to."""

    def __init__(self, status, error=None, code=None, signal=None):
        self.status, self.error, self.code, self.signal = status, error, code, signal


def ending_of(kind, error, trace):
    """Of what an exception ends, or none."""
    if kind is None:
        return Ending("completed", code=0)
    if issubclass(kind, SystemExit):
        code = code_of(error)
        return Ending("completed", code=0) if code == 0 else Ending("failed", describe_error(kind, error, trace), code)
    why = describe_error(kind, error, trace)
    if kind is KeyboardInterrupt:
        return Ending("killed", why, signal="SIGINT")
    return Ending("failed", why, 1)


def exit_ending():
    """Of a session that this process ends by its end, as far as it can be known."""
    if _finalized_in == os.getpid():
        return _child_ending()
    error = None if is_notebook() else _newest_error()
    if error is not None and error is not _last_error and (_status is None or _status[1] is not error):
        return ending_of(type(error), error, error.__traceback__)
    # What shows an error may leave by sys.exit.
    why = None if error is None or error is _last_error else describe_error(type(error), error, error.__traceback__)
    if _main is None or not _was_thrown(_main):
        return Ending("completed", code=None if is_notebook() else 0)
    if _status is None:
        # SystemExit was raised by hand: with what cannot be seen.
        return Ending("incomplete")
    code = code_of(_status[0])
    if code == 0 and why is None:
        return Ending("completed", code=0)
    from ._secrets import first_told

    return Ending("failed", why or first_told(_words_of(_status[0]), limits.ERROR_TAIL_BYTES), code)


def _words_of(status):
    """Of sys.exit: a number is a status, anything else is what it says on stderr."""
    return "exit status %d" % status if isinstance(status, int) else "SystemExit: %s" % (status,)


def _child_ending():
    """Of a child that multiprocessing is about to end: what ends it is told, and a Ctrl-C is an exception there."""
    kind, error, trace = sys.exc_info()
    code = _code_of_child()
    if kind is not None and code != 0:
        return Ending("failed", describe_error(kind, error, trace), code)
    if not code:
        return Ending("completed", code=code)
    return Ending("failed", "exit status %d" % code, code)


def _code_of_child():
    """The code that multiprocessing is about to leave this child with. Before Python 3.13 the exception that it makes it of
    is still to be seen; from then on who forked the child holds it, and one that was spawned has called sys.exit with it.
    Else None."""
    kind, error, _ = sys.exc_info()
    if kind is not None and not issubclass(kind, SystemExit):
        return 1
    if kind is not None and error.code is not None:
        return error.code & 0xFF if isinstance(error.code, int) else 1
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "_bootstrap":
        if frame.f_globals.get("__name__") in ("multiprocessing.popen_fork", "multiprocessing.forkserver"):
            code = frame.f_locals.get("code")
            return code & 0xFF if isinstance(code, int) else None
        frame = frame.f_back
    if frame is not None:
        return 0
    return None if _status is None else code_of(_status[0])


def _was_thrown(frame):
    """Whether the frame is over and was left by an exception: its last instruction is no return."""
    from opcode import opname

    running = sys._getframe()
    while running is not None and running is not frame:
        running = running.f_back
    if running is frame:
        return False  # a forked child that leaves from within
    code, at = frame.f_code.co_code, frame.f_lasti
    return 0 <= at < len(code) and not opname[code[at]].startswith("RETURN")


def _at_exit():
    if _current.session is None and _current.unheard is None and _current.cut_off is None:
        return
    try:
        from ._finish import at_exit, hear, write

        if _current.cut_off is not None:
            write()
        if _current.session is not None:
            at_exit(_current.session, exit_ending())
        if _current.unheard is not None and _current.unheard.pid == os.getpid():
            hear(_current.unheard)
    except KeyboardInterrupt:
        pass  # it was waiting, and what it waited for goes on without it
    except from_inside(Exception) as error:
        once("exit", "the end of the run could not be recorded: %s" % error)


def is_notebook():
    """Whether a person types: no cell is the same line as the one before, and an error is not the end."""
    if hasattr(sys, "ps1"):
        return True
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell, "get_ipython", lambda: None)() is not None


def _newest_error():
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def describe_error(kind, error, trace):
    """The last lines of a traceback, without the secrets in them."""
    import traceback

    from ._secrets import last_told

    try:
        text = "".join(traceback.format_exception(kind, error, trace)).rstrip()
    except from_inside(Exception):
        text = getattr(kind, "__name__", str(kind))
    return last_told(text, limits.ERROR_TAIL_BYTES)


# -- forks -------------------------------------------------------------------------------------------------------------


def _after_fork():
    """In the child: the session is its parent's, and so is the stream; it may help there."""
    _current.lock, _current.cut_off, _current.last = RLock(), None, None
    session = _current.session
    try:
        if session is None:
            return
        from ._inherit import Parent
        from ._session import Session

        session.stream.leave_to_parent()
        if session.kind == Session.HELPER:
            parent, identity = session.follows, session.id
        else:
            parent, identity = Parent(session.tree, session.pid, session.process_start), session.id
        helper = Session(session.tree, identity, session.options, Session.HELPER, parent)
        helper.quiet, helper.script = session.quiet, session.script
        _current.session = helper
        _current.stream = None if helper.quiet else helper.stream
    except from_inside(Exception):
        _current.session = _current.stream = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
