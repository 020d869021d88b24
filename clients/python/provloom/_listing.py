"""The files of a folder, in order and bounded; and what is not among them, told."""

import errno
import os
import stat
import time
from itertools import islice

from . import _limits as limits
from . import _ours
from ._cut_in import from_inside
from ._paths import shown, text_of

_EXAMPLES = 3
_SHOWN_MAX = 200
_KINDS = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISDIR, "link to a folder"))


class Found:
    """One file, or a folder with nothing in it. ``link``: where it leads, when it is a link."""

    __slots__ = ("relative", "path", "link", "empty")

    def __init__(self, relative, path, link=None, empty=False):
        self.relative, self.path, self.link, self.empty = relative, path, link, empty


class Folder:
    """What lies in a folder at the call: each folder's files by name, then its folders.

    Links to files are followed, for that is how model hubs keep folders; links to folders are not, for they may lead in
    a circle or anywhere. Nothing is opened.
    """

    def __init__(self, root, known, each=None, without=None):
        """``each`` is called for each file, which then is not kept in ``found``; the name ``without`` is passed over."""
        self.found = []
        self._each = each or self._keep
        #: files that there are, recorded or not
        self.files = 0
        #: there are more, and nobody counted them
        self.more = False
        self.own = []
        self._left_out = {}
        self._known = known
        self._without = without
        self._entries = limits.FOLDER_ENTRIES_MAX
        self._until = time.monotonic() + limits.KEEP_MS / 1000
        below = [("", root)]
        while below and not self.more:
            below += reversed(self._look(*below.pop()))

    def leave_out(self, what, relative):
        """Notes one that is not recorded, or not as it was, by its kind."""
        self._left_out.setdefault(what, []).append(relative)

    def told(self):
        """What is not recorded, in words; None when all is."""
        return "; ".join("%s: %s" % (what, listed(names)) for what, names in self._left_out.items()) or None

    def _look(self, relative, folder):
        """Takes in one folder. Returns those below it as (relative, path)."""
        if relative and (_ours.room(folder) or _ours.is_save_dir(folder) or _ours.identity(folder) in self._known):
            self.own.append(relative)
            return []
        try:
            with os.scandir(folder) as entries:
                inside = list(islice(entries, self._entries + 1))
        except from_inside(OSError) as error:
            self.leave_out("folder that cannot be listed: %s" % error.strerror, relative or ".")
            return []
        self.more = len(inside) > self._entries or self._late()
        del inside[self._entries :]
        self._entries -= len(inside)
        if relative and not inside:
            self._take(Found(relative, folder, empty=True))
        folders = []
        for entry in sorted(inside, key=lambda one: os.fsencode(one.name)):
            # What is a link, and how large a file is, is asked one by one, and that may take its time.
            if self._late():
                self.more = True
                break
            if entry.name == self._without:
                continue
            name = relative + "/" + entry.name if relative else entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append((name, entry.path))
            elif entry.is_file(follow_symlinks=False):
                self._take(Found(name, entry.path))
            else:
                self._take_other(entry, name)
        return folders

    def _late(self):
        return time.monotonic() > self._until

    def _take_other(self, entry, name):
        try:
            mode = os.stat(entry.path).st_mode
        except from_inside(OSError) as error:
            dangling = "dangling link" if error.errno == errno.ENOENT else "link that cannot be followed"
            self.leave_out(dangling, name)
            return
        if not stat.S_ISREG(mode):
            self.leave_out(next((kind for is_it, kind in _KINDS if is_it(mode)), "device"), name)
        elif _ours.around(entry.path) is not None:
            self.own.append(name)
        else:
            self._take(Found(name, entry.path, link=text_of(os.path.realpath(entry.path))))

    def _take(self, found):
        self.files += not found.empty
        self._each(found)

    def _keep(self, found):
        if len(self.found) < limits.FOLDER_FILES_MAX:
            self.found.append(found)


def listed(names):
    """The first few names, and how many more there are."""
    more = len(names) - _EXAMPLES
    return ", ".join(shown(one)[:_SHOWN_MAX] for one in names[:_EXAMPLES]) + (" and %d more" % more if more > 0 else "")
