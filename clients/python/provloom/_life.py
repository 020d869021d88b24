"""What happens to a process: it forks, fails, ends."""

import atexit
import os
import sys
from _thread import RLock

from . import _current, _offspring, _wait
from . import _limits as limits
from ._tell import once

_installed = False
_failure = None
_last_error = None
#: the outermost frame of the main thread, and what sys.exit was last called with, as a tuple of one
_main = _status = None
_exit_before = _quit_before = None


def begin():
    """Takes the tree that this process belongs to, and hears of its end. Never raises: it is done at import."""
    try:
        from ._tree import take

        _current.tree = take()
    except Exception:
        pass  # start_run tries again, and says why
    try:
        watch_exit()
        _offspring.begin()
    except Exception:
        pass


def install():
    """Hears of the end of this process from now on."""
    global _installed, _last_error
    _last_error = _newest_error()
    _install_in_child()
    if _installed:
        return
    _installed = True
    # Now and not in the hook: importing it compiles text, and Python then forgets that it is to die of SIGINT.
    import traceback  # noqa: F401

    atexit.register(_at_exit)
    before = sys.excepthook

    def provloom_excepthook(kind, error, trace):
        global _failure
        if _current.session is not None:
            _failure = describe_error(kind, error, trace)
        before(kind, error, trace)

    sys.excepthook = provloom_excepthook


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
    """Under a plain start nobody sees the exit code, and an interpreter that ends tells it to none: sys.exit says what
    it was called with, and the outermost frame whether an exception ended it. At import, for `sys.exit(main())` looks
    sys.exit up before main begins a run."""
    global _main, _exit_before, _quit_before
    _main = sys._getframe()
    threading = sys.modules.get("threading")
    if threading is not None:
        _main = sys._current_frames().get(threading.main_thread().ident, _main)
    while _main.f_back is not None:
        _main = _main.f_back
    if sys.exit is not exit_noted:
        _exit_before, sys.exit = sys.exit, exit_noted
    import builtins

    quitter = type(getattr(builtins, "exit", None))
    if quitter.__name__ == "Quitter" and quitter.__call__ is not quit_noted:
        _quit_before, quitter.__call__ = quitter.__call__, quit_noted


def exit_noted(status=None):
    """Exit the interpreter by raising SystemExit(status). (sys.exit, which tells Provloom the status.)"""
    global _status
    _status = (status,)
    _wait.is_terminated()
    return _exit_before(status)


def quit_noted(self, code=None):
    global _status
    _status = (code,)
    return _quit_before(self, code)


def exit_status():
    """(status, why, exit code) of a session that this process ends by its end, as far as it can be known."""
    why, code = failure(), _code_of_child()
    if why is not None:
        return "failed", why, code
    if code is not None:
        return ("completed", None, 0) if code == 0 else ("failed", "exit status %d" % code, code)
    # With which status SystemExit was raised by hand cannot be known.
    if _main is None or _status is None or not _was_thrown(_main):
        return "completed", None, None
    if _status[0] in (None, 0):
        return "completed", None, None
    return "failed", ("exit status %s" % (_status[0],))[:4096], None


def _code_of_child():
    """The code that multiprocessing is about to leave this child with: it holds it, from Python 3.13 on; before that the
    exception that it makes it of is still to be seen. Else None."""
    if _finalized_in != os.getpid():
        return None
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
    return None


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
    session = _current.session
    if session is None:
        return
    try:
        from ._finish import at_exit

        at_exit(session, *exit_status())
    except KeyboardInterrupt:
        pass  # it was waiting, and what it waited for goes on without it
    except Exception as error:
        once("exit", "the end of the run could not be recorded: %s" % error)


def failure():
    """The reason when this process ends with an exception, else None."""
    kind, error, trace = sys.exc_info()
    if kind is not None and not is_success(kind, error):
        return describe_error(kind, error, trace)
    if is_notebook():
        return None  # an error is answered by the next prompt
    if _failure is not None:
        return _failure
    error = _newest_error()
    if error is not None and error is not _last_error:
        return describe_error(type(error), error, error.__traceback__)
    return None


def is_success(kind, error):
    """Whether an exception is sys.exit() of somebody who is content."""
    if not issubclass(kind, SystemExit):
        return False
    code = getattr(error, "code", None)
    return code is None or (issubclass(type(code), int) and int.__index__(code) == 0)


def is_notebook():
    """Whether a person types: no cell is the same line as the one before, and an error is not the end."""
    if hasattr(sys, "ps1"):
        return True
    shell = sys.modules.get("IPython")
    return shell is not None and getattr(shell, "get_ipython", lambda: None)() is not None


def _newest_error():
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def describe_error(kind, error, trace):
    """The last lines of a traceback."""
    import traceback

    try:
        text = "".join(traceback.format_exception(kind, error, trace)).rstrip()
    except Exception:
        text = getattr(kind, "__name__", str(kind))
    if len(text) <= limits.ERROR_TAIL_BYTES:
        return text
    tail = text[-limits.ERROR_TAIL_BYTES :]
    return tail[tail.find("\n") + 1 :] or tail


# -- forks -------------------------------------------------------------------------------------------------------------


def _after_fork():
    """In the child: the session is its parent's, and so is the stream; it may help there."""
    global _failure
    _failure = None
    _current.lock = RLock()
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
        helper.quiet = session.quiet
        _current.session = helper
        _current.stream = None if helper.quiet else helper.stream
    except Exception:
        _current.session = _current.stream = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
