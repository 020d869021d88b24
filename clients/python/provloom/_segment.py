"""The files of a stream: segments of docs/spool-format.md that only grow, written by this process alone.

The descriptor is ours only as long as it is asked (``_descriptor``): a script may close every number it has, and the folder
may be removed. Then the same segment is opened again, or the next one begun; the numbers go on.
"""

import errno
import os
from struct import Struct
from zlib import crc32

from . import _descriptor
from . import _limits as limits
from ._cut_in import from_inside
from ._ledger import Ledger

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 12
POINT_BYTES = 29
POINT_FRAME_BYTES = FRAME_HEADER_BYTES + POINT_BYTES

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


class Segments:
    """The open segment of a stream, and what went wrong with it last. The lock is the stream's."""

    # A point reads some of them: slots are found at once, however many there are.
    __slots__ = ("session", "name", "ledger", "fd", "file", "identity", "at", "declared", "_declared", "_removed",
                 "_tell_removed", "_no_room", "_torn", "_retry_at", "_reason", "_failure")  # fmt: skip

    def __init__(self, session):
        self.session = session
        self.name = "worker-%d-%s" % (os.getpid(), os.urandom(4).hex())
        self.ledger = Ledger(lambda: os.path.join(session.spool, "ledgers", self.name))
        self.fd, self.file, self.identity = -1, None, None
        #: (next record number, bytes of the open segment, when it was written): one value, so that no exception finds
        #: it half changed
        self.at = (0, 0, 0)
        #: the declarations of its series by their ids, and how many of them lie where they can be read
        self.declared = {}
        self._declared = 0
        self._removed = self._tell_removed = self._no_room = self._torn = False
        self._retry_at = 0
        self._reason = self._failure = None

    def moved(self):
        """The session's folder has another name."""
        self.file = self._file(int(os.path.basename(self.file)[:20]))

    def _begin_segment(self, now):
        number = self.at[0]
        if self.declared and not self._is_whole():
            # Nobody may have read the declarations that went with it.
            self._declared = 0
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
        except from_inside(OSError) as error:
            self._failed(error.errno, now)
            self._give_back(file, descriptor, identity)
            return False
        except BaseException:
            self._give_back(file, descriptor, identity)
            raise
        self.at = (number, HEADER_BYTES, now)
        self.fd, self.file, self.identity = descriptor, file, identity
        return self._declare_again(now)

    def _is_whole(self):
        """Whether what was written last lies where it did: nobody has removed it, or cut it."""
        try:
            found = os.stat(self.file)
        except from_inside(OSError, TypeError):
            return False
        return (found.st_dev, found.st_ino) == self.identity and found.st_size >= self.at[1]

    def _declare_again(self, now):
        """The series that are known already, by the ids they have: points go on to name those."""
        while self._declared < len(self.declared):
            number = self._declared
            declared = self.declared[number]
            if self.at[1] + FRAME_HEADER_BYTES + len(declared) > limits.SEGMENT_BYTES_MAX:
                return self._begin_segment(now)
            if not self._write(declared, now):
                self._close_file()  # so that the next record begins here
                return False
            self._declared = max(self._declared, number + 1)
        return True

    def _file(self, number):
        return os.path.join(self.session.spool, "streams", self.name, "%020d.seg" % number)

    def _make_folder(self, folder):
        """The stream's folder, and all above it where somebody has removed that."""
        try:
            try:
                os.mkdir(folder, 0o700)
            except from_inside(FileNotFoundError):
                self._tell_removed = self.at[0] > 0
                self.session.make_again()
                os.mkdir(folder, 0o700)
            self._removed = False
        except from_inside(FileExistsError):
            self._removed = False
        except from_inside(OSError):
            self._removed = self.at[0] > 0
            raise

    @staticmethod
    def _give_back(file, descriptor, identity):
        if descriptor >= 0:
            _descriptor.close(descriptor, identity)
            try:
                os.unlink(file)
            except from_inside(OSError):
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
        except from_inside(OSError) as error:
            if done == 0 and wrote > 0 and not _descriptor.is_ours(self.fd, self.identity):
                # It was closed while it was trusted: not this record's fault.
                self.at = (number, size, 0)
                return self._write(payload, now)
            self._failed(error.errno, now)
            self._cut()
            return False
        self.at = (number + 1, size + done, now)
        self._retry_at = 0
        return True

    def _cut(self):
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
        except from_inside(OSError):
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
            except from_inside(OSError, TypeError):
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
        except from_inside(OSError):
            pass
        _descriptor.close(descriptor, identity)
        return False

    def _failed(self, code, now):
        self._failure = code
        self._reason = "disk-full" if code in _FULL else "spool-removed" if self._removed else "disk-failed"
        self._no_room = self._no_room or code in _FULL
        self._retry_at = now + limits.RETRY_AFTER_US

    def _close_file(self):
        descriptor, self.fd = self.fd, -1
        _descriptor.close(descriptor, self.identity)
