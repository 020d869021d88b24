"""How much of the disk a spool's segments take, asked while a training waits for the answer."""

import os


class SegmentSizes:
    """Only a stream's last segment grows: the others are looked at once, for a spool may have more than a hundred."""

    def __init__(self, spool):
        self._streams = os.path.join(spool, "streams")
        self._known = {}

    def total(self):
        """Bytes of all segments that are on the disk now."""
        total = 0
        known = {}
        for stream in _names(self._streams):
            folder = os.path.join(self._streams, stream)
            names = _names(folder)
            last = max(names, default=None)
            for name in names:
                file = folder + os.sep + name
                size = self._known.get(file)
                if size is None or name == last:
                    size = _size(file)
                total += size
                if name != last:
                    known[file] = size
        # One value for another, so that whoever cuts in finds the one or the other.
        self._known = known
        return total


def _names(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _size(file):
    try:
        return os.lstat(file).st_size
    except OSError:
        return 0  # the agent has just taken it away
