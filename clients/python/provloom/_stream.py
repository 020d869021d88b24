"""One stream of the spool: the segment log of docs/spool-format.md, written by this process alone.

A record is written by one ``os.write``: when a call returns, the record is in the page cache and outlives the
process. Three things may cut in: other threads (the lock), a signal handler or finalizer of the same thread while a
record is being written (BUSY: it writes into a stream of its own, ``inner``), and an exception thrown by a signal
handler between the write and the book-keeping (TORN: ``at`` is one value, so it is the truth, and what stands behind it
in the file is cut). Where the state is set no call is made, for it is between calls that handlers run.
"""

import errno
import os
from _thread import RLock
from struct import Struct
from time import time_ns
from zlib import crc32

from . import _limits as limits

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 12
POINT_BYTES = 29
POINT_FRAME_BYTES = FRAME_HEADER_BYTES + POINT_BYTES

#: A stream is IDLE; or BUSY with a record; or TORN: an exception came between, so that bytes may stand behind `at`.
IDLE, BUSY, TORN = 0, 1, 2

#: length | number | tag | series | step | time | value: a point's frame without its CRC
pack_point = Struct("<IIBIqqd").pack
pack_payload = Struct("<BIqqd").pack
pack_head = Struct("<II").pack
pack_crc = Struct("<I").pack
_pack_header = Struct("<8sHHIQI").pack
_FOR_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)


def now_us():
    """Microseconds since the Unix epoch, UTC."""
    return time_ns() // 1000


def header(first):
    """The 32 bytes that open the segment whose first record is ``first``."""
    start = _pack_header(b"PVLMSEG1", 1, HEADER_BYTES, 0, first, 0)
    return start + pack_crc(crc32(start))


def frame(number, payload):
    """A whole frame: CRC, length, low half of the number, payload."""
    body = pack_head(len(payload), number & 0xFFFFFFFF) + payload
    return pack_crc(crc32(body)) + body


def _make_folder(folder):
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass


class Stream:
    """One writer's records. The file is opened with the first one.

    The session gives: ``spool`` (path), ``start_event()`` and ``encode(type, ...)`` (bytes), ``wanted()``,
    ``segment_bytes()``, ``tell_drops(reason, detail)``. None of them may come back to a stream.
    """

    def __init__(self, session):
        self.session = session
        self.lock = RLock()
        self.state = IDLE
        self.inner = None
        self._inner = {}
        self.name = "worker-%d-%s" % (os.getpid(), os.urandom(4).hex())
        self.folder = os.path.join(session.spool, "streams", self.name)
        self.fd = -1
        #: (next record number, bytes of the open segment): one value, so that no exception finds it half changed
        self.at = (0, 0)
        #: a point goes the short way while the segment is no longer than this
        self.fast = -1
        self.series = {}
        self.closed = False
        self.look_from = self.look_until = 0
        self._torn = False
        self._soft = self._hard = -1
        self._measure_at = 0
        self._retry_at = 0
        self._tell_at = 0
        self._untold = False
        self._reason = self._failure = None
        self.drops = {}

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
        """Opens the file with the session's first record now; false when it cannot be, or is not wanted."""
        with self.lock:
            self.state = BUSY
            try:
                now = now_us()
                self._look(now)
                done = not self.closed and self._next_segment(now) and self._write(self.session.start_event(), now)
                if done:
                    self._hurry()
                elif not self.closed:
                    self.session.tell_drops(self._reason, self._failure)
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
                if self.inner is not None:
                    self.inner.close(last)
                if last is not None:
                    self._event(torn, last)
                if self.fd >= 0:
                    self._tell_drops(now_us(), at_the_end=True)
            finally:
                self.closed = True
                self.fast = -1
                self._close_file()
                self.state = IDLE

    def lose(self, reason):
        """Counts an event that never came as far as a record. Takes no lock: what failed may hold it."""
        self._drop(reason)

    def leave_to_parent(self):
        """In a forked child: this stream is the parent's."""
        self.closed = True
        self._close_file()
        if self.inner is not None:
            self.inner.leave_to_parent()

    # -- inside the lock, BUSY ---------------------------------------------------------------------------------------

    def _within(self):
        if self.inner is None:
            # One step of the interpreter, so that a handler inside a handler cannot make a second one.
            self.inner = self._inner.setdefault(0, Stream(self.session))
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
        return (self.name, self.at[0] - 1) if self._append(payload, now_us(), False) else None

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
        self.series[key, context, source] = number
        return number

    def _append(self, payload, now, metric):
        """Appends one record, or counts why not."""
        if not self.look_from <= now < self.look_until:
            self._look(now)
        if self.closed:
            return False
        reason = self._try(payload, now, metric)
        if reason is None:
            self._tell_drops(now)
            self._hurry()
            return True
        self._refuse(reason, self._failure)
        if self.fd >= 0 and reason == "spool-full":
            self._tell_drops(now)
        return False

    def _hurry(self):
        """Lets points take the short way while there is nothing else to be done."""
        self.fast = -1 if self._untold else min(limits.SEGMENT_BYTES_MAX, self._soft) - POINT_FRAME_BYTES

    def _try(self, payload, now, metric):
        """None when the record is written, else the reason why not."""
        if self._torn:
            self._cut()
        if metric and self._must_wait(now):
            return self._reason
        length = FRAME_HEADER_BYTES + len(payload)
        size = self.at[1]
        if self.fd < 0 or (size + length > limits.SEGMENT_BYTES_MAX and size > HEADER_BYTES):
            if not self._next_segment(now):
                return self._reason
        if self.at[0] == 0 and not self._write(self.session.start_event(), now):
            return self._reason
        if not self._fits(length, metric) and not now < self._measure_at <= now + limits.LOOK_EVERY_US:
            self._measure(now)
        if not self._fits(length, metric):
            return "spool-full"
        return None if self._write(payload, now) else self._reason

    def _fits(self, length, metric):
        return self.at[1] + length <= (self._soft if metric else self._hard)

    def _measure(self, now):
        """How far this segment may grow, by what is on the disk now: the agent takes away what is acknowledged."""
        others = self.session.segment_bytes() - self.at[1]
        self._hard = limits.SPOOL_BYTES_MAX - others
        self._soft = self._hard - limits.SPOOL_RESERVE_BYTES
        self._measure_at = now + limits.LOOK_EVERY_US

    def _next_segment(self, now):
        number = self.at[0]
        self._close_file()
        name = os.path.join(self.folder, "%020d.seg" % number)
        descriptor = -1
        try:
            _make_folder(os.path.dirname(self.folder))
            _make_folder(self.folder)
            descriptor = os.open(name, _FOR_APPEND, 0o600)
            # Only what is there is cut: a file that was ever cut to nothing, ext4 puts on the disk when it is closed.
            if os.fstat(descriptor).st_size > 0:
                os.ftruncate(descriptor, 0)
            if os.write(descriptor, header(number)) != HEADER_BYTES:
                raise OSError(errno.ENOSPC, "short write")
        except OSError as error:
            self._failed(error.errno, now)
            self._give_back(name, descriptor)
            return False
        except BaseException:
            self._give_back(name, descriptor)
            raise
        self.at = (number, HEADER_BYTES)
        self.fd = descriptor
        self._measure(now)
        return True

    @staticmethod
    def _give_back(name, descriptor):
        try:
            if descriptor >= 0:
                os.close(descriptor)
                os.unlink(name)
        except OSError:
            pass

    def _write(self, payload, now):
        number, size = self.at
        whole = frame(number, payload)
        done = 0
        try:
            while done < len(whole):
                done += os.write(self.fd, whole[done:])  # short only where the disk ends: the rest says why
        except OSError as error:
            self._cut()
            self._failed(error.errno, now)
            return False
        self.at = (number + 1, size + done)
        self._retry_at = 0
        return True

    def _cut(self):
        """Cuts what stands behind the last whole record; where even that fails the next record opens a new segment."""
        try:
            if self.fd >= 0:
                os.ftruncate(self.fd, self.at[1])
        except OSError:
            self._close_file()
        self._torn = False

    def _failed(self, code, now):
        self._failure = code
        self._reason = "disk-full" if code in (errno.ENOSPC, errno.EDQUOT) else "disk-failed"
        self._retry_at = now + limits.RETRY_AFTER_US

    def _must_wait(self, now):
        """Whether the disk said no a moment ago. A clock set back does not make it long."""
        return self._retry_at and now < self._retry_at <= now + limits.RETRY_AFTER_US

    def _refuse(self, reason, detail):
        """Counts a log as dropped; tells the first of its kind."""
        if self._drop(reason) == 1:
            self.session.tell_drops(reason, detail)

    def _drop(self, reason):
        count = self.drops[reason] = self.drops.get(reason, 0) + 1
        self._untold = True
        self.fast = -1
        return count

    def _tell_drops(self, now, at_the_end=False):
        """Says what was dropped, as soon as it can, at most once a second."""
        if not self._untold or (not at_the_end and now < self._tell_at <= now + limits.LOOK_EVERY_US):
            return
        self._tell_at = now + limits.LOOK_EVERY_US
        for reason, count in list(self.drops.items()):
            told = self.session.encode("drops", reason=reason, count=count, time=now)
            if not self._fits(FRAME_HEADER_BYTES + len(told), False) or not self._write(told, now):
                return
        self._untold = False

    def _look(self, now):
        """Once a second: does the agent still want this rank, and is the file still there?"""
        self.look_from, self.look_until = now, now + limits.LOOK_EVERY_US
        if not self.session.wanted():
            self.closed = True
            self.fast = -1
            self._close_file()
        elif self.fd >= 0 and os.fstat(self.fd).st_nlink == 0:
            self._close_file()

    def _close_file(self):
        descriptor, self.fd = self.fd, -1
        if descriptor >= 0:
            try:
                os.close(descriptor)
            except OSError:
                pass
