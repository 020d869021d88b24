"""From start_run to end_run, in one process: the options, the stream, and how it ended."""

import atexit
import json
import os
import sys
import time

from . import _current, _spool
from . import _limits as limits
from ._sizes import SegmentSizes
from ._stream import Stream, now_us
from ._tell import once
from ._version import VERSION


class Session:
    """A worker's part of a run. A forked child goes on with the same session and a stream of its own."""

    def __init__(self, spool, options):
        self.spool = spool
        self._sizes = SegmentSizes(spool)
        self.options = options
        self.pid = os.getpid()
        self.started = time.monotonic()
        self.quiet = False
        self.failure = None
        self.stream = Stream(self)
        self._control = None
        self._problems = {}
        self._counts = {}
        self._last_error = _last_error()

    # -- for the stream ----------------------------------------------------------------------------------------------

    def encode(self, type_, /, time=None, **fields):
        """An event's JSON. Fields that are None are left out."""
        event = {"type": type_, "time": now_us() if time is None else time}
        for name, value in fields.items():
            if value is not None:
                event[name] = value
        return json.dumps(event, separators=(",", ":"), allow_nan=False).encode("ascii")

    def start_event(self):
        return self.encode(
            "session.start",
            pid=os.getpid(),
            library="provloom",
            libraryVersion=VERSION,
            language="python",
            **self.options,
        )

    def segment_bytes(self):
        return self._sizes.total()

    def wanted(self):
        """Whether the agent still wants our events. Reads control.json when it has changed."""
        file = os.path.join(self.spool, "control.json")
        try:
            found = os.stat(file)
        except OSError:
            return not self.quiet
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if mark != self._control:
            try:
                with open(file, encoding="utf-8") as opened:
                    state = json.load(opened).get("state")
            except (OSError, ValueError, AttributeError):
                return not self.quiet
            self._control = mark
            if state in ("quiet", "closed"):
                self.quiet = True
                if _current.session is self:
                    _current.stream = None
        return not self.quiet

    def tell_drops(self, reason, detail):
        where = os.path.join(self.spool, "streams")
        if reason == "spool-full":
            text = "the spool %s has reached its limit of %d MiB: metrics are dropped, and counted, until the agent " \
                "has sent what is there" % (self.spool, limits.SPOOL_BYTES_MAX // limits.MIB)  # fmt: skip
        elif reason == "too-large":
            text = "a log of more than %d KiB is dropped, and counted; log it as a file with log_artifact" \
                % (limits.EVENT_BYTES_MAX // 1024)  # fmt: skip
        elif reason == "too-many-series":
            text = "more than %d different metrics (key, context, source): %s and further new ones are dropped, and " \
                "counted" % (limits.SERIES_PER_STREAM_MAX, detail)  # fmt: skip
        else:
            text = "%s cannot be written (%s): logs are dropped, and counted, until it can" \
                % (where, os.strerror(detail) if isinstance(detail, int) else reason)  # fmt: skip
        once("drops-" + reason, text)

    # -- for the calls -----------------------------------------------------------------------------------------------

    def event(self, type_, /, **fields):
        """Records an event. Returns (stream, number) or None."""
        stream = self.stream
        return None if self.quiet else stream.event(self.encode(type_, **fields))

    def count(self, what):
        """0, 1, 2, ... for each thing counted; no number twice, from whichever threads."""
        from itertools import count

        return next(self._counts.setdefault(what, count()))

    def problem(self, code, message, key=None):
        """Something is wrong with a call: told once per code and key, and recorded."""
        mark = (code, key)
        if mark in self._problems or len(self._problems) >= limits.PROBLEMS_MAX:
            return
        self._problems[mark] = True
        once("problem-%s-%s" % mark, message)
        self.event("problem", code=code, message=message[:4000])

    def refuse(self, reason, code, message, key=None):
        """What is given to a call cannot be recorded: that is counted, and told like any problem."""
        self.stream.lose(reason)
        self.problem(code, message, key)

    def end(self, status, error=None, create_graph=None, create_svg=None):
        if _current.session is self:
            _current.stream = None
            _current.session = None
            _current.ended = True
        if os.environ.get("PROVLOOM_SESSION") == self.spool and self.pid == os.getpid():
            os.environ.pop("PROVLOOM_SESSION", None)
        if self.quiet:
            self.stream.close()
            return
        last = self.encode(
            "session.end",
            status=status,
            error=error,
            createGraph=True if create_graph or create_svg else None,
            createSvg=True if create_svg else None,
        )
        # A forked child that logged nothing has nothing to end.
        silent_child = self.pid != os.getpid() and self.stream.at[0] == 0
        self.stream.close(None if silent_child else last)

    def failed(self):
        """The reason when the interpreter ends with an exception, else None."""
        if self.failure is not None:
            return self.failure
        error = _last_error()
        if error is not None and error is not self._last_error and not hasattr(sys, "ps1"):
            return describe_error(type(error), error, error.__traceback__)
        return None


def begin(options):
    """Opens a session: in the agent's spool, else in one of our own."""
    given = os.environ.get("PROVLOOM_SPOOL_DIR")
    if given and os.path.isdir(given):
        session = Session(os.path.abspath(given), options)
        _enter(session)
    else:
        session = Session(_spool.make(options), options)
        _enter(session)
        # The stream is opened before the agent looks for it.
        _spool.start_agent(session.spool)
    return session


def join():
    """In a process that a worker started (spawn, subprocess): goes on in the worker's session. Else None."""
    spool = os.environ.get("PROVLOOM_SESSION")
    if not spool or _current.ended or not os.path.isdir(spool):
        return None
    agents = os.environ.get("PROVLOOM_SPOOL_DIR")
    if agents and os.path.abspath(agents) != spool:
        return None  # an agent of our own has come between us and that worker
    session = Session(spool, {})
    _enter(session)
    return session


def _enter(session):
    _install()
    session.stream.open()
    _current.session = session
    _current.stream = None if session.quiet else session.stream
    _current.ended = _current.unable = False
    os.environ["PROVLOOM_SESSION"] = session.spool


_installed = False


def _install():
    global _installed
    if _installed:
        return
    _installed = True
    # Now and not in the hook: importing it compiles text, and Python then forgets that it is to die of SIGINT.
    import traceback  # noqa: F401

    atexit.register(_at_exit)
    before = sys.excepthook

    def provloom_excepthook(kind, error, trace):
        session = _current.session
        if session is not None:
            session.failure = describe_error(kind, error, trace)
        before(kind, error, trace)

    sys.excepthook = provloom_excepthook
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)


def _at_exit():
    session = _current.session
    if session is None:
        return
    try:
        error = session.failed()
        session.end("completed" if error is None else "failed", error)
    except Exception as error:
        once("exit", "the end of the run could not be recorded: %s" % error)


def _after_fork():
    session = _current.session
    if session is None:
        return
    session.stream.leave_to_parent()
    session.stream = Stream(session)
    if _current.stream is not None:
        _current.stream = session.stream


def _last_error():
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
