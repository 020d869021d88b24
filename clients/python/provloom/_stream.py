"""One stream of the spool: the segment log of docs/spool-format.md, written by this process alone.

A record is written by one ``os.write``: when a call returns, the record is in the page cache and outlives the
process. Three things may cut in: other threads (the lock), a signal handler or finalizer of the same thread while a
record is being written (BUSY: it writes into a stream of its own, ``inner``), and an exception thrown by a signal
handler between the write and the book-keeping (TORN: ``at`` is one value, so it is the truth, and what stands behind it
in the file is cut). Where the state is set no call is made, for it is between calls that handlers run.
"""

import errno
from _thread import RLock

from . import _descriptor
from . import _limits as limits
from ._cut_in import from_inside
from ._segment import FRAME_HEADER_BYTES, HEADER_BYTES, POINT_FRAME_BYTES, Segments, pack_payload
from ._small import now_us

#: A stream is IDLE; or BUSY with a record; or TORN: an exception came between, so that bytes may stand behind `at`.
IDLE, BUSY, TORN = 0, 1, 2
#: How far its end has come, where it was asked for.
_BEGUN, _WRITTEN = 1, 2


class Stream(Segments):
    """One writer's records. The file is opened with the first one, which ``first()`` gives.

    The session gives: ``spool`` (path), ``look_every_us``, ``encode(type, ...)`` (bytes), ``wanted()``,
    ``make_again()``, ``used_bytes()``, ``has_spare()``, ``give_spare()``, ``tell_drops(reason, detail)``. None of them
    may come back to a stream.
    """

    __slots__ = ("first", "lock", "state", "inner", "_inner", "fast", "series", "closed", "look_from", "look_until",
                 "_looked_at", "_end_is", "_hard", "_soft", "_measure_at", "_tell_at", "_untold")  # fmt: skip

    def __init__(self, session, first):
        super().__init__(session)
        self.first = first
        self.lock = RLock()
        self.state = IDLE
        self.inner = None
        self._inner = {}
        #: a point goes the short way while the segment is no longer than this
        self.fast = -1
        self.series = {}
        self.closed = False
        self._end_is = None
        self.look_from = self.look_until = 0
        self._looked_at = 0
        self._hard = min(limits.UNMEASURED_BYTES, limits.SPOOL_BYTES_MAX)
        self._soft = min(self._hard, limits.SPOOL_BYTES_MAX - limits.SPOOL_RESERVE_BYTES)
        self._measure_at = 0
        self._tell_at = 0
        self._untold = False

    # -- what a client does ------------------------------------------------------------------------------------------

    def metric(self, key, context, source, step, time, value, unit=None):
        """Appends a point, and before the first of its series the series. All is checked and of the right types.

        Returns whether it is in the spool.
        """
        with self.lock:
            if self.state != BUSY:
                torn, self.state = self.state, BUSY
                try:
                    done = self._point(torn, key, context, source, step, time, value, unit)
                except BaseException:
                    self.state = TORN
                    raise
                self.state = IDLE
                return done
            inner = self._within()
        return inner.metric(key, context, source, step, time, value, unit)

    def event(self, payload):
        """Appends an event's JSON (bytes). Returns its record as (stream, number), or None when it was dropped."""
        with self.lock:
            if self.state != BUSY:
                torn, self.state = self.state, BUSY
                try:
                    done = self._event(torn, payload)
                except BaseException:
                    self.state = TORN
                    raise
                self.state = IDLE
                return done
            inner = self._within()
        return inner.event(payload)

    def open(self):
        """Opens the file with its first record now; false when it cannot be, or is not wanted."""
        with self.lock:
            self.state = BUSY
            try:
                now = now_us()
                self._look(now)
                done = not self.closed and self._next_segment(now) and self._write_first(now)
                if done:
                    self.ledger.put_next(self.at[0])
                    self._hurry()
            except BaseException:
                self.state = TORN
                raise
            self.state = IDLE
            return done

    def close(self, last=None):
        """Tells what was dropped, appends ``last`` (an event's bytes), and closes. Safe to call twice."""
        with self.lock:
            if self.closed:
                return
            if self.state == BUSY:
                # A signal handler ends the run in the middle of a record of ours: its own stream says so.
                self._within().close(last)
                self.closed = True
                return
            torn, self.state = self.state, BUSY
            try:
                try:
                    if self.inner is not None:
                        self.inner.close()
                    if self._end_is != _WRITTEN:
                        again, self._end_is = self._end_is == _BEGUN, _BEGUN
                        self._end(torn, last, again)
                        self._end_is = _WRITTEN
                except from_inside(BaseException):
                    self._shut()
                    raise
                self._shut()
            except BaseException:
                self.state = TORN  # where a handler cut in, who closes it again does the rest
                raise

    def _shut(self):
        self.fast = -1
        self._close_file()
        self.ledger.put_next(self.at[0])
        self.ledger.settle()
        self.ledger.close()
        self.closed = True
        self.state = IDLE

    def lose(self, reason, many=1):
        """Counts events that never came as far as a record. Takes no lock: what failed may hold it."""
        if self.session.over:
            self.ledger.settle()
        if self.at[0] == 0 and self.fd < 0:
            self.ledger.make_once()
        self._drop(reason, many)

    def drops(self):
        """{reason: count} of this stream and of those within it."""
        found = self.ledger.drops()
        if self.inner is not None:
            for reason, count in self.inner.drops().items():
                found[reason] = found.get(reason, 0) + count
        return found

    def leave_to_parent(self):
        """In a forked child: this stream is the parent's."""
        self.closed = True
        self.fast = -1
        self._close_file()
        self.ledger.close()
        if self.inner is not None:
            self.inner.leave_to_parent()

    # -- inside the lock, BUSY ---------------------------------------------------------------------------------------

    def _within(self):
        if self.inner is None:
            # One step of the interpreter, so that a handler inside a handler cannot make a second one.
            self.inner = self._inner.setdefault(0, Stream(self.session, self.session.helper_event))
        return self.inner

    def _point(self, torn, key, context, source, step, time, value, unit):
        self._torn = self._torn or torn == TORN
        now = now_us()
        if self._must_wait(now) and self.look_from <= now < self.look_until:
            # Nothing is made that would not be written.
            self._refuse(self._reason, self._failure)
            return False
        series = self._declare(key, context, source, unit, now)
        if series is None:
            return False
        return self._append(pack_payload(1, series, step, time, value), now, True)

    def _event(self, torn, payload):
        self._torn = self._torn or torn == TORN
        if len(payload) > limits.EVENT_BYTES_MAX:
            self._refuse("too-large", None)
            return None
        if not self._append(payload, now_us(), False):
            return None
        return (self.name, self.at[0] - 1)

    def _end(self, torn, last, again):
        if last is None and (self.at[0] == 0 or self.session.over):
            return
        if torn == TORN:
            self._cut()
        if self.at[0] > 0:
            self._tell_drops(now_us(), at_the_end=True)
            self.ledger.put_next(self.at[0])
        if last is not None and not (again and self._ends_with(last)):
            self._event(IDLE, last)
        if self.fd >= 0:
            self._tell_drops(now_us(), at_the_end=True)

    def _ends_with(self, last):
        """Whether an event of the type of ``last`` is among the last of this stream."""
        try:
            with open(self.file, "rb") as opened:
                opened.seek(max(0, self.at[1] - 2 * limits.EVENT_BYTES_MAX))
                return last[: last.index(b",")] in opened.read()
        except from_inside(OSError, TypeError):
            return False

    def _declare(self, key, context, source, unit, now):
        known = self.series.get((key, context, source))
        if known is not None:
            return known
        if len(self.series) >= limits.SERIES_PER_STREAM_MAX:
            self._refuse("too-many-series", key)
            return None
        number = len(self.series)
        declared = self.session.encode(
            "series", id=number, key=key, context=context, source=source, unit=unit, time=now
        )
        if not self._append(declared, now, True):
            return None
        self.declared[number] = declared
        self.series[key, context, source] = number
        self._declared = number + 1
        return number

    def _append(self, payload, now, metric):
        """Appends one record, or counts why not."""
        if not self.look_from <= now < self.look_until:
            self._look(now)
        if self.closed:
            if not self.session.quiet:
                self._refuse("ended", None)
            return False
        reason = self._try(payload, now, metric)
        if reason == "disk-full" and not metric and self.session.give_spare():
            self._no_room = True
            reason = self._try(payload, now, metric)
        if reason is None:
            self._tell_removal(now)
            self._tell_drops(now)
            self._hurry()
            return True
        self._refuse(reason, self._failure)
        if self.fd >= 0 and reason == "spool-full":
            self._tell_drops(now)
        return False

    def _hurry(self):
        """Lets points take the short way while there is nothing else to be done."""
        if self._untold or self._no_room:
            self.fast = -1
        else:
            self.fast = min(limits.SEGMENT_BYTES_MAX, self._soft) - POINT_FRAME_BYTES

    def _try(self, payload, now, metric):
        """None when the record is written, else the reason why not."""
        if self._torn:
            self._cut()
        if metric and self._must_wait(now):
            return self._reason
        if metric and self._no_room and not self._room_again(now):
            return self._reason
        length = FRAME_HEADER_BYTES + len(payload)
        size = self.at[1]
        if self.fd < 0 or (size + length > limits.SEGMENT_BYTES_MAX and size > HEADER_BYTES):
            if not self._next_segment(now):
                return self._reason
        if self.at[0] == 0 and not self._write_first(now):
            return self._reason
        if not self._fits(length, metric) and not now < self._measure_at <= now + limits.LOOK_EVERY_US:
            self._measure(now)
        if not self._fits(length, metric):
            return "spool-full"
        return None if self._write(payload, now) else self._reason

    def _write_first(self, now):
        """The record that every stream begins with."""
        return self._write(self.first(), now)

    def _fits(self, length, metric):
        return self.at[1] + length <= (self._soft if metric else self._hard)

    def _measure(self, now):
        """How far this segment may grow, by what is on the disk now: the agent takes away what is acknowledged."""
        self._hard = self.at[1] + limits.SPOOL_BYTES_MAX - self.session.used_bytes()
        self._soft = self._hard - limits.SPOOL_RESERVE_BYTES
        self._measure_at = now + limits.LOOK_EVERY_US

    def _next_segment(self, now):
        begun = self._begin_segment(now)
        # The first is not measured: short-lived children ask nobody.
        if begun and self.at[0] > 0:
            self._measure(now)
        return begun

    def _must_wait(self, now):
        """Whether the disk said no a moment ago. A clock set back does not make it long."""
        return self._retry_at and now < self._retry_at <= now + limits.RETRY_AFTER_US

    def _room_again(self, now):
        """Points find room again when what is kept for all else is there again."""
        if self.session.has_spare():
            self._no_room = False
            return True
        self._reason, self._failure = "disk-full", errno.ENOSPC
        self._retry_at = now + limits.RETRY_AFTER_US
        return False

    def _refuse(self, reason, detail):
        """Counts a log as dropped; tells the first of its kind."""
        if self._drop(reason) == 1:
            self.session.tell_drops(reason, detail)

    def _drop(self, reason, many=1):
        self._untold = True
        self.fast = -1
        return self.ledger.add(reason, many)

    def _tell_drops(self, now, at_the_end=False):
        """Says what was dropped, as soon as it can, at most once a second."""
        if not self._untold or (not at_the_end and now < self._tell_at <= now + limits.LOOK_EVERY_US):
            return
        self._tell_at = now + limits.LOOK_EVERY_US
        self._untold = False
        for reason, count in self.ledger.drops().items():
            told = self.session.encode("drops", reason=reason, count=count, time=now)
            if not self._fits(FRAME_HEADER_BYTES + len(told), False) or not self._write(told, now):
                self._untold = True
                return

    def _tell_removal(self, now):
        if self._tell_removed and self._write(self.session.removal_event(), now):
            self._tell_removed = False

    def _look(self, now):
        """Does the agent still want this rank, is the file ours and still there, how much room is there?

        Once a second; a helper's calls come here more often, for the session it helps in may end.
        """
        self.look_from, self.look_until = now, now + self.session.look_every_us
        if self._looked_at <= now < self._looked_at + limits.LOOK_EVERY_US and self._looked_at > 0:
            return
        self._looked_at = now
        if not self.session.wanted():
            self.closed = True
            self.fast = -1
            self._close_file()
            self.ledger.put_next(self.at[0])
            self.ledger.settle()
            self.ledger.close()
            return
        if self.fd < 0:
            return
        if not _descriptor.is_ours(self.fd, self.identity):
            self._open_again()
        elif _descriptor.named(self.file) != self.identity:
            self._tell_removed = True
            self._close_file()
        if self.fd >= 0 and not self.ledger.is_there():
            self.ledger.make()
        self.ledger.put_next(self.at[0])
        self._no_room = not self.session.has_spare()
        if self.session.is_measured():
            self._measure(now)
