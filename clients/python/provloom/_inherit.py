"""The process that this one was started by, as far as sessions go: which of its sessions is open now."""

import os

from . import _process, _session_folder
from ._cut_in import from_inside
from ._small import mark_of


class Parent:
    """A process of this tree that has sessions."""

    def __init__(self, tree, pid, start):
        self.tree = tree
        self.pid = pid
        self.start = start
        self._file = tree.path("current-%d" % pid)
        self._mark = self._newest = None

    def newest(self):
        """The id of its newest open session, or None. One look at a file's time where nothing has changed.

        A process that has gone without a word for its session leaves that to those who go on in it.
        """
        mark = mark_of(self._file)
        if mark is None:
            self._newest = None
        elif mark != self._mark:
            try:
                with open(self._file, "rb", buffering=0) as opened:
                    self._newest = opened.read(64).decode("ascii", "replace") or None
            except from_inside(OSError):
                self._newest = None
        self._mark = mark
        return self._newest

    def facts_of(self, session):
        """session.json of one of its sessions; None when it is not of this very process."""
        facts = _session_folder.read(self.tree.path("sessions", session))
        if facts is None or facts.get("pid") != self.pid or facts.get("pidNamespace") != _process.namespace():
            return None
        start = facts.get("start")
        return facts if start == self.start or not start or not self.start else None


def find(tree):
    """The nearest process above us that has an open session in this tree, or None."""
    if not os.path.isdir(tree.folder):
        return None
    me = os.getpid()
    above = list(_process.ancestors(me))
    if tree.last is not None and tree.last[0] not in above and tree.last[0] != me:
        # Not above us any more, or never: a daemon, a worker that was handed the variables.
        above.append(tree.last[0])
    for pid in above:
        if not os.path.exists(tree.path("current-%d" % pid)):
            continue
        parent = Parent(tree, pid, _process.start_of(pid) or 0)
        if not _process.lives(pid, parent.start):
            continue
        newest = parent.newest()
        if newest is not None and parent.facts_of(newest) is not None:
            return parent
    return None


def myself(tree):
    """This process, as one that may have become another program (exec) in the middle of a session."""
    return Parent(tree, *_process.me())
