"""One file as it is now: copied into the spool, or hashed, or marked so that a later reader sees whether it changed.

Never a link: what is linked changes with its original. Size, hash and copied bytes are always of one reading.
"""

import errno
import hashlib
import os
import re
import stat
import time
from struct import Struct

from . import _limits as limits
from ._cut_in import from_inside

_BLOCK = 1024 * 1024
_CHUNK = 16 * _BLOCK
_PART = 64 * _BLOCK
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: struct file_clone_range: source, where in it, how much, where to
_FICLONERANGE = 0x4020940D
_clone_range = Struct("@qQQQ").pack
_CLONE = "clone-"
#: Times of files are as fine as the kernel's ticks: what is written within one of them has one time.
_TICK_SECONDS = 0.02
_LATE = "the files of one call get %.1f s" % (limits.KEEP_MS / 1000)
_FULL = "the disk of the spool is full"
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_MAKE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)


class NotKept(Exception):
    """There is no copy; says why. Never leaves the client."""


def kept_folder(session):
    """Where copies wait for the agent."""
    return os.path.join(session.spool, "files")


def spooled_name(session, label, prefix=""):
    """A new, safe name for a copy, and its whole path. The folder is there afterwards. Raises NotKept."""
    folder = kept_folder(session)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
    except from_inside(OSError) as error:
        raise _unwritten(error) from None
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(label))[-100:].lstrip(".") or "file"
    spooled = "%s%d-%s-%s" % (prefix, os.getpid(), os.urandom(6).hex(), safe)
    return spooled, os.path.join(folder, spooled)


class Allowance:
    """What one call may take for its copies: of the spool's disk, and of the worker's time."""

    def __init__(self, session):
        copied = cloned = 0
        try:
            with os.scandir(kept_folder(session)) as entries:
                for entry in entries:
                    size = _size_of(entry)
                    copied, cloned = (copied, cloned + size) if entry.name.startswith(_CLONE) else (copied + size, cloned)
        except from_inside(OSError):
            pass  # nothing is there yet
        self.free = free_bytes(session.spool)
        self._copies = limits.COPIES_BYTES_MAX - copied
        # A clone takes room only when its original is overwritten: never more than is left to the training then.
        self._clones = self.free // 2 - cloned
        self._mapped = None
        self._tick = None
        self._until = time.monotonic() + limits.KEEP_MS / 1000

    def mapped(self, inode):
        """Whether this process may change a file by writing to its memory, which leaves no trace in its times."""
        if self._mapped is None:
            self._mapped = _mapped_inodes()
        return str(inode) in self._mapped

    def late(self):
        return time.monotonic() > self._until

    def mark(self, found):
        """A mark was made: where the file was written within this tick of its clock, the call ends in the next one."""
        if abs(time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns)) < _TICK_SECONDS * 1e9:
            self._tick = time.monotonic() + _TICK_SECONDS

    def close(self):
        """The call is over. What is written from now on gets another time than what a mark was made of: waited for once."""
        if self._tick is not None:
            time.sleep(max(0.0, min(self._tick - time.monotonic(), _TICK_SECONDS)))

    def clone(self, size):
        """Takes the room for a clone. Returns whether there is some."""
        if size > self._clones:
            return False
        self._clones -= size
        return True

    def copy(self, size):
        """Takes the room for a copy. Raises NotKept where there is none."""
        if self.late():
            raise NotKept(_LATE)
        if size > self.free - limits.SPOOL_RESERVE_BYTES:
            raise NotKept(_FULL)
        if size > self._copies:
            raise NotKept("copies may take %d MiB of the spool" % (limits.COPIES_BYTES_MAX // limits.MIB))
        self._copies -= size
        self.free -= size


def open_regular(path):
    """A regular file's descriptor and what ``fstat`` says of it; None for anything else. Never waits for a writer."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        return None  # opening a device may do something
    descriptor = os.open(path, _READ)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode):
        return descriptor, found
    os.close(descriptor)
    return None


def take(session, path, copy, allowance):
    """What a file is now. Returns the fields of its event, and why it was not copied when it should have been.

    Raises OSError where it cannot be read, NotKept where it is no file any more.
    """
    opened = open_regular(path)
    if opened is None:
        raise NotKept("it is no file any more")
    descriptor, found = opened
    try:
        fields, refused = _taken(session, descriptor, found, path, copy, allowance)
    finally:
        os.close(descriptor)
    fields.update(mode=stat.S_IMODE(found.st_mode) & 0o777, group=found.st_gid)
    return fields, refused


def measure(path, late):
    """Size and hash of a file where it is; None for what is none. No hash of one that is large or does not rest."""
    opened = open_regular(path)
    if opened is None:
        return None
    descriptor, found = opened
    try:
        if found.st_size > limits.ARTIFACT_INLINE_BYTES_MAX:
            return {"size": found.st_size}
        fields = _read(descriptor, found.st_size, None, late)
        return fields if fields is not None and _rests(descriptor, found) else {"size": found.st_size}
    finally:
        os.close(descriptor)


def _taken(session, descriptor, found, path, copy, allowance):
    size = found.st_size
    small = size <= limits.ARTIFACT_INLINE_BYTES_MAX
    refused = None
    if copy:
        try:
            return _copied(session, descriptor, found, path, allowance), None
        except NotKept as why:
            refused = str(why)
            os.lseek(descriptor, 0, os.SEEK_SET)
    if small and not allowance.late():
        fields = _read(descriptor, size, None, allowance.late)
        if fields is not None and _rests(descriptor, found):
            return fields, refused
    return _marked(descriptor, allowance), refused


def _copied(session, descriptor, found, path, allowance):
    """The fields of a clone or copy, of a second one when the file changed while the first was made. Raises NotKept."""
    fields = _copy_once(session, descriptor, found, path, allowance)
    if _rests(descriptor, found):
        return fields
    remove(os.path.join(kept_folder(session), fields["spooled"]))
    os.lseek(descriptor, 0, os.SEEK_SET)
    found = os.fstat(descriptor)
    fields = _copy_once(session, descriptor, found, path, allowance)
    return fields if _rests(descriptor, found) else dict(fields, problem="it changed while it was copied")


def _copy_once(session, descriptor, found, path, allowance):
    size = found.st_size
    if size <= limits.ARTIFACT_INLINE_BYTES_MAX:
        allowance.copy(size)
        return _made(session, descriptor, size, path, allowance, _read)
    if allowance.clone(size):
        try:
            return _made(session, descriptor, size, path, allowance, _clone_bytes, _CLONE)
        except from_inside(ImportError, OSError):
            pass  # most file systems have no clones
    allowance.copy(size)
    return _made(session, descriptor, size, path, allowance, _copy_bytes)


def _made(session, descriptor, size, path, allowance, way, prefix=""):
    """The fields of what ``way`` puts into a new file of the spool. Nothing stays of what fails."""
    spooled, target = spooled_name(session, path, prefix)
    into = opened_for(target)
    try:
        try:
            fields = way(descriptor, size, into, allowance.late)
        finally:
            _close(into)
        if fields is None:
            raise NotKept(_LATE)
    except BaseException:
        remove(target)
        raise
    return dict(fields, spooled=spooled)


def _read(descriptor, size, into, late):
    """Reads what was there when it was opened, hashes it, and writes it to ``into``. None when it takes too long."""
    digest = hashlib.sha256()
    # Files of /proc have no size and end somewhere all the same.
    left = size or limits.ARTIFACT_INLINE_BYTES_MAX
    done = 0
    while left > 0:
        block = os.read(descriptor, min(left, _BLOCK))
        if not block:
            break
        digest.update(block)
        done += len(block)
        left -= len(block)
        if into is not None:
            write(into, block)
        if late() and left > 0:
            return None
    return {"size": done, "sha256": digest.hexdigest()}


def _copy_bytes(descriptor, size, into, late):
    """Copies without looking at the bytes, where the kernel can in itself. None when it takes too long."""
    done = 0
    inside = hasattr(os, "copy_file_range")
    while done < size:
        if inside:
            try:
                got = os.copy_file_range(descriptor, into, min(_CHUNK, size - done))
            except from_inside(OSError) as error:
                if error.errno in _NO_ROOM:
                    raise NotKept(_FULL) from None
                inside = False  # not between these two file systems
                continue
            if got == 0 and done == 0:
                inside = False
                continue
        else:
            block = os.read(descriptor, min(_BLOCK, size - done))
            write(into, block)
            got = len(block)
        if got == 0:
            break
        done += got
        if late() and done < size:
            return None
    return {"size": done}


def _clone_bytes(descriptor, size, into, late):
    """Makes a clone, which has the file's blocks and not its changes. None when it takes too long.

    In parts: of each the kernel first writes what is not on the disk yet. Raises OSError where there are no clones.
    """
    import fcntl

    for start in range(0, size, _PART):
        part = _clone_range(descriptor, start, min(_PART, size - start), start)
        fcntl.ioctl(into, _FICLONERANGE, part)
        if late() and start + _PART < size:
            return None
    return {"size": size}


def _marked(descriptor, allowance):
    """The fields of a file that stays where it is: whoever reads it later sees by the mark whether it is the same."""
    found = os.fstat(descriptor)
    if allowance.mapped(found.st_ino):
        return {"size": found.st_size, "problem": "it is mapped into memory for writing: nobody can tell whether it changes"}
    allowance.mark(found)
    return {"size": found.st_size, "mark": "%d.%d.%d" % (found.st_ino, found.st_mtime_ns, found.st_ctime_ns)}


def _mapped_inodes():
    """What this process has mapped into its memory to write to, and shares."""
    try:
        with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
            return {one[4] for one in map(str.split, maps) if one[1][1::2] == "ws"}
    except from_inside(OSError, IndexError):
        return set()


def _rests(descriptor, before):
    now = os.fstat(descriptor)
    return (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def opened_for(target):
    try:
        return os.open(target, _MAKE, 0o600)
    except from_inside(OSError) as error:
        raise _unwritten(error) from None


def write(descriptor, data):
    view = memoryview(data)
    try:
        while len(view) > 0:
            view = view[os.write(descriptor, view) :]
    except from_inside(OSError) as error:
        raise _unwritten(error) from None


def _close(descriptor):
    try:
        os.close(descriptor)
    except from_inside(OSError) as error:
        raise _unwritten(error) from None  # some file systems say only now that they are full


def _unwritten(error):
    full = error.errno in _NO_ROOM
    return NotKept(_FULL if full else "the spool cannot be written: %s" % error.strerror)


def free_bytes(folder):
    try:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
    except from_inside(OSError, AttributeError):
        return limits.COPIES_BYTES_MAX


def remove(path):
    try:
        os.unlink(path)
    except from_inside(OSError):
        pass


def _size_of(entry):
    try:
        return entry.stat(follow_symlinks=False).st_size
    except from_inside(OSError):
        return 0  # the agent has just taken it away
