"""The count beside a stream that a full or removed disk cannot hide: 512 bytes, written whole at first, never longer.

16 slots of 32 bytes, little-endian: name (16 bytes of ASCII, padded with zeros), count (u64), 0 (u32), CRC-32 of the 28
bytes before. The first is ``next``, the number of records; the others count drops, one for each reason. No mmap: a store
that the disk cannot back would be SIGBUS in the training, a failed pwrite is an error number.
"""

import os
from itertools import count
from struct import Struct
from zlib import crc32

from . import _descriptor
from ._cut_in import from_inside

BYTES = 512
_SLOT_BYTES = 32
#: Reasons that find no slot of their own are counted in the last.
_OTHER = 15
_NAME_BYTES = 15
_pack = Struct("<16sQI").pack


class Ledger:
    """``path()`` says where it is now. No call raises, and all but ``make`` are safe in any thread and handler."""

    def __init__(self, path):
        self._path = path
        self._fd, self._identity = -1, None
        self._next = 0
        self._counts = {}
        self._slots = {"other": _OTHER}
        self._free = count(1)
        self._tried = False
        self._is_of_run = True

    def make(self):
        """Writes it whole, in its place. Whether it is there; where it is not, the one before is kept."""
        if not self._is_of_run:
            return False
        try:
            descriptor, identity = self._open_made()
        except from_inside(OSError):
            return False
        try:
            slots = [self._slot("next", self._next)] + [bytes(_SLOT_BYTES)] * _OTHER
            for reason in list(self._counts):
                slots[self._slots.get(reason, _OTHER)] = self._slot(reason, self.dropped(reason))
            done = os.pwrite(descriptor, b"".join(slots), 0) == BYTES
        except from_inside(OSError):
            done = False
        if not done:
            _descriptor.close(descriptor, identity)
            return False
        before = self._fd, self._identity
        self._fd, self._identity = descriptor, identity
        _descriptor.close(*before)
        return True

    def _open_made(self):
        path = self._path()
        try:
            return _descriptor.open_high(path, os.O_RDWR | os.O_CREAT)
        except from_inside(FileNotFoundError):
            os.mkdir(os.path.dirname(path), 0o700)
            return _descriptor.open_high(path, os.O_RDWR | os.O_CREAT)

    def make_once(self):
        """For a stream that has dropped and written nothing yet."""
        if not self._tried:
            self._tried = True
            self.make()

    def add(self, reason, many=1):
        """Counts drops. Returns how many there were of this reason, these included."""
        slot = self._slots.get(reason)
        if slot is None:
            # Each of these is one step of the interpreter: two threads may waste a slot, and never share one.
            slot = self._slots.setdefault(reason, next(self._free))
        if slot >= _OTHER:
            slot, reason = _OTHER, "other"
        number = 0
        for power in range(many.bit_length()):
            # A counter for each power of two: many are counted at once, in as many single steps as their number has bits.
            if many >> power & 1:
                number += next(self._counts.setdefault(reason, {}).setdefault(power, count())) + 1 << power
        while True:
            # Another thread may count in between and write first: the larger count stays.
            told = self.dropped(reason)
            self._put(slot, reason, told)
            if self.dropped(reason) == told:
                return number

    def settle(self):
        """Its session has ended: what is dropped from now on is of no run. This process counts it, to tell it, and the
        file stays as it is: whether an agent read it before or after changes nothing."""
        self._is_of_run = False

    def put_next(self, number):
        """The stream's next record has this number."""
        self._next = number
        self._put(0, "next", number)

    def dropped(self, reason):
        # The one way to look at a count without counting: its name, ``count(7)``.
        return sum(int(repr(counter)[6:-1]) << power for power, counter in list(self._counts.get(reason, {}).items()))

    def drops(self):
        """{reason: count} of all that were dropped."""
        return {reason: self.dropped(reason) for reason in list(self._counts)}

    def is_there(self):
        """Whether the file in its place is ours still."""
        return self._fd >= 0 and _descriptor.named(self._path()) == self._identity

    def close(self):
        descriptor, self._fd = self._fd, -1
        _descriptor.close(descriptor, self._identity)

    @staticmethod
    def _slot(name, number):
        slot = _pack(name.encode("ascii", "replace")[:_NAME_BYTES], number, 0)
        return slot + crc32(slot).to_bytes(4, "little")

    def _put(self, slot, name, number):
        if not self._is_of_run or (not _descriptor.is_ours(self._fd, self._identity) and not self._again()):
            return
        try:
            os.pwrite(self._fd, self._slot(name, number), slot * _SLOT_BYTES)
        except from_inside(OSError):
            pass

    def _again(self):
        """The number is somebody else's now: the same file is opened once more."""
        if self._identity is None:
            return False
        self._fd = -1
        try:
            descriptor, identity = _descriptor.open_high(self._path(), os.O_RDWR)
        except from_inside(OSError):
            return False
        if identity != self._identity:
            _descriptor.close(descriptor, identity)
            return False
        self._fd = descriptor
        return True
