"""The only waiting of the client: for the run's graph to hold what this session logged, at its end.

Or, where it does not wait for that, when the process ends, for the first word of an agent that lives, for a second, or 5 s
for one to come up.
Bounded: no progress for 5 s, 20 s in all, 8 s after a SIGTERM (docker kills after 10, launchers after 30); not where the
agent says that it will not be soon; and after one wait in vain there is no other in this process.
"""

import os
import sys
import time
from _signal import SIGTERM, getsignal

from . import _limits as limits
from ._cut_in import code_of
from ._small import mark_of, read_json

_SHORTEST, _LONGEST = 0.002, 0.020

_in_vain = False
_terminated = False


def until_ended(session):
    """Waits until control.json says that the graph on disk holds this session. Returns whether it does."""
    global _in_vain
    progress = _Progress(session)
    begin = moved = time.monotonic()
    limit = (limits.TERMINATED_MS if is_terminated() else limits.END_MS) / 1000
    pause = _SHORTEST
    while True:
        now = time.monotonic()
        if progress.is_new():
            moved, pause = now, _SHORTEST
        state = progress.state
        if state in ("ended", "quiet", "refused") or session.is_taken():
            return state != "refused"
        if session.control.get("message"):
            return False  # its agent says why not, and that it will not be soon
        if _in_vain or now - moved >= limits.END_STILL_MS / 1000 or now - begin >= limit:
            _in_vain = True
            return False
        time.sleep(pause)
        pause = min(_LONGEST, pause * 1.5)


def until_heard(session):
    """Waits for the agent's first word of a session: what does not fit together it says with that."""
    begin, lives = time.monotonic(), None
    while not _in_vain and session.no_agent is None and not session.control and not session.is_taken():
        now = time.monotonic()
        # One that is only just being started may take a while to come up on a busy machine.
        if lives is None and session.tree.agent() is not None:
            lives = now
        patience = limits.END_STILL_MS if lives is None else limits.END_WORD_MS
        if now - (lives or begin) >= patience / 1000:
            return
        time.sleep(_LONGEST)
        session.look()


def is_terminated():
    """Whether a SIGTERM is what ends this process, as far as its handler calls us or sys.exit."""
    global _terminated
    if not _terminated:
        code = code_of(getsignal(SIGTERM))
        frame = sys._getframe()
        while code is not None and frame is not None and not _terminated:
            _terminated = frame.f_code is code
            frame = frame.f_back
    return _terminated


class _Progress:
    """What the agent has come to: the session's ``mark``, and, once it knows the session, that an aggregator answers."""

    def __init__(self, session):
        self._session = session
        self._beat = os.path.join(session.tree.folder, "agent.json")
        self._beat_mark = self._mark = None
        self._seen, self._heard = False, 0
        self.state = None

    def is_new(self):
        session = self._session
        session.look()
        control = session.control
        self.state = control.get("state")
        mark, self._mark = self._mark, control.get("mark")
        seen, self._seen = self._seen, bool(control)
        heard, self._heard = self._heard, self._hear()
        # What an agent hears that does not take up this session says nothing of it: it has too many.
        return mark != self._mark or seen != self._seen or (self._seen and heard != self._heard)

    def _hear(self):
        beat, self._beat_mark = self._beat_mark, mark_of(self._beat)
        if beat == self._beat_mark:
            return self._heard
        return (read_json(self._beat) or {}).get("heard", 0)
