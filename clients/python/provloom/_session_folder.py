"""A session's folder: what is in it, made complete before it has its name (docs/spool-format.md)."""

import os
import sys

from . import _limits as limits
from . import _place, _process
from ._cut_in import from_inside
from ._paths import is_text
from ._small import mark_of, put, put_json, read_json
from ._tree import FORMAT, make_folder

_FULL_NUMBERS = (28, 122)  # ENOSPC, EDQUOT
_WORD_LENGTH_MAX = 16_384
_WORDS_MAX = 1_024


def make(spool, facts):
    """Makes the folder with all but its streams. Raises OSError."""
    make_folder(spool)
    for name in ("streams", "ledgers", "files"):
        make_folder(os.path.join(spool, name))
    put_json(os.path.join(spool, "session.json"), facts)


def put_spare(spool):
    """Keeps room for what is not a metric. False when there is none on the disk."""
    try:
        # Random: there are file systems that need no room for zeros.
        put(os.path.join(spool, "spare"), os.urandom(limits.SPARE_BYTES))
    except from_inside(OSError) as error:
        return error.errno not in _FULL_NUMBERS
    return True


def has_spare(spool):
    return mark_of(os.path.join(spool, "spare")) is not None or put_spare(spool)


def give_spare(spool):
    """Whether there was a spare to give."""
    try:
        os.unlink(os.path.join(spool, "spare"))
        return True
    except from_inside(OSError):
        return False


def read(spool):
    """session.json, or None."""
    return read_json(os.path.join(spool, "session.json"))


def describe(session, seq, version):
    """session.json: the place, the process, and what start_run was asked."""
    pid, start = _process.me()
    facts = {
        "format": FORMAT,
        "session": session.id,
        "seq": seq,
        "pid": pid,
        "start": start,
        "pidNamespace": _process.namespace(),
        "parents": _process.parents(),
        "openedUs": session.opened,
        "host": _process.host_name(),
        "hostId": _process.host_id(),
        "uid": os.getuid() if hasattr(os, "getuid") else 0,
        # The database of users may be on the network.
        "login": os.environ.get("LOGNAME") or os.environ.get("USER") or None,
        "argv": _argv(),
        "executable": sys.executable or None,
        "directory": _working_folder(),
        "script": session.script,
        "environment": _place.kept_environment(),
        "language": "python",
        "library": "provloom",
        "libraryVersion": version,
        "inherited": session.inherited,
        "by": session.by,
        **session.options,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _argv():
    from ._secrets import without_secrets

    words = list(getattr(sys, "orig_argv", None) or [sys.executable or "python"] + sys.argv)
    return without_secrets([str(word)[:_WORD_LENGTH_MAX] for word in words[:_WORDS_MAX]])


def _working_folder():
    """None where it is gone, or cannot be named: nobody may take another one for it."""
    try:
        folder = os.getcwd()
    except from_inside(OSError):
        return None
    return folder if is_text(folder) else None


def used_bytes(tree):
    """Bytes of all segments of a tree. Of the many files of a spool that nobody serves, some are looked at."""
    total = looked = 0
    pending = [tree.path("sessions")]
    while pending and looked < limits.MEASURED_FILES_MAX:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    looked += 1
                    if entry.name.endswith(".seg"):
                        total += entry.stat(follow_symlinks=False).st_size
                    elif entry.name not in ("files", "ledgers") and entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
        except from_inside(OSError):
            pass  # the agent has just taken it away
    return total


def make_again(session):
    """After somebody removed the session, its tree or the root: all of it again, but for what was in it."""
    from . import _tree

    _tree.make(session.tree, session.version)
    make(session.spool, session.facts)
    put_spare(session.spool)


