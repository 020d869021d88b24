"""What is Provloom's own, wherever it lies and whatever it is called: never part of what a person logs.

Save directories, run directories and spools are known by what lies in them, so that those of other runs are known too.
"""

import json
import os
from itertools import islice

from . import _limits as limits
from ._cut_in import from_inside

_CONTROL = ".provloom"
_CONNECTION_BYTES_MAX = 16 * 1024


def room(folder):
    """What of ours a folder is, all of it, by what lies in it; None for anything else."""
    if os.path.basename(folder) == _CONTROL:
        return "keys and connection files"
    if _has(folder, "run.json") and (_has(folder, "prov.json") or _has(folder, "journal")):
        return "a run directory"
    return "a spool" if _has(folder, "spool.json") else None


def is_save_dir(folder):
    """Whether runs are saved there: what else lies in it may be a person's, who then logs it by its name."""
    return _has(folder, _CONTROL)


def around(path):
    """What of ours ``path`` is or lies in; None for anything else.

    Files of a run directory may be logged by their names: a model that an earlier run has kept, say.
    """
    folder = os.path.realpath(path)
    found = room(folder) if os.path.isdir(folder) else None
    while found is None and folder != os.path.dirname(folder):
        if os.path.basename(folder) == _CONTROL:
            found = "keys and connection files"
        folder = os.path.dirname(folder)
        # Any project may have a file of that name: here it takes more to be a spool.
        if _has(folder, "spool.json") and (_has(folder, "streams") or _has(folder, "sessions")):
            found = "a spool"
    return found


def is_connection(path, size):
    """Whether a file lets its readers publish: a connection file, under whatever name it was copied."""
    if size > _CONNECTION_BYTES_MAX or not path.endswith(".json"):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with open(descriptor, "rb", buffering=0) as opened:
            start = opened.read(_CONNECTION_BYTES_MAX) or b""
    except from_inside(OSError):
        return False  # whoever reads it next says why
    return b'"secretKey"' in start and b'"serverKey"' in start


def known_folders(session):
    """The save directory and the spools of this session, as (device, inode): they may still hold nothing of ours."""
    tree = os.path.dirname(os.path.dirname(session.spool))
    run = _field(session.spool, "control.json", "runDir")
    saved = [
        session.options.get("provenanceSaveDir"),
        os.environ.get("PROVLOOM_PROVENANCE_SAVE_DIR"),
        _field(session.spool, "session.json", "provenanceSaveDir"),
        os.path.dirname(run) if run else None,
    ]
    folders = [one for one in saved if one] or ["prov"]
    spools = os.path.dirname(tree)
    folders += [tree] + ([spools] if os.path.basename(spools).startswith("provloom-") else [])
    return {identity(folder) for folder in folders} - {None}


def identity(folder):
    try:
        found = os.stat(folder)
        return (found.st_dev, found.st_ino)
    except from_inside(OSError):
        return None


def own_below(root, entries, known):
    """The folders that are ours among what git found changed in the work tree ``root``, relative to it.

    :param entries: paths as ``git status --porcelain -z`` gives them; a folder that git knows nothing of ends in ``/``
    """
    own = set()
    left = limits.FOLDER_ENTRIES_MAX
    for entry in entries:
        parts = entry.rstrip("/").split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        inside = next((one for one in above if one in own or room(os.path.join(root, one))), None)
        if inside is not None:
            own.add(inside)
            continue
        below = [entry.rstrip("/")] if entry.endswith("/") else []
        while below and left > 0:
            relative = below.pop()
            folder = os.path.join(root, relative)
            if room(folder) or is_save_dir(folder) or identity(folder) in known:
                own.add(relative)
                continue
            try:
                with os.scandir(folder) as entries_of_it:
                    for one in islice(entries_of_it, left):
                        left -= 1
                        if one.is_dir(follow_symlinks=False):
                            below.append(relative + "/" + one.name)
            except from_inside(OSError):
                pass  # git will say what it can of it
    return sorted(own)


def _has(folder, name):
    return os.path.lexists(folder + "/" + name)


def _field(folder, file, name):
    try:
        with open(os.path.join(folder, file), encoding="utf-8") as opened:
            return json.load(opened).get(name)
    except from_inside(OSError, ValueError, AttributeError):
        return None
