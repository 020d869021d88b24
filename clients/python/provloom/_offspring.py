"""Children that multiprocessing starts. How one ends that says nothing of it (os._exit, a signal) only its parent is told:
it leaves that with the child's session, `exit.json`, for the agent."""

import os
import sys

from . import _current
from ._small import now_us, put_json

#: A child's clock reads are of the same clock; what it opened earlier is another process's, of its number.
_GRAIN_US = 1_000_000


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


def watch():
    """Hears of the ends of children that multiprocessing starts from now on."""
    module = sys.modules.get("multiprocessing.process")
    base = getattr(module, "BaseProcess", None)
    start = getattr(base, "start", None)
    if start is None or getattr(start, "_provloom", False):
        return

    def provloom_start(self):
        began = now_us()
        start(self)
        try:
            _listen(self._popen, began)
        except Exception:
            pass

    provloom_start.__doc__, provloom_start.__name__, provloom_start._provloom = start.__doc__, "start", True
    base.start = provloom_start


def _listen(popen, began):
    poll = popen.poll

    def provloom_poll(*args, **options):
        code = poll(*args, **options)
        if code is not None:
            popen.poll = poll
            try:
                _tell(popen.pid, code, began)
            except Exception:
                pass  # its end is then not known, and said to be so
        return code

    popen.poll = provloom_poll


def _tell(pid, code, began):
    """Of a child with a session of its own that it has not ended by a call: then nothing names that session any more."""
    tree = _current.tree
    if tree is None:
        return
    with open(tree.path("current-%d" % pid), "rb", buffering=0) as opened:
        session = opened.read(64).decode("ascii")
    folder = tree.path("sessions", session)
    from . import _session_folder

    facts = _session_folder.read(folder)
    if facts is None or facts.get("pid") != pid or facts.get("openedUs", 0) < began - _GRAIN_US:
        return
    from signal import Signals

    how = {"exitCode": code} if code >= 0 else {"signal": Signals(-code).name}
    beside = os.path.join(folder, "exit.json.%d" % os.getpid())
    put_json(beside, how)
    os.rename(beside, os.path.join(folder, "exit.json"))
