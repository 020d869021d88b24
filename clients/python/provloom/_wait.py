"""The only waiting of the client: for the run's graph to hold what this session logged, at its end.

Bounded: no progress for 5 s, 20 s in all, 8 s after a SIGTERM (docker kills after 10, launchers after 30); not where the
agent says that it will not be soon; and after one wait in vain there is no other in this process.
"""

import os
import sys
import time
from _signal import SIGTERM, getsignal

from ._small import mark_of

QUIET_SECONDS = 5.0
ALL_SECONDS = 20.0
TERMINATED_SECONDS = 8.0
_SHORTEST, _LONGEST = 0.002, 0.020

_in_vain = False
_terminated = False


def until_ended(session):
    """Waits until control.json says that the graph on disk holds this session. Returns whether it does."""
    global _in_vain
    progress = _Progress(session)
    begin = moved = time.monotonic()
    limit = TERMINATED_SECONDS if is_terminated() else ALL_SECONDS
    pause = _SHORTEST
    while True:
        now = time.monotonic()
        if progress.is_new():
            moved, pause = now, _SHORTEST
        state = progress.state
        if state in ("ended", "quiet", "refused"):
            return state != "refused"
        if session.control.get("message"):
            return False  # its agent says why not, and that it will not be soon
        if _in_vain or now - moved >= QUIET_SECONDS or now - begin >= limit:
            _in_vain = True
            return False
        time.sleep(pause)
        pause = min(_LONGEST, pause * 1.5)


def is_terminated():
    """Whether a SIGTERM is what ends this process, as far as its handler calls us or sys.exit."""
    global _terminated
    if not _terminated:
        handler = getsignal(SIGTERM)
        code = getattr(getattr(handler, "__func__", handler), "__code__", None)
        frame = sys._getframe()
        while code is not None and frame is not None and not _terminated:
            _terminated = frame.f_code is code
            frame = frame.f_back
    return _terminated


class _Progress:
    """What the agent has come to: the session's ``mark``, and, once it knows the session, that it lives."""

    def __init__(self, session):
        self._session = session
        self._beat = os.path.join(session.tree.folder, "agent.json")
        self._beat_mark = self._mark = None
        self._seen = False
        self.state = None

    def is_new(self):
        session = self._session
        session.look()
        control = session.control
        self.state = control.get("state")
        mark, self._mark = self._mark, control.get("mark")
        beat, self._beat_mark = self._beat_mark, mark_of(self._beat)
        # An agent that lives and does not take up this session has too many.
        seen, self._seen = self._seen, bool(control)
        known = self._seen or beat is None
        return mark != self._mark or seen != self._seen or (known and beat != self._beat_mark)
