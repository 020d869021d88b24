"""One stream of the spool: the segment log of docs/spool-format.md, written by this process alone.

A record is written by one ``os.write``: when a call returns, the record is in the page cache and outlives the
process. Three things may cut in: other threads (the lock), a signal handler or finalizer of the same thread while a
record is being written (BUSY: it writes into a stream of its own, ``inner``), and an exception thrown by a signal
handler between the write and the book-keeping (TORN: ``at`` is one value, so it is the truth, and what stands behind it
in the file is cut). Where the state is set no call is made, for it is between calls that handlers run.

The descriptor is ours only as long as it is asked (``_descriptor``): a script may close every number it has.
"""

import errno
import os
from _thread import RLock
from struct import Struct
from zlib import crc32

from . import _descriptor
from . import _limits as limits
from ._ledger import Ledger
from ._small import now_us

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
_FULL = (errno.ENOSPC, errno.EDQUOT)


def header(first):
    """The 32 bytes that open the segment whose first record is ``first``."""
    start = _pack_header(b"PVLMSEG1", 1, HEADER_BYTES, 0, first, 0)
    return start + pack_crc(crc32(start))


def frame(number, payload):
    """A whole frame: CRC, length, low half of the number, payload."""
    body = pack_head(len(payload), number & 0xFFFFFFFF) + payload
    return pack_crc(crc32(body)) + body


class Stream:
    """One writer's records. The file is opened with the first one, which ``first()`` gives.

    The session gives: ``spool`` (path), ``look_every_us``, ``encode(type, ...)`` (bytes), ``wanted()``,
    ``make_again()``, ``used_bytes()``, ``has_spare()``, ``give_spare()``, ``tell_drops(reason, detail)``. None of them
    may come back to a stream.
    """

    # A point reads a dozen of them: slots are found at once, however many there are.
    __slots__ = ("session", "first", "lock", "state", "inner", "_inner", "name", "ledger", "fd", "file", "identity", "at",
                 "fast", "series", "closed", "others", "look_from", "look_until", "_looked_at", "_torn", "_removed",
                 "_tell_removed", "_no_room", "_hard", "_soft", "_measure_at", "_retry_at", "_tell_at", "_untold",
                 "_reason", "_failure")  # fmt: skip

    def __init__(self, session, first):
        self.session = session
        self.first = first
        self.lock = RLock()
        self.state = IDLE
        self.inner = None
        self._inner = {}
        self.name = "worker-%d-%s" % (os.getpid(), os.urandom(4).hex())
        self.ledger = Ledger(lambda: os.path.join(session.spool, "ledgers", self.name))
        self.fd, self.file, self.identity = -1, None, None
        #: (next record number, bytes of the open segment, when it was written): one value, so that no exception finds
        #: it half changed
        self.at = (0, 0, 0)
        #: a point goes the short way while the segment is no longer than this
        self.fast = -1
        self.series = {}
        self.closed = False
        #: events that are no logs: series, contexts, the session's own
        self.others = 0
        self.look_from = self.look_until = 0
        self._looked_at = 0
        self._torn = False
        self._removed = self._tell_removed = False
        self._no_room = False
        self._hard = min(limits.UNMEASURED_BYTES, limits.SPOOL_BYTES_MAX)
        self._soft = min(self._hard, limits.SPOOL_BYTES_MAX - limits.SPOOL_RESERVE_BYTES)
        self._measure_at = 0
        self._retry_at = 0
        self._tell_at = 0
        self._untold = False
        self._reason = self._failure = None

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

    def event(self, payload, log=False):
        """Appends an event's JSON (bytes). Returns its record as (stream, number), or None when it was dropped."""
        with self.lock:
            if self.state != BUSY:
                torn, self.state = self.state, BUSY
                try:
                    done = self._event(torn, payload, log)
                except BaseException:
                    self.state = TORN
                    raise
                self.state = IDLE
                return done
            inner = self._within()
        return inner.event(payload, log)

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

    def moved(self):
        """The session's folder has another name."""
        self.file = self._file(int(os.path.basename(self.file)[:20]))

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
                    self.inner.close()
                self._end(torn, last)
            finally:
                self.closed = True
                self.fast = -1
                self._close_file()
                self.ledger.put_next(self.at[0])
                self.ledger.close()
                self.state = IDLE

    def lose(self, reason):
        """Counts an event that never came as far as a record. Takes no lock: what failed may hold it."""
        if self.at[0] == 0 and self.fd < 0:
            self.ledger.make_once()
        self._drop(reason)

    def drops(self):
        """{reason: count} of this stream and of those within it."""
        found = self.ledger.drops()
        if self.inner is not None:
            for reason, count in self.inner.drops().items():
                found[reason] = found.get(reason, 0) + count
        return found

    def logs(self):
        """Params, points and artifacts that are in the spool."""
        return max(0, self.at[0] - self.others) + (0 if self.inner is None else self.inner.logs())

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

    def _event(self, torn, payload, log):
        self._torn = self._torn or torn == TORN
        if len(payload) > limits.EVENT_BYTES_MAX:
            self._refuse("too-large", None)
            return None
        if not self._append(payload, now_us(), False):
            return None
        self.others += not log
        return (self.name, self.at[0] - 1)

    def _end(self, torn, last):
        if last is None and self.at[0] == 0:
            return
        if self.at[0] > 0:
            self._tell_drops(now_us(), at_the_end=True)
            self.ledger.put_next(self.at[0])
        if last is not None:
            self._event(torn, last, False)
        if self.fd >= 0:
            self._tell_drops(now_us(), at_the_end=True)

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
        self.others += 1
        self.series[key, context, source] = number
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
            self._cut(now)
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
        done = self._write(self.first(), now)
        self.others += done
        return done

    def _fits(self, length, metric):
        return self.at[1] + length <= (self._soft if metric else self._hard)

    def _measure(self, now):
        """How far this segment may grow, by what is on the disk now: the agent takes away what is acknowledged."""
        self._hard = self.at[1] + limits.SPOOL_BYTES_MAX - self.session.used_bytes()
        self._soft = self._hard - limits.SPOOL_RESERVE_BYTES
        self._measure_at = now + limits.LOOK_EVERY_US

    def _next_segment(self, now):
        number = self.at[0]
        self._close_file()
        file = self._file(number)
        descriptor, identity = -1, None
        try:
            self._make_folder(os.path.dirname(file))
            if not self.ledger.is_there():
                self.ledger.make()
            descriptor, identity = _descriptor.open_high(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            # Only what is there is cut: a file that was ever cut to nothing, ext4 puts on the disk when it is closed.
            if os.fstat(descriptor).st_size > 0:
                os.ftruncate(descriptor, 0)
            if os.write(descriptor, header(number)) != HEADER_BYTES:
                raise OSError(errno.ENOSPC, "short write")
        except OSError as error:
            self._failed(error.errno, now)
            self._give_back(file, descriptor, identity)
            return False
        except BaseException:
            self._give_back(file, descriptor, identity)
            raise
        self.at = (number, HEADER_BYTES, now)
        self.fd, self.file, self.identity = descriptor, file, identity
        if number > 0:
            self._measure(now)
        return True

    def _file(self, number):
        return os.path.join(self.session.spool, "streams", self.name, "%020d.seg" % number)

    def _make_folder(self, folder):
        """The stream's folder, and all above it where somebody has removed that."""
        try:
            try:
                os.mkdir(folder, 0o700)
            except FileNotFoundError:
                self._tell_removed = self.at[0] > 0
                self.session.make_again()
                os.mkdir(folder, 0o700)
            self._removed = False
        except FileExistsError:
            self._removed = False
        except OSError:
            self._removed = self.at[0] > 0
            raise

    @staticmethod
    def _give_back(file, descriptor, identity):
        if descriptor >= 0:
            _descriptor.close(descriptor, identity)
            try:
                os.unlink(file)
            except OSError:
                pass

    def _write(self, payload, now):
        number, size, wrote = self.at
        if not 0 <= now - wrote < limits.TRUSTED_US and not _descriptor.is_at(self.fd, size):
            if not self._open_again() and not self._next_segment(now):
                return False
            number, size, wrote = self.at
        whole = frame(number, payload)
        done = 0
        try:
            while done < len(whole):
                done += os.write(self.fd, whole[done:])  # short only where the disk ends: the rest says why
        except OSError as error:
            self._failed(error.errno, now)
            self._cut(now)
            return False
        self.at = (number + 1, size + done, now)
        self._retry_at = 0
        return True

    def _cut(self, now):
        """Cuts what stands behind the last whole record; where even that fails the next record opens a new segment."""
        self._torn = False
        if self.fd < 0:
            return
        if not _descriptor.is_ours(self.fd, self.identity):
            self._open_again()
            return
        try:
            os.ftruncate(self.fd, self.at[1])
            os.lseek(self.fd, 0, os.SEEK_END)
        except OSError:
            self._close_file()

    def _open_again(self):
        """The number is no longer ours: the same segment under another one, with nothing behind the last record."""
        self.fd, before = -1, self.fd
        if _descriptor.is_ours(before, self.identity):
            # Ours, and not where we left it: somebody has moved it.
            descriptor, identity = before, self.identity
        else:
            try:
                descriptor, identity = _descriptor.open_high(self.file, os.O_WRONLY | os.O_APPEND)
            except (OSError, TypeError):
                return False
        size = self.at[1]
        try:
            whole = os.fstat(descriptor).st_size
            if identity == self.identity and whole >= size:
                if whole > size:
                    os.ftruncate(descriptor, size)
                os.lseek(descriptor, 0, os.SEEK_END)
                self.fd = descriptor
                return True
        except OSError:
            pass
        _descriptor.close(descriptor, identity)
        return False

    def _failed(self, code, now):
        self._failure = code
        self._reason = "disk-full" if code in _FULL else "spool-removed" if self._removed else "disk-failed"
        self._no_room = self._no_room or code in _FULL
        self._retry_at = now + limits.RETRY_AFTER_US

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

    def _drop(self, reason):
        self._untold = True
        self.fast = -1
        return self.ledger.add(reason)

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
            self.others += 1

    def _tell_removal(self, now):
        if self._tell_removed and self._write(self.session.removal_event(), now):
            self._tell_removed = False
            self.others += 1

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
            if self.session.quiet:
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

    def _close_file(self):
        descriptor, self.fd = self.fd, -1
        _descriptor.close(descriptor, self.identity)
