"""Children that multiprocessing starts. How one ends that says nothing of it (os._exit, a signal) only its parent is told:
it leaves that with the child's session, `exit.json`, for the agent."""

import os
import sys

from . import _current, _process
from ._cut_in import from_inside
from ._small import put_json


class _Watcher:
    """Finds no module: it sees multiprocessing come, which a script may import after us, and many never do."""

    def find_spec(self, name, path=None, target=None):
        # By then multiprocessing.process is there, and no child has been started.
        if name == "multiprocessing.reduction":
            watch()


def begin():
    """At import."""
    if "multiprocessing.process" in sys.modules:
        watch()
    else:
        sys.meta_path.insert(0, _Watcher())


class _Watched:
    """An attribute that says what it is set to. What is wrapped instead of watched is in the traceback of what it raises."""

    def __init__(self, name, heard):
        self.name, self.heard = name, heard

    def __set__(self, holder, value):
        holder.__dict__[self.name] = value
        try:
            self.heard(holder, value)
        except from_inside(Exception):
            pass  # its end is then not known, and said to be so

    def watch(self, holders):
        if self.name not in vars(holders):
            setattr(holders, self.name, self)


def watch():
    """Hears of the ends of children that multiprocessing starts from now on."""
    base = getattr(sys.modules.get("multiprocessing.process"), "BaseProcess", None)
    if base is not None:
        _Watched("_popen", _started).watch(base)


def _started(process, popen):
    if popen is not None:
        popen._provloom_start = _process.started(popen.pid)
        _Watched("returncode", _ended).watch(type(popen))


def _ended(popen, code):
    start = getattr(popen, "_provloom_start", None)
    if code is not None and start is not None:
        _tell(popen.pid, start, code)


def _tell(pid, start, code):
    """Of a child with a session of its own that it has not ended by a call: then nothing names that session any more."""
    tree = _current.tree
    if tree is None:
        return
    with open(tree.path("current-%d" % pid), "rb", buffering=0) as opened:
        session = opened.read(64).decode("ascii")
    folder = tree.path("sessions", session)
    from . import _session_folder

    facts = _session_folder.read(folder)
    # One of another start is another process's, of its number.
    if facts is None or facts.get("pid") != pid or (start and facts.get("start") != start):
        return
    from signal import Signals

    how = {"exitCode": code} if code >= 0 else {"signal": Signals(-code).name}
    beside = os.path.join(folder, "exit.json.%d" % os.getpid())
    put_json(beside, how)
    os.rename(beside, os.path.join(folder, "exit.json"))
