"""Files: kept as they are at the moment of the call, so that one overwritten later is still the one that was logged."""

import errno
import hashlib
import os
import re
import stat

from . import _limits as limits
from . import _spool
from ._context import context_name
from ._guard import harmless, session_for
from ._numbers import recorded_step
from ._values import name as name_of

_BLOCK = 1024 * 1024
_FICLONE = 0x40049409


def log_artifact(
    artifact_name,
    artifact_path=None,
    context=None,
    source=None,
    step=0,
    log_copy_in_prov_directory=True,
    log_copy_subdirectory=None,
    is_model=False,
    is_input=False,
):
    """Records a file, or a folder with all its files. ``log_artifact(path)`` alone names it by its file name.

    Files of up to 64 MiB are copied and hashed in the call; larger ones are linked or named by their path, and hashed
    by the agent. A missing file is told and recorded as a problem.

    :param log_copy_in_prov_directory: keep a copy in the run's ``artifacts/``
    :param log_copy_subdirectory: folder under ``artifacts/`` for the copy
    :param is_model: it is a model
    :param is_input: the run used it; else the run made it
    """
    with harmless("log_artifact"):
        session = session_for("log_artifact")
        if session is None:
            return
        path = artifact_name if artifact_path is None else artifact_path
        label = os.path.basename(os.path.normpath(os.fspath(path))) if artifact_path is None else artifact_name
        keep(session, "log_artifact", label, path, context, source, step,
             kind="model" if is_model else "artifact", role="input" if is_input else "output",
             copy=bool(log_copy_in_prov_directory), subfolder=log_copy_subdirectory)  # fmt: skip


def keep(session, call, label, path, context, source, step, kind, role, copy=True, subfolder=None, version=None):
    """Records the file or folder at ``path``. Returns whether it was there."""
    path = os.path.abspath(os.path.expanduser(os.fsdecode(os.fspath(path))))
    facts = {
        "name": name_of(label) or name_of(os.path.basename(path)) or "unnamed",
        "kind": kind,
        "role": role,
        "context": context_name(context),
        "source": name_of(source),
        "step": _step(session, call, label, step),
        "subfolder": name_of(subfolder),
        "version": version,
    }
    try:
        found = os.stat(path)
    except OSError as error:
        session.problem("MISSING_FILE", "%s: %s cannot be recorded: %s: %s"
                        % (call, facts["name"], error.strerror, path), path)  # fmt: skip
        return False
    # The room for copies is looked at once a call: a folder of many files must not list files/ for each of them.
    room = _Room(session)
    if stat.S_ISDIR(found.st_mode):
        _keep_folder(session, call, path, facts, copy, room)
    elif stat.S_ISREG(found.st_mode):
        _keep_file(session, call, path, found.st_size, facts, copy, room)
    else:
        session.problem("NOT_A_FILE", "%s: %s is neither a file nor a folder" % (call, path), path)
        return False
    return True


def keep_made(session, call, spooled, facts):
    """Records a file that we made in the spool ourselves."""
    path = os.path.join(session.spool, "files", spooled)
    size = os.stat(path).st_size
    digest = hash_file(path) if size <= limits.ARTIFACT_INLINE_BYTES_MAX else None
    session.event("artifact", path=path, spooled=spooled, copy=True, size=size, sha256=digest,
                  mediaType="application/octet-stream", **facts)  # fmt: skip


def _step(session, call, label, step):
    # The steps of events are integers that every language holds exactly.
    return recorded_step(session, call, label, step, 2**53 - 1)


def _keep_folder(session, call, path, facts, copy, room):
    count, size = 0, 0
    for folder, folders, files in os.walk(path):
        folders.sort()
        for file in sorted(files):
            if count >= limits.FOLDER_FILES_MAX:
                session.problem("FOLDER_TOO_LARGE", "%s: %s has more than %d files; the rest is not recorded"
                                % (call, path, limits.FOLDER_FILES_MAX), path)  # fmt: skip
                break
            whole = os.path.join(folder, file)
            relative = os.path.relpath(whole, path)
            try:
                found = os.stat(whole)
            except OSError:
                continue  # a dangling link, or gone since it was listed
            if not stat.S_ISREG(found.st_mode):
                continue
            place = os.path.join(facts["subfolder"] or "", facts["name"], os.path.dirname(relative))
            inside = dict(facts, name=name_of(facts["name"] + "/" + relative), subfolder=name_of(place.rstrip("/")))
            size += _keep_file(session, call, whole, found.st_size, inside, copy, room)
            count += 1
        else:
            continue
        break
    session.event("artifact", path=path, copy=False, size=size, mediaType="inode/directory", **facts)


def _keep_file(session, call, path, size, facts, copy, room):
    """Records one regular file. Returns its size."""
    import mimetypes

    media = mimetypes.guess_type(path)[0]
    spooled = digest = None
    try:
        if not copy:
            digest = hash_file(path) if size <= limits.ARTIFACT_INLINE_BYTES_MAX else None
        elif size <= limits.ARTIFACT_INLINE_BYTES_MAX and room.take(size):
            spooled, size, digest = _copy(session, path)
        else:
            spooled = _link(session, path)
    except OSError as error:
        session.problem("FILE_NOT_KEPT", "%s: %s is recorded by its path only: %s" % (call, path, error.strerror), path)
    session.event("artifact", path=path, spooled=spooled, copy=copy, size=size, sha256=digest, mediaType=media, **facts)
    return size


class _Room:
    """What copies may still take of the spool."""

    def __init__(self, session):
        self._left = limits.COPIES_BYTES_MAX - _spool.folder_bytes(os.path.join(session.spool, "files"))

    def take(self, size):
        if size > self._left:
            return False
        self._left -= size
        return True


def spooled_name(session, label):
    """A new, safe name in the spool's files/, and its whole path. The folder is there afterwards."""
    folder = os.path.join(session.spool, "files")
    os.makedirs(folder, 0o700, exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(label))[-100:].lstrip(".") or "file"
    spooled = "%d-%s-%s" % (os.getpid(), os.urandom(6).hex(), safe)
    return spooled, os.path.join(folder, spooled)


def _copy(session, path):
    """Copies and hashes. Returns (name in files/, size, sha256) of what was copied."""
    spooled, target = spooled_name(session, path)
    digest = hashlib.sha256()
    size = 0
    done = False
    with open(path, "rb", buffering=0) as opened:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            while True:
                block = opened.read(_BLOCK)
                if not block:
                    break
                digest.update(block)
                size += len(block)
                write_all(descriptor, block)
                if size > 2 * limits.ARTIFACT_INLINE_BYTES_MAX:
                    raise OSError(errno.EFBIG, "it grows while it is copied")
            done = True
        finally:
            os.close(descriptor)
            if not done:
                _remove(target)
    return spooled, size, digest.hexdigest()


def _link(session, path):
    """A clone where the file system can, else a hard link. Returns its name in files/, or None for by path only."""
    spooled, target = spooled_name(session, path)
    try:
        import fcntl

        with open(path, "rb") as opened:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                fcntl.ioctl(descriptor, _FICLONE, opened.fileno())
                return spooled
            except OSError:
                _remove(target)
            finally:
                os.close(descriptor)
    except ImportError:
        pass
    try:
        os.link(os.path.realpath(path), target)
        return spooled
    except OSError:
        return None  # another file system: the agent reads it where it is


def write_all(descriptor, data):
    view = memoryview(data)
    while len(view) > 0:
        view = view[os.write(descriptor, view) :]


def hash_file(path):
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as opened:
        for block in iter(lambda: opened.read(_BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


def _remove(path):
    try:
        os.unlink(path)
    except OSError:
        pass
